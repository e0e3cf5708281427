//! The functions of the module `builtins`, one table, and what its namespace is filled with. `print` and `input` are in
//! `console`, `__build_class__` in `classes`, the awaitable of `anext` in `anext`.

use crate::runtime::builtins::{
    anext, bytearrays, bytes, classes, complexes, console, dicts, exceptions, floats, groups, ints, lazies,
    lists, memoryviews, props, ranges, sets, slices, sorting, strs, supers, tuples, types,
};
use crate::runtime::error::{PyResult, Raised};
use crate::runtime::gc::heap::type_flag;
use crate::runtime::object::args::Args;
use crate::runtime::object::ops;
use crate::runtime::object::typedef::{Cmp, Native, TypeSpec, kind, native, native_raw};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{LockCell, Value};

use crate::runtime::builtins::complexes::Complex;
use crate::runtime::builtins::descr::{NATIVE_FUNCTION, NativeFunction};
use crate::runtime::builtins::iters::REVERSED;

static TYPES: &[&TypeSpec] = &[
    &types::OBJECT,
    &types::TYPE,
    &ints::INT,
    &ints::BOOL,
    &floats::FLOAT,
    &complexes::COMPLEX,
    &strs::STR,
    &bytes::BYTES,
    &bytearrays::BYTEARRAY,
    &memoryviews::MEMORYVIEW,
    &tuples::TUPLE,
    &lists::LIST,
    &dicts::DICT,
    &sets::SET,
    &sets::FROZENSET,
    &ranges::RANGE,
    &slices::SLICE,
    &lazies::ENUMERATE,
    &lazies::ZIP,
    &lazies::MAP,
    &lazies::FILTER,
    &REVERSED,
    &props::PROPERTY,
    &props::STATIC_METHOD,
    &props::CLASS_METHOD,
    &supers::SUPER,
    &groups::EXCEPTION_GROUP,
];

/// Fills the namespace of `builtins`.
pub fn install(vm: &Vm) -> PyResult<()> {
    let names = &vm.interp().builtins;
    let set = |name: &str, value: Value| drop(names.insert_str(&vm.intern(name), value));
    set("__name__", vm.intern("builtins").into_value());
    for spec in TYPES.iter().chain(exceptions::ALL) {
        set(spec.short_name(), vm.typ(spec).value().clone());
    }
    for alias in ["EnvironmentError", "IOError"] {
        set(alias, vm.typ(&exceptions::OS_ERROR).value().clone());
    }
    set("None", Value::NONE);
    set("True", Value::TRUE);
    set("False", Value::FALSE);
    set("Ellipsis", Value::ELLIPSIS);
    set("NotImplemented", Value::NOT_IMPLEMENTED);
    set("__debug__", Value::bool(vm.interp().optimize.get() == 0));
    let module = vm.intern("builtins").into_value();
    for def in FUNCTIONS {
        let function = NativeFunction {
            def,
            receiver: Value::UNBOUND,
            passes_self: false,
            module: LockCell::new(module.clone()),
        };
        set(def.name(), vm.alloc_spec(&NATIVE_FUNCTION, function));
    }
    Ok(())
}

/// Is it the function of `builtins` that had this name at first?
pub fn is_builtin(value: &Value, name: &str) -> bool {
    value.downcast::<NativeFunction>().is_some_and(|function| {
        FUNCTIONS.as_ptr_range().contains(&std::ptr::from_ref(function.def)) && function.def.name() == name
    })
}

/// The functions of `builtins`.
pub static FUNCTIONS: &[Native] = &[
    native_raw(
        "__build_class__(func, name, /, *bases, [metaclass], **kwds)",
        classes::build_class,
        "Internal helper function used by the class statement.",
    ),
    native(
        "__import__(name, globals=None, locals=None, fromlist=(), level=0)",
        |vm, args| vm.builtin_import(args),
        "Import a module.\n\nBecause this function is meant for use by the Python\ninterpreter and not for general use, it is better to use\nimportlib.import_module() to programmatically import a module.",
    ),
    native(
        "abs(x, /)",
        |vm, args| vm.unary(&args[0], |s| s.abs, "abs()"),
        "Return the absolute value of the argument.",
    ),
    native("aiter(async_iterable, /)", anext::aiter, "Return an AsyncIterator for an AsyncIterable object."),
    native(
        "all(iterable, /)",
        |vm, args| {
            let iter = vm.iter(&args[0])?;
            while let Some(item) = vm.next(&iter)? {
                if !vm.truth(&item)? {
                    return Ok(Value::FALSE);
                }
            }
            Ok(Value::TRUE)
        },
        "Return True if bool(x) is True for all values x in the iterable.\n\nIf the iterable is empty, return True.",
    ),
    native(
        "anext(aiterator, default=<unrepresentable>, /)",
        anext::anext,
        "Return the next item from the async iterator.\n\nIf default is given and the async iterator is exhausted,\nit is returned instead of raising StopAsyncIteration.",
    ),
    native(
        "any(iterable, /)",
        |vm, args| {
            let iter = vm.iter(&args[0])?;
            while let Some(item) = vm.next(&iter)? {
                if vm.truth(&item)? {
                    return Ok(Value::TRUE);
                }
            }
            Ok(Value::FALSE)
        },
        "Return True if bool(x) is True for any x in the iterable.\n\nIf the iterable is empty, return False.",
    ),
    native(
        "ascii(obj, /)",
        |vm, args| vm.ascii(&args[0]),
        "Return an ASCII-only representation of an object.\n\nAs repr(), return a string containing a printable representation of an\nobject, but escape the non-ASCII characters in the string returned by\nrepr() using \\\\x, \\\\u or \\\\U escapes. This generates a string similar\nto that returned by repr() in Python 2.",
    ),
    native(
        "bin(number, /)",
        |vm, args| vm.int_prefixed(&args[0], 2),
        "Return the binary representation of an integer.\n\n   >>> bin(2796202)\n   '0b1010101010101010101010'",
    ),
    native_raw(
        "breakpoint(*args, **kws)",
        |vm, args| match vm.interp().sys.get_str(&vm.intern("breakpointhook")) {
            Some(hook) => vm.call(&hook, args),
            None => Err(vm.runtime_error("lost sys.breakpointhook")),
        },
        "Call sys.breakpointhook(*args, **kws).  sys.breakpointhook() must accept\nwhatever arguments are passed.\n\nBy default, this drops you into the pdb debugger.",
    ),
    native(
        "callable(obj, /)",
        |vm, args| Ok(Value::bool(vm.is_callable(&args[0]))),
        "Return whether the object is callable (i.e., some kind of function).\n\nNote that classes are callable, as are instances of classes with a\n__call__() method.",
    ),
    native(
        "chr(i, /)",
        |vm, args| match vm
            .index(&args[0])?
            .as_small()
            .and_then(|i| u32::try_from(i).ok())
            .filter(|code| *code < 0x11_0000)
        {
            Some(code) => Ok(vm.str_char(code)),
            None => Err(vm.value_error("chr() arg not in range(0x110000)")),
        },
        "Return a Unicode string of one character with ordinal i; 0 <= i <= 0x10ffff.",
    ),
    native(
        "delattr(obj, name, /)",
        |vm, args| {
            check_name(vm, &args[1])?;
            vm.setattr(&args[0], &interned(vm, &args[1]), None)?;
            Ok(Value::NONE)
        },
        "Deletes the named attribute from the given object.\n\ndelattr(x, 'y') is equivalent to ``del x.y``",
    ),
    native_raw(
        "dir",
        dir,
        "dir([object]) -> list of strings\n\nIf called without an argument, return the names in the current scope.\nElse, return an alphabetized list of names comprising (some of) the attributes\nof the given object, and of attributes reachable from it.\nIf the object supplies a method named __dir__, it will be used; otherwise\nthe default dir() logic is used and returns:\n  for a module object: the module's attributes.\n  for a class object:  its attributes, and recursively the attributes\n    of its bases.\n  for any other object: its attributes, its class's attributes, and\n    recursively the attributes of its class's base classes.",
    ),
    native(
        "divmod(x, y, /)",
        |vm, args| vm.binary(&args[0], &args[1], &ops::DIVMOD),
        "Return the tuple (x//y, x%y).  Invariant: div*y + mod == x.",
    ),
    native(
        "format(value, format_spec='', /)",
        |vm, args| {
            let spec = match args[1].given() {
                Some(spec) if spec.as_str().is_none() => {
                    return Err(
                        vm.type_error(format!("format() argument 2 must be str, not {}", spec.type_name(vm)))
                    );
                }
                Some(spec) => spec.clone(),
                None => vm.interp().empty_str.clone(),
            };
            vm.format(&args[0], &spec)
        },
        "Return type(value).__format__(value, format_spec)\n\nMany built-in types implement format_spec according to the\nFormat Specification Mini-language. See help('FORMATTING')\nfor details.\n\nIf type(value) does not supply a method named __format__\nand format_spec is empty, then str(value) is returned.",
    ),
    native_raw(
        "getattr",
        |vm, args| {
            let args = args.count(vm, "getattr", 2, 3)?;
            check_name(vm, &args[1])?;
            let name = interned(vm, &args[1]);
            match args.get(2) {
                None => vm.getattr(&args[0], &name),
                Some(default) => Ok(vm.getattr_opt(&args[0], &name)?.unwrap_or_else(|| default.clone())),
            }
        },
        "getattr(object, name[, default]) -> value\n\nGet a named attribute from an object; getattr(x, 'y') is equivalent to x.y.\nWhen a default argument is given, it is returned when the attribute doesn't\nexist; without it, an exception is raised in that case.",
    ),
    native(
        "globals()",
        |vm, _| match vm.running() {
            Some(frame) => Ok(frame.function().globals.value().clone()),
            None => Ok(Value::NONE),
        },
        "Return the dictionary containing the current scope's global variables.\n\nNOTE: Updates to this dictionary *will* affect name lookups in the current\nglobal scope and vice-versa.",
    ),
    native(
        "hasattr(obj, name, /)",
        |vm, args| {
            check_name(vm, &args[1])?;
            Ok(Value::bool(vm.getattr_opt(&args[0], &interned(vm, &args[1]))?.is_some()))
        },
        "Return whether the object has an attribute with the given name.\n\nThis is done by calling getattr(obj, name) and catching AttributeError.",
    ),
    native(
        "hash(obj, /)",
        |vm, args| Ok(vm.int(vm.hash(&args[0])?)),
        "Return the hash value for the given object.\n\nTwo objects that compare equal must also have the same hash value, but the\nreverse is not necessarily true.",
    ),
    native(
        "hex(number, /)",
        |vm, args| vm.int_prefixed(&args[0], 16),
        "Return the hexadecimal representation of an integer.\n\n   >>> hex(12648430)\n   '0xc0ffee'",
    ),
    native(
        "id(obj, /)",
        |vm, args| Ok(vm.int_u64(args[0].to_bits())),
        "Return the identity of an object.\n\nThis is guaranteed to be unique among simultaneously existing objects.\n(CPython uses the object's memory address.)",
    ),
    native(
        "input(prompt='', /)",
        console::input,
        "Read a string from standard input.  The trailing newline is stripped.\n\nThe prompt string, if given, is printed to standard output without a\ntrailing newline before reading input.\n\nIf the user hits EOF (*nix: Ctrl-D, Windows: Ctrl-Z+Return), raise EOFError.\nOn *nix systems, readline is used if available.",
    ),
    native(
        "isinstance(obj, class_or_tuple, /)",
        |vm, args| Ok(Value::bool(vm.isinstance(&args[0], &args[1])?)),
        "Return whether an object is an instance of a class or of a subclass thereof.\n\nA tuple, as in ``isinstance(x, (A, B, ...))``, may be given as the target to\ncheck against. This is equivalent to ``isinstance(x, A) or isinstance(x, B)\nor ...`` etc.",
    ),
    native(
        "issubclass(cls, class_or_tuple, /)",
        |vm, args| Ok(Value::bool(vm.issubclass(&args[0], &args[1])?)),
        "Return whether 'cls' is derived from another class or is the same class.\n\nA tuple, as in ``issubclass(x, (A, B, ...))``, may be given as the target to\ncheck against. This is equivalent to ``issubclass(x, A) or issubclass(x, B)\nor ...``.",
    ),
    native_raw(
        "iter",
        |vm, args| match args.count(vm, "iter", 1, 2)? {
            [callable, sentinel] => {
                if !vm.is_callable(callable) {
                    return Err(vm.type_error("iter(v, w): v must be callable"));
                }
                Ok(vm.call_iter(callable.clone(), sentinel.clone()))
            }
            args => vm.iter(&args[0]),
        },
        "iter(iterable) -> iterator\niter(callable, sentinel) -> iterator\n\nGet an iterator from an object.  In the first form, the argument must\nsupply its own iterator, or be a sequence.\nIn the second form, the callable is called until it returns the sentinel.",
    ),
    native(
        "len(obj, /)",
        |vm, args| Ok(vm.int(vm.len(&args[0])? as i64)),
        "Return the number of items in a container.",
    ),
    native(
        "locals()",
        |vm, _| match vm.running() {
            Some(frame) => vm.locals_of(frame),
            None => Err(vm.system_error("frame does not exist")),
        },
        "Return a dictionary containing the current scope's local variables.\n\nNOTE: Whether or not updates to this dictionary will affect name lookups in\nthe local scope and vice-versa is *implementation dependent* and not\ncovered by any backwards compatibility guarantees.",
    ),
    native_raw(
        "max",
        |vm, args| extreme(vm, args, "max", Cmp::Gt),
        "max(iterable, *[, default=obj, key=func]) -> value\nmax(arg1, arg2, *args, *[, key=func]) -> value\n\nWith a single iterable argument, return its biggest item. The\ndefault keyword-only argument specifies an object to return if\nthe provided iterable is empty.\nWith two or more positional arguments, return the largest argument.",
    ),
    native_raw(
        "min",
        |vm, args| extreme(vm, args, "min", Cmp::Lt),
        "min(iterable, *[, default=obj, key=func]) -> value\nmin(arg1, arg2, *args, *[, key=func]) -> value\n\nWith a single iterable argument, return its smallest item. The\ndefault keyword-only argument specifies an object to return if\nthe provided iterable is empty.\nWith two or more positional arguments, return the smallest argument.",
    ),
    native_raw(
        "next",
        |vm, args| {
            let args = args.count(vm, "next", 1, 2)?;
            vm.stop_value.set(Value::NONE);
            match vm.next(&args[0])? {
                Some(item) => Ok(item),
                None => match args.get(1) {
                    Some(default) => Ok(default.clone()),
                    None => {
                        let value = vm.stop_value.replace(Value::NONE);
                        Err(vm.stop_iteration(value))
                    }
                },
            }
        },
        "next(iterator[, default])\n\nReturn the next item from the iterator. If default is given and the iterator\nis exhausted, it is returned instead of raising StopIteration.",
    ),
    native(
        "oct(number, /)",
        |vm, args| vm.int_prefixed(&args[0], 8),
        "Return the octal representation of an integer.\n\n   >>> oct(342391)\n   '0o1234567'",
    ),
    native(
        "ord(character, /)",
        |vm, args| {
            let (length, code) = if let Some(text) = args[0].as_str() {
                (text.len(), vm.char_at(text, 0))
            } else if let Some(bytes) = vm.bytes_of(&args[0]) {
                (bytes.len(), bytes.first().map(|byte| u32::from(*byte)))
            } else if let Some(array) = args[0].as_bytearray() {
                let bytes = array.content.get();
                (bytes.len(), bytes.first().map(|byte| u32::from(*byte)))
            } else {
                return Err(vm.type_error(format!(
                    "ord() expected string of length 1, but {} found",
                    args[0].type_name(vm)
                )));
            };
            match code {
                Some(code) if length == 1 => Ok(vm.int(i64::from(code))),
                _ => Err(
                    vm.type_error(format!("ord() expected a character, but string of length {length} found"))
                ),
            }
        },
        "Return the ordinal value of a character.\n\nIf the argument is a one-character string, return the Unicode code\npoint of that character.\n\nIf the argument is a bytes or bytearray object of length 1, return its\nsingle byte value.",
    ),
    native(
        "pow(base, exp, mod=None)",
        |vm, args| vm.power(&args[0], &args[1], args[2].given().unwrap_or(&Value::NONE)),
        "Equivalent to base**exp with 2 arguments or base**exp % mod with 3 arguments.\n\nSome types, such as ints, are able to use a more efficient algorithm when\ninvoked using the three argument form.",
    ),
    native_raw(
        "print(*args, sep=' ', end='\\n', file=None, flush=False)",
        console::print,
        "Prints the values to a stream, or to sys.stdout by default.\n\nsep\n  string inserted between values, default a space.\nend\n  string appended after the last value, default a newline.\nfile\n  a file-like object (stream); defaults to the current sys.stdout.\nflush\n  whether to forcibly flush the stream.",
    ),
    native(
        "repr(obj, /)",
        |vm, args| vm.repr(&args[0]),
        "Return the canonical string representation of the object.\n\nFor many object types, including most builtins, eval() will return\nan object equal to that of the original.",
    ),
    native(
        "round(number, ndigits=None)",
        |vm, args| {
            let rest = args[1].some().map_or(&[][..], std::slice::from_ref);
            match (args[0].as_small(), args[0].as_tagged_float()) {
                (Some(_), _) if rest.is_empty() => return Ok(args[0].clone()),
                (_, Some(x)) if rest.is_empty() => return vm.int_from_float(x.round_ties_even()),
                _ => {}
            }
            match vm.call_special(&args[0], &vm.names().__round__, rest)? {
                Some(result) => Ok(result),
                None => Err(
                    vm.type_error(format!("type {} doesn't define __round__ method", args[0].type_name(vm)))
                ),
            }
        },
        "Round a number to a given precision in decimal digits.\n\nThe return value is an integer if ndigits is omitted or None.  Otherwise\nthe return value has the same type as the number.  ndigits may be negative.",
    ),
    native(
        "setattr(obj, name, value, /)",
        |vm, args| {
            check_name(vm, &args[1])?;
            vm.setattr(&args[0], &interned(vm, &args[1]), Some(&args[2]))?;
            Ok(Value::NONE)
        },
        "Sets the named attribute on the given object to the specified value.\n\nsetattr(x, 'y', v) is equivalent to ``x.y = v``",
    ),
    native_raw(
        "sorted(iterable, /, *, key=None, reverse=False)",
        sorted,
        "Return a new list containing all items from the iterable in ascending order.\n\nA custom key function can be supplied to customize the sort order, and the\nreverse flag can be set to request the result in descending order.",
    ),
    native(
        "sum(iterable, /, start=0)",
        |vm, args| sum(vm, &args[0], args[1].given()),
        "Return the sum of a 'start' value (default: 0) plus an iterable of numbers\n\nWhen the iterable is empty, return the start value.\nThis function is intended specifically for use with numeric values and may\nreject non-numeric types.",
    ),
    native_raw(
        "vars",
        |vm, args| match args.count(vm, "vars", 0, 1)? {
            [] => match vm.running() {
                Some(frame) => vm.locals_of(frame),
                None => Err(vm.system_error("frame does not exist")),
            },
            [object, ..] => match vm.getattr_opt(object, vm.names().__dict__.value())? {
                Some(dict) => Ok(dict),
                None => Err(vm.type_error("vars() argument must have __dict__ attribute")),
            },
        },
        "vars([object]) -> dictionary\n\nWithout arguments, equivalent to locals().\nWith an argument, equivalent to object.__dict__.",
    ),
];

#[inline(always)]
fn check_name(vm: &Vm, name: &Value) -> PyResult<()> {
    match name.as_str() {
        Some(_) => Ok(()),
        None => Err(no_name(vm, name)),
    }
}

#[cold]
#[inline(never)]
fn no_name(vm: &Vm, name: &Value) -> Raised {
    vm.type_error(format!("attribute name must be string, not '{}'", name.type_name(vm)))
}

/// The name as attribute lookup wants it: interned, if it is exactly a string.
fn interned(vm: &Vm, name: &Value) -> Value {
    match crate::runtime::object::dict::exact_str(name) {
        Some(text) if !text.is_interned() => {
            vm.intern_value(name).map_or_else(|| name.clone(), |n| n.into_value())
        }
        _ => name.clone(),
    }
}

fn dir(vm: &Vm, args: Args) -> PyResult<Value> {
    let mut names = match args.count(vm, "dir", 0, 1)? {
        [] => {
            let Some(frame) = vm.running() else { return Err(vm.system_error("frame does not exist")) };
            let locals = vm.locals_of(frame)?;
            let keys = vm.call_method(&locals, &vm.names().keys, &[])?;
            vm.collect(&keys)?
        }
        [object, ..] => match vm.call_special(object, &vm.names().__dir__, &[])? {
            Some(result) => vm.collect(&result)?,
            None => return Err(vm.type_error("object does not provide __dir__")),
        },
    };
    sorting::sort(vm, &mut names, None, false)?;
    Ok(vm.list(names))
}

/// `max` and `min`: the first item that compares so to none before it.
/// The items of an exact list or tuple, to be looked at before anything runs that could change them.
#[inline]
fn plain_items<'a>(vm: &Vm, iterable: &'a Value) -> Option<&'a [Value]> {
    match iterable.kind() {
        kind::LIST => vm.list_items(iterable).map(|items| items.get().as_slice()),
        kind::TUPLE => iterable.as_tuple().map(|tuple| tuple.items()),
        _ => None,
    }
}

/// The smallest or largest of small ints; `None` if there are none or others among them.
#[inline]
fn small_extreme(items: &[Value], op: Cmp) -> Option<i64> {
    let (first, rest) = items.split_first()?;
    rest.iter().try_fold(first.as_small()?, |best, item| {
        let item = item.as_small()?;
        Some(if op == Cmp::Lt { best.min(item) } else { best.max(item) })
    })
}

fn extreme(vm: &Vm, args: Args, name: &str, op: Cmp) -> PyResult<Value> {
    let pos = args.pos();
    if pos.is_empty() {
        return Err(vm.type_error(format!("{name} expected at least 1 argument, got 0")));
    }
    let (mut key, mut default) = (None, None);
    for (word, value) in args.keywords() {
        match word.as_str().map(|w| w.bytes()) {
            Some(b"key") => key = Some(value).filter(|v| !v.is_none()),
            Some(b"default") => default = Some(value),
            _ => {
                return Err(vm.type_error(format!(
                    "{name}() got an unexpected keyword argument '{}'",
                    vm.to_string(word)?
                )));
            }
        }
    }
    if pos.len() > 1 && default.is_some() {
        return Err(vm.type_error(format!(
            "Cannot specify a default for {name}() with multiple positional arguments"
        )));
    }
    if let ([iterable], None) = (pos, key)
        && let Some(best) = plain_items(vm, iterable).and_then(|items| small_extreme(items, op))
    {
        return Ok(vm.int(best));
    }
    let mut best: Option<Value> = None;
    match key {
        None => {
            let mut look = |item: Value| -> PyResult<()> {
                let better = match &best {
                    None => true,
                    Some(top) => match (item.as_small(), top.as_small()) {
                        (Some(x), Some(y)) => op.holds(x.cmp(&y)),
                        _ => vm.compare_bool(&item, top, op)?,
                    },
                };
                if better {
                    best = Some(item);
                }
                Ok(())
            };
            match pos {
                [iterable] => vm.for_each(iterable, look)?,
                items => items.iter().try_for_each(|item| look(item.clone()))?,
            }
        }
        Some(key) => {
            let mut top: Option<Value> = None;
            let mut look = |item: Value| -> PyResult<()> {
                let rank = vm.call1(key, &item)?;
                if top.as_ref().map_or(Ok(true), |top| vm.compare_bool(&rank, top, op))? {
                    best = Some(item);
                    top = Some(rank);
                }
                Ok(())
            };
            match pos {
                [iterable] => vm.for_each(iterable, look)?,
                items => items.iter().try_for_each(|item| look(item.clone()))?,
            }
        }
    }
    match (best, default) {
        (Some(item), _) => Ok(item),
        (None, Some(default)) => Ok(default.clone()),
        (None, None) => Err(vm.value_error(format!("{name}() iterable argument is empty"))),
    }
}

fn sorted(vm: &Vm, args: Args) -> PyResult<Value> {
    let pos = args.pos();
    let [iterable] = pos else {
        return Err(vm.type_error(format!("sorted expected 1 argument, got {}", pos.len())));
    };
    let (mut key, mut reverse) = (None, false);
    let mut items = vm.collect(iterable)?;
    for (word, value) in args.keywords() {
        match word.as_str().map(|w| w.bytes()) {
            Some(b"key") => key = Some(value).filter(|v| !v.is_none()),
            Some(b"reverse") => reverse = vm.truth(value)?,
            _ => {
                return Err(vm.type_error(format!(
                    "sort() got an unexpected keyword argument '{}'",
                    vm.to_string(word)?
                )));
            }
        }
    }
    sorting::sort(vm, &mut items, key, reverse)?;
    Ok(vm.list(items))
}

/// A float sum that keeps what rounding loses (Neumaier).
#[derive(Clone, Copy, Default)]
struct Compensated {
    high: f64,
    low: f64,
}

impl Compensated {
    fn add(&mut self, x: f64) {
        let total = self.high + x;
        if self.high.abs() >= x.abs() {
            self.low += (self.high - total) + x;
        } else {
            self.low += (x - total) + self.high;
        }
        self.high = total;
    }
    fn value(self) -> f64 {
        if self.low != 0.0 && self.low.is_finite() { self.high + self.low } else { self.high }
    }
}

fn exact_float(vm: &Vm, value: &Value) -> PyResult<Option<f64>> {
    if let Some(x) = value.as_tagged_float() {
        return Ok(Some(x));
    }
    if value.kind() == crate::runtime::object::typedef::kind::FLOAT {
        return vm.to_f64(value).map(Some);
    }
    Ok(None)
}

/// `sum`: ints in a machine word while they fit, floats with compensation, anything else by `+`.
fn exact_complex(value: &Value) -> Option<Complex> {
    if value.kind() == kind::COMPLEX { value.downcast::<Complex>().map(|z| z.data) } else { None }
}

fn sum(vm: &Vm, iterable: &Value, start: Option<&Value>) -> PyResult<Value> {
    if let Some(first) = start.map_or(Some(0), Value::as_small)
        && let Some(items) = plain_items(vm, iterable)
    {
        let added = items.iter().try_fold(first, |total, item| total.checked_add(item.as_small()?));
        if let Some(total) = added {
            return Ok(vm.int(total));
        }
    }
    let iter = vm.iter(iterable)?;
    let mut total = match start {
        None => vm.int(0),
        Some(start) => {
            let ty = start.ty(vm);
            let what = if ty.has(type_flag::STR) {
                Some(("strings", "''"))
            } else if ty.has(type_flag::BYTES) {
                Some(("bytes", "b''"))
            } else if ty.is_subtype(vm.typ(&bytearrays::BYTEARRAY)) {
                Some(("bytearray", "b''"))
            } else {
                None
            };
            if let Some((what, join)) = what {
                return Err(vm.type_error(format!("sum() can't sum {what} [use {join}.join(seq) instead]")));
            }
            start.clone()
        }
    };
    if let Some(mut number) = total.as_small() {
        let other = loop {
            let Some(next) = vm.next(&iter)? else { return Ok(vm.int(number)) };
            let small = next.as_small().or_else(|| next.as_bool().map(i64::from));
            match small.and_then(|small| number.checked_add(small)) {
                Some(new) => number = new,
                None => break next,
            }
        };
        total = vm.binary(&vm.int(number), &other, &ops::ADD)?;
    }
    if let Some(x) = exact_float(vm, &total)? {
        let mut floats = Compensated { high: x, low: 0.0 };
        let other = loop {
            let Some(next) = vm.next(&iter)? else { return Ok(vm.float(floats.value())) };
            if let Some(x) = exact_float(vm, &next)? {
                floats.add(x);
            } else if vm.is_int(&next) {
                floats.add(vm.to_f64(&next)?);
            } else {
                break next;
            }
        };
        total = vm.binary(&vm.float(floats.value()), &other, &ops::ADD)?;
    }
    if let Some(z) = exact_complex(&total) {
        let (mut re, mut im) = (Compensated { high: z.re, low: 0.0 }, Compensated { high: z.im, low: 0.0 });
        let other = loop {
            let Some(next) = vm.next(&iter)? else { return Ok(vm.complex(re.value(), im.value())) };
            if let Some(z) = exact_complex(&next) {
                re.add(z.re);
                im.add(z.im);
            } else if vm.is_int(&next) || next.ty(vm).is_subtype(vm.typ(&floats::FLOAT)) {
                re.add(vm.to_f64(&next)?);
            } else {
                break next;
            }
        };
        total = vm.binary(&vm.complex(re.value(), im.value()), &other, &ops::ADD)?;
    }
    while let Some(next) = vm.next(&iter)? {
        total = vm.binary(&total, &next, &ops::ADD)?;
    }
    Ok(total)
}
