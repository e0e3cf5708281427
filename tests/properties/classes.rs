//! Classes: what the compiler makes of their methods, how `__init__` gets its arguments, in which order bases are asked.

use std::fmt::Write;

use dx::runtime::bytecode::code::{CodeData, Const};
use dx::runtime::bytecode::store::{Blob, write};
use dx::runtime::bytecode::verify::verify;
use dx::runtime::compiler::{Options, Source, compile};

use crate::runner::{Case, Draw, Drawn, check};

// ---- method bodies

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Plain,
    Static,
    Class,
    Property,
    Generator,
    Coroutine,
    AsyncGenerator,
    Lambda,
}

#[derive(Debug)]
struct Method {
    kind: Kind,
    /// Parameters besides the first.
    parameters: usize,
    /// Uses `super()` or `__class__`, so that it closes over the class.
    closes: bool,
    /// Has a function of its own.
    nests: bool,
}

#[derive(Debug)]
struct Methods(Vec<Method>);

impl Drawn for Methods {
    fn draw(draw: &mut Draw) -> Methods {
        let mut methods = draw.several(8, |draw| Method {
            kind: draw.choose(&[
                Kind::Plain,
                Kind::Static,
                Kind::Class,
                Kind::Property,
                Kind::Generator,
                Kind::Coroutine,
                Kind::AsyncGenerator,
                Kind::Lambda,
            ]),
            parameters: draw.below(4),
            closes: draw.chance(30),
            nests: draw.chance(30),
        });
        for method in methods.iter_mut().filter(|method| method.kind == Kind::Property) {
            method.parameters = 0;
        }
        Methods(methods)
    }
}

impl Method {
    fn parameters(&self) -> Vec<String> {
        let first = match self.kind {
            Kind::Static => None,
            Kind::Class => Some(String::from("cls")),
            _ => Some(String::from("self")),
        };
        first.into_iter().chain((0..self.parameters).map(|at| format!("p{at}"))).collect()
    }

    fn text(&self, at: usize) -> String {
        let parameters = self.parameters().join(", ");
        let sum: String = (0..self.parameters).map(|at| format!(" + p{at}")).collect();
        let value = if self.closes { format!("len(__class__.__name__){sum}") } else { format!("1{sum}") };
        if self.kind == Kind::Lambda {
            return format!("    m{at} = lambda {parameters}: {value}\n");
        }
        let decorator = match self.kind {
            Kind::Static => "    @staticmethod\n",
            Kind::Class => "    @classmethod\n",
            Kind::Property => "    @property\n",
            _ => "",
        };
        let prefix = if matches!(self.kind, Kind::Coroutine | Kind::AsyncGenerator) { "async " } else { "" };
        let result =
            if matches!(self.kind, Kind::Generator | Kind::AsyncGenerator) { "yield" } else { "return" };
        let nested = if self.nests { "        def inner(): return 5\n        inner()\n" } else { "" };
        format!("{decorator}    {prefix}def m{at}({parameters}):\n{nested}        {result} {value}\n")
    }

    fn code_name(&self, at: usize) -> String {
        if self.kind == Kind::Lambda { String::from("<lambda>") } else { format!("m{at}") }
    }

    /// CO_GENERATOR and its relatives.
    fn flag(&self) -> u32 {
        match self.kind {
            Kind::Generator => 0x20,
            Kind::Coroutine => 0x80,
            Kind::AsyncGenerator => 0x200,
            _ => 0,
        }
    }
}

impl Methods {
    fn class(&self) -> String {
        let mut text = String::from("class C:\n    field = 'm0'\n");
        self.0.iter().enumerate().for_each(|(at, method)| text += &method.text(at));
        text
    }
}

fn codes(code: &CodeData) -> Vec<&CodeData> {
    let consts = code.consts.iter();
    consts
        .filter_map(|value| if let Const::Code(code) = value { Some(code.as_ref()) } else { None })
        .collect()
}

impl Case for Methods {
    fn program(&self) -> String {
        let mut text = self.class();
        text += "
def code_of(found):
    found = getattr(found, '__func__', None) or getattr(found, 'fget', None) or found
    return found.__code__
def tell(name):
    code = code_of(C.__dict__[name])
    print(name, type(code).__name__, code.co_name, code.co_argcount, code.co_varnames[:code.co_argcount],
          code.co_flags & 0x2a0, code.co_freevars)
";
        for (at, method) in self.0.iter().enumerate() {
            writeln!(text, "tell('m{at}')").expect("text");
            let arguments =
                (0..method.parameters).map(|at| (at * 10).to_string()).collect::<Vec<_>>().join(", ");
            let call = match method.kind {
                Kind::Property => format!("C().m{at}"),
                Kind::Generator => format!("list(C().m{at}({arguments}))"),
                Kind::Coroutine | Kind::AsyncGenerator => {
                    writeln!(text, "made = C().m{at}({arguments})\nprint(type(made).__name__)")
                        .expect("text");
                    if method.kind == Kind::Coroutine {
                        text += "made.close()\n";
                    }
                    continue;
                }
                _ => format!("C().m{at}({arguments})"),
            };
            writeln!(text, "print({call})").expect("text");
        }
        text
    }

    fn expected(&self) -> Option<String> {
        let mut text = String::new();
        for (at, method) in self.0.iter().enumerate() {
            let parameters = method.parameters();
            let quoted: Vec<String> = parameters.iter().map(|name| format!("'{name}'")).collect();
            let tuple = match &quoted[..] {
                [one] => format!("({one},)"),
                all => format!("({})", all.join(", ")),
            };
            let free = if method.closes { "('__class__',)" } else { "()" };
            let (name, count, flag) = (method.code_name(at), parameters.len(), method.flag());
            writeln!(text, "m{at} code {name} {count} {tuple} {flag} {free}").expect("text");
            let sum = 1 + (0..method.parameters).map(|at| at * 10).sum::<usize>();
            match method.kind {
                Kind::Generator => writeln!(text, "[{sum}]"),
                Kind::Coroutine => writeln!(text, "coroutine"),
                Kind::AsyncGenerator => writeln!(text, "async_generator"),
                _ => writeln!(text, "{sum}"),
            }
            .expect("text");
        }
        Some(text)
    }

    fn inspect(&self) -> Result<(), String> {
        let text = self.class();
        let code = compile(&Source::new(&text), "<class>", &Options::default())
            .map_err(|error| format!("does not compile: {}\n{text}", error.message))?
            .code;
        verify(&code)?;
        let bytes = write(&code);
        let again = Blob::new(&bytes).and_then(|blob| blob.whole(blob.root())).map_err(|e| e.to_string())?;
        if again != code {
            return Err(format!("the bytecode is another one when it has been stored and read\n{text}"));
        }
        let module = codes(&code);
        let [class] = module[..] else { return Err(format!("{} codes in the module\n{text}", module.len())) };
        let bodies: Vec<(&str, usize)> =
            codes(class).iter().map(|code| (code.name.as_ref(), code.arg_count as usize)).collect();
        let names: Vec<String> = self.0.iter().enumerate().map(|(at, method)| method.code_name(at)).collect();
        let wanted: Vec<(&str, usize)> =
            names.iter().zip(&self.0).map(|(name, m)| (name.as_str(), m.parameters().len())).collect();
        if bodies != wanted {
            return Err(format!("bodies {bodies:?} for methods {wanted:?}\n{text}"));
        }
        Ok(())
    }
}

// ---- __init__

/// How a class has its `__init__`.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Style {
    Own,
    Inherited,
    BySuper,
    Slots,
    /// `__new__` takes anything.
    WithNew,
}

#[derive(Debug)]
struct Instantiation {
    style: Style,
    positional_only: usize,
    positional: usize,
    /// How many of the positional parameters have defaults: the last ones.
    defaults: usize,
    varargs: bool,
    /// Whether each keyword-only parameter has a default.
    keyword_only: Vec<bool>,
    varkw: bool,
    given: usize,
    /// Names of the keywords given.
    keywords: Vec<String>,
    /// Arguments are passed by `*` and `**`.
    unpacked: bool,
}

impl Drawn for Instantiation {
    fn draw(draw: &mut Draw) -> Instantiation {
        let (positional_only, plain) = (draw.below(3), draw.below(4));
        let positional = positional_only + plain;
        let defaults = draw.below(positional + 1);
        let varargs = draw.chance(25);
        let keyword_only = draw.several(3, |draw| draw.chance(50));
        let varkw = draw.chance(25);
        let given = match draw.below(4) {
            0 => positional,
            1 => positional.saturating_sub(defaults),
            _ => draw.below(positional + 3),
        };
        let mut keywords = Vec::new();
        let known = positional + keyword_only.len();
        for at in given.min(positional)..known {
            if draw.chance(if at < positional { 40 } else { 80 }) {
                keywords.push(format!("p{at}"));
            }
        }
        if draw.chance(15) {
            let stray = draw.below(known + 2);
            if !keywords.contains(&format!("p{stray}")) {
                keywords.push(format!("p{stray}"));
            }
        }
        let style =
            draw.choose(&[Style::Own, Style::Inherited, Style::BySuper, Style::Slots, Style::WithNew]);
        let unpacked = draw.chance(30);
        Instantiation {
            style,
            positional_only,
            positional,
            defaults,
            varargs,
            keyword_only,
            varkw,
            given,
            keywords,
            unpacked,
        }
    }
}

impl Instantiation {
    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = (0..self.known()).map(|at| format!("p{at}")).collect();
        names.extend(self.varargs.then(|| String::from("rest")));
        names.extend(self.varkw.then(|| String::from("more")));
        names
    }

    fn known(&self) -> usize {
        self.positional + self.keyword_only.len()
    }

    fn has_default(&self, at: usize) -> bool {
        match at.checked_sub(self.positional) {
            None => at + self.defaults >= self.positional,
            Some(at) => self.keyword_only[at],
        }
    }

    fn signature(&self) -> String {
        let mut parts = vec![String::from("self")];
        for at in 0..self.known() {
            if at == self.positional && !self.varargs {
                parts.push(String::from("*"));
            } else if at == self.positional {
                parts.push(String::from("*rest"));
            }
            let default = if self.has_default(at) { format!("={}", 300 + at) } else { String::new() };
            parts.push(format!("p{at}{default}"));
            if at + 1 == self.positional_only {
                parts.push(String::from("/"));
            }
        }
        if self.varargs && self.keyword_only.is_empty() {
            parts.push(String::from("*rest"));
        }
        parts.extend(self.varkw.then(|| String::from("**more")));
        parts.join(", ")
    }

    /// The attributes' values, or that the call is wrong.
    fn bind(&self) -> Result<Vec<String>, ()> {
        let mut values: Vec<Option<usize>> = vec![None; self.known()];
        for at in 0..self.given.min(self.positional) {
            values[at] = Some(100 + at);
        }
        if self.given > self.positional && !self.varargs {
            return Err(());
        }
        let mut more = Vec::new();
        for (number, keyword) in self.keywords.iter().enumerate() {
            match (self.positional_only..self.known()).find(|at| format!("p{at}") == *keyword) {
                Some(at) if values[at].is_some() => return Err(()),
                Some(at) => values[at] = Some(200 + number),
                None if self.varkw => more.push(format!("'{keyword}': {}", 200 + number)),
                None => return Err(()),
            }
        }
        let mut shown = Vec::new();
        for (at, value) in values.iter().enumerate() {
            let default = self.has_default(at).then_some(300 + at);
            shown.push(value.or(default).ok_or(())?.to_string());
        }
        if self.varargs {
            let rest: Vec<String> = (self.positional..self.given).map(|at| (100 + at).to_string()).collect();
            shown.push(match &rest[..] {
                [one] => format!("({one},)"),
                all => format!("({})", all.join(", ")),
            });
        }
        shown.extend(self.varkw.then(|| format!("{{{}}}", more.join(", "))));
        Ok(shown)
    }
}

impl Case for Instantiation {
    fn program(&self) -> String {
        let names = self.names();
        let mut text = String::from("class Base:\n");
        if self.style == Style::Slots {
            writeln!(text, "    __slots__ = {names:?}").expect("text");
        }
        if self.style == Style::WithNew {
            text += "    def __new__(cls, *args, **kwargs):\n        return super().__new__(cls)\n";
        }
        writeln!(text, "    def __init__({}):\n        pass", self.signature()).expect("text");
        for name in &names {
            writeln!(text, "        self.{name} = {name}").expect("text");
        }
        match self.style {
            Style::Inherited => text += "class C(Base): pass\n",
            Style::BySuper => {
                text += "class C(Base):\n    def __init__(self, *args, **kwargs):\n        \
                         super().__init__(*args, **kwargs)\n";
            }
            _ => text += "C = Base\n",
        }
        let given: Vec<String> = (0..self.given).map(|at| (100 + at).to_string()).collect();
        let keywords = self.keywords.iter().enumerate();
        let arguments = if self.unpacked {
            let pairs: Vec<String> = keywords.map(|(at, name)| format!("'{name}': {}", 200 + at)).collect();
            format!("*[{}], **{{{}}}", given.join(", "), pairs.join(", "))
        } else {
            let keywords = keywords.map(|(at, name)| format!("{name}={}", 200 + at));
            given.into_iter().chain(keywords).collect::<Vec<_>>().join(", ")
        };
        // More than once: an inline cache must not bind otherwise than the first call.
        text += &format!(
            "
for round in range(3):
    try:
        made = C({arguments})
    except TypeError as error:
        print('TypeError')
        print('~', error)
    else:
        print(type(made) is C, [(name, getattr(made, name)) for name in {names:?}])
"
        );
        text
    }

    fn expected(&self) -> Option<String> {
        let line = match self.bind() {
            Err(()) => String::from("TypeError\n"),
            Ok(values) => {
                let pairs = self.names().into_iter().zip(values);
                let shown: Vec<String> = pairs.map(|(name, value)| format!("('{name}', {value})")).collect();
                format!("True [{}]\n", shown.join(", "))
            }
        };
        Some(line.repeat(3))
    }
}

// ---- the order of bases

/// A base.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Parent {
    /// Of `EXCEPTIONS`, or `object` in a hierarchy of other classes.
    Builtin(usize),
    Own(usize),
}

#[derive(Clone, Debug)]
pub struct Made {
    bases: Vec<Parent>,
    /// Which of the methods it has.
    methods: Vec<usize>,
    /// Names in the order of resolution; `None` if there is no such order.
    order: Option<Vec<String>>,
}

/// Classes `K0`, `K1`, ..., each with earlier ones as bases.
#[derive(Clone, Debug)]
pub struct Hierarchy {
    exceptions: bool,
    pub made: Vec<Made>,
}

const METHODS: usize = 3;

impl Hierarchy {
    /// Builtin exceptions, each with the place of its base.
    pub const EXCEPTIONS: [(&str, usize); 7] = [
        ("Exception", 0),
        ("ValueError", 0),
        ("LookupError", 0),
        ("KeyError", 2),
        ("IndexError", 2),
        ("ArithmeticError", 0),
        ("ZeroDivisionError", 5),
    ];

    fn draw_with(draw: &mut Draw, exceptions: bool) -> Hierarchy {
        let mut classes = Hierarchy { exceptions, made: Vec::new() };
        for _ in 0..1 + draw.below(9) {
            let own = classes.successes();
            let parent = |draw: &mut Draw| match draw.below(6) {
                0 if exceptions => Parent::Builtin(draw.below(Hierarchy::EXCEPTIONS.len())),
                1 if draw.chance(20) => Parent::Builtin(0),
                _ if own.is_empty() => Parent::Builtin(0),
                _ => Parent::Own(own[draw.below(own.len())]),
            };
            let mut bases = draw.several(3, parent);
            if classes.made.is_empty() {
                // The first can always be made.
                bases.truncate(1);
            }
            if exceptions && bases.is_empty() {
                bases.push(Parent::Builtin(0));
            }
            let methods = (0..METHODS).filter(|_| draw.chance(50)).collect();
            let order = classes.linearize(classes.made.len(), &bases);
            classes.made.push(Made { bases, methods, order });
        }
        classes
    }

    pub fn draw_exceptions(draw: &mut Draw) -> Hierarchy {
        Hierarchy::draw_with(draw, true)
    }

    /// The classes that could be made.
    pub fn successes(&self) -> Vec<usize> {
        (0..self.made.len()).filter(|at| self.made[*at].order.is_some()).collect()
    }

    pub fn name(&self, parent: Parent) -> String {
        match parent {
            Parent::Own(at) => format!("K{at}"),
            Parent::Builtin(at) if self.exceptions => String::from(Hierarchy::EXCEPTIONS[at].0),
            Parent::Builtin(_) => String::from("object"),
        }
    }

    pub fn order(&self, parent: Parent) -> Option<Vec<String>> {
        match parent {
            Parent::Own(at) => self.made[at].order.clone(),
            Parent::Builtin(_) if !self.exceptions => Some(vec![String::from("object")]),
            Parent::Builtin(0) => Some(["Exception", "BaseException", "object"].map(String::from).to_vec()),
            Parent::Builtin(at) => {
                let (name, base) = Hierarchy::EXCEPTIONS[at];
                let above = self.order(Parent::Builtin(base))?;
                Some([String::from(name)].into_iter().chain(above).collect())
            }
        }
    }

    /// C3: of the heads of all rows, again and again the first that stands in no row's tail.
    fn linearize(&self, own: usize, bases: &[Parent]) -> Option<Vec<String>> {
        let names: Vec<String> = bases.iter().map(|base| self.name(*base)).collect();
        if (1..names.len()).any(|at| names[..at].contains(&names[at])) {
            return None;
        }
        let mut rows: Vec<Vec<String>> = bases.iter().map(|base| self.order(*base)).collect::<Option<_>>()?;
        rows.push(if names.is_empty() { vec![String::from("object")] } else { names });
        let mut order = vec![format!("K{own}")];
        loop {
            rows.retain(|row| !row.is_empty());
            if rows.is_empty() {
                return Some(order);
            }
            let free = |name: &String| !rows.iter().any(|row| row[1..].contains(name));
            let next = rows.iter().map(|row| row[0].clone()).find(free)?;
            rows.iter_mut().filter(|row| row[0] == next).for_each(|row| {
                row.remove(0);
            });
            order.push(next);
        }
    }

    /// The definitions, which say of which class there is none.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for (at, class) in self.made.iter().enumerate() {
            let bases: Vec<String> = class.bases.iter().map(|base| self.name(*base)).collect();
            writeln!(text, "try:\n    class K{at}({}):\n        pass", bases.join(", ")).expect("text");
            for method in &class.methods {
                writeln!(
                    text,
                    "        def m{method}(self):\n            \
                     return ['K{at}'] + (super().m{method}() if hasattr(super(), 'm{method}') else [])\n        \
                     x{method} = 'K{at}'"
                )
                .expect("text");
            }
            writeln!(text, "except TypeError as error:\n    print('no K{at}')\n    print('~', error)")
                .expect("text");
        }
        text
    }

    /// What the definitions print.
    pub fn expected(&self) -> String {
        let failed = (0..self.made.len()).filter(|at| self.made[*at].order.is_none());
        failed.map(|at| format!("no K{at}\n")).collect()
    }
}

impl Drawn for Hierarchy {
    fn draw(draw: &mut Draw) -> Hierarchy {
        Hierarchy::draw_with(draw, false)
    }
}

impl Case for Hierarchy {
    fn program(&self) -> String {
        let mut text = self.text();
        for at in self.successes() {
            writeln!(text, "print([c.__name__ for c in K{at}.__mro__], K{at}.mro() == list(K{at}.__mro__))")
                .expect("text");
            for method in 0..METHODS {
                writeln!(
                    text,
                    "print(K{at}().m{method}() if hasattr(K{at}, 'm{method}') else None, \
                     getattr(K{at}(), 'x{method}', None))"
                )
                .expect("text");
            }
        }
        text
    }

    fn expected(&self) -> Option<String> {
        let mut text = Hierarchy::expected(self);
        for at in self.successes() {
            let order = self.made[at].order.as_ref()?;
            let quoted: Vec<String> = order.iter().map(|name| format!("'{name}'")).collect();
            writeln!(text, "[{}] True", quoted.join(", ")).expect("text");
            for method in 0..METHODS {
                let has = |name: &&String| {
                    (0..self.made.len())
                        .any(|at| format!("K{at}") == **name && self.made[at].methods.contains(&method))
                };
                let found: Vec<&String> = order.iter().filter(has).collect();
                match found.first() {
                    Some(first) => {
                        let quoted: Vec<String> = found.iter().map(|name| format!("'{name}'")).collect();
                        writeln!(text, "[{}] {first}", quoted.join(", "))
                    }
                    None => writeln!(text, "None None"),
                }
                .expect("text");
            }
        }
        Some(text)
    }
}

// Feature: dx-py-production-ready, Property 1: Class Method Compilation Produces Valid Bytecode
#[test]
fn class_method_compilation_produces_valid_bytecode() {
    check::<Methods>("Property 1: Class Method Compilation Produces Valid Bytecode");
}

// Feature: dx-py-production-ready, Property 2: Class Instantiation Correctly Binds Arguments
#[test]
fn class_instantiation_correctly_binds_arguments() {
    check::<Instantiation>("Property 2: Class Instantiation Correctly Binds Arguments");
}

// Feature: dx-py-production-ready, Property 3: Method Resolution Order Follows C3 Linearization
#[test]
fn method_resolution_order_follows_c3_linearization() {
    check::<Hierarchy>("Property 3: Method Resolution Order Follows C3 Linearization");
}
