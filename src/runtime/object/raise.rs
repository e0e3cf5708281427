//! The payload of exceptions and the constructors that native code raises them with.

use std::cell::Cell;

use crate::runtime::builtins::exceptions as exc;
use crate::runtime::error::{PyResult, Raised};
use crate::runtime::object::args::Args;
use crate::runtime::object::tuple::Tuple;
use crate::runtime::object::typedef::{TypeRef, TypeSpec};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{LockCell, Obj, Ref, Value};

/// What every exception has.
#[repr(C)]
pub struct Exception {
    /// `args`
    pub args: LockCell<Ref<Tuple>>,
    /// `__traceback__`, or `None`
    pub traceback: LockCell<Value>,
    /// `__context__`, or `None`
    pub context: LockCell<Value>,
    /// `__cause__`, or `None`
    pub cause: LockCell<Value>,
    /// `__suppress_context__`
    pub suppress_context: Cell<bool>,
    /// Further attributes of some classes, in the order of their getset tables; unbound if not set.
    pub fields: LockCell<Vec<Value>>,
}

crate::payload!(Exception, "BaseException", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(self.args.get().value());
        visit(self.traceback.get());
        visit(self.context.get());
        visit(self.cause.get());
        self.fields.get().iter().for_each(visit);
    }
    fn clear(&self) {
        self.traceback.set(Value::NONE);
        self.context.set(Value::NONE);
        self.cause.set(Value::NONE);
        let old = self.fields.take();
        drop(old);
    }
});

impl Obj<Exception> {
    /// A further attribute; unbound if not set.
    pub fn field(&self, at: usize) -> Value {
        self.fields.get().get(at).cloned().unwrap_or(Value::UNBOUND)
    }
    /// Sets a further attribute.
    pub fn set_field(&self, at: usize, value: Value) {
        let fields = self.fields.get_mut();
        while fields.len() <= at {
            fields.push(Value::UNBOUND);
        }
        let old = std::mem::replace(&mut fields[at], value);
        drop(old);
    }
}

impl Vm {
    /// A new exception of a type, not calling its `__init__`.
    pub fn new_exception(&self, ty: &TypeRef, args: &[Value]) -> Ref<Exception> {
        let args = self.tuple_ref_of(args);
        self.alloc(
            ty,
            Exception {
                args: LockCell::new(args),
                traceback: LockCell::new(Value::NONE),
                context: LockCell::new(Value::NONE),
                cause: LockCell::new(Value::NONE),
                suppress_context: Cell::new(false),
                fields: LockCell::new(Vec::new()),
            },
        )
    }

    /// Raises an exception instance: sets its context to the exception being handled.
    pub fn raise_value(&self, exception: Value) -> Raised {
        let handled = self.handled_exception();
        if let Some(new) = exception.downcast::<Exception>()
            && !handled.is_none()
            && !handled.is(&exception)
        {
            // Cut a cycle: the new one may already be in the handled one's chain of contexts.
            let mut at = handled.clone();
            let mut slow = handled.clone();
            let mut step = false;
            while let Some(link) = at.downcast::<Exception>() {
                let next = link.context.cloned();
                if next.is_none() {
                    break;
                }
                if next.is(&exception) {
                    link.context.set(Value::NONE);
                    break;
                }
                at = next;
                if at.is(&slow) {
                    break;
                }
                if step && let Some(link) = slow.clone().downcast::<Exception>() {
                    slow = link.context.cloned();
                }
                step = !step;
            }
            new.context.set(handled);
        }
        self.set_raised(exception)
    }

    /// Raises an exception of a builtin class with arguments.
    #[cold]
    pub fn raise_args(&self, spec: &'static TypeSpec, args: Vec<Value>) -> Raised {
        let ty = self.typ(spec).clone();
        match self.instantiate(&ty, &args) {
            Ok(exception) => self.raise_value(exception),
            Err(raised) => raised,
        }
    }

    fn instantiate(&self, ty: &TypeRef, args: &[Value]) -> PyResult<Value> {
        self.call(ty.value(), Args::positional(args))
    }

    /// Raises an exception of a builtin class with a message.
    #[cold]
    pub fn raise(&self, spec: &'static TypeSpec, message: impl AsRef<str>) -> Raised {
        let text = self.str(message);
        let ty = self.typ(spec).clone();
        let exception = self.new_exception(&ty, &[text]);
        self.raise_value(exception.into_value())
    }

    /// AttributeError with `name` and `obj`.
    #[cold]
    pub fn attribute_error_on(&self, object: &Value, name: &Value, message: impl AsRef<str>) -> Raised {
        let text = self.str(message);
        let ty = self.typ(&exc::ATTRIBUTE_ERROR).clone();
        let exception = self.new_exception(&ty, &[text]);
        exception.set_field(0, name.clone());
        exception.set_field(1, object.clone());
        self.raise_value(exception.into_value())
    }

    /// NameError with `name`.
    #[cold]
    pub fn name_error_on(&self, spec: &'static TypeSpec, name: &Value, message: impl AsRef<str>) -> Raised {
        let text = self.str(message);
        let ty = self.typ(spec).clone();
        let exception = self.new_exception(&ty, &[text]);
        exception.set_field(0, name.clone());
        self.raise_value(exception.into_value())
    }

    /// `KeyError(key)`
    #[cold]
    pub fn key_error(&self, key: &Value) -> Raised {
        let ty = self.typ(&exc::KEY_ERROR).clone();
        let exception = self.new_exception(&ty, &[key.clone()]);
        self.raise_value(exception.into_value())
    }

    /// `StopIteration(value)`, without arguments for unbound and `None`.
    #[cold]
    pub fn stop_iteration(&self, value: Value) -> Raised {
        let ty = self.typ(&exc::STOP_ITERATION).clone();
        let plain = value.is_none() || value.is_unbound();
        let exception = self.new_exception(&ty, if plain { &[] } else { std::slice::from_ref(&value) });
        exception.set_field(0, if plain { Value::NONE } else { value });
        self.raise_value(exception.into_value())
    }

    /// Is the exception in flight of that builtin class?
    pub fn raised_is(&self, spec: &'static TypeSpec) -> bool {
        let Some(raised) = self.raised() else { return false };
        raised.ty(self).is_subtype(self.typ(spec))
    }

    /// `Ok(None)` if the error is of that class (it is dropped then), else the error again.
    pub fn catch<T>(&self, result: PyResult<T>, spec: &'static TypeSpec) -> PyResult<Option<T>> {
        match result {
            Ok(value) => Ok(Some(value)),
            Err(raised) if self.raised_is(spec) => {
                drop(self.take_raised(raised));
                Ok(None)
            }
            Err(raised) => Err(raised),
        }
    }

    /// `Ok(None)` for StopIteration, whose value is put into `stop_value`.
    pub fn end_of_iteration(&self, result: PyResult<Value>) -> PyResult<Option<Value>> {
        match result {
            Ok(value) => Ok(Some(value)),
            Err(raised) if self.raised_is(&exc::STOP_ITERATION) => {
                let exception = self.take_raised(raised);
                let value = exception.downcast::<Exception>().map_or(Value::NONE, |e| e.field(0));
                self.stop_value.set(if value.is_unbound() { Value::NONE } else { value });
                Ok(None)
            }
            Err(raised) => Err(raised),
        }
    }

    /// RecursionError.
    #[cold]
    #[inline(never)]
    pub fn too_deep(&self, during: &str) -> Raised {
        // Room to make the exception itself.
        let limit = self.native_limit.replace(0);
        let raised = self.raise(&exc::RECURSION_ERROR, format!("maximum recursion depth exceeded{during}"));
        self.native_limit.set(limit);
        raised
    }

    /// So many zero bytes; MemoryError if there is no room for them.
    pub fn zeros(&self, count: usize) -> PyResult<Vec<u8>> {
        self.room_for::<u8>(count)?;
        // Pages that nobody writes to are never there.
        Ok(vec![0; count])
    }

    /// MemoryError if there is no room for so many items. Asked before what may be large by a program's will is made.
    #[inline]
    pub fn room_for<T>(&self, count: usize) -> PyResult<()> {
        if count > 1 << 16 && !crate::runtime::sys::has_room(count.saturating_mul(size_of::<T>())) {
            return Err(self.memory_error());
        }
        Ok(())
    }

    /// MemoryError.
    #[cold]
    pub fn memory_error(&self) -> Raised {
        let ty = self.typ(&exc::MEMORY_ERROR).clone();
        let exception = self.new_exception(&ty, &[]);
        self.raise_value(exception.into_value())
    }
}

macro_rules! raisers {
    ($($(#[$doc:meta])* $name:ident $spec:ident;)*) => {
        impl Vm { $(
            $(#[$doc])*
            #[cold]
            #[inline(never)]
            pub fn $name(&self, message: impl AsRef<str>) -> Raised {
                self.raise(&exc::$spec, message)
            }
        )* }
    };
}

raisers! {
    /// TypeError
    type_error TYPE_ERROR;
    /// ValueError
    value_error VALUE_ERROR;
    /// IndexError
    index_error INDEX_ERROR;
    /// AttributeError without `name` and `obj`
    attribute_error ATTRIBUTE_ERROR;
    /// RuntimeError
    runtime_error RUNTIME_ERROR;
    /// OverflowError
    overflow_error OVERFLOW_ERROR;
    /// ZeroDivisionError
    zero_division ZERO_DIVISION_ERROR;
    /// SystemError
    system_error SYSTEM_ERROR;
    /// NotImplementedError
    not_implemented_error NOT_IMPLEMENTED_ERROR;
    /// BufferError
    buffer_error BUFFER_ERROR;
    /// LookupError
    lookup_error LOOKUP_ERROR;
    /// AssertionError
    assertion_error ASSERTION_ERROR;
    /// EOFError
    eof_error EOF_ERROR;
    /// ImportError
    import_error IMPORT_ERROR;
    /// ReferenceError
    reference_error REFERENCE_ERROR;
}

impl Vm {
    /// Raises what a pure algorithm of `number` or `text` reports.
    #[cold]
    #[inline(never)]
    pub fn fault(&self, fault: crate::runtime::number::Fault) -> Raised {
        use crate::runtime::number::FaultKind;
        let spec = match fault.kind {
            FaultKind::Value => &exc::VALUE_ERROR,
            FaultKind::Overflow => &exc::OVERFLOW_ERROR,
            FaultKind::Type => &exc::TYPE_ERROR,
            FaultKind::ZeroDivision => &exc::ZERO_DIVISION_ERROR,
            FaultKind::Memory => return self.memory_error(),
            FaultKind::Index => &exc::INDEX_ERROR,
            FaultKind::Key => {
                let key = self.str(fault.msg);
                return self.key_error(&key);
            }
            FaultKind::Lookup => &exc::LOOKUP_ERROR,
        };
        self.raise(spec, fault.msg)
    }
}

impl Vm {
    /// DeprecationWarning, at the running Python frame.
    #[cold]
    pub fn warn_deprecated(&self, message: &str) -> PyResult<()> {
        self.warn(&exc::DEPRECATION_WARNING, message, 1)
    }
}
