//! Replacing: parsed templates, and `sub`.

use super::matches::{self, Match};
use super::pattern::this;
use super::subject::{How, Hunt, Subject};
use crate::runtime::builtins::exceptions as exc;
use crate::runtime::builtins::tools::wrong_argument;
use crate::runtime::error::PyResult;
use crate::runtime::gc::heap::type_flag;
use crate::runtime::object::typedef::TypeSpec;
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{Obj, Payload, Ref, Value};

/// A parsed replacement: a literal, then groups each followed by a literal.
pub struct Template {
    first: Value,
    rest: Vec<(usize, Value)>,
}

crate::payload!(Template, "_sre.SRE_Template", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(&self.first);
        for (_, literal) in &self.rest {
            visit(literal);
        }
    }
});

impl Template {
    fn is_text(&self) -> bool {
        self.first.as_str().is_some()
    }

    /// The literals with what the groups hold between them, joined as the literals are.
    fn expand(&self, vm: &Vm, group: impl Fn(usize) -> PyResult<Value>) -> PyResult<Value> {
        let mut out = Out::new(self.is_text());
        out.value(vm, &self.first)?;
        for (number, after) in &self.rest {
            out.value(vm, &group(*number)?)?;
            out.value(vm, after)?;
        }
        out.done(vm)
    }
}

static TEMPLATE: TypeSpec = TypeSpec::new("_sre.SRE_Template", Template::layout).flags(type_flag::NO_NEW);

/// `_sre.template(pattern, template)`
pub fn template(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let Some(parts) = vm.list_items(&args[1]) else {
        return Err(wrong_argument(vm, "template() argument 2", "list", &args[1]));
    };
    let parts = parts.cloned();
    let invalid = || vm.type_error("invalid template");
    let Some((first, rest)) = parts.split_first() else { return Err(invalid()) };
    if rest.len() % 2 != 0 {
        return Err(invalid());
    }
    let mut pairs = Vec::with_capacity(rest.len() / 2);
    for pair in rest.chunks_exact(2) {
        if pair[0].as_int().is_none() {
            return Err(vm.type_error("an integer is required"));
        }
        let group = usize::try_from(vm.to_ssize(&pair[0])?).map_err(|_| invalid())?;
        pairs.push((group, pair[1].clone()));
    }
    Ok(vm.alloc_spec(&TEMPLATE, Template { first: first.clone(), rest: pairs }))
}

/// What stands for a match.
enum Filter {
    Literal(Value),
    Call(Value),
    Template(Ref<Template>),
}

fn filter_of(vm: &Vm, pattern: &Value, repl: &Value) -> PyResult<Filter> {
    if vm.is_callable(repl) {
        return Ok(Filter::Call(repl.clone()));
    }
    let plain = match repl.as_str() {
        Some(text) => memchr::memchr(b'\\', text.bytes()).is_none(),
        None => match Subject::any(vm, repl) {
            Ok(bytes) => memchr::memchr(b'\\', bytes.bytes()).is_none(),
            // What it is that cannot be read says whoever has to parse it.
            Err(raised) => {
                drop(vm.take_raised(raised));
                false
            }
        },
    };
    if plain {
        return Ok(Filter::Literal(repl.clone()));
    }
    let template = template_of(vm, pattern, repl)?;
    // A template without groups is its literal.
    if template.rest.is_empty() && !template.first.is_none() {
        return Ok(Filter::Literal(template.first.clone()));
    }
    Ok(Filter::Template(template))
}

fn template_of(vm: &Vm, pattern: &Value, repl: &Value) -> PyResult<Ref<Template>> {
    let module = vm.import("re")?;
    let function = vm.getattr_str(&module, "_compile_template")?;
    let template = match vm.call_args(&function, &[pattern.clone(), repl.clone()]) {
        // The function keeps what it has made, for which it needs a hash: memory that may change has none.
        Err(raised) if vm.has_buffer(repl) && vm.raised_is(&exc::TYPE_ERROR) => {
            drop(vm.take_raised(raised));
            let fixed = vm.bytes(&vm.buffer_bytes(repl)?);
            vm.call_args(&function, &[pattern.clone(), fixed])?
        }
        template => template?,
    };
    match template.downcast_ref::<Template>() {
        Some(template) => Ok(template),
        None => Err(vm.type_error("the result of _compile_template is not a template")),
    }
}

/// The text that is put together. A part of the wrong type is an error at the end only, as where parts are joined.
struct Out {
    bytes: Vec<u8>,
    is_text: bool,
    /// Parts so far.
    parts: usize,
    /// Number and type of the first wrong part.
    wrong: Option<(usize, String)>,
}

impl Out {
    fn new(is_text: bool) -> Out {
        Out { bytes: Vec::new(), is_text, parts: 0, wrong: None }
    }

    /// Adds a part of the subject.
    fn piece(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
        self.parts += 1;
    }

    /// Adds a value; None adds nothing.
    fn value(&mut self, vm: &Vm, part: &Value) -> PyResult<()> {
        if part.is_none() {
            return Ok(());
        }
        let nth = self.parts;
        self.parts += 1;
        match part.as_str() {
            Some(text) if self.is_text => self.bytes.extend_from_slice(text.bytes()),
            _ if !self.is_text && vm.has_buffer(part) => {
                vm.with_buffer(part, |bytes| self.bytes.extend_from_slice(bytes))?;
            }
            _ => {
                if self.wrong.is_none() {
                    self.wrong = Some((nth, part.type_name(vm).to_string()));
                }
            }
        }
        Ok(())
    }

    /// Adds a template, `group` giving the span of a group in the subject; `None` if there is no such group.
    fn template(
        &mut self,
        vm: &Vm,
        template: &Template,
        subject: &Subject,
        group: impl Fn(usize) -> Option<Option<(usize, usize)>>,
    ) -> PyResult<()> {
        let group = |number: usize| group(number).ok_or_else(|| vm.index_error("no such group"));
        if template.is_text() != self.is_text {
            let whole = template.expand(vm, |number| {
                Ok(group(number)?.map_or(Value::NONE, |(start, end)| subject.slice(vm, start, end)))
            })?;
            return self.value(vm, &whole);
        }
        self.value(vm, &template.first)?;
        for (number, after) in &template.rest {
            if let Some((start, end)) = group(*number)? {
                self.piece(&subject.bytes()[start..end]);
            }
            self.value(vm, after)?;
        }
        Ok(())
    }

    fn done(self, vm: &Vm) -> PyResult<Value> {
        match self.wrong {
            None if self.is_text => Ok(vm.str_bytes(&self.bytes)),
            None => Ok(vm.bytes(&self.bytes)),
            Some((nth, got)) => {
                let want = if self.is_text { "str instance" } else { "a bytes-like object" };
                Err(vm.type_error(format!("sequence item {nth}: expected {want}, {got} found")))
            }
        }
    }
}

/// `sub`, or with the number of replacements `subn`.
pub fn substitute(vm: &Vm, args: &[Value], with_count: bool) -> PyResult<Value> {
    let pattern = this(vm, &args[0])?;
    let (repl, string) = (&args[1], &args[2]);
    let most = match args[3].given() {
        Some(n) => vm.to_ssize(n)?,
        None => 0,
    };
    let filter = filter_of(vm, &args[0], repl)?;
    let subject = Subject::new(vm, pattern, string)?;
    let mut hunt = Hunt::new(pattern, &subject, subject.all());
    let mut out = Out::new(subject.is_text());
    let (mut last, mut count) = (0, 0);
    while (most == 0 || count < most)
        && let Some((start, end)) = hunt.next(vm, How::Search)?
    {
        if last < start {
            out.piece(&subject.bytes()[last..start]);
        }
        match &filter {
            Filter::Literal(part) => out.value(vm, part)?,
            Filter::Template(template) => {
                out.template(vm, template, &subject, |group| match group {
                    0 => Some(Some((start, end))),
                    group => (group <= pattern.groups).then(|| hunt.scratch.group(group)),
                })?;
            }
            Filter::Call(function) => {
                let found = matches::made(vm, pattern, string, &hunt, (start, end));
                out.value(vm, &vm.call1(function, &found)?)?;
            }
        }
        last = end;
        count += 1;
    }
    let result = if count == 0 {
        subject.slice(vm, 0, subject.bytes().len())
    } else {
        let rest = &subject.bytes()[last..];
        if !rest.is_empty() {
            out.piece(rest);
        }
        out.done(vm)?
    };
    Ok(if with_count { vm.tuple(vec![result, vm.int(count as i64)]) } else { result })
}

/// `match.expand(template)`
pub fn expanded(vm: &Vm, pattern: &Value, repl: &Value, found: &Obj<Match>) -> PyResult<Value> {
    let template = template_of(vm, pattern, repl)?;
    if template.rest.is_empty() && !template.first.is_none() {
        return Ok(template.first.clone());
    }
    template.expand(vm, |group| found.group_value(vm, group, &Value::NONE))
}
