//! Sockets, addresses and names.

use std::ffi::{CStr, CString};

use super::{Sys, checked, errno};

fn number(result: i32) -> Sys<i32> {
    checked(i64::from(result)).map(|n| n as i32)
}
fn size(result: isize) -> Sys<usize> {
    checked(result as i64).map(|n| n as usize)
}

/// An address as the system has it.
#[derive(Clone)]
pub struct Address {
    storage: libc::sockaddr_storage,
    length: libc::socklen_t,
}

impl Address {
    fn empty() -> Address {
        // SAFETY: a zeroed storage is valid.
        let storage = unsafe { std::mem::zeroed() };
        Address { storage, length: size_of::<libc::sockaddr_storage>() as libc::socklen_t }
    }
    fn pointer(&self) -> *const libc::sockaddr {
        (&raw const self.storage).cast()
    }
    fn from_bytes(bytes: &[u8]) -> Address {
        let mut address = Address::empty();
        let n = bytes.len().min(size_of::<libc::sockaddr_storage>());
        // SAFETY: as many bytes as fit.
        unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), (&raw mut address.storage).cast::<u8>(), n) };
        address.length = n as libc::socklen_t;
        address
    }
    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        // SAFETY: the storage is that large.
        unsafe {
            std::slice::from_raw_parts(
                (&raw const self.storage).cast(),
                (self.length as usize).min(size_of_val(&self.storage)),
            )
        }
    }
    /// The family; 0 if there is no address.
    pub fn family(&self) -> i32 {
        if self.length < 2 { 0 } else { i32::from(self.storage.ss_family) }
    }
    /// IPv4: the address's bytes and the port.
    pub fn inet(ip: [u8; 4], port: u16) -> Address {
        // SAFETY: a zeroed address is valid; its bytes are copied.
        unsafe {
            let mut raw: libc::sockaddr_in = std::mem::zeroed();
            raw.sin_family = libc::AF_INET as libc::sa_family_t;
            raw.sin_port = port.to_be();
            raw.sin_addr.s_addr = u32::from_ne_bytes(ip);
            Address::from_bytes(std::slice::from_raw_parts((&raw const raw).cast(), size_of_val(&raw)))
        }
    }
    /// IPv6: the address's bytes, port, flow and scope.
    pub fn inet6(ip: [u8; 16], port: u16, flow: u32, scope: u32) -> Address {
        // SAFETY: as for `inet`.
        unsafe {
            let mut raw: libc::sockaddr_in6 = std::mem::zeroed();
            raw.sin6_family = libc::AF_INET6 as libc::sa_family_t;
            raw.sin6_port = port.to_be();
            raw.sin6_addr.s6_addr = ip;
            raw.sin6_flowinfo = flow.to_be();
            raw.sin6_scope_id = scope;
            Address::from_bytes(std::slice::from_raw_parts((&raw const raw).cast(), size_of_val(&raw)))
        }
    }
    /// A path, or with a zero in front a name of Linux's own; `None` if it is too long.
    pub fn unix(path: &[u8]) -> Option<Address> {
        let abstract_name = path.first() == Some(&0);
        if path.len() > if abstract_name { 108 } else { 107 } {
            return None;
        }
        let mut bytes = (libc::AF_UNIX as libc::sa_family_t).to_ne_bytes().to_vec();
        bytes.extend_from_slice(path);
        if !abstract_name && !path.is_empty() {
            bytes.push(0);
        }
        Some(Address::from_bytes(&bytes))
    }
    /// A netlink address.
    pub fn netlink(pid: u32, groups: u32) -> Address {
        let mut bytes = (libc::AF_NETLINK as libc::sa_family_t).to_ne_bytes().to_vec();
        bytes.extend([0, 0]);
        bytes.extend(pid.to_ne_bytes());
        bytes.extend(groups.to_ne_bytes());
        Address::from_bytes(&bytes)
    }
    /// Parts of an IPv4 address.
    pub fn as_inet(&self) -> Option<([u8; 4], u16)> {
        let bytes = self.bytes();
        if self.family() != libc::AF_INET || bytes.len() < 8 {
            return None;
        }
        Some(([bytes[4], bytes[5], bytes[6], bytes[7]], u16::from_be_bytes([bytes[2], bytes[3]])))
    }
    /// Parts of an IPv6 address.
    pub fn as_inet6(&self) -> Option<([u8; 16], u16, u32, u32)> {
        let bytes = self.bytes();
        if self.family() != libc::AF_INET6 || bytes.len() < 28 {
            return None;
        }
        let word = |at: usize| [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
        let mut ip = [0; 16];
        ip.copy_from_slice(&bytes[8..24]);
        let port = u16::from_be_bytes([bytes[2], bytes[3]]);
        Some((ip, port, u32::from_be_bytes(word(4)), u32::from_ne_bytes(word(24))))
    }
    /// Parts of a netlink address.
    pub fn as_netlink(&self) -> Option<(u32, u32)> {
        let bytes = self.bytes();
        if self.family() != libc::AF_NETLINK || bytes.len() < 12 {
            return None;
        }
        let word = |at: usize| u32::from_ne_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        Some((word(4), word(8)))
    }
}

/// `socket`, close-on-exec
pub fn socket(family: i32, kind: i32, protocol: i32) -> Sys<i32> {
    // SAFETY: asks the system about numbers.
    number(unsafe { libc::socket(family, kind | libc::SOCK_CLOEXEC, protocol) })
}
/// `socketpair`, close-on-exec
pub fn socketpair(family: i32, kind: i32, protocol: i32) -> Sys<(i32, i32)> {
    let mut fds = [0; 2];
    // SAFETY: room for both descriptors.
    number(unsafe { libc::socketpair(family, kind | libc::SOCK_CLOEXEC, protocol, fds.as_mut_ptr()) })?;
    Ok((fds[0], fds[1]))
}
/// `bind`
pub fn bind(fd: i32, address: &Address) -> Sys<i32> {
    // SAFETY: an address with its length.
    number(unsafe { libc::bind(fd, address.pointer(), address.length) })
}
/// `connect`
pub fn connect(fd: i32, address: &Address) -> Sys<i32> {
    // SAFETY: an address with its length.
    number(unsafe { libc::connect(fd, address.pointer(), address.length) })
}
/// `listen`
pub fn listen(fd: i32, backlog: i32) -> Sys<i32> {
    // SAFETY: asks the system about numbers.
    number(unsafe { libc::listen(fd, backlog) })
}
/// `accept4`, close-on-exec
pub fn accept(fd: i32) -> Sys<(i32, Address)> {
    let mut from = Address::empty();
    let storage = (&raw mut from.storage).cast();
    // SAFETY: storage with its size, both written by the system.
    let fd = number(unsafe { libc::accept4(fd, storage, &raw mut from.length, libc::SOCK_CLOEXEC) })?;
    Ok((fd, from))
}
/// `shutdown`
pub fn shutdown(fd: i32, how: i32) -> Sys<i32> {
    // SAFETY: asks the system about numbers.
    number(unsafe { libc::shutdown(fd, how) })
}
/// `getsockname`, `getpeername`
pub fn name_of(fd: i32, peer: bool) -> Sys<Address> {
    let mut name = Address::empty();
    let storage = (&raw mut name.storage).cast();
    // SAFETY: storage with its size, both written by the system.
    number(unsafe {
        if peer {
            libc::getpeername(fd, storage, &raw mut name.length)
        } else {
            libc::getsockname(fd, storage, &raw mut name.length)
        }
    })?;
    Ok(name)
}
/// `recv` into a buffer
pub fn receive(fd: i32, buffer: &mut [u8], flags: i32) -> Sys<usize> {
    // SAFETY: the buffer is writable for its length.
    size(unsafe { libc::recv(fd, buffer.as_mut_ptr().cast(), buffer.len(), flags) })
}
/// `recvfrom`
pub fn receive_from(fd: i32, buffer: &mut [u8], flags: i32) -> Sys<(usize, Address)> {
    let mut from = Address::empty();
    let storage = (&raw mut from.storage).cast();
    // SAFETY: buffer and storage are writable for their lengths.
    let n = size(unsafe {
        libc::recvfrom(fd, buffer.as_mut_ptr().cast(), buffer.len(), flags, storage, &raw mut from.length)
    })?;
    Ok((n, from))
}
/// `send`
pub fn send(fd: i32, bytes: &[u8], flags: i32) -> Sys<usize> {
    // SAFETY: the bytes are readable for their length.
    size(unsafe { libc::send(fd, bytes.as_ptr().cast(), bytes.len(), flags) })
}
/// `sendto`
pub fn send_to(fd: i32, bytes: &[u8], flags: i32, to: &Address) -> Sys<usize> {
    // SAFETY: the bytes are readable for their length, the address has its own.
    size(unsafe { libc::sendto(fd, bytes.as_ptr().cast(), bytes.len(), flags, to.pointer(), to.length) })
}

/// A message beside the data: level, type, content.
pub type Control = (i32, i32, Vec<u8>);

/// Room of one message beside the data (`CMSG_SPACE`), and its length (`CMSG_LEN`).
pub fn control_space(length: usize) -> (usize, usize) {
    // SAFETY: computes with numbers.
    unsafe { (libc::CMSG_SPACE(length as u32) as usize, libc::CMSG_LEN(length as u32) as usize) }
}

/// `sendmsg`
pub fn send_message(
    fd: i32,
    parts: &[Vec<u8>],
    controls: &[Control],
    flags: i32,
    to: Option<&Address>,
) -> Sys<usize> {
    let iov: Vec<libc::iovec> = parts
        .iter()
        .map(|b| libc::iovec { iov_base: b.as_ptr().cast_mut().cast(), iov_len: b.len() })
        .collect();
    let room: usize = controls.iter().map(|(_, _, data)| control_space(data.len()).0).sum();
    // Words, so that the headers are aligned.
    let mut control = vec![0u64; room.div_ceil(8)];
    // SAFETY: the message describes buffers that live over the call; the control messages are written inside of a buffer
    // that is large enough for all of them.
    unsafe {
        let mut message: libc::msghdr = std::mem::zeroed();
        message.msg_iov = iov.as_ptr().cast_mut();
        message.msg_iovlen = iov.len() as _;
        if let Some(to) = to {
            message.msg_name = to.pointer().cast_mut().cast();
            message.msg_namelen = to.length;
        }
        if room > 0 {
            message.msg_control = control.as_mut_ptr().cast();
            message.msg_controllen = room as _;
            let mut at = libc::CMSG_FIRSTHDR(&raw const message);
            for (level, kind, data) in controls {
                if at.is_null() {
                    return Err(libc::EINVAL);
                }
                (*at).cmsg_level = *level;
                (*at).cmsg_type = *kind;
                (*at).cmsg_len = control_space(data.len()).1 as _;
                std::ptr::copy_nonoverlapping(data.as_ptr(), libc::CMSG_DATA(at), data.len());
                at = libc::CMSG_NXTHDR(&raw const message, at);
            }
        }
        size(libc::sendmsg(fd, &raw const message, flags))
    }
}

/// What `recvmsg` gives.
pub struct Message {
    /// Bytes of data.
    pub size: usize,
    /// Messages beside the data.
    pub controls: Vec<Control>,
    /// Flags.
    pub flags: i32,
    /// From whom.
    pub from: Address,
}

/// `recvmsg`
pub fn receive_message(fd: i32, parts: &mut [Vec<u8>], room: usize, flags: i32) -> Sys<Message> {
    let mut iov: Vec<libc::iovec> =
        parts.iter_mut().map(|b| libc::iovec { iov_base: b.as_mut_ptr().cast(), iov_len: b.len() }).collect();
    let mut control = vec![0u64; room.div_ceil(8)];
    let mut from = Address::empty();
    // SAFETY: as for `send_message`; the control messages are read as far as the system says that they go.
    unsafe {
        let mut message: libc::msghdr = std::mem::zeroed();
        message.msg_iov = iov.as_mut_ptr();
        message.msg_iovlen = iov.len() as _;
        message.msg_name = (&raw mut from.storage).cast();
        message.msg_namelen = from.length;
        if room > 0 {
            message.msg_control = control.as_mut_ptr().cast();
            message.msg_controllen = room as _;
        }
        let n = size(libc::recvmsg(fd, &raw mut message, flags))?;
        from.length = message.msg_namelen;
        let mut controls = Vec::new();
        let mut at = if room > 0 { libc::CMSG_FIRSTHDR(&raw const message) } else { std::ptr::null_mut() };
        let end = control.as_ptr() as usize + room;
        while !at.is_null() {
            let data = libc::CMSG_DATA(at);
            let length = ((*at).cmsg_len as usize).saturating_sub(control_space(0).1);
            let length = length.min(end.saturating_sub(data as usize));
            controls.push((
                (*at).cmsg_level,
                (*at).cmsg_type,
                std::slice::from_raw_parts(data, length).to_vec(),
            ));
            at = libc::CMSG_NXTHDR(&raw const message, at);
        }
        Ok(Message { size: n, controls, flags: message.msg_flags, from })
    }
}

/// `getsockopt` into a buffer: as many bytes as the system writes.
pub fn option(fd: i32, level: i32, name: i32, room: usize) -> Sys<Vec<u8>> {
    let mut buffer = vec![0u8; room];
    let mut length = room as libc::socklen_t;
    // SAFETY: the buffer is writable for its length.
    number(unsafe { libc::getsockopt(fd, level, name, buffer.as_mut_ptr().cast(), &raw mut length) })?;
    buffer.truncate(length as usize);
    Ok(buffer)
}
/// `setsockopt`; no value but a length means a null pointer.
pub fn set_option(fd: i32, level: i32, name: i32, value: Result<&[u8], u32>) -> Sys<i32> {
    // SAFETY: the value is readable for its length, or null.
    number(unsafe {
        match value {
            Ok(bytes) => {
                libc::setsockopt(fd, level, name, bytes.as_ptr().cast(), bytes.len() as libc::socklen_t)
            }
            Err(length) => libc::setsockopt(fd, level, name, std::ptr::null(), length),
        }
    })
}

/// One answer of `getaddrinfo`.
pub struct Info {
    /// Family.
    pub family: i32,
    /// Kind of socket.
    pub kind: i32,
    /// Protocol.
    pub protocol: i32,
    /// The name, if it was asked for.
    pub name: Vec<u8>,
    /// The address.
    pub address: Address,
}

/// `getaddrinfo`; the error is one of its own.
pub fn lookup(host: Option<&CStr>, service: Option<&CStr>, hints: [i32; 4]) -> Result<Vec<Info>, i32> {
    let [family, kind, protocol, flags] = hints;
    // SAFETY: texts end with a zero; the list is read and then given back once.
    unsafe {
        let mut asked: libc::addrinfo = std::mem::zeroed();
        asked.ai_family = family;
        asked.ai_socktype = kind;
        asked.ai_protocol = protocol;
        asked.ai_flags = flags;
        let mut list = std::ptr::null_mut();
        let pointer = |text: Option<&CStr>| text.map_or(std::ptr::null(), CStr::as_ptr);
        let problem = libc::getaddrinfo(pointer(host), pointer(service), &raw const asked, &raw mut list);
        if problem != 0 {
            return Err(problem);
        }
        let mut found = Vec::new();
        let mut at = list;
        while !at.is_null() {
            let entry = &*at;
            let name = if entry.ai_canonname.is_null() {
                Vec::new()
            } else {
                CStr::from_ptr(entry.ai_canonname).to_bytes().to_vec()
            };
            let bytes = std::slice::from_raw_parts(entry.ai_addr.cast::<u8>(), entry.ai_addrlen as usize);
            found.push(Info {
                family: entry.ai_family,
                kind: entry.ai_socktype,
                protocol: entry.ai_protocol,
                name,
                address: Address::from_bytes(bytes),
            });
            at = entry.ai_next;
        }
        libc::freeaddrinfo(list);
        Ok(found)
    }
}
/// The system's words for an error of `getaddrinfo`.
pub fn lookup_error(problem: i32) -> String {
    // SAFETY: the system's constant text.
    unsafe { CStr::from_ptr(libc::gai_strerror(problem)) }.to_string_lossy().into_owned()
}
/// `getnameinfo`: host and service; the error is one of its own.
pub fn reverse(address: &Address, flags: i32) -> Result<(Vec<u8>, Vec<u8>), i32> {
    let (mut host, mut service) = ([0u8; 1025], [0u8; 32]);
    // SAFETY: an address with its length; buffers that are writable for theirs.
    let problem = unsafe {
        libc::getnameinfo(
            address.pointer(),
            address.length,
            host.as_mut_ptr().cast(),
            host.len() as libc::socklen_t,
            service.as_mut_ptr().cast(),
            service.len() as libc::socklen_t,
            flags,
        )
    };
    if problem == 0 {
        Ok((super::file::until_zero(&host), super::file::until_zero(&service)))
    } else {
        Err(problem)
    }
}
/// `getservbyname`: the port.
pub fn service_port(name: &CStr, protocol: Option<&CStr>) -> Option<u16> {
    // SAFETY: texts end with a zero; the entry is read at once under the interpreter lock.
    unsafe {
        let entry = libc::getservbyname(name.as_ptr(), protocol.map_or(std::ptr::null(), CStr::as_ptr));
        if entry.is_null() { None } else { Some(u16::from_be((*entry).s_port as u16)) }
    }
}
/// `getservbyport`: the name.
pub fn service_name(port: u16, protocol: Option<&CStr>) -> Option<Vec<u8>> {
    // SAFETY: as for `service_port`.
    unsafe {
        let entry =
            libc::getservbyport(i32::from(port.to_be()), protocol.map_or(std::ptr::null(), CStr::as_ptr));
        if entry.is_null() { None } else { Some(CStr::from_ptr((*entry).s_name).to_bytes().to_vec()) }
    }
}
/// `getprotobyname`
pub fn protocol(name: &CStr) -> Option<i32> {
    // SAFETY: as for `service_port`.
    unsafe {
        let entry = libc::getprotobyname(name.as_ptr());
        if entry.is_null() { None } else { Some((*entry).p_proto) }
    }
}
/// `if_nametoindex`
pub fn interface_index(name: &CStr) -> Sys<u32> {
    // SAFETY: the text ends with a zero.
    match unsafe { libc::if_nametoindex(name.as_ptr()) } {
        0 => Err(errno()),
        index => Ok(index),
    }
}
/// `if_indextoname`
pub fn interface_name(index: u32) -> Sys<Vec<u8>> {
    let mut buffer = [0u8; libc::IF_NAMESIZE];
    // SAFETY: the buffer has the size that the system asks for.
    if unsafe { libc::if_indextoname(index, buffer.as_mut_ptr().cast()) }.is_null() {
        return Err(errno());
    }
    Ok(super::file::until_zero(&buffer))
}
/// `if_nameindex`
pub fn interfaces() -> Sys<Vec<(u32, Vec<u8>)>> {
    // SAFETY: the list ends with a zero index and is given back once.
    unsafe {
        let list = libc::if_nameindex();
        if list.is_null() {
            return Err(errno());
        }
        let mut all = Vec::new();
        let mut at = list;
        while (*at).if_index != 0 && !(*at).if_name.is_null() {
            all.push(((*at).if_index, CStr::from_ptr((*at).if_name).to_bytes().to_vec()));
            at = at.add(1);
        }
        libc::if_freenameindex(list);
        Ok(all)
    }
}
/// A text for the calls above.
pub fn text(bytes: &[u8]) -> Option<CString> {
    CString::new(bytes).ok()
}
