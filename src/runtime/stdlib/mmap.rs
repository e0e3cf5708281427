//! `mmap`: files as memory. The mappings are in `sys::mapping`; here is the object around them.
//!
//! Every argument is converted before the memory is looked at: converting can run Python, which can close or resize the mapping.

use std::cell::Cell;

use crate::runtime::builtins::exceptions as exc;
use crate::runtime::builtins::memoryviews::{Access, Export};
use crate::runtime::builtins::tools::member;
use crate::runtime::error::PyResult;
use crate::runtime::gc::heap::type_flag;
use crate::runtime::object::args::Signature;
use crate::runtime::object::typedef::{Native, Slots, TypeSpec, kind, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::stdlib::NativeModule;
use crate::runtime::sys::{file, mapping};
use crate::runtime::value::{LockCell, Obj, Payload, Value};

const DEFAULT: i64 = 0;
const READ: i64 = 1;
const WRITE: i64 = 2;
const COPY: i64 = 3;

/// `mmap`
pub static MODULE: NativeModule = NativeModule {
    name: "mmap",
    doc: "",
    functions: &[],
    init: |vm, dict| {
        vm.set_type_in(dict, &MMAP);
        vm.set_in(dict, "error", vm.typ(&exc::OS_ERROR).to_value());
        vm.set_ints_in(
            dict,
            &[
                ("ACCESS_DEFAULT", DEFAULT),
                ("ACCESS_READ", READ),
                ("ACCESS_WRITE", WRITE),
                ("ACCESS_COPY", COPY),
                ("PAGESIZE", mapping::page_size()),
                ("ALLOCATIONGRANULARITY", mapping::page_size()),
                ("PROT_READ", libc::PROT_READ.into()),
                ("PROT_WRITE", libc::PROT_WRITE.into()),
                ("PROT_EXEC", libc::PROT_EXEC.into()),
                ("MAP_SHARED", libc::MAP_SHARED.into()),
                ("MAP_PRIVATE", libc::MAP_PRIVATE.into()),
                ("MAP_ANON", libc::MAP_ANON.into()),
                ("MAP_ANONYMOUS", libc::MAP_ANON.into()),
            ],
        );
        #[cfg(target_os = "linux")]
        vm.set_ints_in(
            dict,
            &[
                ("MAP_DENYWRITE", libc::MAP_DENYWRITE.into()),
                ("MAP_EXECUTABLE", libc::MAP_EXECUTABLE.into()),
                ("MAP_NORESERVE", libc::MAP_NORESERVE.into()),
                ("MAP_POPULATE", libc::MAP_POPULATE.into()),
                ("MAP_STACK", libc::MAP_STACK.into()),
                ("MADV_NORMAL", libc::MADV_NORMAL.into()),
                ("MADV_RANDOM", libc::MADV_RANDOM.into()),
                ("MADV_SEQUENTIAL", libc::MADV_SEQUENTIAL.into()),
                ("MADV_WILLNEED", libc::MADV_WILLNEED.into()),
                ("MADV_DONTNEED", libc::MADV_DONTNEED.into()),
                ("MADV_FREE", libc::MADV_FREE.into()),
                ("MADV_REMOVE", libc::MADV_REMOVE.into()),
                ("MADV_DONTFORK", libc::MADV_DONTFORK.into()),
                ("MADV_DOFORK", libc::MADV_DOFORK.into()),
                ("MADV_HWPOISON", libc::MADV_HWPOISON.into()),
                ("MADV_MERGEABLE", libc::MADV_MERGEABLE.into()),
                ("MADV_UNMERGEABLE", libc::MADV_UNMERGEABLE.into()),
                ("MADV_HUGEPAGE", libc::MADV_HUGEPAGE.into()),
                ("MADV_NOHUGEPAGE", libc::MADV_NOHUGEPAGE.into()),
                ("MADV_DONTDUMP", libc::MADV_DONTDUMP.into()),
                ("MADV_DODUMP", libc::MADV_DODUMP.into()),
            ],
        );
        Ok(())
    },
};

/// A mapping, with the place at which it is read and written.
struct Mmap {
    memory: LockCell<mapping::Mapping>,
    at: Cell<usize>,
    offset: i64,
    /// A descriptor of its own for the file; -1 for anonymous memory.
    fd: Cell<i32>,
    tracks: bool,
    shared: bool,
    access: i64,
    /// Views of the memory: it stays where it is.
    exports: Cell<usize>,
}
crate::payload!(Mmap, "mmap");

impl Drop for Mmap {
    fn drop(&mut self) {
        self.close_file();
    }
}

impl Mmap {
    fn close_file(&self) {
        let fd = self.fd.replace(-1);
        if fd >= 0 {
            let _ = file::close(fd);
        }
    }
}

impl Obj<Mmap> {
    /// The memory, or ValueError if it is closed.
    fn open(&self, vm: &Vm) -> PyResult<&mapping::Mapping> {
        let memory = self.memory.get();
        if memory.is_closed() { Err(vm.value_error("mmap closed or invalid")) } else { Ok(memory) }
    }
    /// The memory for writing.
    fn writable(&self, vm: &Vm) -> PyResult<&mut [u8]> {
        let memory = self.open(vm)?;
        if self.access == READ {
            return Err(vm.type_error("mmap can't modify a readonly memory map."));
        }
        Ok(memory.bytes_mut())
    }
}

static ACCESS: Access = Access {
    bytes: |value| value.downcast::<Mmap>().map_or(&[], |this| this.memory.get().bytes()),
    bytes_mut: Some(|value| value.downcast::<Mmap>().map_or(&mut [], |this| this.memory.get().bytes_mut())),
    release: |_, value| {
        if let Some(this) = value.downcast::<Mmap>() {
            this.exports.set(this.exports.get().saturating_sub(1));
        }
    },
};

static MMAP: TypeSpec = TypeSpec::new("mmap.mmap", Mmap::layout)
    .flags(type_flag::WEAKREF | type_flag::BASE)
    .doc(
        "",
        "mmap(fileno, length[, flags[, prot[, access[, offset[, trackfd]]]]])\n\nMemory that is the contents of a file, or with -1 for fileno anonymous memory.\nA length of 0 is the size of the file. MAP_PRIVATE keeps what is written to the\nprocess, MAP_SHARED shares it with all that map the file; access is another way\nto say so.",
    )
    .slots(slots)
    .methods(METHODS)
    .getset(&[member(
        "closed",
        |vm, value| Ok(Value::bool(vm.cast::<Mmap>(value)?.memory.get().is_closed())),
        "",
    )]);

fn slots(s: &mut Slots) {
    s.new = Some(|vm, ty, args| {
        const SIGNATURE: Signature =
            Signature::parse("mmap(fileno, length, flags=1, prot=3, access=0, offset=0, *, trackfd=True)");
        let [fd, length, flags, protection, access, offset, tracks] = vm.bind_args(&SIGNATURE, args)?;
        let fd = vm.to_i32_arg(&fd)?;
        let length = vm.to_ssize(&length)?;
        let int =
            |value: &Value, default: i32| value.given().map_or(Ok(default), |value| vm.to_i32_arg(value));
        let (flags, protection) =
            (int(&flags, libc::MAP_SHARED)?, int(&protection, libc::PROT_READ | libc::PROT_WRITE)?);
        let access = i64::from(int(&access, 0)?);
        let offset = offset.given().map_or(Ok(0), |offset| vm.to_i64(offset))?;
        let tracks = tracks.given().map_or(Ok(true), |tracks| vm.truth(tracks))?;
        let made = open(vm, fd, length, (flags, protection), access, offset, tracks)?;
        Ok(vm.alloc(ty, made).into_value())
    });
    s.repr = Some(|vm, value| {
        let this = vm.cast::<Mmap>(value)?;
        let name = value.ty(vm).name();
        let memory = this.memory.get();
        if memory.is_closed() {
            return Ok(vm.str(format!("<mmap.{name} closed=True>")));
        }
        let access = match this.access {
            READ => "ACCESS_READ",
            WRITE => "ACCESS_WRITE",
            COPY => "ACCESS_COPY",
            _ => "ACCESS_DEFAULT",
        };
        let (length, at, offset) = (memory.size(), this.at.get(), this.offset);
        Ok(vm.str(format!(
            "<mmap.{name} closed=False, access={access}, length={length}, pos={at}, offset={offset}>"
        )))
    });
    s.len = Some(|vm, value| Ok(vm.cast::<Mmap>(value)?.open(vm)?.size()));
    s.iter = Some(|vm, value| {
        let iter = MmapIter { mapping: LockCell::new(value.clone()), at: Cell::new(0) };
        Ok(vm.alloc_spec(&MMAP_ITER, iter))
    });
    s.getitem = Some(getitem);
    s.setitem = Some(setitem);
    s.buffer = Some(|vm, value, flags| {
        let this = vm.cast::<Mmap>(value)?;
        this.open(vm)?;
        let view = vm.export(value, Export::bytes(&ACCESS, this.access == READ), flags)?;
        this.exports.set(this.exports.get() + 1);
        Ok(view)
    });
}

/// Goes through a mapping: each item is a `bytes` of one byte, where a subscript is a number.
struct MmapIter {
    mapping: LockCell<Value>,
    at: Cell<usize>,
}
crate::payload!(MmapIter, "iterator", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(self.mapping.get());
    }
    fn clear(&self) {
        self.mapping.set(Value::NONE);
    }
});

static MMAP_ITER: TypeSpec = TypeSpec::new("iterator", MmapIter::layout).slots(|s| {
    s.iter = Some(|_, iter| Ok(iter.clone()));
    s.next = Some(|vm, iter| {
        let this = vm.cast::<MmapIter>(iter)?;
        let mapping = this.mapping.cloned();
        let Some(mapped) = mapping.downcast::<Mmap>() else { return Ok(None) };
        let at = this.at.get();
        match mapped.open(vm)?.bytes().get(at) {
            Some(&byte) => {
                this.at.set(at + 1);
                Ok(Some(vm.bytes(&[byte])))
            }
            None => {
                this.mapping.set(Value::NONE);
                Ok(None)
            }
        }
    });
});

fn open(
    vm: &Vm,
    fd: i32,
    length: isize,
    (mut flags, mut protection): (i32, i32),
    mut access: i64,
    offset: i64,
    tracks: bool,
) -> PyResult<Mmap> {
    let Ok(mut size) = usize::try_from(length) else {
        return Err(vm.overflow_error("memory mapped length must be positive"));
    };
    if offset < 0 {
        return Err(vm.overflow_error("memory mapped offset must be positive"));
    }
    let both = libc::PROT_READ | libc::PROT_WRITE;
    if access != DEFAULT && (flags != libc::MAP_SHARED || protection != both) {
        return Err(vm.value_error("mmap can't specify both access and flags, prot."));
    }
    match access {
        READ => (flags, protection) = (libc::MAP_SHARED, libc::PROT_READ),
        WRITE => (flags, protection) = (libc::MAP_SHARED, both),
        COPY => (flags, protection) = (libc::MAP_PRIVATE, both),
        DEFAULT if protection & both == both => {}
        DEFAULT if protection & libc::PROT_WRITE != 0 => access = WRITE,
        DEFAULT => access = READ,
        _ => return Err(vm.value_error("mmap invalid access parameter.")),
    }
    if fd == -1 {
        flags |= libc::MAP_ANON;
    } else if let Ok(stat) = file::fstat(fd)
        && stat.mode & libc::S_IFMT as u32 == libc::S_IFREG as u32
    {
        if size == 0 {
            if stat.size == 0 {
                return Err(vm.value_error("cannot mmap an empty file"));
            }
            if offset >= stat.size {
                return Err(vm.value_error("mmap offset is greater than file size"));
            }
            size = (stat.size - offset) as usize;
        } else if offset > stat.size || stat.size - offset < size as i64 {
            return Err(vm.value_error("mmap length is greater than file size"));
        }
    }
    let own = if fd == -1 || !tracks { -1 } else { vm.os(file::dup(fd))? };
    let memory = match mapping::Mapping::new(size, protection, flags, fd, offset) {
        Ok(memory) => memory,
        Err(number) => {
            if own >= 0 {
                let _ = file::close(own);
            }
            return Err(vm.os_error(number));
        }
    };
    Ok(Mmap {
        memory: LockCell::new(memory),
        at: Cell::new(0),
        offset,
        fd: Cell::new(own),
        tracks,
        shared: flags & libc::MAP_SHARED != 0,
        access,
        exports: Cell::new(0),
    })
}

fn getitem(vm: &Vm, value: &Value, key: &Value) -> PyResult<Value> {
    let this = vm.cast::<Mmap>(value)?;
    this.open(vm)?;
    if key.kind() == kind::SLICE {
        let (start, stop, step) = vm.slice_unpack(key)?;
        let bytes = this.open(vm)?.bytes();
        let span = crate::runtime::builtins::slices::span(start, stop, step, bytes.len());
        let part: Vec<u8> =
            (0..span.count).map(|nth| bytes[(span.start + nth as isize * span.step) as usize]).collect();
        return Ok(vm.bytes(&part));
    }
    let at = index_of(vm, this, key)?;
    Ok(vm.int(i64::from(this.open(vm)?.bytes()[at])))
}

fn index_of(vm: &Vm, this: &Obj<Mmap>, key: &Value) -> PyResult<usize> {
    if key.ty(vm).slots.get().index.is_none() {
        return Err(vm.type_error("mmap indices must be integers"));
    }
    let at = vm.to_index(key)?;
    let length = this.open(vm)?.size() as isize;
    let at = if at < 0 { at + length } else { at };
    if (0..length).contains(&at) { Ok(at as usize) } else { Err(vm.index_error("mmap index out of range")) }
}

fn setitem(vm: &Vm, object: &Value, key: &Value, value: Option<&Value>) -> PyResult<()> {
    let this = vm.cast::<Mmap>(object)?;
    this.writable(vm)?;
    if key.kind() == kind::SLICE {
        let Some(value) = value else {
            return Err(vm.type_error("mmap object doesn't support slice deletion"));
        };
        let (start, stop, step) = vm.slice_unpack(key)?;
        let new = vm.buffer_bytes(value)?;
        let memory = this.writable(vm)?;
        let span = crate::runtime::builtins::slices::span(start, stop, step, memory.len());
        if new.len() != span.count {
            return Err(vm.index_error("mmap slice assignment is wrong size"));
        }
        for (nth, byte) in new.into_iter().enumerate() {
            memory[(span.start + nth as isize * span.step) as usize] = byte;
        }
        return Ok(());
    }
    index_of(vm, this, key)?;
    let Some(value) = value else {
        return Err(vm.type_error("mmap doesn't support item deletion"));
    };
    if value.ty(vm).slots.get().index.is_none() {
        return Err(vm.type_error("mmap item value must be an int"));
    }
    let Ok(byte) = u8::try_from(vm.to_index_or(value, &exc::TYPE_ERROR)?) else {
        return Err(vm.value_error("mmap item value must be in range(0, 256)"));
    };
    let at = index_of(vm, this, key)?;
    this.writable(vm)?[at] = byte;
    Ok(())
}

fn optional(vm: &Vm, value: &Value, default: isize) -> PyResult<isize> {
    value.given().and_then(Value::some).map_or(Ok(default), |value| vm.to_ssize(value))
}

/// `find` and `rfind`
fn find(vm: &Vm, args: &[Value], from_end: bool) -> PyResult<Value> {
    let this = vm.cast::<Mmap>(&args[0])?;
    let wanted = vm.buffer_bytes(&args[1])?;
    let size = this.open(vm)?.size() as isize;
    let (start, end) = (optional(vm, &args[2], this.at.get() as isize)?, optional(vm, &args[3], size)?);
    let bytes = this.open(vm)?.bytes();
    let clamp = |at: isize| {
        let length = bytes.len() as isize;
        if at < 0 { (at + length).max(0) as usize } else { at.min(length) as usize }
    };
    let (start, end) = (clamp(start), clamp(end));
    let part = bytes.get(start..end).unwrap_or_default();
    let found = match from_end {
        true => memchr::memmem::rfind(part, &wanted),
        false => memchr::memmem::find(part, &wanted),
    };
    Ok(vm.int(if start > end { -1 } else { found.map_or(-1, |at| (at + start) as i64) }))
}

/// Takes bytes from the place on, up to `count`.
fn take(vm: &Vm, this: &Obj<Mmap>, count: usize) -> PyResult<Value> {
    let bytes = this.open(vm)?.bytes();
    let start = this.at.get().min(bytes.len());
    let end = start.saturating_add(count).min(bytes.len());
    this.at.set(end);
    Ok(vm.bytes(&bytes[start..end]))
}

fn seek(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let this = vm.cast::<Mmap>(&args[0])?;
    let to = vm.to_ssize(&args[1])?;
    let whence = args[2].given().map_or(Ok(0), |whence| vm.to_i32_arg(whence))?;
    let size = this.open(vm)?.size() as isize;
    let base = match whence {
        0 => 0,
        1 => this.at.get() as isize,
        2 => size,
        _ => return Err(vm.value_error("unknown seek type")),
    };
    match base.checked_add(to) {
        Some(at) if (0..=size).contains(&at) => {
            this.at.set(at as usize);
            Ok(vm.int(at as i64))
        }
        _ => Err(vm.value_error("seek out of range")),
    }
}

fn resize(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let this = vm.cast::<Mmap>(&args[0])?;
    let size = vm.to_ssize(&args[1])?;
    this.open(vm)?;
    if this.exports.get() > 0 {
        return Err(vm.buffer_error("mmap can't resize with extant buffers exported."));
    }
    if !this.tracks {
        return Err(vm.value_error("can't resize with trackfd=False"));
    }
    if this.access != WRITE && this.access != DEFAULT {
        return Err(vm.type_error("mmap can't resize a readonly or copy-on-write memory map."));
    }
    let end = this.offset.checked_add(size as i64);
    let (Ok(new), Some(end)) = (usize::try_from(size), end) else {
        return Err(vm.value_error("new size out of range"));
    };
    if this.fd.get() < 0 && this.shared && new > this.open(vm)?.size() {
        return Err(vm.value_error("mmap: can't expand a shared anonymous mapping on Linux"));
    }
    if this.fd.get() >= 0 {
        vm.os(file::ftruncate(this.fd.get(), end))?;
    }
    vm.os(this.memory.get_mut().resize(new))?;
    Ok(Value::NONE)
}

const METHODS: &[Native] = &[
    native(
        "close(self, /)",
        |vm, args| {
            let this = vm.cast::<Mmap>(&args[0])?;
            if this.exports.get() > 0 {
                return Err(vm.buffer_error("cannot close exported pointers exist"));
            }
            this.close_file();
            this.memory.get_mut().close();
            Ok(Value::NONE)
        },
        "",
    ),
    native("find(self, view, start=None, end=None, /)", |vm, args| find(vm, args, false), ""),
    native("rfind(self, view, start=None, end=None, /)", |vm, args| find(vm, args, true), ""),
    native(
        "flush(self, offset=0, size=None, /)",
        |vm, args| {
            let this = vm.cast::<Mmap>(&args[0])?;
            let offset = optional(vm, &args[1], 0)?;
            let whole = this.open(vm)?.size() as isize;
            let size = optional(vm, &args[2], whole.saturating_sub(offset))?;
            let memory = this.open(vm)?;
            let whole = memory.size() as isize;
            if offset < 0 || size < 0 || offset > whole || whole - offset < size {
                return Err(vm.value_error("flush values out of range"));
            }
            if this.access == READ || this.access == COPY {
                return Ok(Value::NONE);
            }
            vm.os(memory.flush(offset as usize, size as usize))?;
            Ok(Value::NONE)
        },
        "",
    ),
    native(
        "madvise(self, option, start=0, length=None, /)",
        |vm, args| {
            let this = vm.cast::<Mmap>(&args[0])?;
            let option = vm.to_i32_arg(&args[1])?;
            let start = optional(vm, &args[2], 0)?;
            let whole = this.open(vm)?.size() as isize;
            let length = optional(vm, &args[3], whole)?;
            let memory = this.open(vm)?;
            let whole = memory.size() as isize;
            if !(0..whole).contains(&start) {
                return Err(vm.value_error("madvise start out of bounds"));
            }
            if length < 0 {
                return Err(vm.value_error("madvise length invalid"));
            }
            if isize::MAX - start < length {
                return Err(vm.overflow_error("madvise length too large"));
            }
            vm.os(memory.advise(start as usize, length.min(whole - start) as usize, option))?;
            Ok(Value::NONE)
        },
        "",
    ),
    native(
        "move(self, dest, src, count, /)",
        |vm, args| {
            let this = vm.cast::<Mmap>(&args[0])?;
            let [to, from, count] = [vm.to_ssize(&args[1])?, vm.to_ssize(&args[2])?, vm.to_ssize(&args[3])?];
            let memory = this.writable(vm)?;
            let length = memory.len() as isize;
            let fits = |at: isize| at >= 0 && at <= length && length - at >= count;
            if count < 0 || !fits(to) || !fits(from) {
                return Err(vm.value_error("source, destination, or count out of range"));
            }
            memory.copy_within(from as usize..(from + count) as usize, to as usize);
            Ok(Value::NONE)
        },
        "",
    ),
    native(
        "read(self, n=None, /)",
        |vm, args| {
            let this = vm.cast::<Mmap>(&args[0])?;
            let count = match args[1].given().and_then(Value::some) {
                None => -1,
                Some(n) if n.ty(vm).slots.get().index.is_some() => vm.to_index_or(n, &exc::OVERFLOW_ERROR)?,
                Some(n) => {
                    let name = n.type_name(vm);
                    return Err(vm.type_error(format!("argument should be integer or None, not '{name}'")));
                }
            };
            take(vm, this, usize::try_from(count).unwrap_or(usize::MAX))
        },
        "",
    ),
    native(
        "read_byte(self, /)",
        |vm, args| {
            let this = vm.cast::<Mmap>(&args[0])?;
            match this.open(vm)?.bytes().get(this.at.get()) {
                Some(&byte) => {
                    this.at.set(this.at.get() + 1);
                    Ok(vm.int(i64::from(byte)))
                }
                None => Err(vm.value_error("read byte out of range")),
            }
        },
        "",
    ),
    native(
        "readline(self, /)",
        |vm, args| {
            let this = vm.cast::<Mmap>(&args[0])?;
            let bytes = this.open(vm)?.bytes();
            let rest = &bytes[this.at.get().min(bytes.len())..];
            let count = memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
            take(vm, this, count)
        },
        "",
    ),
    native("resize(self, newsize, /)", resize, ""),
    native("seek(self, pos, whence=0, /)", seek, ""),
    native("seekable(self, /)", |_, _| Ok(Value::TRUE), ""),
    native(
        "size(self, /)",
        |vm, args| {
            let this = vm.cast::<Mmap>(&args[0])?;
            let size = this.open(vm)?.size();
            if !this.tracks {
                return Err(vm.os_error(libc::EBADF));
            }
            match this.fd.get() {
                -1 => Ok(vm.int(size as i64)),
                fd => Ok(vm.int(vm.os(file::fstat(fd))?.size)),
            }
        },
        "",
    ),
    native(
        "tell(self, /)",
        |vm, args| {
            let this = vm.cast::<Mmap>(&args[0])?;
            this.open(vm)?;
            Ok(vm.int(this.at.get() as i64))
        },
        "",
    ),
    native(
        "write(self, bytes, /)",
        |vm, args| {
            let this = vm.cast::<Mmap>(&args[0])?;
            let new = vm.buffer_bytes(&args[1])?;
            let memory = this.writable(vm)?;
            let at = this.at.get();
            match at.checked_add(new.len()).and_then(|end| memory.get_mut(at..end)) {
                Some(place) => {
                    place.copy_from_slice(&new);
                    this.at.set(at + new.len());
                    Ok(vm.int(new.len() as i64))
                }
                None => Err(vm.value_error("data out of range")),
            }
        },
        "",
    ),
    native(
        "write_byte(self, byte, /)",
        |vm, args| {
            let this = vm.cast::<Mmap>(&args[0])?;
            let number = vm.to_i64(&args[1])?;
            let Ok(byte) = u8::try_from(number) else {
                return Err(match number < 0 {
                    true => vm.overflow_error("unsigned byte integer is less than minimum"),
                    false => vm.overflow_error("unsigned byte integer is greater than maximum"),
                });
            };
            match this.writable(vm)?.get_mut(this.at.get()) {
                Some(place) => *place = byte,
                None => return Err(vm.value_error("write byte out of range")),
            }
            this.at.set(this.at.get() + 1);
            Ok(Value::NONE)
        },
        "",
    ),
    native(
        "__enter__(self, /)",
        |vm, args| {
            vm.cast::<Mmap>(&args[0])?.open(vm)?;
            Ok(args[0].clone())
        },
        "",
    ),
    native(
        "__exit__(self, exc_type, exc_value, traceback, /)",
        |vm, args| vm.call_method_str(&args[0], "close", &[]),
        "",
    ),
    native(
        "__sizeof__(self, /)",
        |vm, args| {
            Ok(vm.int(size_of::<Mmap>() as i64 + vm.cast::<Mmap>(&args[0])?.memory.get().size() as i64))
        },
        "",
    ),
];
