//! The exception classes: one table, and what they have beyond `BaseException`.

use crate::runtime::builtins::groups::{GROUP_GETSET, GROUP_METHODS, group_slots};
use crate::runtime::builtins::unicode_errors;
use crate::runtime::error::PyResult;
use crate::runtime::gc::heap::type_flag;
use crate::runtime::object::args::Args;
use crate::runtime::object::dict::Dict;
use crate::runtime::object::raise::Exception;
use crate::runtime::object::typedef::{GetSet, Native, Slots, Type, TypeRef, TypeSpec, getset, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{Obj, Payload, Ref, Value};

macro_rules! exceptions {
    ($($(#[$opt:ident = $val:expr])* $spec:ident $name:literal : $base:ident, $doc:literal;)*) => {
        $(
            #[doc = $doc]
            pub static $spec: TypeSpec = {
                #[allow(unused_mut)]
                let mut spec = TypeSpec::new($name, Exception::layout)
                    .base(&$base)
                    .flags(type_flag::BASE | type_flag::EXCEPTION | type_flag::DICT_ATTR)
                    .doc("", $doc);
                $( spec = spec.$opt($val); )*
                spec
            };
        )*
        /// Every exception class in the order of the table.
        pub static ALL: &[&TypeSpec] = &[&BASE_EXCEPTION, $(&$spec,)*];
    };
}

/// `BaseException`
pub static BASE_EXCEPTION: TypeSpec = TypeSpec::new("BaseException", Exception::layout)
    .flags(type_flag::BASE | type_flag::EXCEPTION | type_flag::DICT_ATTR)
    .doc("", "Common base class for all exceptions.")
    .slots(base_slots)
    .methods(BASE_METHODS)
    .getset(BASE_GETSET);

exceptions! {
    #[getset = GROUP_GETSET] #[slots = group_slots] #[methods = GROUP_METHODS]
    BASE_EXCEPTION_GROUP "BaseExceptionGroup": BASE_EXCEPTION, "A combination of multiple unrelated exceptions.";
    GENERATOR_EXIT "GeneratorExit": BASE_EXCEPTION, "Request that a generator exit.";
    KEYBOARD_INTERRUPT "KeyboardInterrupt": BASE_EXCEPTION, "Program interrupted by user.";
    #[getset = SYSTEM_EXIT_GETSET] #[slots = system_exit_slots]
    SYSTEM_EXIT "SystemExit": BASE_EXCEPTION, "Request to exit from the interpreter.";
    EXCEPTION "Exception": BASE_EXCEPTION, "Common base class for all non-exit exceptions.";
    ARITHMETIC_ERROR "ArithmeticError": EXCEPTION, "Base class for arithmetic errors.";
    FLOATING_POINT_ERROR "FloatingPointError": ARITHMETIC_ERROR, "Floating-point operation failed.";
    OVERFLOW_ERROR "OverflowError": ARITHMETIC_ERROR, "Result too large to be represented.";
    ZERO_DIVISION_ERROR "ZeroDivisionError": ARITHMETIC_ERROR, "Second argument to a division or modulo operation was zero.";
    ASSERTION_ERROR "AssertionError": EXCEPTION, "Assertion failed.";
    #[getset = ATTRIBUTE_ERROR_GETSET] #[methods = ATTRIBUTE_ERROR_METHODS] #[slots = attribute_error_slots]
    ATTRIBUTE_ERROR "AttributeError": EXCEPTION, "Attribute not found.";
    BUFFER_ERROR "BufferError": EXCEPTION, "Buffer error.";
    EOF_ERROR "EOFError": EXCEPTION, "Read beyond end of file.";
    #[getset = IMPORT_ERROR_GETSET] #[methods = IMPORT_ERROR_METHODS] #[slots = import_error_slots]
    IMPORT_ERROR "ImportError": EXCEPTION, "Import can't find module, or can't find name in module.";
    MODULE_NOT_FOUND_ERROR "ModuleNotFoundError": IMPORT_ERROR, "Module not found.";
    LOOKUP_ERROR "LookupError": EXCEPTION, "Base class for lookup errors.";
    INDEX_ERROR "IndexError": LOOKUP_ERROR, "Sequence index out of range.";
    #[slots = key_error_slots]
    KEY_ERROR "KeyError": LOOKUP_ERROR, "Mapping key not found.";
    MEMORY_ERROR "MemoryError": EXCEPTION, "Out of memory.";
    #[getset = NAME_ERROR_GETSET] #[slots = name_error_slots]
    NAME_ERROR "NameError": EXCEPTION, "Name not found globally.";
    UNBOUND_LOCAL_ERROR "UnboundLocalError": NAME_ERROR, "Local name referenced but not bound to a value.";
    #[getset = OS_ERROR_GETSET] #[methods = OS_ERROR_METHODS] #[slots = os_error_slots]
    OS_ERROR "OSError": EXCEPTION, "Base class for I/O related errors.";
    BLOCKING_IO_ERROR "BlockingIOError": OS_ERROR, "I/O operation would block.";
    CHILD_PROCESS_ERROR "ChildProcessError": OS_ERROR, "Child process error.";
    CONNECTION_ERROR "ConnectionError": OS_ERROR, "Connection error.";
    BROKEN_PIPE_ERROR "BrokenPipeError": CONNECTION_ERROR, "Broken pipe.";
    CONNECTION_ABORTED_ERROR "ConnectionAbortedError": CONNECTION_ERROR, "Connection aborted.";
    CONNECTION_REFUSED_ERROR "ConnectionRefusedError": CONNECTION_ERROR, "Connection refused.";
    CONNECTION_RESET_ERROR "ConnectionResetError": CONNECTION_ERROR, "Connection reset.";
    FILE_EXISTS_ERROR "FileExistsError": OS_ERROR, "File already exists.";
    FILE_NOT_FOUND_ERROR "FileNotFoundError": OS_ERROR, "File not found.";
    INTERRUPTED_ERROR "InterruptedError": OS_ERROR, "Interrupted by signal.";
    IS_A_DIRECTORY_ERROR "IsADirectoryError": OS_ERROR, "Operation doesn't work on directories.";
    NOT_A_DIRECTORY_ERROR "NotADirectoryError": OS_ERROR, "Operation only works on directories.";
    PERMISSION_ERROR "PermissionError": OS_ERROR, "Not enough permissions.";
    PROCESS_LOOKUP_ERROR "ProcessLookupError": OS_ERROR, "Process not found.";
    TIMEOUT_ERROR "TimeoutError": OS_ERROR, "Timeout expired.";
    REFERENCE_ERROR "ReferenceError": EXCEPTION, "Weak ref proxy used after referent went away.";
    RUNTIME_ERROR "RuntimeError": EXCEPTION, "Unspecified run-time error.";
    NOT_IMPLEMENTED_ERROR "NotImplementedError": RUNTIME_ERROR, "Method or function hasn't been implemented yet.";
    PYTHON_FINALIZATION_ERROR "PythonFinalizationError": RUNTIME_ERROR, "Operation blocked during Python finalization.";
    RECURSION_ERROR "RecursionError": RUNTIME_ERROR, "Recursion limit exceeded.";
    STOP_ASYNC_ITERATION "StopAsyncIteration": EXCEPTION, "Signal the end from iterator.__anext__().";
    #[getset = STOP_ITERATION_GETSET] #[slots = stop_iteration_slots]
    STOP_ITERATION "StopIteration": EXCEPTION, "Signal the end from iterator.__next__().";
    #[getset = SYNTAX_ERROR_GETSET] #[slots = syntax_error_slots]
    SYNTAX_ERROR "SyntaxError": EXCEPTION, "Invalid syntax.";
    INDENTATION_ERROR "IndentationError": SYNTAX_ERROR, "Improper indentation.";
    TAB_ERROR "TabError": INDENTATION_ERROR, "Improper mixture of spaces and tabs.";
    INCOMPLETE_INPUT_ERROR "_IncompleteInputError": SYNTAX_ERROR, "incomplete input.";
    SYSTEM_ERROR "SystemError": EXCEPTION, "Internal error in the Python interpreter.";
    TYPE_ERROR "TypeError": EXCEPTION, "Inappropriate argument type.";
    VALUE_ERROR "ValueError": EXCEPTION, "Inappropriate argument value (of correct type).";
    UNICODE_ERROR "UnicodeError": VALUE_ERROR, "Unicode related error.";
    #[getset = unicode_errors::GETSET] #[slots = unicode_errors::coding_slots]
    UNICODE_DECODE_ERROR "UnicodeDecodeError": UNICODE_ERROR, "Unicode decoding error.";
    #[getset = unicode_errors::GETSET] #[slots = unicode_errors::coding_slots]
    UNICODE_ENCODE_ERROR "UnicodeEncodeError": UNICODE_ERROR, "Unicode encoding error.";
    #[getset = unicode_errors::GETSET] #[slots = unicode_errors::translate_slots]
    UNICODE_TRANSLATE_ERROR "UnicodeTranslateError": UNICODE_ERROR, "Unicode translation error.";
    WARNING "Warning": EXCEPTION, "Base class for warning categories.";
    BYTES_WARNING "BytesWarning": WARNING, "Base class for warnings about bytes and buffer related problems, mostly related to conversion from str or comparing to str.";
    DEPRECATION_WARNING "DeprecationWarning": WARNING, "Base class for warnings about deprecated features.";
    ENCODING_WARNING "EncodingWarning": WARNING, "Base class for warnings about encodings.";
    FUTURE_WARNING "FutureWarning": WARNING, "Base class for warnings about constructs that will change semantically\nin the future.";
    IMPORT_WARNING "ImportWarning": WARNING, "Base class for warnings about probable mistakes in module imports";
    PENDING_DEPRECATION_WARNING "PendingDeprecationWarning": WARNING, "Base class for warnings about features which will be deprecated\nin the future.";
    RESOURCE_WARNING "ResourceWarning": WARNING, "Base class for warnings about resource usage.";
    RUNTIME_WARNING "RuntimeWarning": WARNING, "Base class for warnings about dubious runtime behavior.";
    SYNTAX_WARNING "SyntaxWarning": WARNING, "Base class for warnings about dubious syntax.";
    UNICODE_WARNING "UnicodeWarning": WARNING, "Base class for warnings about Unicode related problems, mostly\nrelated to conversion problems.";
    USER_WARNING "UserWarning": WARNING, "Base class for warnings generated by user code.";
}

#[inline(always)]
fn this<'a>(vm: &Vm, value: &'a Value) -> PyResult<&'a Obj<Exception>> {
    vm.cast::<Exception>(value)
}

fn base_new(vm: &Vm, ty: &TypeRef, args: Args) -> PyResult<Value> {
    Ok(vm.new_exception(ty, args.pos()).into_value())
}

/// `BaseException.__init__`
pub fn base_init(vm: &Vm, object: &Value, args: Args) -> PyResult<()> {
    if !args.names.is_empty() {
        return Err(vm.type_error(format!("{}() takes no keyword arguments", object.type_name(vm))));
    }
    take_args(vm, this(vm, object)?, args.pos());
    Ok(())
}

/// The arguments of an exception's `__init__` become its `args`: mostly `__new__` has just taken the same.
fn take_args(vm: &Vm, exception: &Obj<Exception>, args: &[Value]) {
    let known = exception.args.get().items();
    if known.len() != args.len() || known.iter().zip(args).any(|(a, b)| !a.is(b)) {
        exception.args.set(vm.tuple_ref_of(args));
    }
}

fn base_str(vm: &Vm, object: &Value) -> PyResult<Value> {
    let args = this(vm, object)?.args.cloned();
    match args.items() {
        [] => Ok(vm.interp().empty_str.clone()),
        [only] => vm.to_str(only),
        _ => vm.to_str(args.value()),
    }
}

fn base_repr(vm: &Vm, object: &Value) -> PyResult<Value> {
    let args = this(vm, object)?.args.cloned();
    let name = object.ty(vm).name();
    match args.items() {
        [only] => {
            let inner = vm.repr_string(only)?;
            Ok(vm.str_bytes(&[name.as_bytes(), b"(", &inner, b")"].concat()))
        }
        _ => {
            let inner = vm.repr_string(args.value())?;
            Ok(vm.str_bytes(&[name.as_bytes(), &inner].concat()))
        }
    }
}

fn base_slots(s: &mut Slots) {
    s.new = Some(base_new);
    s.init = Some(base_init);
    s.str = Some(base_str);
    s.repr = Some(base_repr);
}

static BASE_METHODS: &[Native] = &[
    native("with_traceback(self, tb, /)", with_traceback, "Set self.__traceback__ to tb and return self."),
    native("add_note(self, note, /)", add_note, "Add a note to the exception"),
    native("__setstate__(self, state, /)", setstate, ""),
    native("__reduce__(self, /)", reduce, ""),
];

fn with_traceback(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    set_traceback(vm, &args[0], Some(&args[1]))?;
    Ok(args[0].clone())
}

fn add_note(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    if args[1].as_str().is_none() {
        return Err(vm.type_error(format!("add_note() argument must be str, not {}", args[1].type_name(vm))));
    }
    let name = vm.names().__notes__.value();
    let notes = match vm.getattr_opt(&args[0], name)? {
        Some(notes) => notes,
        None => {
            let list = vm.list(Vec::new());
            vm.setattr(&args[0], name, Some(&list))?;
            list
        }
    };
    match vm.list_items(&notes) {
        Some(list) => list.get_mut().push(args[1].clone()),
        None => return Err(vm.type_error("Cannot add note: __notes__ is not a list")),
    }
    Ok(Value::NONE)
}

fn setstate(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    if args[1].is_none() {
        return Ok(Value::NONE);
    }
    let Some(state) = args[1].as_dict() else { return Err(vm.type_error("state is not a dictionary")) };
    for (key, value) in state.entries() {
        vm.setattr(&args[0], &key, Some(&value))?;
    }
    Ok(Value::NONE)
}

fn reduce(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let arguments = this(vm, &args[0])?.args.cloned();
    reduced(vm, &args[0], arguments.into_value(), own_state(vm, &args[0]))
}

/// The instance's own attributes, if it has any.
fn own_state(vm: &Vm, object: &Value) -> Option<Ref<Dict>> {
    crate::runtime::object::attrs::own_dict(vm, object).filter(|dict| !dict.is_empty())
}

/// What `__reduce__` gives.
fn reduced(vm: &Vm, object: &Value, args: Value, state: Option<Ref<Dict>>) -> PyResult<Value> {
    let mut parts = vec![object.ty(vm).to_value(), args];
    parts.extend(state.map(Ref::into_value));
    Ok(vm.tuple(parts))
}

/// The own attributes with further ones that are set; nothing if there are none of either.
fn state_with(vm: &Vm, object: &Value, names: &[(&str, usize)]) -> PyResult<Option<Ref<Dict>>> {
    let this = this(vm, object)?;
    let own = own_state(vm, object);
    if names.iter().all(|(_, at)| this.field(*at).is_unbound()) {
        return Ok(own);
    }
    let state = match own {
        Some(own) => vm.dict(own.copy()),
        None => vm.new_dict(),
    };
    for (name, at) in names {
        if let Some(value) = this.field(*at).given() {
            vm.set_in(&state, name, value.clone());
        }
    }
    Ok(Some(state))
}

const IMPORT_ERROR_NAMES: &[(&str, usize)] = &[("name", 1), ("path", 2), ("name_from", 3)];

static IMPORT_ERROR_METHODS: &[Native] = &[native(
    "__reduce__(self, /)",
    |vm, args| {
        let arguments = this(vm, &args[0])?.args.cloned();
        reduced(vm, &args[0], arguments.into_value(), state_with(vm, &args[0], IMPORT_ERROR_NAMES)?)
    },
    "",
)];

/// `AttributeError` is pickled without its object, which may be anything.
fn attribute_error_state(vm: &Vm, object: &Value) -> PyResult<Ref<Dict>> {
    let state = match state_with(vm, object, &[("name", 0)])? {
        Some(state) => vm.dict(state.copy()),
        None => vm.new_dict(),
    };
    let args = this(vm, object)?.args.cloned();
    vm.set_in(&state, "args", args.into_value());
    Ok(state)
}

static ATTRIBUTE_ERROR_METHODS: &[Native] = &[
    native(
        "__reduce__(self, /)",
        |vm, args| {
            let arguments = this(vm, &args[0])?.args.cloned();
            let state = attribute_error_state(vm, &args[0])?;
            reduced(vm, &args[0], arguments.into_value(), Some(state))
        },
        "",
    ),
    native("__getstate__(self, /)", |vm, args| Ok(attribute_error_state(vm, &args[0])?.into_value()), ""),
];

static OS_ERROR_METHODS: &[Native] = &[native(
    "__reduce__(self, /)",
    |vm, args| {
        let this = this(vm, &args[0])?;
        let mut arguments = this.args.cloned();
        // `args` leaves the file names out.
        if let ([number, reason], Some(filename)) = (arguments.clone().items(), this.field(2).given()) {
            let mut all = vec![number.clone(), reason.clone(), filename.clone()];
            if let Some(second) = this.field(3).given() {
                all.push(Value::NONE);
                all.push(second.clone());
            }
            arguments = vm.tuple_ref(all);
        }
        reduced(vm, &args[0], arguments.into_value(), own_state(vm, &args[0]))
    },
    "",
)];

static BASE_GETSET: &[GetSet] = &[
    crate::runtime::builtins::types::DICT_GETSET_COPY,
    getset("args", |vm, e| Ok(this(vm, e)?.args.cloned().into_value()), set_args, ""),
    getset("__traceback__", |vm, e| Ok(this(vm, e)?.traceback.cloned()), set_traceback, ""),
    getset("__context__", |vm, e| Ok(this(vm, e)?.context.cloned()), set_context, "exception context"),
    getset("__cause__", |vm, e| Ok(this(vm, e)?.cause.cloned()), set_cause, "exception cause"),
    getset(
        "__suppress_context__",
        |vm, e| Ok(Value::bool(this(vm, e)?.suppress_context.get())),
        |vm, e, value| {
            let value = value.ok_or_else(|| vm.type_error("can't delete numeric/char attribute"))?;
            let Some(flag) = value.as_bool() else {
                return Err(vm.type_error("attribute value type must be bool"));
            };
            this(vm, e)?.suppress_context.set(flag);
            Ok(())
        },
        "",
    ),
];

fn set_args(vm: &Vm, e: &Value, value: Option<&Value>) -> PyResult<()> {
    let Some(value) = value else { return Err(vm.type_error("args may not be deleted")) };
    let items = vm.collect(value)?;
    this(vm, e)?.args.set(vm.tuple_ref(items));
    Ok(())
}

fn set_traceback(vm: &Vm, e: &Value, value: Option<&Value>) -> PyResult<()> {
    let Some(value) = value else { return Err(vm.type_error("__traceback__ may not be deleted")) };
    if !value.is_none() && value.ty(vm).name() != "traceback" {
        return Err(vm.type_error("__traceback__ must be a traceback or None"));
    }
    this(vm, e)?.traceback.set(value.clone());
    Ok(())
}

fn exception_or_none(vm: &Vm, what: &str, value: Option<&Value>) -> PyResult<Value> {
    let Some(value) = value else { return Err(vm.type_error(format!("__{what}__ may not be deleted"))) };
    if value.is_none() || value.downcast::<Exception>().is_some() {
        return Ok(value.clone());
    }
    Err(vm.type_error(format!("exception {what} must be None or derive from BaseException")))
}

fn set_context(vm: &Vm, e: &Value, value: Option<&Value>) -> PyResult<()> {
    let value = exception_or_none(vm, "context", value)?;
    this(vm, e)?.context.set(value);
    Ok(())
}

fn set_cause(vm: &Vm, e: &Value, value: Option<&Value>) -> PyResult<()> {
    let value = exception_or_none(vm, "cause", value)?;
    let this = this(vm, e)?;
    this.cause.set(value);
    this.suppress_context.set(true);
    Ok(())
}

/// Reads a further attribute; `None` if not set.
fn field<const N: usize>(vm: &Vm, e: &Value) -> PyResult<Value> {
    let value = this(vm, e)?.field(N);
    Ok(if value.is_unbound() { Value::NONE } else { value })
}

fn set_field<const N: usize>(vm: &Vm, e: &Value, value: Option<&Value>) -> PyResult<()> {
    this(vm, e)?.set_field(N, value.cloned().unwrap_or(Value::NONE));
    Ok(())
}

static SYSTEM_EXIT_GETSET: &[GetSet] = &[getset("code", field::<0>, set_field::<0>, "exception code")];
static STOP_ITERATION_GETSET: &[GetSet] =
    &[getset("value", field::<0>, set_field::<0>, "generator return value")];
static NAME_ERROR_GETSET: &[GetSet] = &[getset("name", field::<0>, set_field::<0>, "name")];
static ATTRIBUTE_ERROR_GETSET: &[GetSet] = &[
    getset("name", field::<0>, set_field::<0>, "attribute name"),
    getset("obj", field::<1>, set_field::<1>, "object"),
];
static IMPORT_ERROR_GETSET: &[GetSet] = &[
    getset("msg", field::<0>, set_field::<0>, "exception message"),
    getset("name", field::<1>, set_field::<1>, "module name"),
    getset("path", field::<2>, set_field::<2>, "module path"),
    getset("name_from", field::<3>, set_field::<3>, "name imported from module"),
];
static OS_ERROR_GETSET: &[GetSet] = &[
    getset("errno", field::<0>, set_field::<0>, "POSIX exception code"),
    getset("strerror", field::<1>, set_field::<1>, "exception strerror"),
    getset("filename", field::<2>, set_field::<2>, "exception filename"),
    getset("filename2", field::<3>, set_field::<3>, "second exception filename"),
    getset("characters_written", characters_written, set_characters_written, ""),
];
static SYNTAX_ERROR_GETSET: &[GetSet] = &[
    getset("msg", field::<0>, set_field::<0>, "exception msg"),
    getset("filename", field::<1>, set_field::<1>, "exception filename"),
    getset("lineno", field::<2>, set_field::<2>, "exception lineno"),
    getset("offset", field::<3>, set_field::<3>, "exception offset"),
    getset("text", field::<4>, set_field::<4>, "exception text"),
    getset("end_lineno", field::<5>, set_field::<5>, "exception end lineno"),
    getset("end_offset", field::<6>, set_field::<6>, "exception end offset"),
    getset("print_file_and_line", field::<7>, set_field::<7>, "exception print_file_and_line"),
    getset("_metadata", field::<8>, set_field::<8>, "exception private metadata"),
];
fn characters_written(vm: &Vm, e: &Value) -> PyResult<Value> {
    match this(vm, e)?.field(4) {
        value if value.is_unbound() => Err(vm.attribute_error("characters_written")),
        value => Ok(value),
    }
}

fn set_characters_written(vm: &Vm, e: &Value, value: Option<&Value>) -> PyResult<()> {
    let this = this(vm, e)?;
    match value {
        Some(value) => {
            let value = vm.index(value)?;
            this.set_field(4, value);
        }
        None if this.field(4).is_unbound() => return Err(vm.attribute_error("characters_written")),
        None => this.set_field(4, Value::UNBOUND),
    }
    Ok(())
}

fn system_exit_slots(s: &mut Slots) {
    s.init = Some(|vm, object, args| {
        base_init(vm, object, args)?;
        let code = match args.pos() {
            [] => Value::NONE,
            [code] => code.clone(),
            _ => this(vm, object)?.args.cloned().into_value(),
        };
        this(vm, object)?.set_field(0, code);
        Ok(())
    });
}

fn stop_iteration_slots(s: &mut Slots) {
    s.init = Some(|vm, object, args| {
        base_init(vm, object, args)?;
        this(vm, object)?.set_field(0, args.pos().first().cloned().unwrap_or(Value::NONE));
        Ok(())
    });
}

/// `__init__` of classes that take some attributes as keywords.
fn keyword_init(vm: &Vm, object: &Value, args: Args, names: &[(&str, usize)]) -> PyResult<()> {
    let this = this(vm, object)?;
    take_args(vm, this, args.pos());
    if !this.fields.get().is_empty() {
        for (_, at) in names {
            this.set_field(*at, Value::UNBOUND);
        }
    }
    for (key, value) in args.keywords() {
        let key = key.as_str().map_or_else(String::new, |k| k.to_string_lossy().into_owned());
        match names.iter().find(|(name, _)| *name == key) {
            Some((_, at)) => this.set_field(*at, value.clone()),
            None => {
                let name = object.ty(vm).spec.map_or("", TypeSpec::short_name);
                let name = if name.is_empty() { base_name(vm, object) } else { name.to_owned() };
                return Err(vm.type_error(format!("{name}() got an unexpected keyword argument '{key}'")));
            }
        }
    }
    Ok(())
}

fn base_name(vm: &Vm, object: &Value) -> String {
    object
        .ty(vm)
        .mro()
        .iter()
        .filter_map(|ty| ty.as_type()?.spec)
        .map(|spec| spec.short_name().to_owned())
        .next()
        .unwrap_or_default()
}

fn name_error_slots(s: &mut Slots) {
    s.init = Some(|vm, object, args| keyword_init(vm, object, args, &[("name", 0)]));
}

fn attribute_error_slots(s: &mut Slots) {
    s.init = Some(|vm, object, args| keyword_init(vm, object, args, &[("name", 0), ("obj", 1)]));
}

fn import_error_slots(s: &mut Slots) {
    s.init = Some(|vm, object, args| {
        keyword_init(vm, object, args, IMPORT_ERROR_NAMES)?;
        let message = match args.pos() {
            [message] => message.clone(),
            _ => Value::NONE,
        };
        this(vm, object)?.set_field(0, message);
        Ok(())
    });
    s.str = Some(|vm, object| {
        let message = this(vm, object)?.field(0);
        if message.as_str().is_some() { vm.to_str(&message) } else { base_str(vm, object) }
    });
}

fn key_error_slots(s: &mut Slots) {
    s.str = Some(|vm, object| {
        let args = this(vm, object)?.args.cloned();
        match args.items() {
            [only] => vm.repr(only),
            _ => base_str(vm, object),
        }
    });
}

/// Does `__init__` of the class read the arguments? If a class overrides it, but not `__new__`.
fn os_error_init_reads(ty: &Obj<Type>) -> bool {
    let slots = ty.slots.get();
    let own_init = slots.init.is_some_and(|f| f as usize == os_error_init as *const () as usize);
    let own_new = slots.new.is_some_and(|f| f as usize == os_error_new as *const () as usize);
    !own_init && own_new
}

fn os_error_new(vm: &Vm, ty: &TypeRef, args: Args) -> PyResult<Value> {
    if os_error_init_reads(ty) {
        return Ok(vm.new_exception(ty, &[]).into_value());
    }
    if !args.names.is_empty() {
        return Err(vm.type_error(format!("{}() takes no keyword arguments", ty.name())));
    }
    let mut ty = ty.clone();
    if ty.is(vm.typ(&OS_ERROR))
        && args.pos().len() >= 2
        && let Some(errno) = args.pos()[0].as_small()
        && let Some(spec) = errno_class(errno as i32)
    {
        ty = vm.typ(spec).clone();
    }
    let object = vm.new_exception(&ty, args.pos());
    os_error_fields(vm, &object, args)?;
    Ok(object.into_value())
}

fn os_error_init(vm: &Vm, object: &Value, args: Args) -> PyResult<()> {
    if !os_error_init_reads(object.ty(vm)) {
        return Ok(());
    }
    if !args.names.is_empty() {
        return Err(vm.type_error(format!("{}() takes no keyword arguments", object.type_name(vm))));
    }
    let this = this(vm, object)?;
    this.args.set(vm.tuple_ref(args.pos().to_vec()));
    os_error_fields(vm, this, args)
}

fn os_error_slots(s: &mut Slots) {
    s.new = Some(os_error_new);
    s.init = Some(os_error_init);
    s.str = Some(|vm, object| {
        let this = this(vm, object)?;
        let field = |at| Some(this.field(at)).filter(|v| !v.is_unbound());
        let (errno, strerror) = (field(0).unwrap_or(Value::NONE), field(1).unwrap_or(Value::NONE));
        if let Some(filename) = field(2).filter(|v| !v.is_none()) {
            let (e, s) = (vm.to_string(&errno)?, vm.to_string(&strerror)?);
            let name = vm.repr_string(&filename)?;
            let mut text = format!("[Errno {e}] {s}: ").into_bytes();
            text.extend(name);
            if let Some(second) = field(3).filter(|v| !v.is_none()) {
                text.extend(b" -> ");
                text.extend(vm.repr_string(&second)?);
            }
            return Ok(vm.str_bytes(&text));
        }
        if field(0).is_some() && field(1).is_some() {
            let (e, s) = (vm.to_string(&errno)?, vm.to_string(&strerror)?);
            return Ok(vm.str(format!("[Errno {e}] {s}")));
        }
        base_str(vm, object)
    });
}

fn os_error_fields(vm: &Vm, object: &Obj<Exception>, args: Args) -> PyResult<()> {
    let pos = args.pos();
    if !(2..=5).contains(&pos.len()) {
        return Ok(());
    }
    object.set_field(0, pos[0].clone());
    object.set_field(1, pos[1].clone());
    if let Some(filename) = pos.get(2).filter(|v| !v.is_none()) {
        let blocking = object.to_value().ty(vm).is_subtype(vm.typ(&BLOCKING_IO_ERROR));
        if blocking && pos.len() == 3 && filename.as_small().is_some() {
            object.set_field(4, filename.clone());
            return Ok(());
        }
        object.set_field(2, filename.clone());
        if let Some(second) = pos.get(4) {
            object.set_field(3, second.clone());
        }
        object.args.set(vm.tuple_ref(pos[..2].to_vec()));
    }
    Ok(())
}

/// The subclass of `OSError` for an error number.
pub fn errno_class(errno: i32) -> Option<&'static TypeSpec> {
    Some(match errno {
        libc::EAGAIN | libc::EALREADY | libc::EINPROGRESS => &BLOCKING_IO_ERROR,
        libc::EPIPE | libc::ESHUTDOWN => &BROKEN_PIPE_ERROR,
        libc::ECHILD => &CHILD_PROCESS_ERROR,
        libc::ECONNABORTED => &CONNECTION_ABORTED_ERROR,
        libc::ECONNREFUSED => &CONNECTION_REFUSED_ERROR,
        libc::ECONNRESET => &CONNECTION_RESET_ERROR,
        libc::EEXIST => &FILE_EXISTS_ERROR,
        libc::ENOENT => &FILE_NOT_FOUND_ERROR,
        libc::EISDIR => &IS_A_DIRECTORY_ERROR,
        libc::ENOTDIR => &NOT_A_DIRECTORY_ERROR,
        libc::EINTR => &INTERRUPTED_ERROR,
        libc::EACCES | libc::EPERM => &PERMISSION_ERROR,
        libc::ESRCH => &PROCESS_LOOKUP_ERROR,
        libc::ETIMEDOUT => &TIMEOUT_ERROR,
        _ => return None,
    })
}

fn syntax_error_slots(s: &mut Slots) {
    s.init = Some(|vm, object, args| {
        base_init(vm, object, args)?;
        let this = this(vm, object)?;
        let pos = args.pos();
        if let Some(message) = pos.first() {
            this.set_field(0, message.clone());
        }
        if let [_, info] = pos {
            let info = vm.collect(info)?;
            if !matches!(info.len(), 4..=7) {
                let bound = if info.len() < 4 { "at least 4" } else { "at most 7" };
                return Err(vm.type_error(format!("function takes {bound} arguments ({} given)", info.len())));
            }
            if info.len() == 5 {
                return Err(vm.type_error("end_offset must be provided when end_lineno is provided"));
            }
            for (at, value) in info.into_iter().enumerate() {
                this.set_field(if at == 6 { 8 } else { at + 1 }, value);
            }
        }
        Ok(())
    });
    s.str = Some(|vm, object| {
        let this = this(vm, object)?;
        let message = match this.field(0) {
            value if value.is_unbound() => Value::NONE,
            value => value,
        };
        let text = vm.to_string(&message)?;
        let (filename, line) = (this.field(1), this.field(2));
        let base = filename.as_str().map(|f| {
            let f = f.to_string_lossy().into_owned();
            f.rsplit('/').next().unwrap_or("").to_owned()
        });
        Ok(match (base, line.as_small()) {
            (Some(base), Some(line)) => vm.str(format!("{text} ({base}, line {line})")),
            (Some(base), None) => vm.str(format!("{text} ({base})")),
            (None, Some(line)) => vm.str(format!("{text} (line {line})")),
            _ => vm.to_str(&message)?,
        })
    });
}
