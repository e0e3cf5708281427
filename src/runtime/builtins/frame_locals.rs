//! `FrameLocalsProxy`: a function's variables as a mapping that writes through (PEP 667).
//!
//! Variables of the code are read and written where they live: in the running frame, in the frame object once the frame has ended,
//! in cells. Other keys go to a dictionary that the frame object keeps. What a running frame's variable held when it was written over
//! is kept by the frame object until the frame ends: an instruction may still be using it.

use std::collections::HashMap;

use crate::runtime::bytecode::code::flags;
use crate::runtime::error::PyResult;
use crate::runtime::gc::heap::type_flag;
use crate::runtime::interp::frame::FrameObject;
use crate::runtime::interp::function::CellObject;
use crate::runtime::object::dict::Dict;
use crate::runtime::object::typedef::{Cmp, Slots, TypeSpec, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{Obj, Payload, Ref, Value};

/// The payload of `FrameLocalsProxy`.
pub struct FrameLocals {
    frame: Ref<FrameObject>,
}

crate::payload!(FrameLocals, "FrameLocalsProxy", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(self.frame.value());
    }
});

/// `FrameLocalsProxy`
pub static FRAME_LOCALS: TypeSpec = TypeSpec::new("FrameLocalsProxy", FrameLocals::layout)
    .flags(type_flag::MAPPING)
    .slots(slots)
    .methods(&[
        native("keys(self, /)", |vm, args| Ok(vm.list(keys(vm, this(vm, &args[0])?))), "The names of the variables."),
        native("values(self, /)", |vm, args| {
            Ok(vm.list(all(vm, this(vm, &args[0])?).into_iter().map(|(_, value)| value).collect()))
        }, "The values of the variables."),
        native("items(self, /)", |vm, args| {
            let items = all(vm, this(vm, &args[0])?);
            Ok(vm.list(items.into_iter().map(|(name, value)| vm.tuple(vec![name, value])).collect()))
        }, "The variables as pairs of name and value."),
        native("copy(self, /)", |vm, args| Ok(copy(vm, this(vm, &args[0])?)?.into_value()), "The variables as a new dict."),
        native("__reversed__(self, /)", |vm, args| {
            let mut names = keys(vm, this(vm, &args[0])?);
            names.reverse();
            Ok(vm.list(names))
        }, "The names of the variables, the last first."),
        native("update(self, other, /)", |vm, args| {
            let frame = this(vm, &args[0])?;
            if args[1].as_dict().is_none() && args[1].downcast::<FrameLocals>().is_none() {
                return Err(vm.type_error("update() argument must be dict or another FrameLocalsProxy"));
            }
            update(vm, frame, &args[1])?;
            Ok(Value::NONE)
        }, "Sets the variables that the other mapping names."),
        native("get(self, key, default=None, /)", |vm, args| {
            Ok(get(vm, this(vm, &args[0])?, &args[1])?.unwrap_or_else(|| args[2].given().cloned().unwrap_or(Value::NONE)))
        }, "The value of a variable, or the default."),
        native("setdefault(self, key, default=None, /)", |vm, args| {
            let frame = this(vm, &args[0])?;
            if let Some(found) = get(vm, frame, &args[1])? {
                return Ok(found);
            }
            let default = args[2].given().cloned().unwrap_or(Value::NONE);
            set(vm, frame, &args[1], default.clone())?;
            Ok(default)
        }, "The value of a variable, which is set to the default if it has none."),
        native("pop(self, key, default=<unrepresentable>, /)", |vm, args| {
            let frame = this(vm, &args[0])?;
            match remove(vm, frame, &args[1])? {
                Some(value) => Ok(value),
                None => match args[2].given() {
                    Some(default) => Ok(default.clone()),
                    None => Err(vm.key_error(&args[1])),
                },
            }
        }, "Removes a key that is no variable of the code, and gives its value."),
    ]);

fn this<'a>(vm: &Vm, proxy: &'a Value) -> PyResult<&'a Obj<FrameObject>> {
    Ok(&vm.cast::<FrameLocals>(proxy)?.data.frame)
}

fn slots(s: &mut Slots) {
    s.new = Some(|vm, _, args| {
        args.no_keywords(vm, "FrameLocalsProxy")?;
        if args.values.len() != 1 {
            let text = format!("FrameLocalsProxy expected 1 argument, got {}", args.values.len());
            return Err(vm.type_error(text));
        }
        match args.values[0].downcast_ref::<FrameObject>() {
            Some(frame) => Ok(vm.frame_locals_proxy(&frame)),
            None => Err(vm.type_error(format!("expect frame, not {}", args.values[0].type_name(vm)))),
        }
    });
    s.repr = Some(|vm, proxy| {
        let Some(_guard) = vm.enter_repr(proxy) else { return Ok(vm.str("{...}")) };
        let dict = copy(vm, this(vm, proxy)?)?;
        vm.repr(dict.value())
    });
    s.compare = Some(|vm, a, b, op| {
        let frame = this(vm, a)?;
        let equal = match (b.downcast::<FrameLocals>(), b.as_dict()) {
            (Some(other), _) => frame.address() == other.frame.address(),
            (None, Some(dict)) => vm.equal(copy(vm, frame)?.value(), &dict.to_value())?,
            (None, None) => return Ok(Value::NOT_IMPLEMENTED),
        };
        match op {
            Cmp::Eq => Ok(Value::bool(equal)),
            Cmp::Ne => Ok(Value::bool(!equal)),
            _ => Ok(Value::NOT_IMPLEMENTED),
        }
    });
    s.hash = None;
    s.iter = Some(|vm, proxy| vm.iter(&vm.list(keys(vm, this(vm, proxy)?))));
    s.len = Some(|vm, proxy| Ok(all(vm, this(vm, proxy)?).len()));
    s.contains = Some(|vm, proxy, key| Ok(get(vm, this(vm, proxy)?, key)?.is_some()));
    s.getitem = Some(|vm, proxy, key| match get(vm, this(vm, proxy)?, key)? {
        Some(value) => Ok(value),
        None => {
            let text = vm.repr_text(key)?;
            Err(vm.key_error(&vm.str(format!("local variable '{text}' is not defined"))))
        }
    });
    s.setitem = Some(|vm, proxy, key, value| {
        let frame = this(vm, proxy)?;
        match value {
            Some(value) => set(vm, frame, key, value.clone()),
            None => match remove(vm, frame, key)? {
                Some(old) => {
                    drop(old);
                    Ok(())
                }
                None => Err(vm.key_error(key)),
            },
        }
    });
    s.or = Some(|vm, a, b| {
        let operand = |v: &Value| v.as_dict().is_some() || v.downcast::<FrameLocals>().is_some();
        if !operand(a) || !operand(b) {
            return Ok(Value::NOT_IMPLEMENTED);
        }
        let result = vm.new_dict();
        for side in [a, b] {
            for (key, value) in pairs(vm, side)? {
                result.insert(vm, key, value)?;
            }
        }
        Ok(result.into_value())
    });
    s.ior = Some(|vm, a, b| {
        if b.as_dict().is_none() && b.downcast::<FrameLocals>().is_none() {
            return Ok(Value::NOT_IMPLEMENTED);
        }
        update(vm, this(vm, a)?, b)?;
        Ok(a.clone())
    });
}

fn pairs(vm: &Vm, mapping: &Value) -> PyResult<Vec<(Value, Value)>> {
    match mapping.downcast::<FrameLocals>() {
        Some(proxy) => Ok(all(vm, &proxy.frame)),
        None => Ok(mapping.as_dict().map(|dict| dict.entries()).unwrap_or_default()),
    }
}

fn update(vm: &Vm, frame: &Obj<FrameObject>, other: &Value) -> PyResult<()> {
    for (key, value) in pairs(vm, other)? {
        set(vm, frame, &key, value)?;
    }
    Ok(())
}

fn copy(vm: &Vm, frame: &Obj<FrameObject>) -> PyResult<Ref<Dict>> {
    let dict = vm.new_dict();
    for (name, value) in all(vm, frame) {
        dict.insert(vm, name, value)?;
    }
    Ok(dict)
}

fn keys(vm: &Vm, frame: &Obj<FrameObject>) -> Vec<Value> {
    all(vm, frame).into_iter().map(|(name, _)| name).collect()
}

/// The frame's variables that have values, then what was added.
fn all(vm: &Vm, frame: &Obj<FrameObject>) -> Vec<(Value, Value)> {
    let mut all = vm.variables(frame);
    if let Some(extra) = frame.extra_locals() {
        all.extend(extra.entries());
    }
    all
}

/// Where a variable lives.
enum Place {
    /// In the frame, by number.
    Local(usize),
    /// In a cell of the function's closure.
    Closure(usize),
}

/// The variable that a key names: one that the running comprehension hides comes before the function's of the same name.
fn place(vm: &Vm, frame: &Obj<FrameObject>, key: &Value) -> PyResult<Option<Place>> {
    // Keys without hash are refused, whatever they equal.
    let hash = vm.hash(key)?;
    let code = &frame.code;
    let named = |name: &Value| -> PyResult<bool> {
        match (crate::runtime::object::dict::exact_str(key), name.as_str()) {
            (Some(key), Some(name)) => Ok(key.same(name)),
            _ => Ok(hash == vm.hash(name)? && vm.equal(key, name)?),
        }
    };
    let mut found = None;
    for (at, name) in code.local_names.iter().enumerate() {
        let hidden = code.locals[at].is_hidden;
        if hidden && vm.local_value(frame, at).is_unbound() || !named(name.value())? {
            continue;
        }
        found = Some(Place::Local(at));
        if hidden {
            break;
        }
    }
    if found.is_none() && code.has(flags::OPTIMIZED) {
        for (at, name) in code.free_names.iter().enumerate() {
            if named(name.value())? {
                return Ok(Some(Place::Closure(at)));
            }
        }
    }
    Ok(found)
}

fn closure_cell(frame: &Obj<FrameObject>, at: usize) -> Option<&Obj<CellObject>> {
    frame.function.closure.as_ref()?.items().get(at)?.downcast::<CellObject>()
}

fn get(vm: &Vm, frame: &Obj<FrameObject>, key: &Value) -> PyResult<Option<Value>> {
    let value = match place(vm, frame, key)? {
        Some(Place::Local(at)) => vm.local_value(frame, at),
        Some(Place::Closure(at)) => {
            closure_cell(frame, at).map_or(Value::UNBOUND, |cell| cell.content.cloned())
        }
        None => {
            return match frame.extra_locals() {
                Some(extra) => extra.get(vm, key),
                None => Ok(None),
            };
        }
    };
    Ok(if value.is_unbound() { None } else { Some(value) })
}

fn set(vm: &Vm, frame: &Obj<FrameObject>, key: &Value, value: Value) -> PyResult<()> {
    match place(vm, frame, key)? {
        Some(Place::Local(at)) => vm.set_local_value(frame, at, value),
        Some(Place::Closure(at)) => {
            if let Some(cell) = closure_cell(frame, at) {
                cell.content.set(value);
            }
        }
        None => {
            let extra = match frame.extra_locals() {
                Some(extra) => extra,
                None => {
                    let new = vm.new_dict();
                    frame.rare_mut().extra_locals.set(Some(new.clone()));
                    new
                }
            };
            drop(extra.insert(vm, key.clone(), value)?);
        }
    }
    Ok(())
}

/// Removes a key that is no variable of the code.
fn remove(vm: &Vm, frame: &Obj<FrameObject>, key: &Value) -> PyResult<Option<Value>> {
    if place(vm, frame, key)?.is_some() {
        return Err(vm.value_error("cannot remove local variables from FrameLocalsProxy"));
    }
    match frame.extra_locals() {
        Some(extra) => Ok(extra.remove(vm, key)?.map(|(_, value)| value)),
        None => Ok(None),
    }
}

impl Vm {
    /// The proxy of a frame's variables.
    pub fn frame_locals_proxy(&self, frame: &Ref<FrameObject>) -> Value {
        self.alloc_spec(&FRAME_LOCALS, FrameLocals { frame: frame.clone() })
    }

    fn raw_local(&self, frame: &Obj<FrameObject>, at: usize) -> Value {
        match frame.frame() {
            Some(running) => running.local(at).clone(),
            None => frame.locals.get().get(at).cloned().unwrap_or(Value::UNBOUND),
        }
    }

    /// A variable's value, out of its cell if it has one; unbound for none.
    fn local_value(&self, frame: &Obj<FrameObject>, at: usize) -> Value {
        let value = self.raw_local(frame, at);
        match value.downcast::<CellObject>() {
            Some(cell) if frame.code.locals[at].is_cell => cell.content.cloned(),
            _ => value,
        }
    }

    fn set_local_value(&self, frame: &Obj<FrameObject>, at: usize, value: Value) {
        let now = self.raw_local(frame, at);
        if frame.code.locals[at].is_cell
            && let Some(cell) = now.downcast::<CellObject>()
        {
            cell.content.set(value);
            return;
        }
        match frame.frame() {
            Some(running) => {
                let old = std::mem::replace(running.local(at), value);
                // An instruction that this write interrupts may have borrowed it.
                frame.rare_mut().overwritten.get_mut().push(old);
            }
            None => {
                let old = match frame.locals.get_mut().get_mut(at) {
                    Some(place) => std::mem::replace(place, value),
                    None => value,
                };
                drop(old);
            }
        }
    }

    /// Names and values of a frame's variables, closure included.
    fn variables(&self, frame: &Obj<FrameObject>) -> Vec<(Value, Value)> {
        let code = &frame.code;
        let mut all = Vec::new();
        // A variable that a running comprehension hides is not seen: where the last one of the name is that has a value.
        let mut hiding = HashMap::new();
        for (at, name) in code.local_names.iter().enumerate() {
            if code.locals[at].is_hidden && !self.local_value(frame, at).is_unbound() {
                hiding.insert(name.bytes(), at);
            }
        }
        for (at, name) in code.local_names.iter().enumerate() {
            let value = self.local_value(frame, at);
            let shadowed = !hiding.is_empty() && hiding.get(name.bytes()).is_some_and(|other| *other > at);
            if !value.is_unbound() && !shadowed {
                all.push((name.value().clone(), value));
            }
        }
        if code.has(flags::OPTIMIZED)
            && !frame.cleared.get()
            && let Some(closure) = &frame.function.closure
        {
            for (name, cell) in code.free_names.iter().zip(closure.items()) {
                let value =
                    cell.downcast::<CellObject>().map_or(Value::UNBOUND, |cell| cell.content.cloned());
                if !value.is_unbound() {
                    all.push((name.value().clone(), value));
                }
            }
        }
        all
    }

    /// The variables of a function's frame as a new dict, as `locals()` gives them.
    pub fn locals_snapshot(&self, frame: &Obj<FrameObject>) -> PyResult<Value> {
        Ok(copy(self, frame)?.into_value())
    }
}
