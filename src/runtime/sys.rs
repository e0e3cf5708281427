//! Operating-system calls: what the runtime's core needs stands here, what the native modules need in the files below.
//!
//! All are safe functions that give an `errno` for a failure; none retries by itself.

pub mod blocks;
pub mod bz2;
pub mod clock;
pub mod fault;
pub mod file;
pub mod foreign;
pub mod mapping;
pub mod net;
pub mod poll;
pub mod process;
pub mod signal;
pub mod sync;
pub mod terminal;
pub mod users;
pub mod zlib;

/// A system call's result: the number of its error else.
pub type Sys<T> = Result<T, i32>;

/// The error number of the last failed call of this thread.
pub fn errno() -> i32 {
    std::io::Error::last_os_error().raw_os_error().unwrap_or(0)
}

/// The result of a call that gives -1 for failure.
pub fn checked(result: i64) -> Sys<i64> {
    if result == -1 { Err(errno()) } else { Ok(result) }
}

/// The system's words for an error number.
pub fn strerror(number: i32) -> String {
    let mut buffer = [0u8; 256];
    // SAFETY: the buffer is writable for its length; the XSI variant ends it with a zero.
    unsafe { libc::strerror_r(number, buffer.as_mut_ptr().cast(), buffer.len()) };
    let end = buffer.iter().position(|b| *b == 0).unwrap_or(buffer.len());
    String::from_utf8_lossy(&buffer[..end]).into_owned()
}

/// Size of the pages that [`reserve_filled`] asks for where it can.
const LARGE_PAGE: usize = 2 << 20;

/// Memory of `size` bytes, zeroed, its pages there at once where the system can do that. A multiple of two megabytes is made
/// of large pages, if the system has them to give: the processor then finds each of millions of objects without a walk
/// through the tables of pages.
pub fn reserve_filled(size: usize) -> *mut u8 {
    let large = size.is_multiple_of(LARGE_PAGE) && cfg!(all(target_os = "linux", not(miri)));
    let at = if large { reserve_aligned(size) } else { reserve(size) };
    #[cfg(all(target_os = "linux", not(miri)))]
    // SAFETY: a mapping just made; a kernel that does not know the advice refuses it, and pages come as they are touched.
    unsafe {
        if large {
            libc::madvise(at.cast(), size, libc::MADV_HUGEPAGE);
        }
        libc::madvise(at.cast(), size, libc::MADV_POPULATE_WRITE);
    }
    at
}

/// As [`reserve`], beginning where a large page may begin.
fn reserve_aligned(size: usize) -> *mut u8 {
    let at = reserve(size + LARGE_PAGE);
    let before = at.align_offset(LARGE_PAGE);
    // SAFETY: parts in front of and behind what is kept, of the mapping just made.
    unsafe {
        if before != 0 {
            release(at, before);
        }
        if before != LARGE_PAGE {
            release(at.add(before + size), LARGE_PAGE - before);
        }
        at.add(before)
    }
}

/// Asks for memory that is soon to be read.
#[inline(always)]
pub fn prefetch(at: *const u8) {
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    // SAFETY: a hint, which no address can make fail.
    unsafe {
        std::arch::x86_64::_mm_prefetch(at.cast(), std::arch::x86_64::_MM_HINT_T0);
    }
    #[cfg(all(target_arch = "aarch64", not(miri)))]
    // SAFETY: as above.
    unsafe {
        std::arch::asm!("prfm pldl1keep, [{}]", in(reg) at, options(nostack, readonly, preserves_flags));
    }
    #[cfg(any(miri, not(any(target_arch = "x86_64", target_arch = "aarch64"))))]
    let _ = at;
}

/// Address space of `size` bytes, zeroed and backed by memory only where it is touched.
pub fn reserve(size: usize) -> *mut u8 {
    // Miri knows no more.
    let reserved = if cfg!(miri) { 0 } else { libc::MAP_NORESERVE };
    // SAFETY: a fresh private anonymous mapping.
    let at = unsafe {
        libc::mmap(
            std::ptr::null_mut(),
            size,
            libc::PROT_READ | libc::PROT_WRITE,
            libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | reserved,
            -1,
            0,
        )
    };
    if at == libc::MAP_FAILED {
        std::alloc::handle_alloc_error(std::alloc::Layout::new::<u128>());
    }
    at.cast()
}

/// Is there room for so many bytes?
pub fn has_room(bytes: usize) -> bool {
    let mut room = Vec::<u8>::new();
    let there = room.try_reserve_exact(bytes).is_ok();
    // Of memory that is given back unused the compiler would say that it can be had, and leave the question out.
    std::hint::black_box(&mut room);
    there
}

/// Gives an address space back.
///
/// # Safety
/// It came from `reserve` with that size and is not used any more.
pub unsafe fn release(at: *mut u8, size: usize) {
    // SAFETY: as promised.
    unsafe { libc::munmap(at.cast(), size) };
}

/// Bytes that nobody can foretell.
pub fn random_bytes(buffer: &mut [u8]) {
    // SAFETY: the buffer is writable for its length.
    let got = unsafe { libc::getrandom(buffer.as_mut_ptr().cast(), buffer.len(), 0) };
    if got != buffer.len() as isize {
        let now =
            std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |d| d.as_nanos());
        for (at, byte) in buffer.iter_mut().enumerate() {
            *byte = (now >> (at % 16 * 8)) as u8;
        }
    }
}

/// Writes all bytes to a file descriptor; errors are for nobody.
pub fn write_all(fd: i32, bytes: &[u8]) {
    let mut rest = bytes;
    while !rest.is_empty() {
        // SAFETY: the slice is readable for its length.
        let n = unsafe { libc::write(fd, rest.as_ptr().cast(), rest.len()) };
        if n <= 0 {
            return;
        }
        rest = &rest[n as usize..];
    }
}

/// Is the file descriptor open?
pub fn is_open(fd: i64) -> bool {
    // SAFETY: asks the system about a number.
    unsafe { libc::fcntl(fd as i32, libc::F_GETFD) != -1 }
}

/// Is the file descriptor a terminal?
pub fn is_terminal(fd: i32) -> bool {
    // SAFETY: asks the system about a number.
    unsafe { libc::isatty(fd) == 1 }
}

use std::sync::atomic::{AtomicI32, AtomicPtr, AtomicU32, AtomicU64, Ordering};

static ARRIVED: AtomicU64 = AtomicU64::new(0);
static WANTED: AtomicPtr<AtomicU32> = AtomicPtr::new(std::ptr::null_mut());
static LIMIT: AtomicPtr<AtomicPtr<u8>> = AtomicPtr::new(std::ptr::null_mut());

/// Which signals have arrived since the last call, as bits.
pub fn take_signals() -> u64 {
    ARRIVED.swap(0, Ordering::AcqRel)
}

/// Notes a signal, as if it had arrived.
pub fn note_signal(number: i32) {
    ARRIVED.fetch_or(1 << number, Ordering::AcqRel);
    let wanted = WANTED.load(Ordering::Acquire);
    if !wanted.is_null() {
        // SAFETY: `watch_signals` stored the address of a word that lives as long as the process.
        unsafe { &*wanted }.fetch_or(1, Ordering::Release);
    }
    let limit = LIMIT.load(Ordering::Acquire);
    if !limit.is_null() {
        // SAFETY: as above.
        unsafe { &*limit }.store(std::ptr::null_mut(), Ordering::Release);
    }
}

/// The word whose lowest bit tells the main thread's machine that a signal arrived, and the pointer that is cleared then.
pub fn watch_signals(wanted: &'static AtomicU32, limit: &'static AtomicPtr<u8>) {
    receive_signals();
    LIMIT.store(std::ptr::from_ref(limit).cast_mut(), Ordering::Release);
    WANTED.store(std::ptr::from_ref(wanted).cast_mut(), Ordering::Release);
}

static MAIN: AtomicU64 = AtomicU64::new(0);

/// From now on the calling thread is the one that signals go to.
pub fn receive_signals() {
    MAIN.store(sync::thread_id(), Ordering::Release);
}

static WAKEUP: AtomicI32 = AtomicI32::new(-1);

/// Sets the descriptor that a signal's number is written to when it comes; gives the old one. -1: none.
pub fn set_wakeup(fd: i32) -> i32 {
    WAKEUP.swap(fd, Ordering::AcqRel)
}

extern "C" fn on_signal(number: i32) {
    let main = MAIN.load(Ordering::Acquire);
    // SAFETY: the program's thread lives as long as the process; both calls are fit for handlers.
    unsafe {
        if main != 0 && libc::pthread_self() as u64 != main {
            // The thread that runs handlers must wake up from what it waits in.
            libc::pthread_kill(main as libc::pthread_t, number);
            return;
        }
    }
    note_signal(number);
    let fd = WAKEUP.load(Ordering::Acquire);
    if fd >= 0 {
        let byte = number as u8;
        // SAFETY: writes one byte; the interrupted code's error number stays.
        unsafe {
            let saved = *libc::__errno_location();
            libc::write(fd, (&raw const byte).cast(), 1);
            *libc::__errno_location() = saved;
        }
    }
}

/// What a signal does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Disposition {
    /// The system's default.
    Default,
    /// Nothing.
    Ignore,
    /// It is noted for the machine.
    Note,
}

/// Sets what a signal does; `false` if the system refuses.
pub fn set_signal(number: i32, disposition: Disposition) -> bool {
    // SAFETY: a zeroed sigaction is valid; the handler only touches atomics.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = match disposition {
            Disposition::Default => libc::SIG_DFL,
            Disposition::Ignore => libc::SIG_IGN,
            Disposition::Note => on_signal as *const () as usize,
        };
        libc::sigaction(number, &action, std::ptr::null_mut()) == 0
    }
}
