//! Values of type parameters that are computed when first asked for, their evaluators, and `typing.NoDefault`.

use super::type_text;
use crate::runtime::error::PyResult;
use crate::runtime::object::args::{Args, Signature};
use crate::runtime::object::typedef::{TypeSpec, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{LockCell, Payload, Value};

/// Format of annotations: their values.
const VALUE: i64 = 1;
/// Format of annotations: their text.
const STRING: i64 = 4;

/// A value, or the function that computes it.
pub struct Lazy {
    /// Unbound until it is computed.
    value: LockCell<Value>,
    /// Called with the format of the annotation; unbound for none.
    evaluate: LockCell<Value>,
}

impl Lazy {
    /// A value that is known; unbound for none.
    pub const fn known(value: Value) -> Lazy {
        Lazy { value: LockCell::new(value), evaluate: LockCell::new(Value::UNBOUND) }
    }
    /// A value that a function computes; `None` or unbound for none.
    pub fn computed(evaluate: Value) -> Lazy {
        let lazy = Lazy::known(Value::UNBOUND);
        lazy.set_evaluate(evaluate);
        lazy
    }
    /// Sets the function.
    pub fn set_evaluate(&self, evaluate: Value) {
        self.evaluate.set(if evaluate.is_none() { Value::UNBOUND } else { evaluate });
    }
    /// Is there a value or a function?
    pub fn is_given(&self) -> bool {
        !self.value.get().is_unbound() || !self.evaluate.get().is_unbound()
    }
    /// Is the value known?
    pub fn value(&self) -> Option<Value> {
        let value = self.value.cloned();
        if value.is_unbound() { None } else { Some(value) }
    }
    /// The value; `None` if there is none.
    pub fn get(&self, vm: &Vm) -> PyResult<Option<Value>> {
        if let Some(known) = self.value() {
            return Ok(Some(known));
        }
        let evaluate = self.evaluate.cloned();
        if evaluate.is_unbound() {
            return Ok(None);
        }
        let value = vm.call1(&evaluate, &vm.int(VALUE))?;
        self.value.set(value.clone());
        Ok(Some(value))
    }
    /// The function: `None` if there is neither function nor value.
    pub fn evaluator(&self, vm: &Vm) -> Value {
        let evaluate = self.evaluate.cloned();
        if !evaluate.is_unbound() {
            return evaluate;
        }
        match self.value() {
            Some(value) => vm.alloc_spec(&CONST_EVALUATOR, ConstEvaluator { value }),
            None => Value::NONE,
        }
    }
    /// Shows both to the collector.
    pub fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(self.value.get());
        visit(self.evaluate.get());
    }
    /// Lets go of both.
    pub fn clear(&self) {
        self.value.set(Value::UNBOUND);
        self.evaluate.set(Value::UNBOUND);
    }
}

/// The payload of `_typing._ConstEvaluator`: a function that gives one value.
pub struct ConstEvaluator {
    value: Value,
}

crate::payload!(ConstEvaluator, "_typing._ConstEvaluator", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(&self.value);
    }
});

/// `_typing._ConstEvaluator`
pub static CONST_EVALUATOR: TypeSpec = TypeSpec::new("_typing._ConstEvaluator", ConstEvaluator::layout)
    .slots(|s| {
        s.repr = Some(|vm, value| {
            let inner = vm.repr_string(&vm.cast::<ConstEvaluator>(value)?.value)?;
            Ok(vm.str_bytes(&[b"<constevaluator ", inner.as_slice(), b">"].concat()))
        });
        s.call = Some(|vm, value, args: Args| {
            static SIGNATURE: Signature = Signature::parse("constevaluator.__call__(format, /)");
            let [format] = vm.bind_args(&SIGNATURE, args)?;
            let value = &vm.cast::<ConstEvaluator>(value)?.data.value;
            if vm.to_index(&format)? as i64 != STRING {
                return Ok(value.clone());
            }
            let Some(tuple) = value.as_tuple() else { return Ok(vm.str_bytes(&type_text(vm, value)?)) };
            let mut text = b"(".to_vec();
            for (at, item) in tuple.items().iter().enumerate() {
                if at > 0 {
                    text.extend_from_slice(b", ");
                }
                text.extend(type_text(vm, item)?);
            }
            text.push(b')');
            Ok(vm.str_bytes(&text))
        });
    });

/// The payload of `typing.NoDefault`.
pub struct NoDefault;

crate::payload!(NoDefault, "NoDefaultType");

/// `NoDefaultType`, the type of `typing.NoDefault`
pub static NO_DEFAULT_TYPE: TypeSpec = TypeSpec::new("NoDefaultType", NoDefault::layout)
    .doc("", "The type of the NoDefault singleton.")
    .slots(|s| {
        s.new = Some(|vm, _, args| {
            if !args.values.is_empty() {
                return Err(vm.type_error("NoDefaultType takes no arguments"));
            }
            Ok(vm.no_default())
        });
        s.repr = Some(|vm, _| Ok(vm.str("typing.NoDefault")));
    })
    .methods(&[native("__reduce__(self, /)", |vm, _| Ok(vm.str("NoDefault")), "")]);

impl Vm {
    /// `typing.NoDefault`
    pub fn no_default(&self) -> Value {
        const KEY: &str = "typing.NoDefault";
        if let Some(known) = self.interp().module_state.borrow().get(KEY) {
            return known.clone();
        }
        let new = self.alloc_spec(&NO_DEFAULT_TYPE, NoDefault);
        self.interp().module_state.borrow_mut().insert(KEY, new.clone());
        new
    }
}
