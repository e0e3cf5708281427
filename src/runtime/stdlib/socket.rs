//! `_socket`: sockets and names of hosts.

use std::cell::Cell;
use std::net::{Ipv4Addr, Ipv6Addr};

use crate::runtime::builtins::exceptions as exc;
use crate::runtime::builtins::memoryviews::Lent;
use crate::runtime::error::{PyResult, Raised};
use crate::runtime::gc::heap::type_flag;
use crate::runtime::object::args::Signature;
use crate::runtime::object::typedef::{Native, TypeSpec, getter, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::stdlib::NativeModule;
use crate::runtime::stdlib::socket_names::NAMES;
use crate::runtime::sys::net::{self, Address};
use crate::runtime::sys::poll::{self, Poll};
use crate::runtime::sys::{Sys, clock, file, process};
use crate::runtime::value::{Obj, Payload, Value};

/// The payload of a socket.
pub struct Socket {
    fd: Cell<i32>,
    family: Cell<i32>,
    kind: Cell<i32>,
    protocol: Cell<i32>,
    /// Nanoseconds; negative: blocks for ever.
    timeout: Cell<i64>,
}
crate::payload!(Socket, "socket");

static SIGNATURE: Signature = Signature::parse("socket(family=-1, type=-1, proto=-1, fileno=None)");

fn this<'a>(vm: &Vm, value: &'a Value) -> PyResult<&'a Obj<Socket>> {
    vm.cast::<Socket>(value)
}

// ---------------------------------------------------------------------------------------------- errors

fn derived(vm: &Vm, key: &'static str, name: &str) -> Value {
    vm.state(key, |vm| {
        let namespace = vm.new_dict();
        vm.set_in(&namespace, "__module__", vm.str("socket"));
        let bases = vm.tuple(vec![vm.typ(&exc::OS_ERROR).value().clone()]);
        let class = vm.interp().type_type.value().clone();
        match vm.call_args(&class, &[vm.str(name), bases, namespace.into_value()]) {
            Ok(class) => class,
            Err(raised) => {
                drop(vm.take_raised(raised));
                vm.typ(&exc::OS_ERROR).value().clone()
            }
        }
    })
}

fn gai_class(vm: &Vm) -> Value {
    derived(vm, "socket.gaierror", "gaierror")
}
fn herror_class(vm: &Vm) -> Value {
    derived(vm, "socket.herror", "herror")
}

#[cold]
fn gai_error(vm: &Vm, problem: i32) -> Raised {
    if problem == libc::EAI_SYSTEM {
        return vm.os_error(crate::runtime::sys::errno());
    }
    let args = [vm.int(problem.into()), vm.str(net::lookup_error(problem))];
    match vm.call_args(&gai_class(vm), &args) {
        Ok(exception) => vm.raise_value(exception),
        Err(raised) => raised,
    }
}

#[cold]
fn timed_out(vm: &Vm) -> Raised {
    vm.raise(&exc::TIMEOUT_ERROR, "timed out")
}

// ---------------------------------------------------------------------------------------------- waiting

fn now() -> i64 {
    clock::gettime(libc::CLOCK_MONOTONIC).unwrap_or(0)
}

/// Runs a call on the socket: waits before it if there is a timeout, again after a signal.
fn attempt<T>(vm: &Vm, this: &Socket, writing: bool, mut call: impl FnMut(i32) -> Sys<T>) -> PyResult<T> {
    let timeout = this.timeout.get();
    let end = if timeout > 0 { Some(now().saturating_add(timeout)) } else { None };
    attempt_until(vm, this, writing, end, &mut call)
}

fn attempt_until<T>(
    vm: &Vm,
    this: &Socket,
    writing: bool,
    end: Option<i64>,
    call: &mut dyn FnMut(i32) -> Sys<T>,
) -> PyResult<T> {
    loop {
        let fd = this.fd.get();
        if let Some(end) = end {
            wait_ready(vm, fd, writing, end)?;
        }
        match vm.blocking(|| call(fd)) {
            Ok(value) => return Ok(value),
            Err(libc::EINTR) => vm.check_signals()?,
            // Somebody else was faster.
            Err(libc::EAGAIN) if end.is_some() => {}
            Err(number) => return Err(vm.os_error(number)),
        }
    }
}

fn wait_ready(vm: &Vm, fd: i32, writing: bool, end: i64) -> PyResult<()> {
    loop {
        let left = end - now();
        if left < -1 {
            return Err(timed_out(vm));
        }
        let events = if writing { libc::POLLOUT } else { libc::POLLIN };
        let mut polls = [Poll::new(fd, events)];
        let ms = ((left.max(0) + 999_999) / 1_000_000).min(i64::from(i32::MAX)) as i32;
        match vm.blocking(|| poll::poll(&mut polls, ms)) {
            Ok(0) => return Err(timed_out(vm)),
            Ok(_) => return Ok(()),
            Err(libc::EINTR) => vm.check_signals()?,
            Err(number) => return Err(vm.os_error(number)),
        }
    }
}

// ---------------------------------------------------------------------------------------------- addresses

/// The value of a text argument that may be bytes.
fn host_text(vm: &Vm, value: &Value) -> PyResult<Vec<u8>> {
    if let Some(text) = value.as_str() {
        if text.is_ascii() {
            return Ok(text.bytes().to_vec());
        }
        let encoded = vm.encode(value, "idna", "strict")?;
        return vm.buffer_copy(&encoded);
    }
    if vm.bytes_of(value).is_some() || value.as_bytearray().is_some() {
        return vm.buffer_copy(value);
    }
    Err(vm.type_error(format!("str, bytes or bytearray expected, not {}", value.type_name(vm))))
}

fn resolve(vm: &Vm, host: &[u8], family: i32) -> PyResult<Address> {
    if host.is_empty() {
        let hints = [family, libc::SOCK_DGRAM, 0, libc::AI_PASSIVE];
        let zero = net::text(b"0");
        let found = vm.blocking(|| net::lookup(None, zero.as_deref(), hints));
        return match found {
            Ok(list) if list.len() == 1 => Ok(list[0].address.clone()),
            Ok(_) => Err(vm.raise(&exc::OS_ERROR, "wildcard resolved to multiple address")),
            Err(problem) => Err(gai_error(vm, problem)),
        };
    }
    if host == b"<broadcast>" || host == b"255.255.255.255" {
        if family != libc::AF_INET && family != libc::AF_UNSPEC {
            return Err(vm.raise(&exc::OS_ERROR, "address family mismatched"));
        }
        return Ok(Address::inet([255; 4], 0));
    }
    let text = std::str::from_utf8(host).unwrap_or("");
    if family != libc::AF_INET6
        && let Ok(ip) = text.parse::<Ipv4Addr>()
    {
        return Ok(Address::inet(ip.octets(), 0));
    }
    if family != libc::AF_INET
        && let Ok(ip) = text.parse::<Ipv6Addr>()
    {
        return Ok(Address::inet6(ip.octets(), 0, 0, 0));
    }
    let Some(name) = net::text(host) else {
        return Err(vm.value_error("host name must not contain null character"));
    };
    match vm.blocking(|| net::lookup(Some(&name), None, [family, 0, 0, 0])) {
        Ok(list) => match list.into_iter().next() {
            Some(first) => Ok(first.address),
            None => Err(gai_error(vm, libc::EAI_NONAME)),
        },
        Err(problem) => Err(gai_error(vm, problem)),
    }
}

fn port(vm: &Vm, value: &Value, function: &str) -> PyResult<u16> {
    if value.ty(vm).slots.get().index.is_none() {
        return Err(
            vm.type_error(format!("'{}' object cannot be interpreted as an integer", value.type_name(vm)))
        );
    }
    let index = vm.index(value)?;
    match index.as_small().map(u16::try_from) {
        Some(Ok(port)) => Ok(port),
        _ => Err(vm.overflow_error(format!("{function}(): port must be 0-65535."))),
    }
}

/// An address argument for the socket's family.
fn address_argument(vm: &Vm, this: &Socket, value: &Value, function: &str) -> PyResult<Address> {
    match this.family.get() {
        libc::AF_UNIX => {
            let path = if value.as_str().is_some() { vm.fs_encode(value)? } else { vm.buffer_copy(value)? };
            match Address::unix(&path) {
                Some(address) => Ok(address),
                None => Err(vm.raise(&exc::OS_ERROR, "AF_UNIX path too long")),
            }
        }
        family @ (libc::AF_INET | libc::AF_INET6) => {
            let name = if family == libc::AF_INET { "AF_INET" } else { "AF_INET6" };
            let Some(items) = value.as_tuple().map(|t| t.items()) else {
                return Err(vm.type_error(format!(
                    "{function}(): {name} address must be tuple, not {}",
                    value.type_name(vm)
                )));
            };
            let fine =
                if family == libc::AF_INET { items.len() == 2 } else { (2..=4).contains(&items.len()) };
            if !fine {
                let shape = if family == libc::AF_INET {
                    "a pair (host, port)"
                } else {
                    "a tuple (host, port[, flowinfo[, scopeid]])"
                };
                return Err(vm.type_error(format!("{name} address must be {shape}")));
            }
            let host = host_text(vm, &items[0])?;
            let port = port(vm, &items[1], function)?;
            let found = resolve(vm, &host, family)?;
            if family == libc::AF_INET {
                let (ip, _) = found.as_inet().unwrap_or_default();
                return Ok(Address::inet(ip, port));
            }
            let flow = items.get(2).map_or(Ok(0), |v| vm.to_u32(v))?;
            if flow > 0xfffff {
                return Err(vm.overflow_error(format!("{function}(): flowinfo must be 0-1048575.")));
            }
            let (ip, _, _, scope) = found.as_inet6().unwrap_or(([0; 16], 0, 0, 0));
            let scope = items.get(3).map_or(Ok(scope), |v| vm.to_u32(v))?;
            Ok(Address::inet6(ip, port, flow, scope))
        }
        libc::AF_NETLINK => {
            let Some([pid, groups]) = value.as_tuple().map(|t| t.items()) else {
                return Err(vm.type_error(format!(
                    "{function}(): AF_NETLINK address must be tuple, not {}",
                    value.type_name(vm)
                )));
            };
            Ok(Address::netlink(vm.to_u32(pid)?, vm.to_u32(groups)?))
        }
        _ => Err(vm.raise(&exc::OS_ERROR, format!("{function}(): bad family"))),
    }
}

/// An address as Python has it.
fn address_value(vm: &Vm, address: &Address) -> Value {
    match address.family() {
        0 => Value::NONE,
        libc::AF_INET => {
            let (ip, port) = address.as_inet().unwrap_or_default();
            vm.tuple(vec![vm.str(Ipv4Addr::from(ip).to_string()), vm.int(port.into())])
        }
        libc::AF_INET6 => {
            let (ip, port, flow, scope) = address.as_inet6().unwrap_or(([0; 16], 0, 0, 0));
            let host = match net::reverse(address, libc::NI_NUMERICHOST) {
                Ok((host, _)) => vm.fs_decode(&host),
                Err(_) => vm.str(Ipv6Addr::from(ip).to_string()),
            };
            vm.tuple(vec![host, vm.int(port.into()), vm.int(flow.into()), vm.int(scope.into())])
        }
        libc::AF_UNIX => {
            let path = &address.bytes()[2..];
            if path.first() == Some(&0) { vm.bytes(path) } else { vm.fs_decode(&file::until_zero(path)) }
        }
        libc::AF_NETLINK => {
            let (pid, groups) = address.as_netlink().unwrap_or_default();
            vm.tuple(vec![vm.int(pid.into()), vm.int(groups.into())])
        }
        family => vm.tuple(vec![vm.int(family.into()), vm.bytes(&address.bytes()[2..])]),
    }
}

// ---------------------------------------------------------------------------------------------- the socket

fn default_timeout(vm: &Vm) -> i64 {
    let state = vm.interp().module_state.borrow().get("socket timeout").cloned();
    state.and_then(|v| v.as_small()).unwrap_or(-1)
}

/// A timeout argument in nanoseconds; -1 for `None`.
fn timeout_argument(vm: &Vm, value: &Value) -> PyResult<i64> {
    if value.is_none() {
        return Ok(-1);
    }
    let n = vm.nanoseconds(value)?;
    if n < 0 { Err(vm.value_error("Timeout value out of range")) } else { Ok(n) }
}

fn timeout_value(vm: &Vm, nanoseconds: i64) -> Value {
    if nanoseconds < 0 { Value::NONE } else { vm.float(nanoseconds as f64 / 1e9) }
}

fn init(vm: &Vm, object: &Value, args: crate::runtime::object::args::Args) -> PyResult<()> {
    let this = this(vm, object)?;
    let [family, kind, protocol, fileno] = vm.bind_args::<4>(&SIGNATURE, args)?;
    let number = |value: &Value| value.given().map_or(Ok(-1), |v| vm.c_int(v));
    let (mut family, mut kind, mut protocol) = (number(&family)?, number(&kind)?, number(&protocol)?);
    let fd = match fileno.some() {
        Some(given) => {
            if given.as_tagged_float().is_some() {
                return Err(vm.type_error("integer argument expected, got float"));
            }
            let fd = vm.c_int(given)?;
            if fd < 0 {
                return Err(vm.value_error("negative file descriptor"));
            }
            let own = match net::name_of(fd, false) {
                Ok(own) => Some(own),
                Err(libc::EBADF | libc::ENOTSOCK) => return Err(vm.os_error(crate::runtime::sys::errno())),
                Err(_) => None,
            };
            let ask = |name: i32| -> PyResult<i32> {
                let bytes = vm.os(net::option(fd, libc::SOL_SOCKET, name, 4))?;
                Ok(i32::from_ne_bytes(bytes.try_into().unwrap_or([0; 4])))
            };
            if family == -1 {
                family = own.map_or(Ok(libc::AF_INET), |own| Ok(own.family()))?;
            }
            if kind == -1 {
                kind = ask(libc::SO_TYPE)?;
            }
            if protocol == -1 {
                protocol = ask(libc::SO_PROTOCOL)?;
            }
            fd
        }
        None => {
            if family == -1 {
                family = libc::AF_INET;
            }
            if kind == -1 {
                kind = libc::SOCK_STREAM;
            }
            if protocol == -1 {
                protocol = 0;
            }
            vm.os(vm.blocking(|| net::socket(family, kind, protocol)))?
        }
    };
    let nonblocking = kind & libc::SOCK_NONBLOCK != 0;
    this.fd.set(fd);
    this.family.set(family);
    this.kind.set(kind & !(libc::SOCK_NONBLOCK | libc::SOCK_CLOEXEC));
    this.protocol.set(protocol);
    this.timeout.set(if nonblocking { 0 } else { default_timeout(vm) });
    if !nonblocking && this.timeout.get() >= 0 {
        vm.os(file::set_blocking(fd, false))?;
    }
    Ok(())
}

fn connect(vm: &Vm, args: &[Value], function: &str) -> PyResult<Result<(), i32>> {
    let this = this(vm, &args[0])?;
    let to = address_argument(vm, this, &args[1], function)?;
    let fd = this.fd.get();
    let first = vm.blocking(|| net::connect(fd, &to));
    let waits = match first {
        Ok(_) => return Ok(Ok(())),
        Err(libc::EINTR) => {
            vm.check_signals()?;
            this.timeout.get() != 0
        }
        Err(libc::EINPROGRESS) => this.timeout.get() > 0,
        Err(_) => false,
    };
    if !waits {
        return Ok(first.map(drop));
    }
    let end = if this.timeout.get() > 0 { now().saturating_add(this.timeout.get()) } else { i64::MAX };
    wait_ready(vm, fd, true, end)?;
    let bytes = vm.os(net::option(fd, libc::SOL_SOCKET, libc::SO_ERROR, 4))?;
    Ok(match i32::from_ne_bytes(bytes.try_into().unwrap_or([0; 4])) {
        0 | libc::EISCONN => Ok(()),
        number => Err(number),
    })
}

fn flags(vm: &Vm, value: &Value) -> PyResult<i32> {
    value.given().map_or(Ok(0), |f| vm.c_int(f))
}

fn room(vm: &Vm, value: &Value, function: &str) -> PyResult<usize> {
    let n = vm.to_ssize(value)?;
    if n < 0 { Err(vm.value_error(format!("negative buffersize in {function}"))) } else { Ok(n as usize) }
}

fn recv(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let this = this(vm, &args[0])?;
    let mut buffer = vm.zeros(room(vm, &args[1], "recv")?)?;
    let flags = flags(vm, &args[2])?;
    let n = attempt(vm, this, false, |fd| net::receive(fd, &mut buffer, flags))?;
    Ok(vm.bytes(&buffer[..n]))
}

fn recvfrom(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let this = this(vm, &args[0])?;
    let mut buffer = vm.zeros(room(vm, &args[1], "recvfrom")?)?;
    let flags = flags(vm, &args[2])?;
    let (n, from) = attempt(vm, this, false, |fd| net::receive_from(fd, &mut buffer, flags))?;
    Ok(vm.tuple(vec![vm.bytes(&buffer[..n]), address_value(vm, &from)]))
}

/// A buffer of the caller to receive into, and how much.
fn into_room(vm: &Vm, args: &[Value], function: &str) -> PyResult<(Lent, usize)> {
    let buffer = vm.lend_mut(&args[1], &format!("{function}() argument 1"))?;
    let all = buffer.len();
    let asked = args[2].given().map_or(Ok(0), |n| vm.to_ssize(n))?;
    if asked < 0 {
        return Err(vm.value_error(format!("negative buffersize in {function}")));
    }
    if asked as usize > all {
        return Err(vm.value_error(if function == "recvfrom_into" {
            "nbytes is greater than the length of the buffer".to_owned()
        } else {
            "buffer too small for requested bytes".to_owned()
        }));
    }
    Ok((buffer, if asked == 0 { all } else { asked as usize }))
}

fn send_flags(vm: &Vm, value: &Value) -> PyResult<i32> {
    flags(vm, value)
}

fn send(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let this = this(vm, &args[0])?;
    let bytes = vm.buffer_copy(&args[1])?;
    let flags = send_flags(vm, &args[2])?;
    Ok(vm.int(attempt(vm, this, true, |fd| net::send(fd, &bytes, flags))? as i64))
}

fn sendall(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let this = this(vm, &args[0])?;
    let bytes = vm.buffer_copy(&args[1])?;
    let flags = send_flags(vm, &args[2])?;
    let timeout = this.timeout.get();
    let end = if timeout > 0 { Some(now().saturating_add(timeout)) } else { None };
    let mut done = 0;
    while done < bytes.len() {
        done += attempt_until(vm, this, true, end, &mut |fd| net::send(fd, &bytes[done..], flags))?;
        vm.check_signals()?;
    }
    Ok(Value::NONE)
}

fn sendto(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let this = this(vm, &args[0])?;
    let bytes = vm.buffer_copy(&args[1])?;
    let (flags, to) = match args[3].given() {
        Some(to) => (vm.c_int(&args[2])?, to),
        None => match args[2].given() {
            Some(to) => (0, to),
            None => return Err(vm.type_error("sendto() takes 2 or 3 arguments (1 given)")),
        },
    };
    let to = address_argument(vm, this, to, "sendto")?;
    Ok(vm.int(attempt(vm, this, true, |fd| net::send_to(fd, &bytes, flags, &to))? as i64))
}

fn sendmsg(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let this = this(vm, &args[0])?;
    let mut parts = Vec::new();
    for part in vm.collect(&args[1])? {
        parts.push(vm.buffer_copy(&part)?);
    }
    let mut controls = Vec::new();
    if let Some(list) = args[2].some() {
        for item in vm.collect(list)? {
            let Some([level, kind, data]) = item.as_tuple().map(|t| t.items()) else {
                return Err(vm.type_error("[sendmsg() ancillary data items] must be a tuple of three"));
            };
            controls.push((vm.c_int(level)?, vm.c_int(kind)?, vm.buffer_copy(data)?));
        }
    }
    let flags = flags(vm, &args[3])?;
    let to = args[4].some().map(|to| address_argument(vm, this, to, "sendmsg")).transpose()?;
    Ok(vm
        .int(attempt(vm, this, true, |fd| net::send_message(fd, &parts, &controls, flags, to.as_ref()))?
            as i64))
}

fn message_value(vm: &Vm, first: Value, message: &net::Message) -> Value {
    let controls = message
        .controls
        .iter()
        .map(|(level, kind, data)| {
            vm.tuple(vec![vm.int((*level).into()), vm.int((*kind).into()), vm.bytes(data)])
        })
        .collect();
    vm.tuple(vec![first, vm.list(controls), vm.int(message.flags.into()), address_value(vm, &message.from)])
}

fn ancillary(vm: &Vm, value: &Value) -> PyResult<usize> {
    let n = value.given().map_or(Ok(0), |n| vm.to_ssize(n))?;
    if n < 0 { Err(vm.value_error("invalid ancillary data buffer length")) } else { Ok(n as usize) }
}

fn recvmsg(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let this = this(vm, &args[0])?;
    let n = vm.to_ssize(&args[1])?;
    if n < 0 {
        return Err(vm.value_error("negative buffer size in recvmsg()"));
    }
    let mut parts = [vm.zeros(n as usize)?];
    let (room, flags) = (ancillary(vm, &args[2])?, flags(vm, &args[3])?);
    let message = attempt(vm, this, false, |fd| net::receive_message(fd, &mut parts, room, flags))?;
    Ok(message_value(vm, vm.bytes(&parts[0][..message.size.min(parts[0].len())]), &message))
}

fn recvmsg_into(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let this = this(vm, &args[0])?;
    let buffers = vm.collect(&args[1])?;
    let buffers = buffers.iter().map(|buffer| vm.lend_mut(buffer, "recvmsg_into() argument 1"));
    let buffers = buffers.collect::<PyResult<Vec<_>>>()?;
    let mut parts = buffers.iter().map(|buffer| vm.zeros(buffer.len())).collect::<PyResult<Vec<_>>>()?;
    let (room, flags) = (ancillary(vm, &args[2])?, flags(vm, &args[3])?);
    let message = attempt(vm, this, false, |fd| net::receive_message(fd, &mut parts, room, flags))?;
    let mut left = message.size;
    for (buffer, part) in buffers.iter().zip(&parts) {
        let n = left.min(part.len());
        buffer.write(0, &part[..n]);
        left -= n;
    }
    Ok(message_value(vm, vm.int(message.size as i64), &message))
}

fn getsockopt(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let fd = this(vm, &args[0])?.fd.get();
    let (level, name) = (vm.c_int(&args[1])?, vm.c_int(&args[2])?);
    let room = args[3].given().map_or(Ok(0), |n| vm.c_int(n))?;
    if room == 0 {
        let bytes = vm.os(net::option(fd, level, name, 4))?;
        return Ok(vm.int(i32::from_ne_bytes(bytes.try_into().unwrap_or([0; 4])).into()));
    }
    if !(1..=1024).contains(&room) {
        return Err(vm.raise(&exc::OS_ERROR, "getsockopt buflen out of range"));
    }
    Ok(vm.bytes(&vm.os(net::option(fd, level, name, room as usize))?))
}

fn setsockopt(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let fd = this(vm, &args[0])?.fd.get();
    let (level, name) = (vm.c_int(&args[1])?, vm.c_int(&args[2])?);
    let result = if let Some(length) = args[4].given() {
        if !args[3].is_none() {
            return Err(vm.type_error("setsockopt() argument 3 must be None when optlen is given"));
        }
        net::set_option(fd, level, name, Err(vm.to_u32(length)?))
    } else if vm.is_int(&args[3]) {
        let value = vm.to_i64(&args[3])?;
        let value = i32::try_from(value).or_else(|_| u32::try_from(value).map(|v| v as i32));
        let Ok(value) = value else {
            return Err(vm.overflow_error("signed integer is greater than maximum"));
        };
        net::set_option(fd, level, name, Ok(&value.to_ne_bytes()))
    } else if args[3].is_none() {
        return Err(vm.type_error("socket option should be integer, bytes-like object or None"));
    } else {
        let bytes = vm.buffer_copy(&args[3])?;
        net::set_option(fd, level, name, Ok(&bytes))
    };
    vm.os(result).map(|_| Value::NONE)
}

fn close(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let fd = this(vm, &args[0])?.fd.replace(-1);
    if fd >= 0 {
        match vm.blocking(|| file::close(fd)) {
            Ok(()) | Err(libc::ECONNRESET | libc::EINTR) => {}
            Err(number) => return Err(vm.os_error(number)),
        }
    }
    Ok(Value::NONE)
}

fn set_timeout(vm: &Vm, this: &Socket, timeout: i64) -> PyResult<Value> {
    vm.os(file::set_blocking(this.fd.get(), timeout < 0))?;
    this.timeout.set(timeout);
    Ok(Value::NONE)
}

const METHODS: &[Native] = &[
    native(
        "_accept(self, /)",
        |vm, args| {
            let this = this(vm, &args[0])?;
            let (fd, from) = attempt(vm, this, false, net::accept)?;
            Ok(vm.tuple(vec![vm.int(fd.into()), address_value(vm, &from)]))
        },
        "Wait for an incoming connection.",
    ),
    native(
        "bind(self, address, /)",
        |vm, args| {
            let this = this(vm, &args[0])?;
            let to = address_argument(vm, this, &args[1], "bind")?;
            let fd = this.fd.get();
            let result = vm.blocking(|| net::bind(fd, &to));
            vm.os(result).map(|_| Value::NONE)
        },
        "Bind the socket to a local address.",
    ),
    native("close(self, /)", close, "Close the socket."),
    native(
        "connect(self, address, /)",
        |vm, args| match connect(vm, args, "connect")? {
            Ok(()) => Ok(Value::NONE),
            Err(number) => Err(vm.os_error(number)),
        },
        "Connect the socket to a remote address.",
    ),
    native(
        "connect_ex(self, address, /)",
        |vm, args| {
            let result = connect(vm, args, "connect_ex");
            match vm.catch(result, &exc::TIMEOUT_ERROR)? {
                Some(Ok(())) => Ok(vm.int(0)),
                Some(Err(number)) => Ok(vm.int(number.into())),
                None => Ok(vm.int(libc::EAGAIN.into())),
            }
        },
        "This is like connect(address), but returns an error code (the errno value) instead of raising an exception.",
    ),
    native(
        "detach(self, /)",
        |vm, args| Ok(vm.int(this(vm, &args[0])?.fd.replace(-1).into())),
        "Close the socket object without closing the underlying file descriptor.",
    ),
    native(
        "fileno(self, /)",
        |vm, args| Ok(vm.int(this(vm, &args[0])?.fd.get().into())),
        "Return the integer file descriptor of the socket.",
    ),
    native(
        "getpeername(self, /)",
        |vm, args| {
            let name = vm.os(net::name_of(this(vm, &args[0])?.fd.get(), true))?;
            Ok(address_value(vm, &name))
        },
        "Return the address of the remote endpoint.",
    ),
    native(
        "getsockname(self, /)",
        |vm, args| {
            let name = vm.os(net::name_of(this(vm, &args[0])?.fd.get(), false))?;
            Ok(address_value(vm, &name))
        },
        "Return the address of the local endpoint.",
    ),
    native("getsockopt(self, level, option, buflen=0, /)", getsockopt, "Get a socket option."),
    native("setsockopt(self, level, option, value, optlen=None, /)", setsockopt, "Set a socket option."),
    native(
        "gettimeout(self, /)",
        |vm, args| Ok(timeout_value(vm, this(vm, &args[0])?.timeout.get())),
        "Returns the timeout in seconds (float) associated with socket operations.",
    ),
    native(
        "settimeout(self, timeout, /)",
        |vm, args| {
            let timeout = timeout_argument(vm, &args[1])?;
            set_timeout(vm, this(vm, &args[0])?, timeout)
        },
        "Set a timeout on socket operations.",
    ),
    native(
        "getblocking(self, /)",
        |vm, args| Ok(Value::bool(this(vm, &args[0])?.timeout.get() != 0)),
        "Returns True if socket is in blocking mode, or False if it is in non-blocking mode.",
    ),
    native(
        "setblocking(self, flag, /)",
        |vm, args| {
            let on = vm.truth(&args[1])?;
            set_timeout(vm, this(vm, &args[0])?, if on { -1 } else { 0 })
        },
        "Set the socket to blocking (flag is true) or non-blocking (false).",
    ),
    native(
        "listen(self, backlog=128, /)",
        |vm, args| {
            let backlog = args[1].given().map_or(Ok(128), |b| vm.c_int(b))?;
            let fd = this(vm, &args[0])?.fd.get();
            vm.os(net::listen(fd, backlog.max(0))).map(|_| Value::NONE)
        },
        "Enable a server to accept connections.",
    ),
    native("recv(self, buffersize, flags=0, /)", recv, "Receive up to buffersize bytes from the socket."),
    native(
        "recvfrom(self, buffersize, flags=0, /)",
        recvfrom,
        "Like recv(buffersize, flags) but also return the sender's address info.",
    ),
    native(
        "recv_into(self, buffer, nbytes=0, flags=0)",
        |vm, args| {
            let this = this(vm, &args[0])?;
            let (buffer, room) = into_room(vm, args, "recv_into")?;
            let mut bytes = vm.zeros(room)?;
            let flags = flags(vm, &args[3])?;
            let n = attempt(vm, this, false, |fd| net::receive(fd, &mut bytes, flags))?;
            buffer.write(0, &bytes[..n]);
            Ok(vm.int(n as i64))
        },
        "A version of recv() that stores its data into a buffer rather than creating a new string.",
    ),
    native(
        "recvfrom_into(self, buffer, nbytes=0, flags=0)",
        |vm, args| {
            let this = this(vm, &args[0])?;
            let (buffer, room) = into_room(vm, args, "recvfrom_into")?;
            let mut bytes = vm.zeros(room)?;
            let flags = flags(vm, &args[3])?;
            let (n, from) = attempt(vm, this, false, |fd| net::receive_from(fd, &mut bytes, flags))?;
            buffer.write(0, &bytes[..n]);
            Ok(vm.tuple(vec![vm.int(n as i64), address_value(vm, &from)]))
        },
        "Like recv_into(buffer[, nbytes[, flags]]) but also return the sender's address info.",
    ),
    native(
        "recvmsg(self, bufsize, ancbufsize=0, flags=0, /)",
        recvmsg,
        "Receive normal data and ancillary data from the socket.",
    ),
    native(
        "recvmsg_into(self, buffers, ancbufsize=0, flags=0, /)",
        recvmsg_into,
        "Receive normal data and ancillary data, scattering the former into a series of buffers.",
    ),
    native("send(self, data, flags=0, /)", send, "Send a data string to the socket."),
    native("sendall(self, data, flags=0, /)", sendall, "Send a data string to the socket, all of it."),
    native(
        "sendto(self, data, flags=0, address=None, /)",
        sendto,
        "Like send(data, flags) but allows specifying the destination address.",
    ),
    native(
        "sendmsg(self, buffers, ancdata=None, flags=0, address=None, /)",
        sendmsg,
        "Send normal and ancillary data to the socket.",
    ),
    native(
        "shutdown(self, how, /)",
        |vm, args| {
            let fd = this(vm, &args[0])?.fd.get();
            let how = vm.c_int(&args[1])?;
            vm.os(net::shutdown(fd, how)).map(|_| Value::NONE)
        },
        "Shut down the reading side of the socket, the writing side, or both.",
    ),
];

/// `_socket.socket`
pub static SOCKET: TypeSpec = TypeSpec::new("_socket.socket", Socket::layout)
    .flags(type_flag::BASE | type_flag::HAS_DEL)
    .doc("(family=-1, type=-1, proto=-1, fileno=None)", "Open a socket of the given type.")
    .slots(|s| {
        s.new = Some(|vm, ty, _| {
            let new = Socket {
                fd: Cell::new(-1),
                family: Cell::new(-1),
                kind: Cell::new(-1),
                protocol: Cell::new(-1),
                timeout: Cell::new(-1),
            };
            Ok(vm.alloc(ty, new).into_value())
        });
        s.init = Some(init);
        s.repr = Some(|vm, object| {
            let s = this(vm, object)?;
            Ok(vm.str(format!(
                "<socket object, fd={}, family={}, type={}, proto={}>",
                s.fd.get(),
                s.family.get(),
                s.kind.get(),
                s.protocol.get()
            )))
        });
        s.del = Some(|vm, object| {
            let this = this(vm, object)?;
            if this.fd.get() < 0 {
                return Ok(());
            }
            let shown = vm.repr_text(object)?;
            let warned = vm.warn_resource(format!("unclosed {shown}"), object);
            let fd = this.fd.replace(-1);
            if fd >= 0 {
                let _ = file::close(fd);
            }
            warned
        });
    })
    .methods(METHODS)
    .getset(&[
        getter("family", |vm, s| Ok(vm.int(this(vm, s)?.family.get().into())), "the socket family"),
        getter("type", |vm, s| Ok(vm.int(this(vm, s)?.kind.get().into())), "the socket type"),
        getter("proto", |vm, s| Ok(vm.int(this(vm, s)?.protocol.get().into())), "the socket protocol"),
        getter("timeout", |vm, s| Ok(timeout_value(vm, this(vm, s)?.timeout.get())), "the socket timeout"),
    ]);

// ---------------------------------------------------------------------------------------------- names

fn getaddrinfo(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let host = match args[0].some() {
        None => None,
        Some(host) => Some(host_text(vm, host)?),
    };
    let service = match args[1].some() {
        None => None,
        Some(port) if vm.is_int(port) => Some(vm.to_string(&vm.index(port)?)?.into_bytes()),
        Some(port) if port.as_str().is_some() || vm.bytes_of(port).is_some() => Some(host_text(vm, port)?),
        Some(_) => return Err(vm.raise(&exc::OS_ERROR, "Int or String expected")),
    };
    let number = |at: usize| args[at].given().map_or(Ok(0), |v| vm.c_int(v));
    let hints = [number(2)?, number(3)?, number(4)?, number(5)?];
    let text = |bytes: Option<Vec<u8>>| match bytes {
        None => Ok(None),
        Some(bytes) => match net::text(&bytes) {
            Some(text) => Ok(Some(text)),
            None => Err(vm.value_error("embedded null character")),
        },
    };
    let (host, service) = (text(host)?, text(service)?);
    match vm.blocking(|| net::lookup(host.as_deref(), service.as_deref(), hints)) {
        Err(problem) => Err(gai_error(vm, problem)),
        Ok(found) => {
            let list = found
                .iter()
                .map(|info| {
                    vm.tuple(vec![
                        vm.int(info.family.into()),
                        vm.int(info.kind.into()),
                        vm.int(info.protocol.into()),
                        vm.fs_decode(&info.name),
                        address_value(vm, &info.address),
                    ])
                })
                .collect();
            Ok(vm.list(list))
        }
    }
}

fn getnameinfo(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let flags = vm.c_int(&args[1])?;
    let Some(items) = args[0].as_tuple().map(|t| t.items()) else {
        return Err(vm.type_error("getnameinfo() argument 1 must be a tuple"));
    };
    if !(2..=4).contains(&items.len()) {
        return Err(vm.type_error("getnameinfo(): illegal sockaddr argument"));
    }
    let host = host_text(vm, &items[0])?;
    let port = vm.to_string(&items[1])?;
    let flow = items.get(2).map_or(Ok(0), |v| vm.to_u32(v))?;
    let scope = items.get(3).map_or(Ok(0), |v| vm.to_u32(v))?;
    if flow > 0xfffff {
        return Err(vm.overflow_error("getnameinfo(): flowinfo must be 0-1048575."));
    }
    let (Some(host), Some(service)) = (net::text(&host), net::text(port.as_bytes())) else {
        return Err(vm.value_error("embedded null character"));
    };
    let hints = [libc::AF_UNSPEC, libc::SOCK_DGRAM, 0, libc::AI_NUMERICHOST];
    let found = match vm.blocking(|| net::lookup(Some(&host), Some(&service), hints)) {
        Err(problem) => return Err(gai_error(vm, problem)),
        Ok(found) => found,
    };
    let [only] = found.as_slice() else {
        return Err(vm.raise(&exc::OS_ERROR, "sockaddr resolved to multiple addresses"));
    };
    let address = match only.address.as_inet6() {
        Some((ip, port, _, _)) => Address::inet6(ip, port, flow, scope),
        None if items.len() != 2 => return Err(vm.raise(&exc::OS_ERROR, "IPv4 sockaddr must be 2 tuple")),
        None => only.address.clone(),
    };
    match vm.blocking(|| net::reverse(&address, flags)) {
        Ok((host, service)) => Ok(vm.tuple(vec![vm.fs_decode(&host), vm.fs_decode(&service)])),
        Err(problem) => Err(gai_error(vm, problem)),
    }
}

fn numeric(vm: &Vm, address: &Address) -> Value {
    match net::reverse(address, libc::NI_NUMERICHOST) {
        Ok((host, _)) => vm.fs_decode(&host),
        Err(_) => vm.str(""),
    }
}

fn by_name(vm: &Vm, value: &Value, family: i32) -> PyResult<Vec<net::Info>> {
    let host = host_text(vm, value)?;
    let Some(name) = net::text(&host) else { return Err(vm.value_error("embedded null character")) };
    match vm.blocking(|| net::lookup(Some(&name), None, [family, libc::SOCK_STREAM, 0, libc::AI_CANONNAME])) {
        Ok(found) => Ok(found),
        Err(problem) => Err(gai_error(vm, problem)),
    }
}

fn host_entry(vm: &Vm, value: &Value, reverse: bool) -> PyResult<Value> {
    let found = by_name(vm, value, if reverse { libc::AF_UNSPEC } else { libc::AF_INET })?;
    let mut name = found.first().map(|f| f.name.clone()).unwrap_or_default();
    if reverse && let Some(first) = found.first() {
        match vm.blocking(|| net::reverse(&first.address, libc::NI_NAMEREQD)) {
            Ok((host, _)) => name = host,
            Err(_) => {
                let args = [vm.int(1), vm.str("Unknown host")];
                let exception = vm.call_args(&herror_class(vm), &args)?;
                return Err(vm.raise_value(exception));
            }
        }
    }
    let addresses = found.iter().map(|f| numeric(vm, &f.address)).collect();
    Ok(vm.tuple(vec![vm.fs_decode(&name), vm.list(Vec::new()), vm.list(addresses)]))
}

fn protocol_argument(vm: &Vm, value: &Value) -> PyResult<Option<std::ffi::CString>> {
    match value.given() {
        None => Ok(None),
        Some(value) => Ok(net::text(vm.text(value, "argument 2")?.bytes())),
    }
}

fn swap(vm: &Vm, args: &[Value], bits: u32) -> PyResult<Value> {
    let index = vm.index(&args[0])?;
    if vm.is_negative(&index) {
        return Err(vm.value_error("Cannot convert negative int"));
    }
    match index.as_small().filter(|n| n >> bits == 0) {
        Some(n) if bits == 16 => Ok(vm.int((n as u16).to_be().into())),
        Some(n) => Ok(vm.int((n as u32).to_be().into())),
        None => Err(vm.overflow_error(format!("Python int too large for C uint{bits}_t"))),
    }
}

fn pton(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let family = vm.c_int(&args[0])?;
    let text = vm.text(&args[1], "inet_pton() argument 2")?.to_string_lossy().into_owned();
    let wrong = || vm.raise(&exc::OS_ERROR, "illegal IP address string passed to inet_pton");
    match family {
        libc::AF_INET => text.parse::<Ipv4Addr>().map(|ip| vm.bytes(&ip.octets())).map_err(|_| wrong()),
        libc::AF_INET6 => text.parse::<Ipv6Addr>().map(|ip| vm.bytes(&ip.octets())).map_err(|_| wrong()),
        _ => Err(vm.os_error(libc::EAFNOSUPPORT)),
    }
}

fn ntop(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let family = vm.c_int(&args[0])?;
    let bytes = vm.buffer_copy(&args[1])?;
    let wrong = || vm.value_error("invalid length of packed IP address string");
    match family {
        libc::AF_INET => match <[u8; 4]>::try_from(bytes) {
            Ok(ip) => Ok(vm.str(Ipv4Addr::from(ip).to_string())),
            Err(_) => Err(wrong()),
        },
        libc::AF_INET6 => match <[u8; 16]>::try_from(bytes) {
            Ok(ip) => Ok(numeric(vm, &Address::inet6(ip, 0, 0, 0))),
            Err(_) => Err(wrong()),
        },
        _ => Err(vm.value_error(format!("unknown address family {family}"))),
    }
}

/// The old spellings: fewer parts, octal and hexadecimal numbers.
fn aton(text: &str) -> Option<[u8; 4]> {
    let parts: Vec<&str> = text.split('.').collect();
    if parts.len() > 4 {
        return None;
    }
    let mut numbers = Vec::new();
    for part in &parts {
        let number = if let Some(hex) = part.strip_prefix("0x").or_else(|| part.strip_prefix("0X")) {
            u32::from_str_radix(hex, 16).ok()?
        } else if part.len() > 1 && part.starts_with('0') {
            u32::from_str_radix(part, 8).ok()?
        } else {
            part.parse().ok()?
        };
        numbers.push(number);
    }
    let (last, front) = numbers.split_last()?;
    let room = 4 - front.len() as u32;
    if front.iter().any(|n| *n > 255) || (room < 4 && u64::from(*last) >= 1u64 << (8 * room)) {
        return None;
    }
    let mut whole = *last;
    for (at, n) in front.iter().enumerate() {
        whole |= n << (24 - 8 * at);
    }
    Some(whole.to_be_bytes())
}

static FUNCTIONS: &[Native] = &[
    native(
        "socketpair(family=1, type=1, proto=0, /)",
        |vm, args| {
            let number = |at: usize, default: i32| args[at].given().map_or(Ok(default), |v| vm.c_int(v));
            let (family, kind, protocol) =
                (number(0, libc::AF_UNIX)?, number(1, libc::SOCK_STREAM)?, number(2, 0)?);
            let (a, b) = vm.os(net::socketpair(family, kind, protocol))?;
            let class = vm.typ(&SOCKET).value().clone();
            let make = |fd: i32| {
                vm.call_args(
                    &class,
                    &[vm.int(family.into()), vm.int(kind.into()), vm.int(protocol.into()), vm.int(fd.into())],
                )
            };
            Ok(vm.tuple(vec![make(a)?, make(b)?]))
        },
        "Create a pair of socket objects from the sockets returned by the platform socketpair() function.",
    ),
    native(
        "close(fd, /)",
        |vm, args| {
            let fd = vm.c_int(&args[0])?;
            match vm.blocking(|| file::close(fd)) {
                Ok(()) | Err(libc::ECONNRESET) => Ok(Value::NONE),
                Err(number) => Err(vm.os_error(number)),
            }
        },
        "Close an integer socket file descriptor.",
    ),
    native(
        "dup(fd, /)",
        |vm, args| Ok(vm.int(vm.os(file::dup(vm.c_int(&args[0])?))?.into())),
        "Duplicate an integer socket file descriptor.",
    ),
    native(
        "getaddrinfo(host, port, family=0, type=0, proto=0, flags=0)",
        getaddrinfo,
        "Resolve host and port into list of address infos.",
    ),
    native("getnameinfo(sockaddr, flags, /)", getnameinfo, "Get host and port for a sockaddr."),
    native(
        "gethostname()",
        |vm, _| Ok(vm.fs_decode(&vm.os(process::hostname())?)),
        "Return the current host name.",
    ),
    native(
        "sethostname(name, /)",
        |vm, args| {
            let name = vm.fs_encode(&args[0])?;
            vm.os(process::set_hostname(&name)).map(|()| Value::NONE)
        },
        "Sets the hostname to name.",
    ),
    native(
        "gethostbyname(host, /)",
        |vm, args| {
            let host = host_text(vm, &args[0])?;
            let found = resolve(vm, &host, libc::AF_INET)?;
            Ok(numeric(vm, &found))
        },
        "Return the IP address (a string of the form '255.255.255.255') for a host.",
    ),
    native(
        "gethostbyname_ex(host, /)",
        |vm, args| host_entry(vm, &args[0], false),
        "Return the true host name, a list of aliases, and a list of IP addresses, for a host.",
    ),
    native(
        "gethostbyaddr(host, /)",
        |vm, args| host_entry(vm, &args[0], true),
        "Return the true host name, a list of aliases, and a list of IP addresses, for a host.",
    ),
    native(
        "getservbyname(servicename, protocolname=None, /)",
        |vm, args| {
            let name = net::text(vm.text(&args[0], "getservbyname() argument 1")?.bytes());
            let protocol = protocol_argument(vm, &args[1])?;
            match name.and_then(|name| net::service_port(&name, protocol.as_deref())) {
                Some(port) => Ok(vm.int(port.into())),
                None => Err(vm.raise(&exc::OS_ERROR, "service/proto not found")),
            }
        },
        "Return a port number from a service name and protocol name.",
    ),
    native(
        "getservbyport(port, protocolname=None, /)",
        |vm, args| {
            let port = vm.to_i64(&args[0])?;
            let Ok(port) = u16::try_from(port) else {
                return Err(vm.overflow_error("getservbyport: port must be 0-65535."));
            };
            let protocol = protocol_argument(vm, &args[1])?;
            match net::service_name(port, protocol.as_deref()) {
                Some(name) => Ok(vm.fs_decode(&name)),
                None => Err(vm.raise(&exc::OS_ERROR, "port/proto not found")),
            }
        },
        "Return the service name from a port number and protocol name.",
    ),
    native(
        "getprotobyname(name, /)",
        |vm, args| {
            let name = net::text(vm.text(&args[0], "getprotobyname() argument")?.bytes());
            match name.and_then(|name| net::protocol(&name)) {
                Some(number) => Ok(vm.int(number.into())),
                None => Err(vm.raise(&exc::OS_ERROR, "protocol not found")),
            }
        },
        "Return the protocol number for the named protocol.",
    ),
    native(
        "getdefaulttimeout()",
        |vm, _| Ok(timeout_value(vm, default_timeout(vm))),
        "Returns the default timeout in seconds (float) for new socket objects.",
    ),
    native(
        "setdefaulttimeout(timeout, /)",
        |vm, args| {
            let timeout = timeout_argument(vm, &args[0])?;
            vm.interp().module_state.borrow_mut().insert("socket timeout", vm.int(timeout));
            Ok(Value::NONE)
        },
        "Set the default timeout in seconds (float) for new socket objects.",
    ),
    native(
        "htons(integer, /)",
        |vm, args| swap(vm, args, 16),
        "Convert a 16-bit unsigned integer from host to network byte order.",
    ),
    native(
        "ntohs(integer, /)",
        |vm, args| swap(vm, args, 16),
        "Convert a 16-bit unsigned integer from network to host byte order.",
    ),
    native(
        "htonl(integer, /)",
        |vm, args| swap(vm, args, 32),
        "Convert a 32-bit integer from host to network byte order.",
    ),
    native(
        "ntohl(integer, /)",
        |vm, args| swap(vm, args, 32),
        "Convert a 32-bit integer from network to host byte order.",
    ),
    native(
        "inet_aton(ip_addr, /)",
        |vm, args| {
            let text = vm.text(&args[0], "inet_aton() argument")?.to_string_lossy().into_owned();
            match aton(text.split(char::is_whitespace).next().unwrap_or("")) {
                Some(ip) => Ok(vm.bytes(&ip)),
                None => Err(vm.raise(&exc::OS_ERROR, "illegal IP address string passed to inet_aton")),
            }
        },
        "Convert an IP address in string format (123.45.67.89) to the 32-bit packed binary format used in low-level network functions.",
    ),
    native(
        "inet_ntoa(packed_ip, /)",
        |vm, args| {
            let bytes = vm.buffer_copy(&args[0])?;
            match <[u8; 4]>::try_from(bytes) {
                Ok(ip) => Ok(vm.str(Ipv4Addr::from(ip).to_string())),
                Err(_) => Err(vm.raise(&exc::OS_ERROR, "packed IP wrong length")),
            }
        },
        "Convert an IP address from 32-bit packed binary format to string format.",
    ),
    native(
        "inet_pton(af, ip, /)",
        pton,
        "Convert an IP address from string format to a packed string suitable for use with low-level network functions.",
    ),
    native(
        "inet_ntop(af, packed_ip, /)",
        ntop,
        "Convert a packed IP address of the given family to string format.",
    ),
    native(
        "if_nameindex()",
        |vm, _| {
            let all = vm.os(net::interfaces())?;
            Ok(vm.list(
                all.iter().map(|(n, name)| vm.tuple(vec![vm.int((*n).into()), vm.fs_decode(name)])).collect(),
            ))
        },
        "Return a list of network interface information (index, name) tuples.",
    ),
    native(
        "if_nametoindex(oname, /)",
        |vm, args| {
            let name = vm.os_path(&args[0], "if_nametoindex", "oname")?;
            match net::interface_index(name.c()) {
                Ok(index) => Ok(vm.int(index.into())),
                Err(_) => Err(vm.raise(&exc::OS_ERROR, "no interface with this name")),
            }
        },
        "Returns the interface index corresponding to the interface name.",
    ),
    native(
        "if_indextoname(if_index, /)",
        |vm, args| Ok(vm.fs_decode(&vm.os(net::interface_name(vm.to_u32(&args[0])?))?)),
        "Returns the interface name corresponding to the interface index.",
    ),
    native(
        "CMSG_LEN(length, /)",
        |vm, args| {
            let n = vm.to_ssize(&args[0])?;
            if !(0..i32::MAX as isize).contains(&n) {
                return Err(vm.overflow_error("CMSG_LEN() argument out of range"));
            }
            Ok(vm.int(net::control_space(n as usize).1 as i64))
        },
        "Return the total length, without trailing padding, of an ancillary data item with associated data of the given length.",
    ),
    native(
        "CMSG_SPACE(length, /)",
        |vm, args| {
            let n = vm.to_ssize(&args[0])?;
            if !(0..i32::MAX as isize).contains(&n) {
                return Err(vm.overflow_error("CMSG_SPACE() argument out of range"));
            }
            Ok(vm.int(net::control_space(n as usize).0 as i64))
        },
        "Return the buffer size needed for recvmsg() to receive an ancillary data item with associated data of the given length.",
    ),
];

/// `_socket`
pub static MODULE: NativeModule = NativeModule {
    name: "_socket",
    doc: "Implementation module for socket operations.\n\nSee the socket module for documentation.",
    functions: FUNCTIONS,
    init: |vm, dict| {
        vm.set_ints_in(dict, NAMES);
        vm.set_in(dict, "has_ipv6", Value::TRUE);
        let class = vm.typ(&SOCKET).value().clone();
        vm.set_in(dict, "SocketType", class.clone());
        vm.set_in(dict, "socket", class);
        vm.set_in(dict, "error", vm.typ(&exc::OS_ERROR).value().clone());
        vm.set_in(dict, "timeout", vm.typ(&exc::TIMEOUT_ERROR).value().clone());
        vm.set_in(dict, "gaierror", gai_class(vm));
        vm.set_in(dict, "herror", herror_class(vm));
        Ok(())
    },
};
