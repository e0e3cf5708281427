//! Arguments of native functions: the call's slice, and its binding to a signature written as Python writes it.
//!
//! A native function has one signature string, `"bisect_left(a, x, lo=0, hi=None, *, key=None)"`. It yields how
//! arguments are bound, the texts of the errors, and `__text_signature__`. A bound function sees one value a parameter,
//! `Value::UNBOUND` for what was left out.

use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use crate::runtime::error::{PyResult, Raised};
use crate::runtime::gc::heap::AddressHasher;
use crate::runtime::object::typedef::{Type, TypeRef, TypeSpec};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{Obj, Value};

/// Arguments of a call: positional values, then the values of the keywords, whose names stand apart.
#[derive(Clone, Copy)]
pub struct Args<'a> {
    /// All values.
    pub values: &'a [Value],
    /// Names (strings) of the last values.
    pub names: &'a [Value],
}

impl<'a> Args<'a> {
    /// No arguments.
    pub const NONE: Args<'static> = Args { values: &[], names: &[] };

    /// Positional arguments alone.
    pub const fn positional(values: &'a [Value]) -> Args<'a> {
        Args { values, names: &[] }
    }
    /// The positional values.
    #[inline(always)]
    pub fn pos(&self) -> &'a [Value] {
        &self.values[..self.values.len() - self.names.len()]
    }
    /// The keywords with their values.
    pub fn keywords(&self) -> impl Iterator<Item = (&'a Value, &'a Value)> + use<'a> {
        self.names.iter().zip(&self.values[self.values.len() - self.names.len()..])
    }
    /// Without the first positional value.
    pub fn rest(&self) -> Args<'a> {
        Args { values: &self.values[1..], names: self.names }
    }
    /// Value of a keyword.
    pub fn keyword(&self, name: &str) -> Option<&'a Value> {
        self.keywords()
            .find(|(key, _)| key.as_str().is_some_and(|k| k.bytes() == name.as_bytes()))
            .map(|(_, v)| v)
    }
    /// Error unless there are no keywords.
    pub fn no_keywords(&self, vm: &Vm, function: impl std::fmt::Display) -> PyResult<()> {
        if self.names.is_empty() {
            Ok(())
        } else {
            Err(vm.type_error(format!("{function}() takes no keyword arguments")))
        }
    }
    /// For the `__new__` of a builtin type: error for keywords, unless a subclass has an `__init__` that may take them.
    pub fn no_keywords_new(&self, vm: &Vm, ty: &TypeRef, spec: &'static TypeSpec) -> PyResult<()> {
        if self.names.is_empty() {
            return Ok(());
        }
        let base = vm.typ(spec);
        let init = |ty: &TypeRef| ty.slots.get().init.map(|f| f as usize);
        if ty.is(base) || init(ty) == init(base) { self.no_keywords(vm, spec.short_name()) } else { Ok(()) }
    }
    /// Error unless the number of positional arguments is between both bounds and there are no keywords: the texts of
    /// CPython's `PyArg_UnpackTuple`.
    #[inline(always)]
    pub fn count(&self, vm: &Vm, function: &str, min: usize, max: usize) -> PyResult<&'a [Value]> {
        if self.names.is_empty() && (min..=max).contains(&self.values.len()) {
            return Ok(self.values);
        }
        Err(self.miscounted(vm, function, min, max))
    }

    #[cold]
    #[inline(never)]
    fn miscounted(&self, vm: &Vm, function: &str, min: usize, max: usize) -> Raised {
        if let Err(raised) = self.no_keywords(vm, function) {
            return raised;
        }
        let n = self.values.len();
        let (bound, limit) = if n < min { ("at least", min) } else { ("at most", max) };
        let bound = if min == max { "" } else { bound };
        let space = if bound.is_empty() { "" } else { " " };
        let s = if limit == 1 { "" } else { "s" };
        vm.type_error(format!("{function} expected {bound}{space}{limit} argument{s}, got {n}"))
    }
}

/// What a signature string says, computed when dx is compiled.
#[derive(Clone, Copy, Debug)]
pub struct Signature {
    /// The whole text.
    pub text: &'static str,
    /// Length of the name.
    pub name: usize,
    /// Parameters that can be given by position.
    pub positional: u8,
    /// Of these, how many have no default.
    pub required: u8,
    /// Of these, how many are positional-only.
    pub positional_only: u8,
    /// Keyword-only parameters.
    pub keyword_only: u8,
    /// Of these, how many have no default: they stand first.
    pub keyword_required: u8,
    /// See [`Native::handed_class`](super::typedef::Native::handed_class).
    pub handed_class: bool,
}

impl Signature {
    /// Reads `"name(a, b=1, /, *, c)"`. Defaults may contain brackets and quoted commas.
    pub const fn parse(text: &'static str) -> Signature {
        let bytes = text.as_bytes();
        let mut at = 0;
        while at < bytes.len() && bytes[at] != b'(' {
            at += 1;
        }
        let mut result = Signature {
            text,
            name: at,
            positional: 0,
            required: 0,
            positional_only: 0,
            keyword_only: 0,
            keyword_required: 0,
            handed_class: false,
        };
        if at == bytes.len() {
            return result;
        }
        at += 1;
        let mut after_star = false;
        loop {
            while at < bytes.len() && bytes[at] == b' ' {
                at += 1;
            }
            if at >= bytes.len() || bytes[at] == b')' {
                return result;
            }
            let first = bytes[at];
            let second = if at + 1 < bytes.len() { bytes[at + 1] } else { b')' };
            let mut has_default = false;
            let mut depth = 0;
            let mut quote = 0;
            while at < bytes.len() {
                let byte = bytes[at];
                if quote != 0 {
                    if byte == quote {
                        quote = 0;
                    }
                } else if byte == b'\'' || byte == b'"' {
                    quote = byte;
                } else if byte == b'=' && depth == 0 {
                    has_default = true;
                } else if byte == b'(' || byte == b'[' || byte == b'{' {
                    depth += 1;
                } else if (byte == b')' || byte == b']' || byte == b'}') && depth > 0 {
                    depth -= 1;
                } else if (byte == b',' || byte == b')') && depth == 0 {
                    break;
                }
                at += 1;
            }
            if first == b'/' {
                result.positional_only = result.positional;
            } else if first == b'*' {
                after_star = true;
                let _ = second;
            } else if first == b'$' {
            } else if after_star {
                result.keyword_only += 1;
                if !has_default {
                    result.keyword_required += 1;
                }
            } else {
                result.positional += 1;
                if !has_default {
                    result.required += 1;
                }
            }
            if at < bytes.len() && bytes[at] == b',' {
                at += 1;
            }
        }
    }

    /// Name of the function.
    pub fn name(&self) -> &'static str {
        &self.text[..self.name]
    }

    /// Number of values a bound call has.
    #[inline(always)]
    pub const fn total(&self) -> usize {
        (self.positional + self.keyword_only) as usize
    }

    /// Names of the parameters, in order, without the stars.
    pub fn parameters(&self) -> &'static [&'static str] {
        thread_local! {
            static READ: RefCell<HashMap<usize, &'static [&'static str], BuildHasherDefault<AddressHasher>>> =
                RefCell::default();
        }
        // Signatures are literals of the program: there are only so many.
        READ.with_borrow_mut(|read| {
            *read.entry(self.text.as_ptr().addr()).or_insert_with(|| self.read_parameters().leak())
        })
    }

    fn read_parameters(&self) -> Vec<&'static str> {
        let mut names = Vec::with_capacity(self.total());
        let inner = self.text[self.name..].trim_start_matches('(').trim_end_matches(')');
        let (mut depth, mut quote, mut start) = (0, 0u8, 0);
        let mut push = |piece: &'static str| {
            let piece = piece.trim();
            let name = piece.split('=').next().unwrap_or("").trim();
            if !name.is_empty() && !matches!(name.as_bytes()[0], b'/' | b'*') {
                names.push(name.trim_start_matches('$'));
            }
        };
        for (at, byte) in inner.bytes().enumerate() {
            match byte {
                _ if quote != 0 => {
                    if byte == quote {
                        quote = 0;
                    }
                }
                b'\'' | b'"' => quote = byte,
                b'(' | b'[' | b'{' => depth += 1,
                b')' | b']' | b'}' => depth -= 1,
                b',' if depth == 0 => {
                    push(&inner[start..at]);
                    start = at + 1;
                }
                _ => {}
            }
        }
        push(&inner[start..]);
        names
    }

    /// Binds the arguments of a call into `bound`, which has [`Signature::total`] places, all unbound. `skip` leading
    /// parameters (the instance of a method) are not counted in messages; `owner` stands before the name there.
    #[cold]
    #[inline(never)]
    pub fn bind(&self, vm: &Vm, args: Args, bound: &mut [Value], skip: usize) -> PyResult<()> {
        let name = self.name();
        let pos = args.pos();
        let (required, positional) = (self.required as usize, self.positional as usize);
        if self.handed_class {
            self.check_handed_class(vm, args, skip)?;
        }
        if !args.names.is_empty() && self.total() == self.positional_only as usize {
            return Err(
                vm.type_error(format!("{}() takes no keyword arguments", self.message_name(vm, args, skip)))
            );
        }
        let (all, limit) = (pos.len() + args.names.len() - skip, self.total() - skip);
        if all > limit && (!args.names.is_empty() || self.keyword_only > 0) {
            let s = if limit == 1 { "" } else { "s" };
            let kind = if pos.len() == skip { "keyword " } else { "" };
            return Err(
                vm.type_error(format!("{name}() takes at most {limit} {kind}argument{s} ({all} given)"))
            );
        }
        if pos.len() > positional {
            let given = pos.len() - skip;
            let most = positional - skip;
            if self.keyword_only == 0 && self.positional_only == self.positional {
                return Err(self.count_error(vm, args, skip, given, required.saturating_sub(skip), most));
            }
            if most == 0 && self.keyword_only == 0 {
                return Err(vm.type_error(format!("{name}() takes no arguments ({given} given)")));
            }
            if most == 0 {
                return Err(vm.type_error(format!("{name}() takes no positional arguments")));
            }
            let bound = if required == positional && self.keyword_only == 0 { "exactly" } else { "at most" };
            let kind =
                if self.keyword_only > 0 || self.positional_only > skip as u8 { "positional " } else { "" };
            let s = if most == 1 { "" } else { "s" };
            return Err(
                vm.type_error(format!("{name}() takes {bound} {most} {kind}argument{s} ({given} given)"))
            );
        }
        for (place, value) in bound.iter_mut().zip(pos) {
            *place = value.clone();
        }
        if !args.names.is_empty() {
            let parameters = self.parameters();
            for (key, value) in args.keywords() {
                let Some(key) = key.as_str() else { return Err(vm.type_error("keywords must be strings")) };
                let found = parameters
                    .iter()
                    .skip(self.positional_only as usize)
                    .position(|p| p.as_bytes() == key.bytes());
                let Some(found) = found.map(|at| at + self.positional_only as usize) else {
                    if parameters
                        .iter()
                        .take(self.positional_only as usize)
                        .any(|p| p.as_bytes() == key.bytes())
                    {
                        return Err(vm.type_error(format!(
                            "{name}() got some positional-only arguments passed as keyword arguments: '{}'",
                            key.to_string_lossy()
                        )));
                    }
                    // A parameter without its argument counts more than an argument without its parameter.
                    let missing = (pos.len()..required).find(|at| {
                        let is_it = |key: &Value| {
                            key.as_str().is_some_and(|key| key.bytes() == parameters[*at].as_bytes())
                        };
                        !args.keywords().any(|(key, _)| is_it(key))
                    });
                    if let Some(at) = missing.filter(|at| *at >= self.positional_only as usize) {
                        return Err(self.missing_error(vm, at, skip));
                    }
                    return Err(vm.type_error(format!(
                        "{name}() got an unexpected keyword argument '{}'",
                        key.to_string_lossy()
                    )));
                };
                if !bound[found].is_unbound() {
                    return Err(vm.type_error(format!(
                        "argument for {name}() given by name ('{}') and position ({})",
                        key.to_string_lossy(),
                        found + 1 - skip
                    )));
                }
                bound[found] = value.clone();
            }
        }
        if bound[..required].iter().any(Value::is_unbound) {
            if self.positional_only == self.positional && self.keyword_only == 0 {
                let given = pos.len().saturating_sub(skip);
                return Err(self.count_error(vm, args, skip, given, required - skip, positional - skip));
            }
            let missing = bound[..required].iter().position(Value::is_unbound).unwrap_or(0);
            if missing < self.positional_only as usize {
                let (bound_word, need) = if required < positional {
                    ("at least", required - skip)
                } else {
                    ("exactly", required - skip)
                };
                let s = if need == 1 { "" } else { "s" };
                return Err(vm.type_error(format!(
                    "{name}() takes {bound_word} {need} positional argument{s} ({} given)",
                    pos.len() - skip
                )));
            }
            return Err(self.missing_error(vm, missing, skip));
        }
        let keyword = &bound[positional..positional + self.keyword_required as usize];
        if let Some(missing) = keyword.iter().position(Value::is_unbound) {
            return Err(self.missing_error(vm, positional + missing, skip));
        }
        Ok(())
    }

    /// The errors of functions that are handed their class, whose parameters are positional-only.
    fn check_handed_class(&self, vm: &Vm, args: Args, skip: usize) -> PyResult<()> {
        let name = self.name();
        let (given, most, least) =
            (args.pos().len() - skip, self.total() - skip, self.required as usize - skip);
        let all = given + args.names.len();
        if all > 0 && most == 0 {
            return Err(vm.type_error(format!("{name}() takes no arguments")));
        }
        if all > most {
            let s = if most == 1 { "" } else { "s" };
            let kind = if given == 0 { "keyword " } else { "" };
            return Err(
                vm.type_error(format!("{name}() takes at most {most} {kind}argument{s} ({all} given)"))
            );
        }
        if given < least {
            let s = if least == 1 { "" } else { "s" };
            let bound = if least == most { "exactly" } else { "at least" };
            return Err(vm.type_error(format!(
                "{name}() takes {bound} {least} positional argument{s} ({given} given)"
            )));
        }
        Ok(())
    }

    /// The error for a required parameter that got nothing.
    fn missing_error(&self, vm: &Vm, at: usize, skip: usize) -> Raised {
        let (name, parameter) = (self.name(), self.parameters()[at]);
        vm.type_error(format!("{name}() missing required argument '{parameter}' (pos {})", at + 1 - skip))
    }

    /// The name with that of the type which defines the method.
    fn message_name(&self, vm: &Vm, args: Args, skip: usize) -> String {
        let name = self.name();
        let Some(receiver) = args.pos().first().filter(|_| skip == 1) else { return name.to_owned() };
        let key = vm.intern(name);
        let owner = |ty: &Obj<Type>| {
            let mro = ty.mro().iter().filter_map(Value::as_type);
            mro.filter(|ty| ty.spec.is_some()).find(|ty| ty.dict.get_str(&key).is_some()).map(|ty| ty.name())
        };
        match owner(receiver.ty(vm)).or_else(|| receiver.as_type().and_then(owner)) {
            Some(owner) => format!("{owner}.{name}"),
            None => name.to_owned(),
        }
    }

    /// The texts for functions with positional-only parameters.
    fn count_error(&self, vm: &Vm, args: Args, skip: usize, given: usize, min: usize, max: usize) -> Raised {
        let name = self.name();
        if min == max {
            return match max {
                0 => vm.type_error(format!(
                    "{}() takes no arguments ({given} given)",
                    self.message_name(vm, args, skip)
                )),
                1 => {
                    let name = self.message_name(vm, args, skip);
                    vm.type_error(format!("{name}() takes exactly one argument ({given} given)"))
                }
                _ => vm.type_error(format!("{name} expected {max} arguments, got {given}")),
            };
        }
        let (bound, limit) = if given < min { ("at least", min) } else { ("at most", max) };
        let s = if limit == 1 { "" } else { "s" };
        vm.type_error(format!("{name} expected {bound} {limit} argument{s}, got {given}"))
    }
}
