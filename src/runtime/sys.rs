//! Operating-system calls of the runtime's core.

/// Address space of `size` bytes, zeroed and backed by memory only where it is touched.
pub fn reserve(size: usize) -> *mut u8 {
    // SAFETY: a fresh private anonymous mapping.
    let at = unsafe {
        libc::mmap(
            std::ptr::null_mut(),
            size,
            libc::PROT_READ | libc::PROT_WRITE,
            libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE,
            -1,
            0,
        )
    };
    if at == libc::MAP_FAILED {
        std::alloc::handle_alloc_error(std::alloc::Layout::new::<u128>());
    }
    at.cast()
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
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |d| d.as_nanos());
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
