//! `_functools`: `partial` and `lru_cache`'s wrapper are in files of their own; here are `reduce` and `cmp_to_key`.

use crate::runtime::builtins::exceptions as exc;
use crate::runtime::error::PyResult;
use crate::runtime::gc::heap::type_flag;
use crate::runtime::object::args::Signature;
use crate::runtime::object::typedef::{TypeSpec, getset, getter, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::stdlib::NativeModule;
use crate::runtime::value::{LockCell, Payload, Value};

mod lru;
mod partial;

/// `_functools`
pub static MODULE: NativeModule = NativeModule {
    name: "_functools",
    doc: "Tools that operate on functions.",
    functions: &[
        native(
            "cmp_to_key(mycmp)",
            |vm, args| Ok(key(vm, args[0].clone(), Value::UNBOUND)),
            "Make a key function of a comparison function.\n\n  mycmp\n    Gets two objects; gives a negative number, zero or a positive number.",
        ),
        native(
            "reduce(function, iterable, /, initial=<unrepresentable>)",
            reduce,
            "Fold the items of an iterable from the left with a function of two arguments.\n\nThe fold begins with initial if it is given, else with the first item;\nTypeError if there is neither.",
        ),
    ],
    init: |vm, dict| {
        vm.set_type_in(dict, &partial::PARTIAL);
        vm.set_type_in(dict, &partial::PLACEHOLDER_TYPE);
        vm.set_type_in(dict, &lru::WRAPPER);
        vm.set_in(dict, "Placeholder", partial::placeholder(vm));
        Ok(())
    },
};

fn reduce(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let function = &args[0];
    let iter = match vm.iter(&args[1]) {
        Ok(iter) => iter,
        Err(raised) if vm.raised_is(&exc::TYPE_ERROR) => {
            drop(vm.take_raised(raised));
            return Err(vm.type_error("reduce() arg 2 must support iteration"));
        }
        Err(raised) => return Err(raised),
    };
    let mut result = match args[2].given() {
        Some(initial) => initial.clone(),
        None => match vm.next(&iter)? {
            Some(first) => first,
            None => return Err(vm.type_error("reduce() of empty iterable with no initial value")),
        },
    };
    while let Some(item) = vm.next(&iter)? {
        result = vm.call_args(function, &[result, item])?;
    }
    Ok(result)
}

// ------------------------------------------------------------------------------------------------ cmp_to_key

/// An object that compares by a function; without object it is the key function itself.
struct Key {
    compare: LockCell<Value>,
    object: LockCell<Value>,
}

crate::payload!(Key, "KeyWrapper", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(self.compare.get());
        visit(self.object.get());
    }
    fn clear(&self) {
        self.compare.set(Value::NONE);
        self.object.set(Value::UNBOUND);
    }
});

fn key(vm: &Vm, compare: Value, object: Value) -> Value {
    vm.alloc_spec(&KEY, Key { compare: LockCell::new(compare), object: LockCell::new(object) })
}

static KEY: TypeSpec = TypeSpec::new("functools.KeyWrapper", Key::layout)
    .flags(type_flag::NO_NEW)
    .slots(|s| {
        s.call = Some(|vm, this, args| {
            const SIGNATURE: Signature = Signature::parse("K(obj)");
            let [object] = vm.bind_args(&SIGNATURE, args)?;
            Ok(key(vm, vm.cast::<Key>(this)?.compare.cloned(), object))
        });
        s.compare = Some(|vm, a, b, op| {
            let x = vm.cast::<Key>(a)?;
            let Some(y) = b.downcast::<Key>() else {
                return Err(vm.type_error("other argument must be K instance"));
            };
            let (left, right) = (x.object.cloned(), y.object.cloned());
            if left.is_unbound() || right.is_unbound() {
                return Err(vm.attribute_error("object"));
            }
            let compare = x.compare.cloned();
            let result = vm.call_args(&compare, &[left, right])?;
            vm.compare(&result, &vm.int(0), op)
        });
    })
    .getset(&[
        getter("__text_signature__", |vm, _| Ok(vm.str("(obj)")), ""),
        getset(
            "obj",
            |vm, this| {
                let object = vm.cast::<Key>(this)?.object.cloned();
                Ok(if object.is_unbound() { Value::NONE } else { object })
            },
            |vm, this, value| {
                vm.cast::<Key>(this)?.object.set(value.cloned().unwrap_or(Value::UNBOUND));
                Ok(())
            },
            "The object that is compared.",
        ),
    ]);
