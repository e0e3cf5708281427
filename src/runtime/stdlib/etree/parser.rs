//! `XMLParser`: fed with text or bytes it tells its target what they say.
//!
//! A `TreeBuilder` of this module is told straight from the scanner's tokens, with character data in one piece; another target has its
//! methods called, and gets character data in the pieces that expat cuts.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use crate::runtime::builtins::exceptions as exc;
use crate::runtime::builtins::tools::member;
use crate::runtime::error::{PyResult, Raised};
use crate::runtime::gc::heap::type_flag;
use crate::runtime::object::args::Signature;
use crate::runtime::object::dict::Dict;
use crate::runtime::object::typedef::{GetSet, Native, Slots, TypeSpec, getter, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::stdlib::expat::input::Input;
use crate::runtime::stdlib::expat::scan::{Event, Item, Machine, Place, Problem, Token, code, moved};
use crate::runtime::stdlib::expat::{VERSION, feed, words};
use crate::runtime::value::{LockCell, Obj, Payload, Ref, Value};

use super::builder::{self, Builder, END_NS, EVENTS, START_NS};
use super::element::sequence;

/// Methods of a target, in the order of `Parser::methods`.
const METHODS_OF_TARGETS: [&str; 9] =
    ["start", "end", "data", "start_ns", "end_ns", "comment", "pi", "doctype", "close"];

mod method {
    pub const START: usize = 0;
    pub const END: usize = 1;
    pub const DATA: usize = 2;
    pub const START_NS: usize = 3;
    pub const END_NS: usize = 4;
    pub const COMMENT: usize = 5;
    pub const PI: usize = 6;
    pub const DOCTYPE: usize = 7;
    pub const CLOSE: usize = 8;
}

/// Strings for names, each made once.
#[derive(Default)]
struct Names {
    /// As the scanner says them.
    known: HashMap<String, Value>,
    /// By the scanner's numbers, as long as it counts the same epoch.
    tags: Vec<Option<Value>>,
    keys: Vec<Option<Value>>,
    epoch: u32,
}

/// The payload of `XMLParser`.
pub struct Parser {
    machine: RefCell<Machine>,
    input: RefCell<Input>,
    names: RefCell<Names>,
    /// Character data that the builder has not got yet.
    text: RefCell<String>,
    /// Bytes of the token that was not whole when it was last looked at.
    partial: Cell<usize>,
    /// The error that has ended it, where it stood last and how far behind the start of its input.
    failure: Cell<Option<(u8, Place, Place)>>,
    is_parsing: Cell<bool>,
    is_finished: Cell<bool>,
    /// Unbound until `__init__` has run.
    target: LockCell<Value>,
    entity: LockCell<Value>,
    methods: [LockCell<Value>; METHODS_OF_TARGETS.len()],
}

crate::payload!(Parser, "XMLParser", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(self.target.get());
        visit(self.entity.get());
        for method in &self.methods {
            visit(method.get());
        }
    }
    fn clear(&self) {
        drop(self.target.replace(Value::UNBOUND));
        drop(self.entity.replace(Value::UNBOUND));
        for method in &self.methods {
            drop(method.replace(Value::UNBOUND));
        }
    }
});

/// `XMLParser`
pub static PARSER: TypeSpec = TypeSpec::new("xml.etree.ElementTree.XMLParser", Parser::layout)
    .flags(type_flag::BASE)
    .slots(slots)
    .methods(METHODS)
    .getset(ATTRIBUTES);

fn any<'a>(vm: &Vm, value: &'a Value) -> PyResult<&'a Obj<Parser>> {
    vm.cast::<Parser>(value)
}

/// The parser, if its `__init__` has run.
fn this<'a>(vm: &Vm, value: &'a Value) -> PyResult<&'a Obj<Parser>> {
    let parser = any(vm, value)?;
    if parser.target.get().is_unbound() {
        return Err(vm.value_error("XMLParser.__init__() wasn't called"));
    }
    Ok(parser)
}

fn machine() -> Machine {
    let mut machine = Machine::new(Some("}".into()));
    machine.without_raw = true;
    machine
}

fn slots(s: &mut Slots) {
    s.new = Some(|vm, ty, _| {
        let parser = Parser {
            machine: RefCell::new(machine()),
            input: RefCell::new(Input::new(None)),
            names: RefCell::default(),
            text: RefCell::default(),
            partial: Cell::new(0),
            failure: Cell::new(None),
            is_parsing: Cell::new(false),
            is_finished: Cell::new(false),
            target: LockCell::new(Value::UNBOUND),
            entity: LockCell::new(Value::UNBOUND),
            methods: [const { LockCell::new(Value::UNBOUND) }; METHODS_OF_TARGETS.len()],
        };
        Ok(vm.alloc(ty, parser).into_value())
    });
    s.init = Some(|vm, value, args| {
        const SIGNATURE: Signature = Signature::parse("XMLParser(*, target=None, encoding=None)");
        let [target, encoding] = vm.bind_args(&SIGNATURE, args)?;
        let encoding = match encoding.some() {
            None => None,
            Some(name) if name.as_str().is_some() => {
                let name = vm.utf8(name)?;
                if name.contains('\0') {
                    return Err(vm.value_error("embedded null character"));
                }
                Some(name.to_owned())
            }
            Some(wrong) => {
                return Err(vm.type_error(format!(
                    "XMLParser() argument 'encoding' must be str or None, not {}",
                    wrong.type_name(vm)
                )));
            }
        };
        let parser = any(vm, value)?;
        if parser.is_parsing.get() {
            return Err(vm.runtime_error("cannot call __init__() from within a handler"));
        }
        let target = target.some().cloned().unwrap_or_else(|| builder::plain(vm));
        for (place, name) in parser.methods.iter().zip(METHODS_OF_TARGETS) {
            let method = vm.getattr_opt(&target, vm.intern(name).value())?;
            drop(place.replace(method.unwrap_or(Value::UNBOUND)));
        }
        *parser.machine.borrow_mut() = machine();
        *parser.input.borrow_mut() = Input::new(encoding);
        parser.names.take();
        parser.failure.set(None);
        parser.is_finished.set(false);
        drop(parser.entity.replace(vm.new_dict().into_value()));
        drop(parser.target.replace(target));
        Ok(())
    });
}

static ATTRIBUTES: &[GetSet] = &[
    member("entity", |vm, parser| Ok(shown(&any(vm, parser)?.entity)), ""),
    member("target", |vm, parser| Ok(shown(&any(vm, parser)?.target)), ""),
    getter(
        "version",
        |vm, _| {
            let [major, minor, micro] = VERSION;
            Ok(vm.str(format!("Expat {major}.{minor}.{micro}")))
        },
        "",
    ),
];

fn shown(place: &LockCell<Value>) -> Value {
    place.get().given().cloned().unwrap_or(Value::NONE)
}

static METHODS: &[Native] = &[
    native(
        "_parse_whole(self, file, /)",
        |vm, args| {
            let parser = this(vm, &args[0])?;
            let read = vm.getattr_str(&args[1], "read")?;
            const PIECE: i64 = 1 << 16;
            loop {
                let piece = vm.call1(&read, &vm.int(PIECE))?;
                let bytes = match (piece.as_str(), vm.bytes_of(&piece)) {
                    (Some(text), _) => {
                        parser.take_text();
                        text.bytes()
                    }
                    (None, Some(bytes)) => bytes,
                    (None, None) => break,
                };
                if bytes.is_empty() {
                    break;
                }
                parser.parse(vm, &args[0], bytes, false, true)?;
            }
            parser.parse(vm, &args[0], b"", true, true)?;
            let target = parser.target.cloned();
            Ok(builder::exact(vm, &target).map_or(Value::NONE, |builder| builder.root()))
        },
        "",
    ),
    native("_setevents(self, events_queue, events_to_report=None, /)", set_events, ""),
    native(
        "close(self, /)",
        |vm, args| {
            let parser = this(vm, &args[0])?;
            parser.parse(vm, &args[0], b"", true, true)?;
            let target = parser.target.cloned();
            if let Some(builder) = builder::exact(vm, &target) {
                return Ok(builder.root());
            }
            match parser.method(method::CLOSE) {
                Some(close) => vm.call0(&close),
                None => Ok(Value::NONE),
            }
        },
        "Say that no more comes, and return what the target's close() gives.",
    ),
    native(
        "feed(self, data, /)",
        |vm, args| {
            let parser = this(vm, &args[0])?;
            if args[1].as_str().is_some() {
                let text = vm.utf8(&args[1])?;
                parser.take_text();
                parser.parse(vm, &args[0], text.as_bytes(), false, true)?;
            } else {
                let data = vm.with_buffer(&args[1], <[u8]>::to_vec)?;
                parser.parse(vm, &args[0], &data, false, true)?;
            }
            Ok(Value::NONE)
        },
        "Parse more data: text or bytes.\n\nRaises ParseError for what is no XML, and whatever the target raises.",
    ),
    native(
        "flush(self, /)",
        |vm, args| {
            this(vm, &args[0])?.parse(vm, &args[0], b"", false, false)?;
            Ok(Value::NONE)
        },
        "Parse what waits for more data, as far as it is whole.",
    ),
];

fn set_events(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let parser = this(vm, &args[0])?;
    let target = parser.target.cloned();
    let Some(builder) = builder::exact(vm, &target) else {
        return Err(vm.type_error("event handling only supported for ElementTree.TreeBuilder targets"));
    };
    let append = vm.getattr_str(&args[1], "append")?;
    builder.report_to(&args[1], append);
    let Some(events) = args[2].some() else {
        builder.report(1, vm.str("end"));
        return Ok(Value::NONE);
    };
    for event in sequence(vm, events, "events must be a sequence")? {
        let name = match (event.as_str(), vm.bytes_of(&event)) {
            (Some(text), _) => text.bytes(),
            (None, Some(bytes)) => bytes,
            (None, None) => return Err(vm.value_error("invalid events sequence")),
        };
        match EVENTS.iter().position(|known| known.as_bytes() == name) {
            Some(number) => builder.report(number, event.clone()),
            None => {
                let name = String::from_utf8_lossy(name).into_owned();
                return Err(vm.value_error(format!("unknown event '{name}'")));
            }
        }
    }
    Ok(Value::NONE)
}

/// ParseError.
#[cold]
fn parse_error(vm: &Vm, number: u8, place: Place, words: &str) -> Raised {
    let made = (|| {
        let class = vm.exception_class("xml.etree.ElementTree.ParseError", &exc::SYNTAX_ERROR)?;
        let text = vm.str(format!("{words}: line {}, column {}", place.line, place.column));
        let exception = vm.call1(&class, &text)?;
        vm.setattr(&exception, vm.intern("code").value(), Some(&vm.int(number.into())))?;
        let position = vm.tuple(vec![vm.int(place.line as i64), vm.int(place.column as i64)]);
        vm.setattr(&exception, vm.intern("position").value(), Some(&position))?;
        Ok(exception)
    })();
    match made {
        Ok(exception) => vm.raise_value(exception),
        Err(raised) => raised,
    }
}

/// A name with its namespace in braces.
fn universal(vm: &Vm, name: &str) -> Value {
    if name.contains('}') {
        vm.intern(&format!("{{{name}")).into_value()
    } else {
        vm.intern(name).into_value()
    }
}

impl Names {
    fn of(&mut self, vm: &Vm, name: &str) -> Value {
        if let Some(known) = self.known.get(name) {
            return known.clone();
        }
        let new = universal(vm, name);
        self.known.insert(name.to_owned(), new.clone());
        new
    }

    /// Lets go of what the scanner's numbers meant before.
    fn follow(&mut self, epoch: u32) {
        if self.epoch != epoch {
            self.epoch = epoch;
            self.tags.clear();
            self.keys.clear();
        }
    }

    fn numbered(&mut self, vm: &Vm, machine: &mut Machine, number: u32, is_tag: bool) -> Value {
        let all = if is_tag { &mut self.tags } else { &mut self.keys };
        let at = number as usize;
        if all.len() <= at {
            all.resize(at + 1, None);
        }
        if let Some(known) = &all[at] {
            return known.clone();
        }
        let name = if is_tag { machine.quick_tag(number) } else { machine.quick_key(number) };
        let new = universal(vm, name.as_deref().unwrap_or_default());
        all[at] = Some(new.clone());
        new
    }
}

impl Parser {
    fn method(&self, which: usize) -> Option<Value> {
        self.methods[which].get().given().cloned()
    }

    fn call(&self, vm: &Vm, which: usize, args: &[Value]) -> PyResult<()> {
        match self.method(which) {
            Some(method) => vm.call_args(&method, args).map(drop),
            None => Ok(()),
        }
    }

    /// What comes next is text, whatever coding the document names.
    fn take_text(&self) {
        if !self.is_parsing.get() {
            self.input.borrow_mut().take_text();
        }
    }

    /// Parses more; with `defers` a token that was not whole is looked at again when there is twice as much of it.
    fn parse(&self, vm: &Vm, own: &Value, data: &[u8], is_final: bool, defers: bool) -> PyResult<()> {
        let start = self.machine.try_borrow().map_or_else(|_| Place::default(), |machine| machine.place());
        if self.is_parsing.get() {
            return Err(vm.runtime_error("cannot parse from within a handler"));
        }
        if let Some((number, place, behind)) = self.failure.get() {
            return Err(self.fail_again(vm, number, place, behind));
        }
        if self.is_finished.get() {
            return Err(parse_error(vm, code::FINISHED, start, words(code::FINISHED)));
        }
        self.is_parsing.set(true);
        let result = self.parse_here(vm, own, data, is_final, defers, start);
        if result.is_err() {
            // The rest of what came is passed over.
            while let Ok(Some(_)) = self.machine.borrow_mut().next(is_final) {}
        }
        self.is_parsing.set(false);
        if is_final && result.is_ok() {
            self.is_finished.set(true);
        }
        result
    }

    /// The error that ends the parser.
    #[cold]
    fn fail(&self, vm: &Vm, number: u8, place: Place, start: Place) -> Raised {
        let line = place.line - start.line.min(place.line);
        let column = place.column - start.column.min(place.column);
        self.failure.set(Some((number, place, Place { line, column, byte: 0 })));
        parse_error(vm, number, place, words(number))
    }

    /// The error again: as far behind the place before as that was behind the start of the input, which is how expat counts.
    #[cold]
    fn fail_again(&self, vm: &Vm, number: u8, mut place: Place, behind: Place) -> Raised {
        match behind.line {
            0 => place.column += behind.column,
            lines => place.line += lines,
        }
        self.failure.set(Some((number, place, behind)));
        parse_error(vm, number, place, words(number))
    }

    fn parse_here(
        &self,
        vm: &Vm,
        own: &Value,
        data: &[u8],
        is_final: bool,
        defers: bool,
        start: Place,
    ) -> PyResult<()> {
        if let Err(head) = feed(vm, &self.machine, &self.input, data, is_final)? {
            return Err(self.fail(vm, code::UNKNOWN_ENCODING, moved(start, &head), start));
        }
        let waiting = self.machine.borrow().waiting().len();
        if defers && !is_final && waiting < self.partial.get().saturating_mul(2) {
            return Ok(());
        }
        let target = self.target.cloned();
        let told = builder::exact(vm, &target);
        loop {
            if let Some(builder) = told {
                loop {
                    let token = self.machine.borrow_mut().quick();
                    match token {
                        Some(token) => self.take(vm, builder, token)?,
                        None => break,
                    }
                }
            }
            let step = self.machine.borrow_mut().next(is_final);
            match (step, told) {
                (Ok(Some(item)), Some(builder)) => self.tell_builder(vm, own, builder, item)?,
                (Ok(Some(item)), None) => self.tell_target(vm, own, item)?,
                (Ok(None), _) => break,
                (Err(Problem { code: code::TOO_DEEP, .. }), _) => return Err(vm.too_deep("")),
                (Err(problem), _) => {
                    self.flush(vm, told);
                    return Err(self.fail(vm, problem.code, problem.place, start));
                }
            }
        }
        let left = self.machine.borrow().waiting().len();
        self.partial.set(if left == waiting { left } else { 0 });
        self.flush(vm, told);
        Ok(())
    }

    /// Gives the builder the character data that was kept.
    #[inline]
    fn flush(&self, vm: &Vm, builder: Option<&Obj<Builder>>) {
        let mut text = self.text.borrow_mut();
        if let Some(builder) = builder
            && !text.is_empty()
        {
            let data = vm.str(text.as_str());
            text.clear();
            builder.data(vm, data);
        }
    }

    fn take(&self, vm: &Vm, builder: &Obj<Builder>, token: Token) -> PyResult<()> {
        match token {
            Token::Text(range) => {
                self.text.borrow_mut().push_str(self.machine.borrow().quick_text(&range));
                Ok(())
            }
            Token::End => {
                self.flush(vm, Some(builder));
                builder.end(vm).map(drop)
            }
            Token::Start { tag, empty } => {
                self.flush(vm, Some(builder));
                let (tag, attrib) = self.start_values(vm, tag);
                drop(builder.start(vm, tag, attrib)?);
                if empty {
                    drop(builder.end(vm)?);
                }
                Ok(())
            }
        }
    }

    fn start_values(&self, vm: &Vm, tag: u32) -> (Value, Option<Value>) {
        let (mut machine, mut names) = (self.machine.borrow_mut(), self.names.borrow_mut());
        names.follow(machine.quick_epoch());
        let tag = names.numbered(vm, &mut machine, tag, true);
        let count = machine.quick_attributes().len();
        if count == 0 {
            return (tag, None);
        }
        let dict = vm.dict(Dict::with_capacity(count));
        for at in 0..count {
            let (key, range) = machine.quick_attributes()[at].clone();
            let value = vm.str(machine.quick_text(&range));
            let key = names.numbered(vm, &mut machine, key, false);
            if let Some(key) = key.as_str() {
                drop(dict.insert_str(key, value));
            }
        }
        (tag, Some(dict.into_value()))
    }

    fn name(&self, vm: &Vm, name: &str) -> Value {
        self.names.borrow_mut().of(vm, name)
    }

    fn dict_of(&self, vm: &Vm, attributes: Vec<(String, String)>) -> Ref<Dict> {
        let dict = vm.new_dict();
        for (key, value) in attributes {
            if let Some(key) = self.name(vm, &key).as_str() {
                drop(dict.insert_str(key, vm.str(value)));
            }
        }
        dict
    }

    /// What an entity that the document does not declare means.
    fn entity(&self, vm: &Vm, name: &str, place: Place) -> PyResult<Value> {
        let known = self.entity.cloned();
        let found = match known.as_dict() {
            Some(dict) => dict.get(vm, &vm.str(name))?,
            None => None,
        };
        found.ok_or_else(|| {
            const UNDEFINED_ENTITY: u8 = code::UNDEFINED_ENTITY;
            parse_error(vm, UNDEFINED_ENTITY, place, &format!("undefined entity &{name};"))
        })
    }

    fn tell_builder(&self, vm: &Vm, own: &Value, builder: &Obj<Builder>, item: Item) -> PyResult<()> {
        let Item { event, place, .. } = item;
        if let Event::Text(text) = event {
            self.text.borrow_mut().push_str(&text);
            return Ok(());
        }
        self.flush(vm, Some(builder));
        let text = |text: Option<String>| vm.str(text.unwrap_or_default());
        match event {
            Event::Start { name, attributes, .. } => {
                let attrib = match attributes.is_empty() {
                    true => None,
                    false => Some(self.dict_of(vm, attributes).into_value()),
                };
                builder.start(vm, self.name(vm, &name), attrib).map(drop)
            }
            Event::End { .. } => builder.end(vm).map(drop),
            Event::Comment(comment) => builder.comment(vm, &vm.str(comment)).map(drop),
            Event::Instruction { target, data } if builder.wants_instructions() => {
                builder.instruction(vm, &vm.str(target), &vm.str(data)).map(drop)
            }
            Event::StartNamespace { prefix, uri } if builder.reports(START_NS) => {
                builder.tell(vm, START_NS, &vm.tuple(vec![text(prefix), text(uri)]))
            }
            Event::EndNamespace { .. } if builder.reports(END_NS) => builder.tell(vm, END_NS, &Value::NONE),
            Event::Skipped { name, is_parameter: false } | Event::External { context: Some(name), .. } => {
                builder.data(vm, self.entity(vm, &name, place)?);
                Ok(())
            }
            Event::StartDoctype { .. } => self.warn_of_doctype(vm, own),
            _ => Ok(()),
        }
    }

    fn tell_target(&self, vm: &Vm, own: &Value, item: Item) -> PyResult<()> {
        let Item { event, place, .. } = item;
        let text = |text: Option<String>| vm.str(text.unwrap_or_default());
        match event {
            Event::Text(data) => self.call(vm, method::DATA, &[vm.str(data)]),
            Event::Start { name, attributes, .. } => {
                let attrib = self.dict_of(vm, attributes).into_value();
                self.call(vm, method::START, &[self.name(vm, &name), attrib])
            }
            Event::End { name } => self.call(vm, method::END, &[self.name(vm, &name)]),
            Event::Comment(comment) => self.call(vm, method::COMMENT, &[vm.str(comment)]),
            Event::Instruction { target, data } => self.call(vm, method::PI, &[vm.str(target), vm.str(data)]),
            Event::StartNamespace { prefix, uri } => {
                self.call(vm, method::START_NS, &[text(prefix), text(uri)])
            }
            Event::EndNamespace { prefix } => self.call(vm, method::END_NS, &[text(prefix)]),
            Event::Skipped { name, is_parameter: false } | Event::External { context: Some(name), .. } => {
                let value = self.entity(vm, &name, place)?;
                self.call(vm, method::DATA, &[value])
            }
            Event::StartDoctype { name, system, public, .. } => match self.method(method::DOCTYPE) {
                Some(doctype) => {
                    let or_none =
                        |text: Option<String>| text.map_or(Value::NONE, |text| self.name(vm, &text));
                    let args = [self.name(vm, &name), or_none(public), or_none(system)];
                    vm.call_args(&doctype, &args).map(drop)
                }
                None => self.warn_of_doctype(vm, own),
            },
            _ => Ok(()),
        }
    }

    /// A parser of a subclass may define what only targets have.
    fn warn_of_doctype(&self, vm: &Vm, own: &Value) -> PyResult<()> {
        if vm.getattr_opt(own, vm.intern("doctype").value())?.is_none() {
            return Ok(());
        }
        let words = "The doctype() method of XMLParser is ignored.  Define doctype() method on the TreeBuilder target.";
        vm.warn(&exc::RUNTIME_WARNING, words, 1)
    }
}
