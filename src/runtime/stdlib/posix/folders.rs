//! `os.listdir`, `os.scandir` and `os.DirEntry`.

use std::cell::{Cell, RefCell};

use super::stat::stat_value;
use crate::runtime::builtins::exceptions as exc;
use crate::runtime::error::PyResult;
use crate::runtime::gc::heap::type_flag;
use crate::runtime::object::typedef::{TypeSpec, getter, native, native_raw};
use crate::runtime::object::vm::Vm;
use crate::runtime::stdlib::system::Target;
use crate::runtime::sys::file::{self, Folder, FolderEntry};
use crate::runtime::value::{LockCell, Obj, Payload, Value};

/// The payload of `os.DirEntry`.
pub struct Entry {
    name: Value,
    path: Value,
    /// For the system; relative to `dir` if that is not -1.
    text: std::ffi::CString,
    dir: i32,
    kind: u8,
    ino: u64,
    stat: LockCell<Option<Value>>,
    lstat: LockCell<Option<Value>>,
}
crate::payload!(Entry, "DirEntry", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(&self.name);
        visit(&self.path);
    }
});

fn this<'a>(vm: &Vm, value: &'a Value) -> PyResult<&'a Obj<Entry>> {
    vm.cast::<Entry>(value)
}

fn follows(vm: &Vm, value: &Value) -> PyResult<bool> {
    value.given().map_or(Ok(true), |v| vm.truth(v))
}

fn fetch(vm: &Vm, this: &Entry, follow: bool) -> PyResult<Value> {
    let flags = if follow { 0 } else { libc::AT_SYMLINK_NOFOLLOW };
    let dir = if this.dir < 0 { libc::AT_FDCWD } else { this.dir };
    let result = vm.blocking(|| file::stat_at(dir, &this.text, flags));
    let stat = vm.os_at(result, &this.path)?;
    stat_value(vm, &stat)
}

fn lstat(vm: &Vm, this: &Entry) -> PyResult<Value> {
    if let Some(known) = this.lstat.get() {
        return Ok(known.clone());
    }
    let new = fetch(vm, this, false)?;
    this.lstat.set(Some(new.clone()));
    Ok(new)
}

fn stat(vm: &Vm, this: &Entry, follow: bool) -> PyResult<Value> {
    if !follow {
        return lstat(vm, this);
    }
    if let Some(known) = this.stat.get() {
        return Ok(known.clone());
    }
    let new = if is_link(vm, this)? { fetch(vm, this, true)? } else { lstat(vm, this)? };
    this.stat.set(Some(new.clone()));
    Ok(new)
}

fn is_link(vm: &Vm, this: &Entry) -> PyResult<bool> {
    match this.kind {
        libc::DT_LNK => Ok(true),
        libc::DT_UNKNOWN => kind_is(vm, this, false, libc::S_IFLNK),
        _ => Ok(false),
    }
}

fn kind_is(vm: &Vm, this: &Entry, follow: bool, format: u32) -> PyResult<bool> {
    let link = this.kind == libc::DT_LNK;
    if this.kind == libc::DT_UNKNOWN || (follow && link) {
        let result = stat(vm, this, follow);
        let Some(found) = vm.catch(result, &exc::FILE_NOT_FOUND_ERROR)? else { return Ok(false) };
        let mode = vm.getattr_str(&found, "st_mode")?;
        return Ok(vm.to_i64(&mode)? as u32 & libc::S_IFMT == format);
    }
    Ok(match this.kind {
        libc::DT_DIR => format == libc::S_IFDIR,
        libc::DT_REG => format == libc::S_IFREG,
        libc::DT_LNK => format == libc::S_IFLNK,
        _ => false,
    })
}

/// `os.DirEntry`
pub static DIR_ENTRY: TypeSpec = TypeSpec::new("posix.DirEntry", Entry::layout)
    .flags(type_flag::NO_NEW)
    .slots(|s| {
        s.repr = Some(|vm, entry| {
            let mut text = b"<DirEntry ".to_vec();
            text.extend(vm.repr_string(&this(vm, entry)?.name)?);
            text.push(b'>');
            Ok(vm.str_bytes(&text))
        });
    })
    .methods(&[
        native(
            "is_dir(self, /, *, follow_symlinks=True)",
            |vm, args| {
                Ok(Value::bool(kind_is(vm, this(vm, &args[0])?, follows(vm, &args[1])?, libc::S_IFDIR)?))
            },
            "Return True if the entry is a directory; cached per entry.",
        ),
        native(
            "is_file(self, /, *, follow_symlinks=True)",
            |vm, args| {
                Ok(Value::bool(kind_is(vm, this(vm, &args[0])?, follows(vm, &args[1])?, libc::S_IFREG)?))
            },
            "Return True if the entry is a file; cached per entry.",
        ),
        native(
            "is_symlink(self, /)",
            |vm, args| Ok(Value::bool(is_link(vm, this(vm, &args[0])?)?)),
            "Return True if the entry is a symbolic link; cached per entry.",
        ),
        native(
            "is_junction(self, /)",
            |vm, args| this(vm, &args[0]).map(|_| Value::FALSE),
            "Return True if the entry is a junction; cached per entry.",
        ),
        native(
            "stat(self, /, *, follow_symlinks=True)",
            |vm, args| stat(vm, this(vm, &args[0])?, follows(vm, &args[1])?),
            "Return stat_result object for the entry; cached per entry.",
        ),
        native(
            "inode(self, /)",
            |vm, args| Ok(vm.int_u64(this(vm, &args[0])?.ino)),
            "Return inode of the entry; cached per entry.",
        ),
        native(
            "__fspath__(self, /)",
            |vm, args| Ok(this(vm, &args[0])?.path.clone()),
            "Returns the path for the entry.",
        ),
        native(
            "__class_getitem__(cls, object, /)",
            |vm, args| vm.generic_alias(&args[0], &args[1]),
            "See PEP 585",
        )
        .class(),
    ])
    .getset(&[
        getter(
            "name",
            |vm, e| Ok(this(vm, e)?.name.clone()),
            "the entry's base filename, relative to scandir() \"path\" argument",
        ),
        getter(
            "path",
            |vm, e| Ok(this(vm, e)?.path.clone()),
            "the entry's full path name; equivalent to os.path.join(scandir_path, entry.name)",
        ),
    ]);

/// The payload of what `os.scandir` gives.
pub struct Scan {
    folder: RefCell<Option<Folder>>,
    path: Value,
    /// Bytes before every name; nothing if a descriptor is read.
    prefix: Vec<u8>,
    is_bytes: bool,
    fd: Cell<i32>,
}
crate::payload!(Scan, "ScandirIterator", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(&self.path);
    }
});

fn next_entry(vm: &Vm, object: &Value) -> PyResult<Option<Value>> {
    let this = vm.cast::<Scan>(object)?;
    let entry = {
        let mut folder = this.folder.borrow_mut();
        match folder.as_mut() {
            None => return Ok(None),
            Some(open) => open.next(),
        }
    };
    match entry {
        Ok(Some(entry)) => entry_value(vm, this, entry).map(Some),
        Ok(None) => {
            this.folder.replace(None);
            Ok(None)
        }
        Err(number) => {
            this.folder.replace(None);
            Err(vm.os_error_at(number, &this.path))
        }
    }
}

fn entry_value(vm: &Vm, scan: &Scan, entry: FolderEntry) -> PyResult<Value> {
    let fd = scan.fd.get();
    // With room for the zero at the end.
    let mut full = Vec::with_capacity(scan.prefix.len() + entry.name.len() + 1);
    full.extend_from_slice(&scan.prefix);
    full.extend_from_slice(&entry.name);
    let name = vm.fs_decode_like(&entry.name, scan.is_bytes);
    let path = if fd < 0 { vm.fs_decode_like(&full, scan.is_bytes) } else { name.clone() };
    let Some(text) = file::c_text(full) else { return Err(vm.value_error("embedded null byte")) };
    Ok(vm.alloc_spec(
        &DIR_ENTRY,
        Entry {
            name,
            path,
            text,
            dir: fd,
            kind: entry.kind,
            ino: entry.ino,
            stat: LockCell::new(None),
            lstat: LockCell::new(None),
        },
    ))
}

/// `posix.ScandirIterator`
pub static SCANDIR_ITERATOR: TypeSpec = TypeSpec::new("posix.ScandirIterator", Scan::layout)
    .flags(type_flag::NO_NEW | type_flag::HAS_DEL)
    .slots(|s| {
        s.iter = Some(|_, object| Ok(object.clone()));
        s.next = Some(next_entry);
        s.del = Some(|vm, object| {
            let this = vm.cast::<Scan>(object)?;
            if this.folder.borrow().is_none() {
                return Ok(());
            }
            this.folder.replace(None);
            let shown = vm.repr_text(object)?;
            vm.warn_resource(format!("unclosed scandir iterator {shown}"), object)
        });
    })
    .methods(&[
        native("__enter__(self, /)", |_, args| Ok(args[0].clone()), ""),
        native_raw(
            "__exit__(self, /, *args)",
            |vm, args| {
                vm.cast::<Scan>(&args.values[0])?.folder.replace(None);
                Ok(Value::NONE)
            },
            "",
        ),
        native(
            "close(self, /)",
            |vm, args| {
                vm.cast::<Scan>(&args[0])?.folder.replace(None);
                Ok(Value::NONE)
            },
            "",
        ),
    ]);

fn target(vm: &Vm, value: &Value, function: &str) -> PyResult<Target> {
    match value.some() {
        None => vm.os_target(&vm.str("."), function, "path"),
        Some(value) => {
            if value.as_str().is_none()
                && vm.bytes_of(value).is_none()
                && value.ty(vm).slots.get().index.is_none()
                && value.ty(vm).lookup(vm, &vm.names().__fspath__).is_none()
            {
                return Err(vm.type_error(format!(
                    "{function}: path should be string, bytes, os.PathLike, integer or None, not {}",
                    value.type_name(vm)
                )));
            }
            vm.os_target(value, function, "path")
        }
    }
}

/// `os.scandir`
pub fn scandir(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let target = target(vm, &args[0], "scandir")?;
    let given = if args[0].some().is_none() { vm.str(".") } else { target.given().clone() };
    let (result, prefix, is_bytes, fd) = match &target {
        Target::Path(path) => {
            let mut prefix = path.text.as_bytes().to_vec();
            if !prefix.is_empty() && prefix.last() != Some(&b'/') {
                prefix.push(b'/');
            }
            (vm.blocking(|| Folder::open(path.c())), prefix, path.is_bytes, -1)
        }
        Target::Fd(fd, _) => (vm.blocking(|| Folder::open_fd(*fd)), Vec::new(), false, *fd),
    };
    let folder = vm.os_at(result, &given)?;
    Ok(vm.alloc_spec(
        &SCANDIR_ITERATOR,
        Scan { folder: RefCell::new(Some(folder)), path: given, prefix, is_bytes, fd: Cell::new(fd) },
    ))
}

/// `os.listdir`
pub fn listdir(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let target = target(vm, &args[0], "listdir")?;
    let (result, is_bytes) = match &target {
        Target::Path(path) => (vm.blocking(|| Folder::open(path.c())), path.is_bytes),
        Target::Fd(fd, _) => (vm.blocking(|| Folder::open_fd(*fd)), false),
    };
    let given = if args[0].some().is_none() { Value::NONE } else { target.given().clone() };
    let mut folder = vm.os_at(result, &given)?;
    let mut names = Vec::new();
    loop {
        let next = folder.next();
        match vm.os_at(next, &given)? {
            Some(entry) => names.push(vm.fs_decode_like(&entry.name, is_bytes)),
            None => return Ok(vm.list(names)),
        }
    }
}
