//! Replacing: parsed templates, and `sub`.

use super::matches::{self, Match};
use super::pattern::this;
use super::subject::{How, Hunt, Subject};
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

static TEMPLATE: TypeSpec = TypeSpec::new("_sre.SRE_Template", Template::layout).flags(type_flag::NO_NEW);

/// `_sre.template(pattern, template)`
pub fn template(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let Some(parts) = vm.list_items(&args[1]) else {
        let got = args[1].type_name(vm);
        return Err(vm.type_error(format!("template() argument 2 must be list, not {got}")));
    };
    let parts = parts.cloned();
    let invalid = || vm.type_error("invalid template");
    let Some((first, rest)) = parts.split_first() else { return Err(invalid()) };
    if rest.len() % 2 != 0 {
        return Err(invalid());
    }
    let mut pairs = Vec::with_capacity(rest.len() / 2);
    for pair in rest.chunks_exact(2) {
        let group = usize::try_from(vm.to_index(&pair[0])?).map_err(|_| invalid())?;
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
        None => {
            vm.has_buffer(repl) && vm.with_buffer(repl, |bytes| memchr::memchr(b'\\', bytes).is_none())?
        }
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
    let template = vm.call_args(&function, &[pattern.clone(), repl.clone()])?;
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

    /// Adds a template, `group` giving the bytes of a group.
    fn template<'a>(
        &mut self,
        vm: &Vm,
        template: &Template,
        groups: usize,
        group: impl Fn(usize) -> Option<&'a [u8]>,
    ) -> PyResult<()> {
        self.value(vm, &template.first)?;
        for (number, after) in &template.rest {
            if *number > groups {
                return Err(vm.index_error("no such group"));
            }
            if let Some(bytes) = group(*number) {
                self.piece(bytes);
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
    let text = &*subject.bytes;
    let mut hunt = Hunt::new(pattern, &subject, subject.all());
    let mut out = Out::new(subject.is_text());
    let (mut last, mut count) = (0, 0);
    while (most == 0 || count < most)
        && let Some((start, end)) = hunt.next(vm, How::Search)?
    {
        if last < start {
            out.piece(&text[last..start]);
        }
        match &filter {
            Filter::Literal(part) => out.value(vm, part)?,
            Filter::Template(template) => {
                out.template(vm, template, pattern.groups, |group| match group {
                    0 => Some(&text[start..end]),
                    group => hunt.scratch.group(group).map(|(start, end)| &text[start..end]),
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
        subject.slice(vm, 0, text.len())
    } else {
        if last < text.len() {
            out.piece(&text[last..]);
        }
        out.done(vm)?
    };
    Ok(if with_count { vm.tuple(vec![result, vm.int(count as i64)]) } else { result })
}

/// `match.expand(template)`
pub fn expanded(
    vm: &Vm,
    pattern: &Value,
    repl: &Value,
    found: &Obj<Match>,
    is_text: bool,
) -> PyResult<Value> {
    let template = template_of(vm, pattern, repl)?;
    if template.rest.is_empty() && !template.first.is_none() {
        return Ok(template.first.clone());
    }
    let mut out = Out::new(is_text);
    out.value(vm, &template.first)?;
    for (group, after) in &template.rest {
        out.value(vm, &found.group_value(vm, *group, &Value::NONE)?)?;
        out.value(vm, after)?;
    }
    out.done(vm)
}
