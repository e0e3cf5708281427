//! `_foreign`: what `_ctypes` (in `pylib`) is made of: memory by address, C's values in it, libraries, calls and calls back.
//!
//! An address is what the program says it is; see `sys::foreign`.

use std::cell::Cell;

use crate::runtime::builtins::exceptions as exc;
use crate::runtime::builtins::memoryviews::{Access, Export};
use crate::runtime::builtins::tools::member;
use crate::runtime::builtins::weakrefs::WeakRef;
use crate::runtime::error::{PyResult, Raised};
use crate::runtime::gc::heap::type_flag;
use crate::runtime::object::args::Signature;
use crate::runtime::object::dict::Dict;
use crate::runtime::object::ops;
use crate::runtime::object::typedef::{Native, TypeSpec, native};
use crate::runtime::object::vm::{Vm, has_vm, vm};
use crate::runtime::stdlib::NativeModule;
use crate::runtime::sys::foreign::{self as sys, Answer, Block, Words};
use crate::runtime::value::{LockCell, Payload, Ref, Value};

/// Key of the module state for the callbacks.
const CALLED: &str = "foreign callbacks";

thread_local! {
    /// The thread's own copy of `errno`, which calls may swap in and out.
    static ERRNO: Cell<i32> = const { Cell::new(0) };
}

/// `_foreign`
pub static MODULE: NativeModule = NativeModule {
    name: "_foreign",
    doc: "Memory by address, libraries and calls of C functions: what _ctypes is made of.",
    functions: FUNCTIONS,
    init: |vm, dict| {
        vm.set_type_in(dict, &MEMORY);
        vm.set_type_in(dict, &CALLBACK);
        for name in ["memmove", "memset"] {
            vm.set_in(dict, name, vm.int_u64(sys::known(name).unwrap_or(0)));
        }
        vm.set_ints_in(
            dict,
            &[
                ("INTEGERS", sys::INTEGERS as i64),
                ("FLOATS", sys::FLOATS as i64),
                ("STACK", sys::STACK as i64),
                ("RTLD_LOCAL", i64::from(libc::RTLD_LOCAL)),
                ("RTLD_GLOBAL", i64::from(libc::RTLD_GLOBAL)),
            ],
        );
        sys::answer_with(called_back);
        Ok(())
    },
};

const FUNCTIONS: &[Native] = &[
    native(
        "address(buffer, writable, /)",
        |vm, args| {
            let writable = vm.truth(&args[1])?;
            let view = vm.buffer_view(&args[0], 0)?;
            if writable && view.view.readonly {
                return Err(vm.type_error("underlying buffer is not writable"));
            }
            if !view.view.is_c_contiguous() {
                return Err(vm.type_error("underlying buffer is not C contiguous"));
            }
            let lease = view.alive(vm)?;
            let start = lease.memory().as_ptr() as u64 + view.view.offset as u64;
            let size = vm.int(view.view.size() as i64);
            Ok(vm.tuple(vec![view.into_value(), vm.int_u64(start), size]))
        },
        "A view of the buffer, which keeps it in place, its address and its size.",
    ),
    native(
        "read(address, size, /)",
        |vm, args| {
            // More than an address space has room for.
            if vm.to_ssize(&args[1])? >= 1 << 47 {
                return Err(vm.memory_error());
            }
            Ok(vm.bytes(memory(vm, &args[0], &args[1])?))
        },
        "The bytes at an address.",
    ),
    native(
        "write(address, data, /)",
        |vm, args| {
            let data = vm.buffer_bytes(&args[1])?;
            memory(vm, &args[0], &vm.int_usize(data.len()))?.copy_from_slice(&data);
            Ok(Value::NONE)
        },
        "Sets the bytes at an address.",
    ),
    native(
        "move(to, source, size, /)",
        |vm, args| {
            let size = vm.to_ssize(&args[2])?.max(0) as usize;
            if size > 0 {
                sys::copy(not_null(vm, &args[1])?, not_null(vm, &args[0])?, size);
            }
            Ok(Value::NONE)
        },
        "Copies memory that may overlap.",
    ),
    native(
        "text(address, /)",
        |vm, args| Ok(vm.bytes(&sys::text(not_null(vm, &args[0])?))),
        "The bytes up to a zero at an address.",
    ),
    native(
        "wide_text(address, limit=-1, /)",
        |vm, args| {
            let limit = args[1].given().map_or(Ok(-1), |limit| vm.to_ssize(limit))?;
            let limit = usize::try_from(limit).unwrap_or(usize::MAX);
            let letters = sys::wide_text(not_null(vm, &args[0])?, limit);
            let numbers = letters.iter().map(|n| vm.int(i64::from(*n))).collect();
            Ok(vm.list(numbers))
        },
        "The numbers of the wide characters up to a zero at an address.",
    ),
    native("load(address, code, /)", load, "The C value of a type code of struct at an address."),
    native(
        "store(address, code, value, /)",
        store,
        "Sets the C value of a type code of struct at an address.",
    ),
    native(
        "object(word, /)",
        |vm, args| match vm.object_of_word(word(vm, &args[0])?) {
            Some(object) => Ok(object),
            None => Err(vm.value_error("PyObject is NULL")),
        },
        "The object whose id a program kept.",
    ),
    native(
        "open_library(name, mode, /)",
        open_library,
        "Opens a library, or with None the program itself: its handle.",
    ),
    native(
        "find_symbol(handle, name, /)",
        |vm, args| {
            let name = c_text(vm, &args[1])?;
            match sys::find_symbol(word(vm, &args[0])?, &name) {
                Ok(address) => Ok(vm.int_u64(address)),
                Err(message) => Err(vm.raise(&exc::OS_ERROR, &message)),
            }
        },
        "The address of a name of a library.",
    ),
    native(
        "close_library(handle, /)",
        |vm, args| match sys::close_library(word(vm, &args[0])?) {
            Ok(()) => Ok(Value::NONE),
            Err(message) => Err(vm.raise(&exc::OS_ERROR, &message)),
        },
        "Gives a library back.",
    ),
    native("get_errno()", |vm, _| Ok(vm.int(i64::from(ERRNO.get()))), "The thread's copy of errno."),
    native(
        "set_errno(value, /)",
        |vm, args| {
            let new = vm.to_i32_arg(&args[0])?;
            Ok(vm.int(i64::from(ERRNO.replace(new))))
        },
        "Sets the thread's copy of errno and gives the one before.",
    ),
    native(
        "call(address, integers, floats, stack, answer, with_lock, with_errno, /)",
        call,
        "Calls a C function with words for its registers and its stack: two words of its result.\n\n  answer\n    where the words are: I for integer registers, F for float registers, IF or FI for one of each\n  with_lock\n    keep the interpreter lock\n  with_errno\n    swap the thread's copy of errno in and out",
    ),
];

/// The lowest 64 bits of an integer.
fn word(vm: &Vm, value: &Value) -> PyResult<u64> {
    if let Some(small) = value.as_small() {
        return Ok(small as u64);
    }
    let number = vm.index(value)?;
    let low = vm.binary(&number, &vm.int_u64(u64::MAX), &ops::AND)?;
    vm.to_u64(&low)
}

fn not_null(vm: &Vm, value: &Value) -> PyResult<u64> {
    match word(vm, value)? {
        0 => Err(vm.value_error("NULL pointer access")),
        address => Ok(address),
    }
}

fn memory<'a>(vm: &Vm, address: &Value, size: &Value) -> PyResult<&'a mut [u8]> {
    let size = vm.to_ssize(size)?.max(0) as usize;
    let address = word(vm, address)?;
    if address == 0 && size > 0 {
        return Err(vm.value_error("NULL pointer access"));
    }
    Ok(sys::memory(address, size))
}

fn c_text(vm: &Vm, value: &Value) -> PyResult<std::ffi::CString> {
    let bytes = match value.as_str() {
        Some(text) => text.bytes().to_vec(),
        None => vm.buffer_bytes(value)?,
    };
    sys::c_text(&bytes).ok_or_else(|| vm.value_error("embedded null character"))
}

fn code_of(vm: &Vm, value: &Value) -> PyResult<u8> {
    match value.as_str().map(|text| text.bytes()) {
        Some(&[code]) => Ok(code),
        _ => Err(vm.type_error("a type code is a letter")),
    }
}

fn size_of_code(vm: &Vm, code: u8) -> PyResult<usize> {
    match code {
        b'b' | b'B' | b'c' | b'?' => Ok(1),
        b'h' | b'H' => Ok(2),
        b'i' | b'I' | b'f' => Ok(4),
        b'l' | b'L' | b'q' | b'Q' | b'd' | b'P' => Ok(8),
        _ => Err(vm.value_error("no such type code")),
    }
}

fn load(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let code = code_of(vm, &args[1])?;
    let size = size_of_code(vm, code)?;
    let mut bytes = [0; 8];
    bytes[..size].copy_from_slice(memory(vm, &args[0], &vm.int(size as i64))?);
    let bits = u64::from_ne_bytes(bytes);
    Ok(match code {
        b'b' => vm.int(i64::from(bits as u8 as i8)),
        b'h' => vm.int(i64::from(bits as u16 as i16)),
        b'i' => vm.int(i64::from(bits as u32 as i32)),
        b'l' | b'q' => vm.int(bits as i64),
        b'f' => vm.float(f64::from(f32::from_bits(bits as u32))),
        b'd' => vm.float(f64::from_bits(bits)),
        b'?' => Value::bool(bits != 0),
        b'c' => vm.bytes(&bytes[..1]),
        _ => vm.int_u64(bits),
    })
}

fn store(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let code = code_of(vm, &args[1])?;
    let size = size_of_code(vm, code)?;
    let bits = match code {
        b'f' => u64::from((vm.to_f64(&args[2])? as f32).to_bits()),
        b'd' => vm.to_f64(&args[2])?.to_bits(),
        b'?' => u64::from(vm.truth(&args[2])?),
        _ => word(vm, &args[2])?,
    };
    let bytes = bits.to_ne_bytes();
    memory(vm, &args[0], &vm.int(size as i64))?.copy_from_slice(&bytes[..size]);
    Ok(Value::NONE)
}

fn open_library(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let name = match args[0].some() {
        Some(name) => Some(c_text(vm, name)?),
        None => None,
    };
    let mode = vm.to_i32_arg(&args[1])?;
    match vm.blocking(|| sys::open_library(name.as_deref(), mode)) {
        Ok(handle) => Ok(vm.int_u64(handle)),
        Err(message) => Err(vm.raise(&exc::OS_ERROR, &message)),
    }
}

fn fill(vm: &Vm, into: &mut [u64], from: &Value) -> PyResult<()> {
    let items = vm.list_items(from).map(|items| items.get().to_vec()).unwrap_or_default();
    if items.len() > into.len() {
        return Err(vm.value_error("too many words for a call"));
    }
    for (place, item) in into.iter_mut().zip(&items) {
        *place = word(vm, item)?;
    }
    Ok(())
}

fn call(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    if !sys::CAN_CALL {
        return Err(vm.raise(&exc::RUNTIME_ERROR, "C functions cannot be called on this platform"));
    }
    let address = not_null(vm, &args[0])?;
    let mut words = Words::default();
    fill(vm, &mut words.integers[..sys::INTEGERS], &args[1])?;
    fill(vm, &mut words.floats, &args[2])?;
    fill(vm, &mut words.stack, &args[3])?;
    let answer = match args[4].as_str().map(|text| text.bytes()) {
        Some(b"F") => Answer::Floats,
        Some(b"IF") => Answer::IntegerFloat,
        Some(b"FI") => Answer::FloatInteger,
        _ => Answer::Integers,
    };
    let (with_lock, with_errno) = (vm.truth(&args[5])?, vm.truth(&args[6])?);
    let run = || {
        if with_errno {
            sys::swap_errno(ERRNO.get());
        }
        let found = sys::call(address, &words, answer);
        if with_errno {
            ERRNO.set(crate::runtime::sys::errno());
        }
        found
    };
    let (first, second) = if with_lock { run() } else { vm.blocking_with_calls(run) };
    vm.attend()?;
    Ok(vm.tuple(vec![vm.int_u64(first), vm.int_u64(second)]))
}

// ------------------------------------------------------------------------------------------------ Memory

/// Memory at an address, its own or not.
struct Memory {
    block: Option<Block>,
    address: u64,
    size: usize,
}
crate::payload!(Memory, "Memory");

static ACCESS: Access = Access {
    bytes: |value| value.downcast::<Memory>().map_or(&[], |this| sys::memory(this.address, this.size)),
    bytes_mut: Some(|value| match value.downcast::<Memory>() {
        Some(this) => sys::memory(this.address, this.size),
        None => &mut [],
    }),
    release: |_, _| {},
};

static MEMORY: TypeSpec = TypeSpec::new("_foreign.Memory", Memory::layout)
    .doc("(size, address=None)", "Memory at an address; without one, zeroed memory of its own.")
    .slots(|s| {
        s.new = Some(|vm, ty, args| {
            const SIGNATURE: Signature = Signature::parse("Memory(size, address=None)");
            let [size, address] = vm.bind_args(&SIGNATURE, args)?;
            let size = vm.to_ssize(&size)?.max(0) as usize;
            let this = match address.given().and_then(Value::some) {
                Some(address) => Memory { block: None, address: word(vm, address)?, size },
                None => match Block::new(size) {
                    Some(block) => Memory { address: block.address(), block: Some(block), size },
                    None => return Err(vm.memory_error()),
                },
            };
            Ok(vm.alloc(ty, this).into_value())
        });
        s.buffer = Some(|vm, value, flags| vm.export(value, Export::bytes(&ACCESS, false), flags));
    })
    .methods(&[native(
        "view(self, format, itemsize, shape, readonly=False, /)",
        |vm, args| {
            let format = vm.to_string(&args[1])?;
            let itemsize = vm.to_ssize(&args[2])?.max(0) as usize;
            let readonly = args[4].given().map_or(Ok(false), |flag| vm.truth(flag))?;
            let mut shape = Vec::new();
            for length in args[3].as_tuple().map_or(&[][..], |shape| shape.items()) {
                shape.push(vm.to_ssize(length)?.max(0) as usize);
            }
            let this = vm.cast::<Memory>(&args[0])?;
            let needed = shape.iter().try_fold(itemsize, |all, n| all.checked_mul(*n));
            if needed.is_none_or(|needed| needed > this.size) {
                return Err(vm.value_error("the memory is too small"));
            }
            let mut export = Export::items(&ACCESS, readonly, format, itemsize);
            export.shape = Some(shape);
            vm.export(&args[0], export, 0)
        },
        "A memoryview of items of a shape.",
    )])
    .getset(&[
        member("address", |vm, value| Ok(vm.int_u64(vm.cast::<Memory>(value)?.address)), "Where it is."),
        member("size", |vm, value| Ok(vm.int(vm.cast::<Memory>(value)?.size as i64)), "Its size in bytes."),
        member(
            "owned",
            |vm, value| {
                Ok(Value::bool(vm.cast::<Memory>(value)?.block.as_ref().is_some_and(|b| b.room() > 0)))
            },
            "Is it its own?",
        ),
    ]);

// ------------------------------------------------------------------------------------------------ Callback

/// A C function that calls a Python object.
struct Callback {
    number: usize,
    address: u64,
    function: LockCell<Value>,
}
crate::payload!(Callback, "Callback", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(self.function.get());
    }
    fn clear(&self) {
        self.function.set(Value::NONE);
    }
});

impl Drop for Callback {
    fn drop(&mut self) {
        if has_vm()
            && let Some(table) = called(vm())
        {
            let gone = vm().int(self.number as i64);
            if let Err(raised) = table.remove(vm(), &gone) {
                drop(vm().take_raised(raised));
            }
        }
        sys::free_callback(self.number);
    }
}

/// Weak references to the callbacks, by number: one that only its own function refers to is garbage.
fn called(vm: &Vm) -> Option<Ref<Dict>> {
    let table = vm.interp().module_state.borrow().get(CALLED).cloned()?;
    Ref::from_value(table).ok()
}

static CALLBACK: TypeSpec = TypeSpec::new("_foreign.Callback", Callback::layout)
    .flags(type_flag::WEAKREF)
    .doc(
        "(function)",
        "A C function. It calls function(integers, floats, stack), lists of words, which answers the words for the integer and the float register.",
    )
    .slots(|s| {
        s.new = Some(|vm, ty, args| {
            const SIGNATURE: Signature = Signature::parse("Callback(function)");
            let [function] = vm.bind_args(&SIGNATURE, args)?;
            let table = match called(vm) {
                Some(table) => table,
                None => {
                    let table = vm.new_dict();
                    vm.interp().module_state.borrow_mut().insert(CALLED, table.value().clone());
                    table
                }
            };
            let Some((number, address)) = sys::take_callback() else {
                return Err(vm.raise(&exc::RUNTIME_ERROR, "no more C functions can be made for callbacks"));
            };
            let function = LockCell::new(function);
            let this = vm.alloc(ty, Callback { number, address, function }).into_value();
            drop(table.insert(vm, vm.int(number as i64), vm.weakref(&this, Value::NONE)?)?);
            Ok(this)
        });
    })
    .getset(&[member(
        "address",
        |vm, value| Ok(vm.int_u64(vm.cast::<Callback>(value)?.address)),
        "Where the function is.",
    )]);

/// Answers foreign code that calls the function of a number.
fn called_back(number: usize, words: &Words) -> (u64, u64) {
    if !has_vm() {
        // A thread that runs no Python: there is nobody to answer.
        return (0, 0);
    }
    let vm = vm();
    vm.called_back(|| match answer(vm, number, words) {
        Ok(words) => words,
        Err(raised) => {
            vm.write_unraisable(raised, &Value::NONE);
            (0, 0)
        }
    })
}

fn answer(vm: &Vm, number: usize, words: &Words) -> Result<(u64, u64), Raised> {
    let callback = match called(vm) {
        Some(table) => table.get(vm, &vm.int(number as i64))?,
        None => None,
    };
    // It lives as long as the call.
    let callback = callback.and_then(|weak| weak.downcast::<WeakRef>()?.referent());
    let Some(callback) = callback.as_ref().and_then(Value::downcast::<Callback>) else {
        return Err(vm.system_error("a callback that is gone"));
    };
    let function = callback.function.cloned();
    let list = |words: &[u64]| vm.list(words.iter().map(|word| vm.int_u64(*word)).collect());
    let args = [list(&words.integers[..sys::INTEGERS]), list(&words.floats), list(&words.stack)];
    let found = vm.call_args(&function, &args)?;
    match found.as_tuple().map(|pair| pair.items()) {
        Some([integer, float]) => Ok((word(vm, integer)?, word(vm, float)?)),
        _ => Err(vm.system_error("a callback without an answer")),
    }
}
