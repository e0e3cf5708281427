//! `select`: waiting for descriptors.

use std::cell::{Cell, RefCell};

use crate::runtime::builtins::exceptions as exc;
use crate::runtime::error::PyResult;
use crate::runtime::gc::heap::type_flag;
use crate::runtime::object::args::Signature;
use crate::runtime::object::typedef::{TypeSpec, getter, native, native_raw};
use crate::runtime::object::vm::Vm;
use crate::runtime::stdlib::NativeModule;
use crate::runtime::sys::poll::{self, FdSet};
use crate::runtime::sys::{Sys, clock, file};
use crate::runtime::value::{Obj, Payload, Value};

fn now() -> i64 {
    clock::gettime(libc::CLOCK_MONOTONIC).unwrap_or(0)
}

/// Runs a wait that gets the nanoseconds left; signals that raise nothing let it go on.
fn wait<T>(
    vm: &Vm,
    timeout: Option<i64>,
    none: T,
    mut call: impl FnMut(Option<i64>) -> Sys<T>,
) -> PyResult<T> {
    let end = timeout.map(|n| now().saturating_add(n));
    let mut left = timeout;
    loop {
        match vm.blocking(|| call(left)) {
            Err(libc::EINTR) => {
                vm.check_signals()?;
                if let Some(end) = end {
                    let rest = end - now();
                    if rest < 0 {
                        return Ok(none);
                    }
                    left = Some(rest);
                }
            }
            other => return vm.os(other),
        }
    }
}

fn milliseconds(nanoseconds: Option<i64>) -> i32 {
    match nanoseconds {
        None => -1,
        Some(n) => ((n + 999_999) / 1_000_000).min(i32::MAX as i64) as i32,
    }
}

fn seconds_argument(vm: &Vm, value: &Value) -> PyResult<Option<i64>> {
    let Some(value) = value.some() else { return Ok(None) };
    let slots = value.ty(vm).slots.get();
    if slots.float.is_none() && slots.index.is_none() {
        return Err(vm.type_error("timeout must be a float or None"));
    }
    let n = vm.nanoseconds(value)?;
    if n < 0 { Err(vm.value_error("timeout must be non-negative")) } else { Ok(Some(n)) }
}

fn select(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let timeout = seconds_argument(vm, &args[3])?;
    let mut sets = [FdSet::default(); 3];
    let mut asked: [Vec<(Value, i32)>; 3] = Default::default();
    let mut below = 0;
    for (at, list) in args[..3].iter().enumerate() {
        if list.ty(vm).slots.get().iter.is_none() && list.ty(vm).slots.get().getitem.is_none() {
            return Err(vm.type_error("arguments 1-3 must be sequences"));
        }
        for object in vm.collect(list)? {
            let fd = vm.file_descriptor(&object)?;
            if fd >= libc::FD_SETSIZE as i32 {
                return Err(vm.value_error("filedescriptor out of range in select()"));
            }
            sets[at].add(fd);
            below = below.max(fd + 1);
            asked[at].push((object, fd));
        }
    }
    let start = sets;
    let ready = wait(vm, timeout, 0, |left| {
        sets = start;
        poll::select(below, &mut sets, left)
    })?;
    let mut lists = Vec::new();
    for (set, objects) in sets.iter().zip(asked) {
        let found = objects.into_iter().filter(|(_, fd)| ready > 0 && set.has(*fd)).map(|(object, _)| object);
        lists.push(vm.list(found.collect()));
    }
    Ok(vm.tuple(lists))
}

// ---------------------------------------------------------------------------------------------- poll

/// The payload of a poll object: descriptors and events, in the order they came.
pub struct PollObject {
    all: RefCell<Vec<(i32, i16)>>,
    running: Cell<bool>,
}
crate::payload!(PollObject, "select.poll");

fn poll_object<'a>(vm: &Vm, value: &'a Value) -> PyResult<&'a Obj<PollObject>> {
    vm.cast::<PollObject>(value)
}

fn events(vm: &Vm, value: &Value) -> PyResult<i16> {
    let n = vm.to_i64(value)?;
    match n {
        0..=0xffff => Ok(n as u16 as i16),
        n if n < 0 => Err(vm.value_error("value must be positive")),
        _ => Err(vm.overflow_error("Python int too large for C unsigned short")),
    }
}

/// A timeout in milliseconds as nanoseconds.
fn milli_argument(vm: &Vm, value: &Value) -> PyResult<Option<i64>> {
    let Some(value) = value.some() else { return Ok(None) };
    let slots = value.ty(vm).slots.get();
    if slots.float.is_none() && slots.index.is_none() {
        return Err(vm.type_error("timeout must be an integer or None"));
    }
    let ms = vm.to_f64(value)?;
    if ms > f64::from(i32::MAX) {
        return Err(vm.overflow_error("timeout is too large"));
    }
    Ok(if ms < 0.0 { None } else { Some((ms * 1e6).ceil() as i64) })
}

static POLL: TypeSpec = TypeSpec::new("select.poll", PollObject::layout).flags(type_flag::NO_NEW).methods(&[
    native(
        "register(self, fd, eventmask=7, /)",
        |vm, args| {
            let this = poll_object(vm, &args[0])?;
            let fd = vm.file_descriptor(&args[1])?;
            let mask = args[2]
                .given()
                .map_or(Ok(libc::POLLIN | libc::POLLPRI | libc::POLLOUT), |m| events(vm, m))?;
            let mut all = this.all.borrow_mut();
            match all.iter_mut().find(|(known, _)| *known == fd) {
                Some(entry) => entry.1 = mask,
                None => all.push((fd, mask)),
            }
            Ok(Value::NONE)
        },
        "Register a file descriptor with the polling object.",
    ),
    native(
        "modify(self, fd, eventmask, /)",
        |vm, args| {
            let this = poll_object(vm, &args[0])?;
            let fd = vm.file_descriptor(&args[1])?;
            let mask = events(vm, &args[2])?;
            let found = {
                let mut all = this.all.borrow_mut();
                all.iter_mut().find(|(known, _)| *known == fd).map(|entry| entry.1 = mask)
            };
            match found {
                Some(()) => Ok(Value::NONE),
                None => Err(vm.os_error(libc::ENOENT)),
            }
        },
        "Modify an already registered file descriptor.",
    ),
    native(
        "unregister(self, fd, /)",
        |vm, args| {
            let this = poll_object(vm, &args[0])?;
            let fd = vm.file_descriptor(&args[1])?;
            let found = this.all.borrow().iter().position(|(known, _)| *known == fd);
            match found {
                Some(at) => {
                    this.all.borrow_mut().remove(at);
                    Ok(Value::NONE)
                }
                None => Err(vm.key_error(&vm.int(fd.into()))),
            }
        },
        "Remove a file descriptor being tracked by the polling object.",
    ),
    native(
        "poll(self, timeout=None, /)",
        |vm, args| {
            let this = poll_object(vm, &args[0])?;
            let timeout = milli_argument(vm, &args[1])?;
            if this.running.replace(true) {
                return Err(vm.runtime_error("concurrent poll() invocation"));
            }
            let mut polls: Vec<poll::Poll> =
                this.all.borrow().iter().map(|(fd, events)| poll::Poll::new(*fd, *events)).collect();
            let result = wait(vm, timeout, 0, |left| poll::poll(&mut polls, milliseconds(left)));
            this.running.set(false);
            let found: Vec<Value> = if result? == 0 {
                Vec::new()
            } else {
                polls
                    .iter()
                    .filter(|p| p.came() != 0)
                    .map(|p| vm.tuple(vec![vm.int(p.fd().into()), vm.int(i64::from(p.came() as u16))]))
                    .collect()
            };
            Ok(vm.list(found))
        },
        "Polls the set of registered file descriptors.",
    ),
]);

// ---------------------------------------------------------------------------------------------- epoll

/// The payload of an epoll object.
pub struct Epoll {
    fd: Cell<i32>,
}
crate::payload!(Epoll, "select.epoll");

impl Drop for Epoll {
    fn drop(&mut self) {
        if self.fd.get() >= 0 {
            let _ = file::close(self.fd.get());
        }
    }
}

fn epoll(vm: &Vm, value: &Value) -> PyResult<i32> {
    match vm.cast::<Epoll>(value)?.fd.get() {
        fd if fd >= 0 => Ok(fd),
        _ => Err(vm.value_error("I/O operation on closed epoll object")),
    }
}

fn control(vm: &Vm, args: &[Value], operation: i32, mask: &Value) -> PyResult<Value> {
    let epfd = epoll(vm, &args[0])?;
    let fd = vm.file_descriptor(&args[1])?;
    let mask = match mask.given() {
        Some(mask) => vm.to_u32(mask)?,
        None => (libc::EPOLLIN | libc::EPOLLPRI | libc::EPOLLOUT) as u32,
    };
    vm.os(poll::epoll_control(epfd, operation, fd, mask)).map(|()| Value::NONE)
}

static EPOLL_SIGNATURE: Signature = Signature::parse("epoll(sizehint=-1, flags=0)");

static EPOLL: TypeSpec = TypeSpec::new("select.epoll", Epoll::layout)
    .doc("(sizehint=-1, flags=0)", "Returns an epolling object.")
    .slots(|s| {
        s.new = Some(|vm, ty, args| {
            let [size, flags] = vm.bind_args::<2>(&EPOLL_SIGNATURE, args)?;
            let size = size.given().map_or(Ok(-1), |n| vm.c_int(n))?;
            if size <= 0 && size != -1 {
                return Err(vm.value_error("negative sizehint"));
            }
            let flags = flags.given().map_or(Ok(0), |f| vm.c_int(f))?;
            if flags & !libc::EPOLL_CLOEXEC != 0 {
                return Err(vm.os_error(libc::EINVAL));
            }
            let fd = vm.os(poll::epoll_create(libc::EPOLL_CLOEXEC))?;
            Ok(vm.alloc(ty, Epoll { fd: Cell::new(fd) }).into_value())
        });
    })
    .getset(&[getter(
        "closed",
        |vm, e| Ok(Value::bool(vm.cast::<Epoll>(e)?.fd.get() < 0)),
        "True if the epoll handler is closed",
    )])
    .methods(&[
        native(
            "close(self, /)",
            |vm, args| {
                let fd = vm.cast::<Epoll>(&args[0])?.fd.replace(-1);
                if fd >= 0 {
                    vm.os(file::close(fd))?;
                }
                Ok(Value::NONE)
            },
            "Close the epoll control file descriptor.",
        ),
        native(
            "fileno(self, /)",
            |vm, args| Ok(vm.int(epoll(vm, &args[0])?.into())),
            "Return the epoll control file descriptor.",
        ),
        native(
            "fromfd(cls, fd, /)",
            |vm, args| {
                let fd = vm.c_int(&args[1])?;
                let Some(class) = args[0].as_type() else {
                    return Err(vm.type_error("fromfd() needs a class"));
                };
                Ok(vm.alloc(&class.to_ref(), Epoll { fd: Cell::new(fd) }).into_value())
            },
            "Create an epoll object from a given control fd.",
        )
        .class(),
        native(
            "register(self, fd, eventmask=7)",
            |vm, args| control(vm, args, libc::EPOLL_CTL_ADD, &args[2]),
            "Registers a new fd or raises an OSError if the fd is already registered.",
        ),
        native(
            "modify(self, fd, eventmask)",
            |vm, args| control(vm, args, libc::EPOLL_CTL_MOD, &args[2]),
            "Modify event mask for a registered file descriptor.",
        ),
        native(
            "unregister(self, fd)",
            |vm, args| control(vm, args, libc::EPOLL_CTL_DEL, &Value::UNBOUND),
            "Remove a registered file descriptor from the epoll object.",
        ),
        native(
            "poll(self, timeout=None, maxevents=-1)",
            |vm, args| {
                let fd = epoll(vm, &args[0])?;
                let timeout = match args[1].some() {
                    None => None,
                    Some(value) => {
                        let slots = value.ty(vm).slots.get();
                        if slots.float.is_none() && slots.index.is_none() {
                            return Err(vm.type_error("timeout must be an integer or None"));
                        }
                        Some(vm.nanoseconds(value)?).filter(|n| *n >= 0)
                    }
                };
                let most = match args[2].given().map_or(Ok(-1), |m| vm.c_int(m))? {
                    -1 => libc::FD_SETSIZE as i32 - 1,
                    n if n < 1 => {
                        return Err(vm.value_error(format!("maxevents must be greater than 0, got {n}")));
                    }
                    n => n,
                };
                let found = wait(vm, timeout, Vec::new(), |left| {
                    poll::epoll_wait(fd, most as usize, milliseconds(left))
                })?;
                let pairs = found
                    .iter()
                    .map(|(fd, came)| vm.tuple(vec![vm.int((*fd).into()), vm.int((*came).into())]));
                Ok(vm.list(pairs.collect()))
            },
            "Wait for events on the epoll file descriptor.",
        ),
        native(
            "__enter__(self, /)",
            |vm, args| {
                epoll(vm, &args[0])?;
                Ok(args[0].clone())
            },
            "",
        ),
        native_raw(
            "__exit__(self, exc_type=None, exc_value=None, exc_tb=None, /)",
            |vm, args| vm.call_method(&args.values[0], &vm.names().close, &[]),
            "",
        ),
    ]);

/// `select`
pub static MODULE: NativeModule = NativeModule {
    name: "select",
    doc: "This module supports asynchronous I/O on multiple file descriptors.\n\n*** IMPORTANT NOTICE ***\nOn Windows, only sockets are supported; on Unix, all file descriptors.",
    functions: &[
        native(
            "select(rlist, wlist, xlist, timeout=None, /)",
            select,
            "Wait until one or more file descriptors are ready for some kind of I/O.",
        ),
        native(
            "poll()",
            |vm, _| {
                Ok(vm.alloc_spec(
                    &POLL,
                    PollObject { all: RefCell::new(Vec::new()), running: Cell::new(false) },
                ))
            },
            "Returns a polling object.",
        ),
    ],
    init: |vm, dict| {
        vm.set_in(dict, "error", vm.typ(&exc::OS_ERROR).value().clone());
        vm.set_in(dict, "epoll", vm.typ(&EPOLL).value().clone());
        vm.set_ints_in(
            dict,
            &[
                ("PIPE_BUF", 4096),
                ("POLLIN", 1),
                ("POLLPRI", 2),
                ("POLLOUT", 4),
                ("POLLERR", 8),
                ("POLLHUP", 16),
                ("POLLNVAL", 32),
                ("POLLRDNORM", 64),
                ("POLLRDBAND", 128),
                ("POLLWRNORM", 256),
                ("POLLWRBAND", 512),
                ("POLLMSG", 1024),
                ("POLLRDHUP", 8192),
                ("EPOLLIN", 1),
                ("EPOLLPRI", 2),
                ("EPOLLOUT", 4),
                ("EPOLLERR", 8),
                ("EPOLLHUP", 16),
                ("EPOLLRDNORM", 64),
                ("EPOLLRDBAND", 128),
                ("EPOLLWRNORM", 256),
                ("EPOLLWRBAND", 512),
                ("EPOLLMSG", 1024),
                ("EPOLLRDHUP", 8192),
                ("EPOLLEXCLUSIVE", 1 << 28),
                ("EPOLLWAKEUP", 1 << 29),
                ("EPOLLONESHOT", 1 << 30),
                ("EPOLLET", 1 << 31),
                ("EPOLL_CLOEXEC", 0x80000),
            ],
        );
        Ok(())
    },
};
