//! Memory that is mapped: files' contents, and anonymous memory that processes share.
//!
//! # Safety
//!
//! A mapping is unmapped once, by its drop or by [`Mapping::close`]; [`Mapping::bytes_mut`] is asked for only where it may be written. What
//! other processes do to a mapped file is theirs: a file that is made shorter leaves pages behind whose use ends the process, as in C.

use super::{Sys, checked, errno};

/// Mapped memory; nothing after it was closed.
pub struct Mapping {
    address: usize,
    size: usize,
}

impl Mapping {
    /// Maps `size` bytes of a descriptor's file, or with -1 anonymous memory.
    pub fn new(size: usize, protection: i32, flags: i32, fd: i32, offset: i64) -> Sys<Mapping> {
        // SAFETY: the system chooses the place.
        let at = unsafe { libc::mmap(std::ptr::null_mut(), size, protection, flags, fd, offset) };
        if at == libc::MAP_FAILED { Err(errno()) } else { Ok(Mapping { address: at as usize, size }) }
    }
    /// Has it been closed?
    pub fn is_closed(&self) -> bool {
        self.address == 0
    }
    /// Its size.
    pub fn size(&self) -> usize {
        self.size
    }
    /// Its memory.
    pub fn bytes(&self) -> &[u8] {
        if self.address == 0 {
            return &[];
        }
        // SAFETY: mapped with that size.
        unsafe { std::slice::from_raw_parts(self.address as *const u8, self.size) }
    }
    /// Its memory for writing.
    #[allow(clippy::mut_from_ref)]
    pub fn bytes_mut(&self) -> &mut [u8] {
        if self.address == 0 {
            return &mut [];
        }
        // SAFETY: mapped with that size, to be written.
        unsafe { std::slice::from_raw_parts_mut(self.address as *mut u8, self.size) }
    }
    /// Makes it longer or shorter; its place may change.
    pub fn resize(&mut self, size: usize) -> Sys<()> {
        // SAFETY: mapped with that size; nobody looks at the old place (the caller counts who does).
        let at =
            unsafe { libc::mremap(self.address as *mut libc::c_void, self.size, size, libc::MREMAP_MAYMOVE) };
        if at == libc::MAP_FAILED {
            return Err(errno());
        }
        (self.address, self.size) = (at as usize, size);
        Ok(())
    }
    /// Writes a part back to its file.
    pub fn flush(&self, offset: usize, size: usize) -> Sys<()> {
        // SAFETY: the caller has seen that the part is inside.
        checked(i64::from(unsafe {
            libc::msync((self.address + offset) as *mut libc::c_void, size, libc::MS_SYNC)
        }))
        .map(drop)
    }
    /// Tells the system how a part will be used.
    pub fn advise(&self, offset: usize, size: usize, advice: i32) -> Sys<()> {
        // SAFETY: the caller has seen that the part is inside.
        checked(i64::from(unsafe {
            libc::madvise((self.address + offset) as *mut libc::c_void, size, advice)
        }))
        .map(drop)
    }
    /// Unmaps it.
    pub fn close(&mut self) {
        if self.address != 0 {
            // SAFETY: mapped with that size, unmapped once.
            unsafe { libc::munmap(self.address as *mut libc::c_void, self.size) };
            (self.address, self.size) = (0, 0);
        }
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        self.close();
    }
}

/// Size of a page.
pub fn page_size() -> i64 {
    // SAFETY: asks for a number.
    unsafe { libc::sysconf(libc::_SC_PAGESIZE) }
}
