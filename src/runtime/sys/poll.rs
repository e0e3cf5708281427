//! Waiting for file descriptors.

use super::{Sys, checked};

/// One descriptor to wait for: number, events asked, events that came.
#[derive(Clone, Copy, Debug)]
#[repr(transparent)]
pub struct Poll(libc::pollfd);

impl Poll {
    /// Asks for events of a descriptor.
    pub fn new(fd: i32, events: i16) -> Poll {
        Poll(libc::pollfd { fd, events, revents: 0 })
    }
    /// The descriptor.
    pub fn fd(&self) -> i32 {
        self.0.fd
    }
    /// What came.
    pub fn came(&self) -> i16 {
        self.0.revents
    }
}

/// `poll`; a negative timeout waits for ever.
pub fn poll(polls: &mut [Poll], milliseconds: i32) -> Sys<usize> {
    // SAFETY: `Poll` is a transparent pollfd; the slice is writable for its length.
    checked(i64::from(unsafe {
        libc::poll(polls.as_mut_ptr().cast(), polls.len() as libc::nfds_t, milliseconds)
    }))
    .map(|n| n as usize)
}

/// A set of descriptors for `select`.
#[derive(Clone, Copy)]
pub struct FdSet(libc::fd_set);

impl Default for FdSet {
    fn default() -> FdSet {
        // SAFETY: a zeroed set is empty.
        FdSet(unsafe { std::mem::zeroed() })
    }
}

impl FdSet {
    /// Adds a descriptor below `FD_SETSIZE`.
    pub fn add(&mut self, fd: i32) {
        assert!((0..libc::FD_SETSIZE as i32).contains(&fd));
        // SAFETY: inside of the set.
        unsafe { libc::FD_SET(fd, &raw mut self.0) }
    }
    /// Is it in?
    pub fn has(&self, fd: i32) -> bool {
        // SAFETY: only descriptors that were added are asked for.
        unsafe { libc::FD_ISSET(fd, &raw const self.0) }
    }
}

/// `select`; no timeout waits for ever.
pub fn select(below: i32, sets: &mut [FdSet; 3], nanoseconds: Option<i64>) -> Sys<usize> {
    let mut time = nanoseconds.map(|n| libc::timeval {
        tv_sec: (n / 1_000_000_000) as _,
        tv_usec: (n % 1_000_000_000 / 1000) as _,
    });
    let pointer = time.as_mut().map_or(std::ptr::null_mut(), std::ptr::from_mut);
    let [a, b, c] = sets;
    // SAFETY: three sets that are written by the system, and a time or none.
    checked(i64::from(unsafe { libc::select(below, &raw mut a.0, &raw mut b.0, &raw mut c.0, pointer) }))
        .map(|n| n as usize)
}

/// `epoll_create1`
pub fn epoll_create(flags: i32) -> Sys<i32> {
    // SAFETY: asks the system about a number.
    checked(i64::from(unsafe { libc::epoll_create1(flags) })).map(|n| n as i32)
}
/// `epoll_ctl`
pub fn epoll_control(epoll: i32, operation: i32, fd: i32, events: u32) -> Sys<()> {
    let mut event = libc::epoll_event { events, u64: fd as u32 as u64 };
    // SAFETY: the event is readable.
    checked(i64::from(unsafe { libc::epoll_ctl(epoll, operation, fd, &raw mut event) })).map(drop)
}
/// `epoll_wait`: descriptors with what came.
pub fn epoll_wait(epoll: i32, most: usize, milliseconds: i32) -> Sys<Vec<(i32, u32)>> {
    let mut events = vec![libc::epoll_event { events: 0, u64: 0 }; most];
    // SAFETY: the events are writable for their number.
    let n = checked(i64::from(unsafe {
        libc::epoll_wait(epoll, events.as_mut_ptr(), most as i32, milliseconds)
    }))?;
    Ok(events[..n as usize].iter().map(|e| (e.u64 as i32, e.events)).collect())
}
