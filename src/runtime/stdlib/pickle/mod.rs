//! `_pickle`: `save` writes pickles, `load` reads them; here are the exceptions, the functions and `PickleBuffer`.

use crate::runtime::builtins::exceptions as exc;
use crate::runtime::builtins::memoryviews::{MemoryView, View};
use crate::runtime::error::{PyResult, Raised};
use crate::runtime::gc::heap::type_flag;
use crate::runtime::object::typedef::{TypeRef, TypeSpec, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::stdlib::NativeModule;
use crate::runtime::value::{LockCell, Payload, Ref, Value};

mod load;
mod save;

const HIGHEST_PROTOCOL: i64 = 5;
const DEFAULT_PROTOCOL: i64 = 5;

/// Opcodes, as `pickletools` describes them.
mod op {
    pub const MARK: u8 = b'(';
    pub const STOP: u8 = b'.';
    pub const POP: u8 = b'0';
    pub const POP_MARK: u8 = b'1';
    pub const DUP: u8 = b'2';
    pub const FLOAT: u8 = b'F';
    pub const INT: u8 = b'I';
    pub const BININT: u8 = b'J';
    pub const BININT1: u8 = b'K';
    pub const LONG: u8 = b'L';
    pub const BININT2: u8 = b'M';
    pub const NONE: u8 = b'N';
    pub const PERSID: u8 = b'P';
    pub const BINPERSID: u8 = b'Q';
    pub const REDUCE: u8 = b'R';
    pub const STRING: u8 = b'S';
    pub const BINSTRING: u8 = b'T';
    pub const SHORT_BINSTRING: u8 = b'U';
    pub const UNICODE: u8 = b'V';
    pub const BINUNICODE: u8 = b'X';
    pub const APPEND: u8 = b'a';
    pub const BUILD: u8 = b'b';
    pub const GLOBAL: u8 = b'c';
    pub const DICT: u8 = b'd';
    pub const EMPTY_DICT: u8 = b'}';
    pub const APPENDS: u8 = b'e';
    pub const GET: u8 = b'g';
    pub const BINGET: u8 = b'h';
    pub const INST: u8 = b'i';
    pub const LONG_BINGET: u8 = b'j';
    pub const LIST: u8 = b'l';
    pub const EMPTY_LIST: u8 = b']';
    pub const OBJ: u8 = b'o';
    pub const PUT: u8 = b'p';
    pub const BINPUT: u8 = b'q';
    pub const LONG_BINPUT: u8 = b'r';
    pub const SETITEM: u8 = b's';
    pub const TUPLE: u8 = b't';
    pub const EMPTY_TUPLE: u8 = b')';
    pub const SETITEMS: u8 = b'u';
    pub const BINFLOAT: u8 = b'G';
    pub const PROTO: u8 = 0x80;
    pub const NEWOBJ: u8 = 0x81;
    pub const EXT1: u8 = 0x82;
    pub const EXT2: u8 = 0x83;
    pub const EXT4: u8 = 0x84;
    pub const TUPLE1: u8 = 0x85;
    pub const TUPLE2: u8 = 0x86;
    pub const TUPLE3: u8 = 0x87;
    pub const NEWTRUE: u8 = 0x88;
    pub const NEWFALSE: u8 = 0x89;
    pub const LONG1: u8 = 0x8a;
    pub const LONG4: u8 = 0x8b;
    pub const BINBYTES: u8 = b'B';
    pub const SHORT_BINBYTES: u8 = b'C';
    pub const SHORT_BINUNICODE: u8 = 0x8c;
    pub const BINUNICODE8: u8 = 0x8d;
    pub const BINBYTES8: u8 = 0x8e;
    pub const EMPTY_SET: u8 = 0x8f;
    pub const ADDITEMS: u8 = 0x90;
    pub const FROZENSET: u8 = 0x91;
    pub const NEWOBJ_EX: u8 = 0x92;
    pub const STACK_GLOBAL: u8 = 0x93;
    pub const MEMOIZE: u8 = 0x94;
    pub const FRAME: u8 = 0x95;
    pub const BYTEARRAY8: u8 = 0x96;
    pub const NEXT_BUFFER: u8 = 0x97;
    pub const READONLY_BUFFER: u8 = 0x98;
}

/// `_pickle.PickleError` or a class derived from it.
fn class(vm: &Vm, name: &'static str) -> PyResult<Value> {
    let key = match name {
        "PicklingError" => "_pickle.PicklingError",
        "UnpicklingError" => "_pickle.UnpicklingError",
        _ => "_pickle.PickleError",
    };
    if key == "_pickle.PickleError" {
        return vm.exception_class(key, &exc::EXCEPTION);
    }
    let known = vm.interp().module_state.borrow().get(key).cloned();
    if let Some(known) = known {
        return Ok(known);
    }
    let base = class(vm, "PickleError")?;
    let namespace = vm.new_dict();
    vm.set_in(&namespace, "__module__", vm.str("_pickle"));
    let meta = vm.interp().type_type.value().clone();
    let new = vm.call_args(&meta, &[vm.str(name), vm.tuple(vec![base]), namespace.into_value()])?;
    vm.interp().module_state.borrow_mut().insert(key, new.clone());
    Ok(new)
}

fn raise(vm: &Vm, name: &'static str, message: impl AsRef<str>) -> Raised {
    let text = vm.str(message);
    match class(vm, name).and_then(|class| vm.call1(&class, &text)) {
        Ok(exception) => vm.raise_value(exception),
        Err(raised) => raised,
    }
}

fn pickling_error(vm: &Vm, message: impl AsRef<str>) -> Raised {
    raise(vm, "PicklingError", message)
}

fn unpickling_error(vm: &Vm, message: impl AsRef<str>) -> Raised {
    raise(vm, "UnpicklingError", message)
}

/// The exception in flight with another one as its context.
fn caused_by(vm: &Vm, raised: Raised, inner: Value) -> Raised {
    let exception = vm.take_raised(raised);
    if let Some(e) = exception.downcast::<crate::runtime::object::raise::Exception>() {
        e.context.set(inner);
    }
    vm.set_raised(exception)
}

/// A table of `copyreg` or `_compat_pickle`.
fn table(vm: &Vm, module: &str, name: &str) -> PyResult<Value> {
    vm.getattr_str(&vm.import(module)?, name)
}

/// As [`table`], of what stays the same object: it is looked for once in the life of the interpreter, as `key`.
fn kept_table(vm: &Vm, key: &'static str, module: &str, name: &str) -> PyResult<Value> {
    let kept = vm.interp().module_state.borrow().get(key).cloned();
    if let Some(kept) = kept {
        return Ok(kept);
    }
    let found = table(vm, module, name)?;
    vm.interp().module_state.borrow_mut().insert(key, found.clone());
    Ok(found)
}

/// `table.get(key)`
fn look_up(vm: &Vm, table: &Value, key: &Value) -> PyResult<Option<Value>> {
    match table.as_dict() {
        Some(dict) => dict.get(vm, key),
        None => {
            let found = vm.getitem(table, key);
            vm.catch(found, &exc::LOOKUP_ERROR)
        }
    }
}

// ------------------------------------------------------------------------------------------------ PickleBuffer

/// The payload of `PickleBuffer`: a view of a buffer, nothing after `release()`.
struct PickleBuffer {
    view: LockCell<Option<Ref<MemoryView>>>,
}
crate::payload!(PickleBuffer, "PickleBuffer", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        if let Some(view) = self.view.get() {
            visit(view.value());
        }
    }
    fn clear(&self) {
        drop(self.view.replace(None));
    }
});

/// An attribute of a pickler or unpickler, one of which, a hook, can be set on an instance and lies in a cell then.
fn get_hook(
    vm: &Vm,
    (object, name): (&Value, &Value),
    (hook, cell): (&str, &LockCell<Value>),
) -> PyResult<Value> {
    match cell.get().given() {
        Some(set) if name.as_str().is_some_and(|name| name.bytes() == hook.as_bytes()) => Ok(set.clone()),
        _ => vm.generic_getattr(object, name),
    }
}

/// Sets or deletes an attribute of a pickler or unpickler: see [`get_hook`].
fn set_hook(
    vm: &Vm,
    (object, name): (&Value, &Value),
    value: Option<&Value>,
    (hook, cell): (&str, &LockCell<Value>),
) -> PyResult<()> {
    let is_hook = name.as_str().is_some_and(|name| name.bytes() == hook.as_bytes());
    if !is_hook || value.is_none() && cell.get().is_unbound() {
        return vm.generic_setattr(object, name, value);
    }
    cell.set(value.cloned().unwrap_or(Value::UNBOUND));
    Ok(())
}

fn buffer_of(vm: &Vm, value: &Value) -> PyResult<Ref<MemoryView>> {
    match vm.cast::<PickleBuffer>(value)?.view.get() {
        Some(view) => Ok(view.clone()),
        None => Err(vm.value_error("operation forbidden on released PickleBuffer object")),
    }
}

/// A view of the bytes of a contiguous buffer, in the order in which they lie in memory.
fn raw(vm: &Vm, view: &Ref<MemoryView>) -> PyResult<Value> {
    let seen = &view.view;
    if !seen.is_c_contiguous() && !seen.is_f_contiguous() {
        return Err(vm.buffer_error("cannot extract raw buffer from non-contiguous buffer"));
    }
    let Some(lease) = view.lease.get().clone() else {
        return Err(vm.value_error("operation forbidden on released memoryview object"));
    };
    let flat = View {
        readonly: seen.readonly,
        format: "B".into(),
        itemsize: 1,
        shape: vec![seen.size()],
        strides: vec![1],
        offset: seen.offset,
    };
    Ok(vm.view_of(lease, flat))
}

/// Everything that a buffer can tell.
const FULL: u32 = 0x11c;

/// `PickleBuffer`
pub static PICKLE_BUFFER: TypeSpec = TypeSpec::new("pickle.PickleBuffer", PickleBuffer::layout)
    .flags(type_flag::BASE | type_flag::WEAKREF)
    .doc("", "A buffer that a pickle may leave out: PickleBuffer(buffer).")
    .slots(|s| {
        s.new = Some(|vm, ty: &TypeRef, args| {
            let args = args.count(vm, "PickleBuffer", 1, 1)?;
            if !vm.has_buffer(&args[0]) {
                return Err(vm.type_error(format!(
                    "a bytes-like object is required, not '{}'",
                    args[0].type_name(vm)
                )));
            }
            let view = match args[0].downcast::<PickleBuffer>() {
                Some(_) => buffer_of(vm, &args[0])?.into_value(),
                None => vm.buffer_view(&args[0], FULL)?.into_value(),
            };
            // A view of its own, which nobody else releases.
            let view = vm.call1(&vm.builtin("memoryview")?, &view)?;
            let view = view.downcast_ref::<MemoryView>();
            Ok(vm.alloc(ty, PickleBuffer { view: LockCell::new(view) }).into_value())
        });
        s.buffer = Some(|vm, value, flags| {
            let view = buffer_of(vm, value)?.into_value();
            Ok(vm.buffer_view(&view, flags)?.into_value())
        });
    })
    .methods(&[
        native(
            "raw(self, /)",
            |vm, args| raw(vm, &buffer_of(vm, &args[0])?),
            "A memoryview of the plain bytes in memory.\n\nBufferError unless the buffer is C- or Fortran-contiguous.",
        ),
        native(
            "release(self, /)",
            |vm, args| {
                let old = vm.cast::<PickleBuffer>(&args[0])?.view.replace(None);
                drop(old);
                Ok(Value::NONE)
            },
            "Let go of the buffer.",
        ),
    ]);

/// `_pickle`
pub static MODULE: NativeModule = NativeModule {
    name: "_pickle",
    doc: "Objects as bytes and back; protocols 0 to 5.",
    functions: &[
        native(
            "dump(obj, file, protocol=None, *, fix_imports=True, buffer_callback=None)",
            |vm, args| {
                let options = save::Options::new(vm, &args[2], &args[3], &args[4])?;
                let pickler = save::with_file(vm, vm.typ(&save::PICKLER), &args[1], options)?;
                save::dump(vm, &pickler, &args[0])?;
                Ok(Value::NONE)
            },
            "Write the pickle of an object to a file.\n\n  file\n    Has a write() method for bytes.\n  protocol\n    0 to 5; None is the default, a negative number the highest.\n  fix_imports\n    Use Python 2's names of modules below protocol 3.\n  buffer_callback\n    Gets buffers; those for which it returns a false value are left out of the pickle.",
        ),
        native(
            "dumps(obj, protocol=None, *, fix_imports=True, buffer_callback=None)",
            |vm, args| {
                let options = save::Options::new(vm, &args[1], &args[2], &args[3])?;
                let pickler = save::without_file(vm, options);
                save::dump(vm, &pickler, &args[0])?;
                save::taken(vm, &pickler)
            },
            "Return the pickle of an object as bytes; the arguments are those of dump().",
        ),
        native(
            "load(file, *, fix_imports=True, encoding='ASCII', errors='strict', buffers=())",
            |vm, args| {
                let unpickler = load::of_file(vm, vm.typ(&load::UNPICKLER), args)?;
                load::load(vm, &unpickler)
            },
            "Read a pickle from a file and return the object.\n\n  file\n    Has the methods read(n) and readline().\n  fix_imports\n    Translate Python 2's names of modules.\n  encoding, errors\n    How 8-bit strings of Python 2 are decoded; encoding \"bytes\" leaves them as they are.\n  buffers\n    The buffers that were left out of the pickle.",
        ),
        native(
            "loads(data, /, *, fix_imports=True, encoding='ASCII', errors='strict', buffers=())",
            |vm, args| {
                let unpickler = load::of_bytes(vm, args)?;
                load::load(vm, &unpickler)
            },
            "Return the object of a pickle; the other arguments are those of load().",
        ),
    ],
    init: |vm, dict| {
        for spec in [&save::PICKLER, &load::UNPICKLER, &PICKLE_BUFFER] {
            vm.set_type_in(dict, spec);
        }
        for name in ["PickleError", "PicklingError", "UnpicklingError"] {
            vm.set_in(dict, name, class(vm, name)?);
        }
        Ok(())
    },
};
