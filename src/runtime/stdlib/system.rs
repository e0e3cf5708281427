//! What the native modules that talk to the operating system share: errors with file names, arguments that are paths,
//! descriptors or times, and calls that a signal interrupted.

use std::ffi::{CStr, CString};

use crate::runtime::builtins::exceptions as exc;
use crate::runtime::error::{PyResult, Raised};
use crate::runtime::gc::heap::type_flag;
use crate::runtime::object::typedef::TypeSpec;
use crate::runtime::object::typedef::kind;
use crate::runtime::object::vm::Vm;
use crate::runtime::sys::{self, Sys};
use crate::runtime::value::Value;

/// A path as the system wants it, and as the caller gave it.
pub struct OsPath {
    /// For the system.
    pub text: CString,
    /// For messages.
    pub given: Value,
    /// Was it bytes?
    pub is_bytes: bool,
}

impl OsPath {
    /// As C text.
    pub fn c(&self) -> &CStr {
        &self.text
    }
}

/// A path, or an open file.
pub enum Target {
    /// A path.
    Path(OsPath),
    /// A descriptor.
    Fd(i32, Value),
}

impl Target {
    /// What stands in messages.
    pub fn given(&self) -> &Value {
        match self {
            Target::Path(path) => &path.given,
            Target::Fd(_, given) => given,
        }
    }
}

impl Vm {
    /// OSError of a number.
    #[cold]
    pub fn os_error(&self, number: i32) -> Raised {
        let text = self.str(sys::strerror(number));
        self.raise_args(&exc::OS_ERROR, vec![self.int(number.into()), text])
    }
    /// OSError of a number with a file name.
    #[cold]
    pub fn os_error_at(&self, number: i32, name: &Value) -> Raised {
        let text = self.str(sys::strerror(number));
        self.raise_args(&exc::OS_ERROR, vec![self.int(number.into()), text, name.clone()])
    }
    /// OSError of a number with two file names.
    #[cold]
    pub fn os_error_between(&self, number: i32, name: &Value, second: &Value) -> Raised {
        let text = self.str(sys::strerror(number));
        self.raise_args(
            &exc::OS_ERROR,
            vec![self.int(number.into()), text, name.clone(), Value::NONE, second.clone()],
        )
    }
    /// The result, or OSError.
    pub fn os<T>(&self, result: Sys<T>) -> PyResult<T> {
        result.map_err(|number| self.os_error(number))
    }
    /// The result, or OSError with a file name.
    pub fn os_at<T>(&self, result: Sys<T>, name: &Value) -> PyResult<T> {
        result.map_err(|number| self.os_error_at(number, name))
    }

    /// Runs a call without the interpreter lock, again and again while signals interrupt it and their handlers raise
    /// nothing.
    pub fn retry<T>(&self, mut call: impl FnMut() -> Sys<T>) -> PyResult<Sys<T>> {
        loop {
            match self.blocking(&mut call) {
                Err(libc::EINTR) => self.check_signals()?,
                other => return Ok(other),
            }
        }
    }
    /// As [`Vm::retry`], an error raised as OSError.
    pub fn retry_os<T>(&self, call: impl FnMut() -> Sys<T>) -> PyResult<T> {
        let result = self.retry(call)?;
        self.os(result)
    }
    /// Runs handlers of signals that arrived, if this is the thread for it.
    pub fn check_signals(&self) -> PyResult<()> {
        if self.is_main_thread() { self.run_signal_handlers() } else { Ok(()) }
    }

    /// `os.fspath(value)`
    pub fn fspath(&self, value: &Value) -> PyResult<Value> {
        if value.as_str().is_some() || self.bytes_of(value).is_some() {
            return Ok(value.clone());
        }
        let name = self.names().__fspath__.clone();
        let Some(found) = value.ty(self).lookup(self, &name).filter(|f| !f.is_none()) else {
            return Err(self.type_error(format!(
                "expected str, bytes or os.PathLike object, not {}",
                value.type_name(self)
            )));
        };
        let path = self.call_found(value, &found, &[])?;
        if path.as_str().is_some() || self.bytes_of(&path).is_some() {
            return Ok(path);
        }
        Err(self.type_error(format!(
            "expected {}.__fspath__() to return str or bytes, not {}",
            value.type_name(self),
            path.type_name(self)
        )))
    }

    /// Bytes of a text for the system: UTF-8 with surrogateescape.
    pub fn fs_encode(&self, text: &Value) -> PyResult<Vec<u8>> {
        if let Some(bytes) = self.bytes_of(text) {
            return Ok(bytes.to_vec());
        }
        if let Some(text) = text.as_str()
            && let Some(plain) = text.as_str()
        {
            return Ok(plain.as_bytes().to_vec());
        }
        let bytes = self.encode(text, "utf-8", "surrogateescape")?;
        Ok(self.bytes_of(&bytes).map(<[u8]>::to_vec).unwrap_or_default())
    }
    /// Text of the system.
    pub fn fs_decode(&self, bytes: &[u8]) -> Value {
        if bytes.is_ascii() {
            return self.str_ascii(bytes);
        }
        match std::str::from_utf8(bytes) {
            Ok(text) => self.str(text),
            Err(_) => self.os_str(std::os::unix::ffi::OsStrExt::from_bytes(bytes)),
        }
    }
    /// Text of the system: bytes if the caller gave bytes.
    pub fn fs_decode_like(&self, bytes: &[u8], as_bytes: bool) -> Value {
        if as_bytes { self.bytes(bytes) } else { self.fs_decode(bytes) }
    }

    /// A path argument.
    pub fn os_path(&self, value: &Value, function: &str, argument: &str) -> PyResult<OsPath> {
        let path = if value.as_str().is_some() || self.bytes_of(value).is_some() {
            value.clone()
        } else {
            self.path_like(value, function, argument, "string, bytes or os.PathLike")?
        };
        self.path_of(path, function, argument)
    }

    fn path_like(&self, value: &Value, function: &str, argument: &str, allowed: &str) -> PyResult<Value> {
        let name = self.names().__fspath__.clone();
        let Some(found) = value.ty(self).lookup(self, &name).filter(|f| !f.is_none()) else {
            let prefix = if function.is_empty() { String::new() } else { format!("{function}: ") };
            return Err(self.type_error(format!(
                "{prefix}{argument} should be {allowed}, not {}",
                value.type_name(self)
            )));
        };
        let path = self.call_found(value, &found, &[])?;
        if path.as_str().is_some() || self.bytes_of(&path).is_some() {
            return Ok(path);
        }
        Err(self.type_error(format!(
            "expected {}.__fspath__() to return str or bytes, not {}",
            value.type_name(self),
            path.type_name(self)
        )))
    }

    fn path_of(&self, path: Value, function: &str, argument: &str) -> PyResult<OsPath> {
        let is_bytes = path.as_str().is_none();
        let text = match path.as_str().filter(|text| text.is_ascii()) {
            Some(text) => CString::new(text.bytes()),
            None => CString::new(self.fs_encode(&path)?),
        };
        match text {
            Ok(text) => Ok(OsPath { text, given: path, is_bytes }),
            Err(_) => Err(self.value_error(if function.is_empty() {
                "embedded null byte".to_owned()
            } else {
                format!("{function}: embedded null character in {argument}")
            })),
        }
    }

    /// A path argument that may be an open file's descriptor.
    pub fn os_target(&self, value: &Value, function: &str, argument: &str) -> PyResult<Target> {
        if value.as_str().is_none() && self.bytes_of(value).is_none() {
            if value.ty(self).slots.get().index.is_some() {
                if value.as_bool().is_some() {
                    self.warn(&exc::RUNTIME_WARNING, "bool is used as a file descriptor", 1)?;
                }
                return Ok(Target::Fd(self.fd_number(value)?, value.clone()));
            }
            let path = self.path_like(value, function, argument, "string, bytes, os.PathLike or integer")?;
            return Ok(Target::Path(self.path_of(path, function, argument)?));
        }
        Ok(Target::Path(self.path_of(value.clone(), function, argument)?))
    }

    fn fd_number(&self, value: &Value) -> PyResult<i32> {
        let index = self.index(value)?;
        match index.as_small().map(i32::try_from) {
            Some(Ok(fd)) => Ok(fd),
            _ if self.is_negative(&index) => Err(self.overflow_error("fd is less than minimum")),
            _ => Err(self.overflow_error("fd is greater than maximum")),
        }
    }

    /// A `dir_fd` argument.
    pub fn dir_fd(&self, value: &Value) -> PyResult<i32> {
        match value.some() {
            None => Ok(libc::AT_FDCWD),
            Some(value) => {
                if value.ty(self).slots.get().index.is_none() {
                    return Err(self.type_error(format!(
                        "argument should be integer or None, not {}",
                        value.type_name(self)
                    )));
                }
                self.fd_number(value)
            }
        }
    }

    /// A file descriptor, or an object with `fileno()`.
    pub fn file_descriptor(&self, value: &Value) -> PyResult<i32> {
        let fd = if self.is_int(value) {
            if value.as_bool().is_some() {
                self.warn(&exc::RUNTIME_WARNING, "bool is used as a file descriptor", 1)?;
            }
            self.to_i32(value)?
        } else {
            match self.getattr_opt(value, self.intern("fileno").value())? {
                Some(method) => {
                    let fd = self.call0(&method)?;
                    if !self.is_int(&fd) {
                        return Err(self.type_error("fileno() returned a non-integer"));
                    }
                    self.to_i32(&fd)?
                }
                None => return Err(self.type_error("argument must be an int, or have a fileno() method.")),
            }
        };
        if fd < 0 {
            return Err(self.value_error(format!("file descriptor cannot be a negative integer ({fd})")));
        }
        Ok(fd)
    }

    /// An `int` argument of the C kind.
    pub fn c_int(&self, value: &Value) -> PyResult<i32> {
        self.to_i32(value)
    }

    /// The content of a bytes-like object, copied unless it cannot change.
    pub fn buffer_copy(&self, value: &Value) -> PyResult<Vec<u8>> {
        self.with_buffer(value, <[u8]>::to_vec)
    }
    /// Calls with the content of a bytes-like object, without the interpreter lock if that is safe: `bytes` never
    /// change; everything else is copied.
    pub fn buffer_blocking<R>(
        &self,
        value: &Value,
        mut body: impl FnMut(&[u8]) -> Sys<R>,
    ) -> PyResult<Sys<R>> {
        if value.kind() == kind::BYTES
            && let Some(bytes) = self.bytes_of(value)
        {
            return self.retry(|| body(bytes));
        }
        let bytes = self.buffer_copy(value)?;
        self.retry(|| body(&bytes))
    }

    /// Seconds as nanoseconds, rounded up in magnitude (`_PyTime_ROUND_TIMEOUT`).
    pub fn nanoseconds(&self, value: &Value) -> PyResult<i64> {
        if value.ty(self).has(type_flag::INT) || value.as_bool().is_some() {
            return match self.to_i64(value).ok().and_then(|s| s.checked_mul(1_000_000_000)) {
                Some(n) => Ok(n),
                None => {
                    let _ = self.take_pending();
                    Err(self.overflow_error("timestamp out of range for C PyTime_t"))
                }
            };
        }
        let Some(seconds) = self.as_float(value) else {
            if value.ty(self).slots.get().index.is_none() {
                return Err(self.type_error(format!(
                    "'{}' object cannot be interpreted as an integer or float",
                    value.type_name(self)
                )));
            }
            return self.to_i64(value).map(|s| s.saturating_mul(1_000_000_000));
        };
        if seconds.is_nan() {
            return Err(self.value_error("Invalid value NaN (not a number)"));
        }
        let exact = seconds * 1e9;
        let rounded = if exact >= 0.0 { exact.ceil() } else { exact.floor() };
        if !(-9.223_372_036_854_775e18..9.223_372_036_854_775e18).contains(&rounded) {
            return Err(self.overflow_error("timestamp out of range for C PyTime_t"));
        }
        Ok(rounded as i64)
    }

    fn as_float(&self, value: &Value) -> Option<f64> {
        let float = value.as_tagged_float().is_some()
            || value.ty(self).is_subtype(self.typ(&crate::runtime::builtins::floats::FLOAT));
        if !float {
            return None;
        }
        match self.to_f64(value) {
            Ok(x) => Some(x),
            Err(raised) => {
                drop(self.take_raised(raised));
                None
            }
        }
    }

    /// A value in the module state, made on first use.
    pub fn state(&self, name: &'static str, make: impl FnOnce(&Vm) -> Value) -> Value {
        if let Some(found) = self.interp().module_state.borrow().get(name) {
            return found.clone();
        }
        let new = make(self);
        self.interp().module_state.borrow_mut().insert(name, new.clone());
        new
    }

    /// The exception class of a native module, `"zlib.error"`, made once.
    pub fn exception_class(&self, name: &'static str, base: &'static TypeSpec) -> PyResult<Value> {
        let known = self.interp().module_state.borrow().get(name).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let (module, short) = name.rsplit_once('.').unwrap_or(("builtins", name));
        let namespace = self.new_dict();
        self.set_in(&namespace, "__module__", self.str(module));
        let bases = self.tuple(vec![self.typ(base).value().clone()]);
        let meta = self.interp().type_type.value().clone();
        let new = self.call_args(&meta, &[self.str(short), bases, namespace.into_value()])?;
        self.interp().module_state.borrow_mut().insert(name, new.clone());
        Ok(new)
    }

    /// ResourceWarning about an object that was not closed. Without filters of its own a program ignores it, and then the
    /// module `warnings` is not loaded for it.
    pub fn warn_resource(&self, message: String, source: &Value) -> PyResult<()> {
        let interp = self.interp();
        let loaded = interp.modules.cloned().get_str(&self.intern("warnings")).is_some();
        if !loaded && !interp.dev_mode.get() {
            let options = interp.sys.get_str(&self.intern("warnoptions"));
            let none = options.as_ref().and_then(|o| self.list_items(o)).is_none_or(|o| o.get().is_empty());
            if none {
                return Ok(());
            }
        }
        let warnings = self.import("_warnings")?;
        let warn = self.getattr_str(&warnings, "warn")?;
        let category = self.typ(&exc::RESOURCE_WARNING).value().clone();
        self.call_args(&warn, &[self.str(message), category, self.int(1), source.clone()]).map(drop)
    }

    /// Reports an exception that nobody can catch: "Exception ignored in {what} {callback!r}".
    pub fn report_ignored(&self, raised: Raised, what: &str, callback: &Value) {
        let exception = self.take_raised(raised);
        let shown = match self.repr_text(callback) {
            Ok(shown) => shown,
            Err(raised) => {
                drop(self.take_raised(raised));
                "<object repr() failed>".to_owned()
            }
        };
        let raised = self.set_raised(exception);
        self.write_unraisable_message(
            raised,
            &Value::NONE,
            Some(&format!("Exception ignored in {what} {shown}")),
        );
    }
}
