//! Exception groups: `BaseExceptionGroup`, `ExceptionGroup`, and what `except*` does with them.
//!
//! Message and members of a group are the further attributes 0 and 1 of the exception's payload.

use crate::runtime::builtins::exceptions::{BASE_EXCEPTION_GROUP, EXCEPTION};
use crate::runtime::builtins::tools::member;
use crate::runtime::error::PyResult;
use crate::runtime::gc::heap::type_flag;
use crate::runtime::interp::unwind;
use crate::runtime::object::args::Args;
use crate::runtime::object::raise::Exception;
use crate::runtime::object::typedef::{GetSet, Native, Slots, TypeRef, TypeSpec, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{Obj, Payload, Ref, Value};

const MESSAGE: usize = 0;
const MEMBERS: usize = 1;
/// How a sequence of members that is neither list nor tuple was shown when the group was made.
const SHOWN: usize = 2;

/// `ExceptionGroup`, a `BaseExceptionGroup` and an `Exception`.
pub static EXCEPTION_GROUP: TypeSpec = TypeSpec::new("ExceptionGroup", Exception::layout)
    .base(&BASE_EXCEPTION_GROUP)
    .flags(type_flag::BASE | type_flag::EXCEPTION | type_flag::DICT_ATTR)
    .extra(|vm, ty| {
        let (first, second) = (vm.typ(&BASE_EXCEPTION_GROUP), vm.typ(&EXCEPTION));
        ty.bases.set(vm.tuple_ref(vec![first.value().clone(), second.value().clone()]));
        let mut mro = vec![ty.value().clone(), first.value().clone()];
        mro.extend_from_slice(second.mro());
        ty.mro.set(vm.tuple_ref(mro));
        second.subclasses.get_mut().push(std::ptr::NonNull::from(&**ty));
        ty.modified(vm);
    });

/// Slots of `BaseExceptionGroup`.
pub fn group_slots(s: &mut Slots) {
    s.new = Some(group_new);
    s.repr = Some(|vm, group| {
        let this = vm.cast::<Exception>(group)?;
        let message = vm.repr_string(&or_none(this.field(MESSAGE)))?;
        let shown = match this.field(SHOWN).as_str() {
            Some(shown) => shown.bytes().to_vec(),
            None => {
                let given = this.args.cloned();
                let list = matches!(given.items(), [_, given] if vm.list_items(given).is_some());
                let members = members(this);
                vm.repr_string(&if list { vm.list(members) } else { vm.tuple(members) })?
            }
        };
        let name = group.ty(vm).name();
        Ok(vm.str_bytes(&[name.as_bytes(), b"(", &message, b", ", &shown, b")"].concat()))
    });
    s.str = Some(|vm, group| {
        let this = vm.cast::<Exception>(group)?;
        let message = this.field(MESSAGE);
        let count = members(this).len();
        let text = vm.to_str(&message)?;
        let mut bytes = text.as_str().map_or_else(Vec::new, |t| t.bytes().to_vec());
        bytes.extend(format!(" ({count} sub-exception{})", if count == 1 { "" } else { "s" }).into_bytes());
        Ok(vm.str_bytes(&bytes))
    });
}

/// Attributes of `BaseExceptionGroup`.
pub static GROUP_GETSET: &[GetSet] = &[
    member(
        "message",
        |vm, group| Ok(or_none(vm.cast::<Exception>(group)?.field(MESSAGE))),
        "exception message",
    ),
    member(
        "exceptions",
        |vm, group| Ok(or_none(vm.cast::<Exception>(group)?.field(MEMBERS))),
        "nested exceptions",
    ),
];

fn or_none(value: Value) -> Value {
    if value.is_unbound() { Value::NONE } else { value }
}

/// Methods of `BaseExceptionGroup`.
pub static GROUP_METHODS: &[Native] = &[
    native(
        "derive(self, excs, /)",
        |vm, args| {
            let message = or_none(vm.cast::<Exception>(&args[0])?.field(MESSAGE));
            vm.call_args(&vm.typ(&BASE_EXCEPTION_GROUP).value().clone(), &[message, args[1].clone()])
        },
        "",
    ),
    native(
        "split(self, matcher_value, /)",
        |vm, args| {
            let matcher = Matcher::of(vm, &args[1])?;
            let (matched, rest) = split(vm, &args[0], &matcher, true)?;
            Ok(vm.tuple(vec![matched.unwrap_or(Value::NONE), rest.unwrap_or(Value::NONE)]))
        },
        "",
    ),
    native(
        "subgroup(self, matcher_value, /)",
        |vm, args| {
            let matcher = Matcher::of(vm, &args[1])?;
            let (matched, _) = split(vm, &args[0], &matcher, false)?;
            Ok(matched.unwrap_or(Value::NONE))
        },
        "",
    ),
    native(
        "__class_getitem__(cls, object, /)",
        |vm, args| vm.generic_alias(&args[0], &args[1]),
        "See PEP 585",
    )
    .class(),
];

fn group_new(vm: &Vm, ty: &TypeRef, args: Args) -> PyResult<Value> {
    let [message, exceptions] = args.pos() else {
        return Err(vm.type_error(format!(
            "BaseExceptionGroup.__new__() takes exactly 2 arguments ({} given)",
            args.pos().len()
        )));
    };
    if message.as_str().is_none() {
        return Err(vm.type_error(format!(
            "BaseExceptionGroup.__new__() argument 1 must be str, not {}",
            message.type_name(vm)
        )));
    }
    if exceptions.ty(vm).slots.get().getitem.is_none() || exceptions.as_dict().is_some() {
        return Err(vm.type_error("second argument (exceptions) must be a sequence"));
    }
    let items = vm.collect(exceptions)?;
    if items.is_empty() {
        return Err(vm.value_error("second argument (exceptions) must be a non-empty sequence"));
    }
    let plain = vm.typ(&EXCEPTION);
    let mut all_plain = true;
    for (at, item) in items.iter().enumerate() {
        if item.downcast::<Exception>().is_none() {
            return Err(
                vm.value_error(format!("Item {at} of second argument (exceptions) is not an exception"))
            );
        }
        all_plain &= item.ty(vm).is_subtype(plain);
    }
    let mut ty = ty.clone();
    let group = vm.typ(&EXCEPTION_GROUP);
    if ty.is(vm.typ(&BASE_EXCEPTION_GROUP)) {
        if all_plain {
            ty = group.clone();
        }
    } else if !all_plain {
        if ty.is(group) {
            return Err(vm.type_error("Cannot nest BaseExceptions in an ExceptionGroup"));
        }
        if ty.is_subtype(plain) {
            return Err(vm.type_error(format!("Cannot nest BaseExceptions in '{}'", ty.name())));
        }
    }
    let plain_sequence = exceptions.as_tuple().is_some() || vm.list_items(exceptions).is_some();
    let shown = if plain_sequence { Value::UNBOUND } else { vm.repr(exceptions)? };
    let new = vm.new_exception(&ty, args.pos());
    new.set_field(SHOWN, shown);
    new.set_field(MESSAGE, message.clone());
    new.set_field(MEMBERS, vm.tuple(items));
    Ok(new.into_value())
}

/// The exceptions directly in a group.
fn members(group: &Obj<Exception>) -> Vec<Value> {
    group.field(MEMBERS).as_tuple().map_or_else(Vec::new, |t| t.items().to_vec())
}

fn as_group(vm: &Vm, exception: &Value) -> Option<Ref<Exception>> {
    if !exception.ty(vm).is_subtype(vm.typ(&BASE_EXCEPTION_GROUP)) {
        return None;
    }
    exception.downcast_ref::<Exception>()
}

/// What `split` looks for.
enum Matcher<'a> {
    /// Instances of a class or of one of a tuple of them.
    Class(&'a Value),
    /// Those for which a function gives true.
    Function(&'a Value),
    /// Exactly these, no groups.
    Leaves(&'a [u64]),
}

impl<'a> Matcher<'a> {
    fn of(vm: &Vm, value: &'a Value) -> PyResult<Matcher<'a>> {
        let is_class = |value: &Value| value.as_type().is_some_and(|ty| ty.has(type_flag::EXCEPTION));
        if value.as_type().is_none() && vm.is_callable(value) {
            return Ok(Matcher::Function(value));
        }
        if is_class(value) || value.as_tuple().is_some_and(|tuple| tuple.items().iter().all(is_class)) {
            return Ok(Matcher::Class(value));
        }
        Err(vm.type_error(
            "expected an exception type, a tuple of exception types, or a callable (other than a class)",
        ))
    }

    fn matches(&self, vm: &Vm, exception: &Value) -> PyResult<bool> {
        match self {
            Matcher::Class(class) => vm.exception_matches(exception, class),
            Matcher::Function(function) => {
                let result = vm.call1(function, exception)?;
                vm.truth(&result)
            }
            Matcher::Leaves(leaves) => {
                Ok(as_group(vm, exception).is_none() && leaves.contains(&exception.to_bits()))
            }
        }
    }
}

type Parts = (Option<Value>, Option<Value>);

/// The part of an exception that matches, and the rest of it, keeping the nesting of groups.
fn split(vm: &Vm, exception: &Value, matcher: &Matcher, with_rest: bool) -> PyResult<Parts> {
    vm.check_native()?;
    if matcher.matches(vm, exception)? {
        return Ok((Some(exception.clone()), None));
    }
    let Some(group) = as_group(vm, exception) else {
        return Ok((None, with_rest.then(|| exception.clone())));
    };
    let (mut matched, mut rest) = (Vec::new(), Vec::new());
    for member in members(&group) {
        let (m, r) = split(vm, &member, matcher, with_rest)?;
        matched.extend(m);
        rest.extend(r);
    }
    let matched = subset(vm, &group, matched)?;
    let rest = if with_rest { subset(vm, &group, rest)? } else { None };
    Ok((matched, rest))
}

/// A group of some of another group's members, with its traceback, context, cause and notes.
fn subset(vm: &Vm, group: &Ref<Exception>, members: Vec<Value>) -> PyResult<Option<Value>> {
    if members.is_empty() {
        return Ok(None);
    }
    let list = vm.list(members);
    let new = vm.call_method_str(group.value(), "derive", &[list])?;
    let Some(made) = as_group(vm, &new) else {
        return Err(vm.type_error("derive must return an instance of BaseExceptionGroup"));
    };
    made.traceback.set(group.traceback.cloned());
    made.context.set(group.context.cloned());
    made.cause.set(group.cause.cloned());
    made.suppress_context.set(true);
    let notes = vm.names().__notes__.value();
    if let Some(found) = vm.getattr_opt(group.value(), notes)?
        && found.ty(vm).slots.get().getitem.is_some()
        && found.as_dict().is_none()
    {
        let copy = vm.list(vm.collect(&found)?);
        vm.setattr(&new, notes, Some(&copy))?;
    }
    Ok(Some(new))
}

/// A group without message.
fn new_group(vm: &Vm, members: Value) -> PyResult<Value> {
    let message = vm.interp().empty_str.clone();
    vm.call_args(&vm.typ(&BASE_EXCEPTION_GROUP).value().clone(), &[message, members])
}

/// Is the one a part of the other that was only passed on?
fn same_history(a: &Obj<Exception>, b: &Obj<Exception>) -> bool {
    a.traceback.get().is(b.traceback.get())
        && a.cause.get().is(b.cause.get())
        && a.context.get().is(b.context.get())
}

fn collect_leaves(vm: &Vm, exception: &Value, leaves: &mut Vec<u64>) -> PyResult<()> {
    vm.check_native()?;
    match as_group(vm, exception) {
        None => leaves.push(exception.to_bits()),
        Some(group) => {
            for member in members(&group) {
                collect_leaves(vm, &member, leaves)?;
            }
        }
    }
    Ok(())
}

impl Vm {
    /// What an `except*` clause for a class takes of an exception, and what it leaves; `None` for nothing.
    pub fn exception_group_match(&self, exception: &Value, class: &Value) -> PyResult<(Value, Value)> {
        if exception.is_none() {
            return Ok((Value::NONE, Value::NONE));
        }
        self.check_star_class(class)?;
        let group = as_group(self, exception);
        if self.exception_matches(exception, class)? {
            if group.is_some() {
                return Ok((exception.clone(), Value::NONE));
            }
            let members = self.tuple(vec![exception.clone()]);
            let wrapped = new_group(self, members)?;
            return Ok((self.traced(wrapped), Value::NONE));
        }
        let Some(group) = group else { return Ok((Value::NONE, exception.clone())) };
        let pair = self.call_method_str(group.value(), "split", std::slice::from_ref(class))?;
        let name = exception.type_name(self);
        let Some(parts) = pair.as_tuple() else {
            return Err(
                self.type_error(format!("{name}.split must return a tuple, not {}", pair.type_name(self)))
            );
        };
        match parts.items() {
            [matched, rest, ..] => Ok((matched.clone(), rest.clone())),
            few => Err(self
                .type_error(format!("{name}.split must return a 2-tuple, got tuple of size {}", few.len()))),
        }
    }

    /// The exception with a traceback that says that the running frame made it.
    fn traced(&self, exception: Value) -> Value {
        let Some(frame) = self.running() else { return exception };
        let raised = self.set_raised(exception);
        unwind::add_traceback(self, frame);
        self.take_raised(raised)
    }

    fn check_star_class(&self, class: &Value) -> PyResult<()> {
        let base = self.typ(&BASE_EXCEPTION_GROUP);
        let is_group = |class: &Value| class.as_type().is_some_and(|ty| ty.is_subtype(base));
        let is_class = |class: &Value| class.as_type().is_some_and(|ty| ty.has(type_flag::EXCEPTION));
        let classes = match class.as_tuple() {
            Some(tuple) => tuple.items(),
            None => std::slice::from_ref(class),
        };
        if !classes.iter().all(is_class) {
            return Err(
                self.type_error("catching classes that do not inherit from BaseException is not allowed")
            );
        }
        if classes.iter().any(is_group) {
            return Err(
                self.type_error("catching ExceptionGroup with except* is not allowed. Use except instead.")
            );
        }
        Ok(())
    }

    /// What is to be raised at the end of a `try` with `except*`: `raised` lists what the clauses raised and what no
    /// clause took; `None` if nothing is left.
    pub fn prepare_reraise_star(&self, original: &Value, raised: &Value) -> PyResult<Value> {
        let all: Vec<Value> = self.collect(raised)?;
        if all.is_empty() {
            return Ok(Value::NONE);
        }
        let Some(group) = as_group(self, original) else {
            // An exception that is no group is taken by one clause at most.
            return Ok(all.into_iter().find(|e| !e.is_none()).unwrap_or(Value::NONE));
        };
        let (mut new, mut leaves) = (Vec::new(), Vec::new());
        for exception in all {
            let Some(payload) = exception.downcast::<Exception>() else { continue };
            if same_history(payload, &group) {
                collect_leaves(self, &exception, &mut leaves)?;
            } else {
                new.push(exception);
            }
        }
        let (passed_on, _) = split(self, original, &Matcher::Leaves(&leaves), false)?;
        if new.is_empty() {
            return Ok(passed_on.unwrap_or(Value::NONE));
        }
        new.extend(passed_on);
        match new.as_slice() {
            [only] => Ok(only.clone()),
            _ => new_group(self, self.list(new)),
        }
    }
}
