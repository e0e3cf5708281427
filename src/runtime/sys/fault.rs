//! Signals that something is written about when they come, at once and in whatever the thread is in the middle of; and what may be
//! called then: nothing here takes a lock or memory.
//!
//! Signals belong to the process, and so does what is known of them here.

use std::cell::UnsafeCell;
use std::mem::MaybeUninit;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicUsize, Ordering};

use super::{Sys, checked};

/// Signals that end a program which did something impossible, with what they are called.
pub const FATAL: [(i32, &str); 5] = [
    (libc::SIGBUS, "Bus error"),
    (libc::SIGILL, "Illegal instruction"),
    (libc::SIGFPE, "Floating-point exception"),
    (libc::SIGABRT, "Aborted"),
    (libc::SIGSEGV, "Segmentation fault"),
];

/// One more than the highest number of a signal.
pub const SIGNALS: usize = 65;

/// Memory for the handlers of a thread whose stack may be used up.
const HANDLER_STACK: usize = 128 << 10;

/// What is written when a signal comes, and what happens then.
#[derive(Clone, Copy)]
pub struct Request {
    /// Where to.
    pub fd: i32,
    /// About all threads.
    pub all_threads: bool,
    /// About native functions too.
    pub native: bool,
    /// What would have happened without a request happens after it.
    pub chain: bool,
    /// Once: the signal is the process's last.
    pub fatal: bool,
}

const ALL_THREADS: usize = 1;
const NATIVE: usize = 2;
const CHAIN: usize = 4;
const FATAL_ONE: usize = 8;

struct Place {
    taken: AtomicBool,
    fd: AtomicI32,
    bits: AtomicUsize,
    old: UnsafeCell<MaybeUninit<libc::sigaction>>,
}

// SAFETY: `old` is written under the interpreter lock while `taken` is false, and read only while it is true.
unsafe impl Sync for Place {}

static PLACES: [Place; SIGNALS] = [const {
    Place {
        taken: AtomicBool::new(false),
        fd: AtomicI32::new(-1),
        bits: AtomicUsize::new(0),
        old: UnsafeCell::new(MaybeUninit::uninit()),
    }
}; SIGNALS];

/// What writes: gets the signal's number and the request.
pub type Report = fn(i32, Request);

static REPORT: AtomicUsize = AtomicUsize::new(0);

/// Sets a request for a signal, or changes it. Whoever calls holds the interpreter lock.
pub fn catch(number: i32, request: Request, report: Report) -> Sys<()> {
    let Some(place) = usize::try_from(number).ok().and_then(|n| PLACES.get(n)) else {
        return Err(libc::EINVAL);
    };
    REPORT.store(report as usize, Ordering::Release);
    place.fd.store(request.fd, Ordering::Release);
    let bits = [
        (request.all_threads, ALL_THREADS),
        (request.native, NATIVE),
        (request.chain, CHAIN),
        (request.fatal, FATAL_ONE),
    ];
    place.bits.store(bits.iter().filter(|b| b.0).map(|b| b.1).sum(), Ordering::Release);
    if place.taken.load(Ordering::Acquire) {
        return Ok(());
    }
    let action = action(request.fatal, request.chain);
    // SAFETY: both structures are valid; `old` is not read before `taken` is set.
    checked(unsafe { libc::sigaction(number, &raw const action, (*place.old.get()).as_mut_ptr()) }.into())?;
    place.taken.store(true, Ordering::Release);
    Ok(())
}

/// Takes a request back; says whether there was one.
pub fn release(number: i32) -> bool {
    let Some(place) = usize::try_from(number).ok().and_then(|n| PLACES.get(n)) else { return false };
    restore(number, place)
}

fn restore(number: i32, place: &Place) -> bool {
    let was = place.taken.swap(false, Ordering::AcqRel);
    if was {
        // SAFETY: `taken` said that the system has written `old`.
        unsafe { libc::sigaction(number, (*place.old.get()).as_ptr(), std::ptr::null_mut()) };
    }
    was
}

fn action(fatal: bool, chain: bool) -> libc::sigaction {
    // SAFETY: a zeroed action is valid.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    action.sa_sigaction = on_signal as *const () as usize;
    // A fatal one may come again while it is reported, a chained one is raised by its own handler.
    action.sa_flags = libc::SA_ONSTACK
        | if fatal { 0 } else { libc::SA_RESTART }
        | if fatal || chain { libc::SA_NODEFER } else { 0 };
    action
}

extern "C" fn on_signal(number: i32) {
    let Some(place) = usize::try_from(number).ok().and_then(|n| PLACES.get(n)) else { return };
    if !place.taken.load(Ordering::Acquire) {
        return;
    }
    let saved = super::errno();
    let bits = place.bits.load(Ordering::Acquire);
    let request = Request {
        fd: place.fd.load(Ordering::Acquire),
        all_threads: bits & ALL_THREADS != 0,
        native: bits & NATIVE != 0,
        chain: bits & CHAIN != 0,
        fatal: bits & FATAL_ONE != 0,
    };
    if request.fatal {
        // Should the report fail as well, that is the end.
        restore(number, place);
    }
    let report = REPORT.load(Ordering::Acquire);
    if report != 0 {
        // SAFETY: `catch` stored a function of this type before it let signals come here.
        let report: Report = unsafe { std::mem::transmute::<usize, Report>(report) };
        report(number, request);
    }
    set_errno(saved);
    if request.fatal {
        again(number);
    } else if request.chain {
        // SAFETY: structures as in `catch`; between the two calls the signal does what it did before the request.
        unsafe {
            libc::sigaction(number, (*place.old.get()).as_ptr(), std::ptr::null_mut());
            libc::raise(number);
            let saved = super::errno();
            let action = action(false, true);
            libc::sigaction(number, &raw const action, std::ptr::null_mut());
            set_errno(saved);
        }
    }
}

/// The signal comes once more. A fault whose handler returns happens again by itself, a signal that was sent does not.
fn again(number: i32) {
    // SAFETY: fit for handlers.
    unsafe { libc::raise(number) };
}

fn set_errno(number: i32) {
    // SAFETY: the thread's own.
    unsafe { *libc::__errno_location() = number };
}

/// Sees to it that handlers in this thread have a stack even when its own is used up.
pub fn handler_stack() {
    // SAFETY: structures are valid; the memory stays for as long as the process lives.
    unsafe {
        let mut now: libc::stack_t = std::mem::zeroed();
        if libc::sigaltstack(std::ptr::null(), &raw mut now) == 0
            && (now.ss_flags & libc::SS_DISABLE != 0 || now.ss_size < HANDLER_STACK)
        {
            let new = libc::stack_t {
                ss_sp: super::reserve(HANDLER_STACK).cast(),
                ss_flags: 0,
                ss_size: HANDLER_STACK,
            };
            libc::sigaltstack(&raw const new, std::ptr::null_mut());
        }
    }
}

/// Can memory be read? The system is asked, which knows without touching it.
pub fn is_readable(at: usize, length: usize) -> bool {
    #[cfg(target_os = "linux")]
    for address in [at, at.wrapping_add(length.saturating_sub(1))] {
        let mut byte = 0u8;
        let here = libc::iovec { iov_base: (&raw mut byte).cast(), iov_len: 1 };
        let there = libc::iovec { iov_base: address as *mut libc::c_void, iov_len: 1 };
        // SAFETY: one byte is written to `byte`; `there` is checked by the system.
        let got =
            unsafe { libc::process_vm_readv(libc::getpid(), &raw const here, 1, &raw const there, 1, 0) };
        // Where programs may not ask, memory is taken for what it should be.
        if got != 1 && super::errno() == libc::EFAULT {
            return false;
        }
    }
    let _ = length;
    at != 0
}

/// Text on its way to a descriptor, in pieces of a size that any stack has room for.
pub struct Pen {
    fd: i32,
    used: usize,
    buffer: [u8; 128],
}

impl Pen {
    /// For a descriptor.
    pub fn new(fd: i32) -> Pen {
        Pen { fd, used: 0, buffer: [0; 128] }
    }
    /// Text as it is.
    pub fn text(&mut self, text: &str) {
        for byte in text.bytes() {
            self.byte(byte);
        }
    }
    /// A byte.
    pub fn byte(&mut self, byte: u8) {
        if self.used == self.buffer.len() {
            self.flush();
        }
        self.buffer[self.used] = byte;
        self.used += 1;
    }
    /// A number.
    pub fn decimal(&mut self, number: u64) {
        if number > 9 {
            self.decimal(number / 10);
        }
        self.byte(b'0' + (number % 10) as u8);
    }
    /// A number of at least so many hexadecimal digits.
    pub fn hexadecimal(&mut self, number: u64, digits: u32) {
        if number > 15 || digits > 1 {
            self.hexadecimal(number >> 4, digits.saturating_sub(1));
        }
        self.byte(b"0123456789abcdef"[(number & 15) as usize]);
    }
    /// Writes what is there.
    pub fn flush(&mut self) {
        super::write_all(self.fd, &self.buffer[..self.used]);
        self.used = 0;
    }
}

impl Drop for Pen {
    fn drop(&mut self) {
        self.flush();
    }
}

/// The system's name of a thread, written.
pub fn thread_name(pen: &mut Pen, thread: u64) {
    let mut name = [0u8; 32];
    // SAFETY: the buffer is writable for its length; the thread is one that runs Python, or this one.
    let result =
        unsafe { libc::pthread_getname_np(thread as libc::pthread_t, name.as_mut_ptr().cast(), name.len()) };
    if result == 0 && name[0] != 0 {
        pen.text(" [");
        name.iter().take_while(|byte| **byte != 0).for_each(|byte| pen.byte(*byte));
        pen.byte(b']');
    }
}

/// How many native calls are shown.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const CALLS: usize = 32;

/// Loads what finding native calls needs, which may take locks and memory.
pub fn prepare_native() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: room for one address.
    unsafe {
        let mut call = std::ptr::null_mut();
        libc::backtrace(&raw mut call, 1);
    }
}

/// The native calls of this thread, written; what they are called only where the loader knows.
pub fn native_calls(pen: &mut Pen) {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        let mut calls = [std::ptr::null_mut::<libc::c_void>(); CALLS];
        // SAFETY: room for that many addresses; the loader's texts are valid while its libraries are loaded.
        unsafe {
            let count = libc::backtrace(calls.as_mut_ptr(), CALLS as i32);
            let program = library(native_calls as *const () as *mut libc::c_void).map(|info| info.dli_fbase);
            for call in &calls[..usize::try_from(count).unwrap_or(0)] {
                let info = library(*call);
                pen.text("  Binary file \"");
                match info {
                    Some(info) => {
                        std::ffi::CStr::from_ptr(info.dli_fname).to_bytes().iter().for_each(|b| pen.byte(*b))
                    }
                    None => pen.text("<unknown>"),
                }
                pen.byte(b'"');
                if let Some(info) = info {
                    let named = !info.dli_sname.is_null();
                    if named || Some(info.dli_fbase) != program {
                        pen.text(", at ");
                        let start = if named { info.dli_saddr } else { info.dli_fbase };
                        if named {
                            std::ffi::CStr::from_ptr(info.dli_sname)
                                .to_bytes()
                                .iter()
                                .for_each(|b| pen.byte(*b));
                        }
                        pen.text("+0x");
                        pen.hexadecimal((*call as u64).wrapping_sub(start as u64), 1);
                    }
                }
                pen.text(" [0x");
                pen.hexadecimal(*call as u64, 1);
                pen.text("]\n");
            }
            match count {
                0 => pen.text("  <cannot get C stack on this system>\n"),
                count if count as usize == CALLS => pen.text("  <truncated rest of calls>\n"),
                _ => {}
            }
        }
    }
    #[cfg(not(all(target_os = "linux", target_env = "gnu")))]
    pen.text("  <cannot get C stack on this system>\n");
}

/// What the loader knows of an address.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn library(address: *mut libc::c_void) -> Option<libc::Dl_info> {
    // SAFETY: the structure is written by the loader.
    unsafe {
        let mut info: libc::Dl_info = std::mem::zeroed();
        let known = libc::dladdr(address, &raw mut info) != 0;
        (known && !info.dli_fname.is_null()).then_some(info)
    }
}

// ---- ends on purpose

/// Reads where nothing is.
pub fn read_nothing() -> i32 {
    let nowhere = std::hint::black_box(std::ptr::without_provenance::<i32>(0));
    // SAFETY: none; the fault is what the caller asks for, and the system ends the process.
    unsafe {
        let value;
        #[cfg(target_arch = "x86_64")]
        std::arch::asm!("mov {0:e}, dword ptr [{1}]", out(reg) value, in(reg) nowhere);
        #[cfg(not(target_arch = "x86_64"))]
        {
            value = std::ptr::read_volatile(nowhere);
        }
        value
    }
}

/// Calls itself until the stack is used up; gives how deep that was if it never is.
pub fn use_up_stack(depth: u64) -> u64 {
    let mut filling = [0u8; 4096];
    std::hint::black_box(&mut filling);
    if depth == 1 << 24 {
        depth
    } else {
        std::hint::black_box(use_up_stack(depth + 1)).max(filling[0].into())
    }
}

/// Ends the process by SIGABRT.
pub fn abort() -> ! {
    // SAFETY: has no arguments.
    unsafe { libc::abort() }
}
