//! Threads: their identities, locks that may be held across calls, and the interpreter lock.
//!
//! The interpreter lock is held by one thread of an interpreter at a time. Who waits for it longer than the switch
//! interval asks the holder, through the holder's word of wants, to hand it over; the holder does so between two
//! instructions and waits until somebody else took it.

use std::sync::atomic::{AtomicPtr, AtomicU32, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// `pthread_self`
pub fn thread_id() -> u64 {
    // SAFETY: has no arguments.
    unsafe { libc::pthread_self() as u64 }
}
/// The system's number of the thread.
pub fn native_id() -> u64 {
    // SAFETY: has no arguments.
    unsafe { libc::syscall(libc::SYS_gettid) as u64 }
}
/// Names the calling thread for the system.
pub fn set_thread_name(name: &std::ffi::CStr) -> i32 {
    // SAFETY: the name ends with a zero.
    unsafe { libc::pthread_setname_np(libc::pthread_self(), name.as_ptr()) }
}
/// The system's name of the calling thread.
pub fn thread_name() -> Vec<u8> {
    let mut buffer = [0u8; 64];
    // SAFETY: the buffer is writable for its length.
    unsafe { libc::pthread_getname_np(libc::pthread_self(), buffer.as_mut_ptr().cast(), buffer.len()) };
    super::file::until_zero(&buffer)
}

/// What is handed to a new thread though its type says that it must stay.
pub struct Hand<T>(T);

// SAFETY: whoever makes a `Hand` promises (`hand_over`) that the content is only used under the interpreter lock.
unsafe impl<T> Send for Hand<T> {}

impl<T> Hand<T> {
    /// The content.
    pub fn take(self) -> T {
        self.0
    }
}

/// Wraps what a new thread gets. The caller sees to it that the content is used and dropped only by a thread that holds the
/// interpreter lock.
pub fn hand_over<T>(content: T) -> Hand<T> {
    Hand(content)
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How long a thread waits for a lock until it takes the lock as soon as that is open.
const FAIR: Duration = Duration::from_millis(1);

/// What became of a wait for a lock.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Waited {
    /// The lock is the caller's.
    Taken,
    /// The lock was open; the caller must try to take it: nobody else was woken.
    Open,
    /// The deadline came first.
    InVain,
}

/// A lock that any thread may release.
#[derive(Default)]
pub struct Lock {
    state: Mutex<LockState>,
    free: Condvar,
}

#[derive(Default)]
struct LockState {
    held: bool,
    /// Threads that wait: without them nobody has to be woken.
    waiting: usize,
}

impl Lock {
    /// An open lock.
    pub fn new() -> Lock {
        Lock::default()
    }
    /// Takes it if it is open.
    pub fn try_acquire(&self) -> bool {
        !std::mem::replace(&mut locked(&self.state).held, true)
    }
    /// Waits until it is open, or the deadline. Never call it with the interpreter lock held.
    ///
    /// Who takes it before the interpreter lock stops the thread that runs, if that needs it too, and so does the next one: each
    /// pass through a guarded part would then cost a change of threads. So that is for those who have waited for long
    /// (since `began`); the others try once they may run.
    pub fn wait(&self, began: Instant, deadline: Option<Instant>) -> Waited {
        let mut state = locked(&self.state);
        while state.held {
            state.waiting += 1;
            match deadline {
                None => state = self.free.wait(state).unwrap_or_else(PoisonError::into_inner),
                Some(deadline) => {
                    let now = Instant::now();
                    if now >= deadline {
                        state.waiting -= 1;
                        return Waited::InVain;
                    }
                    state = self
                        .free
                        .wait_timeout(state, deadline - now)
                        .unwrap_or_else(PoisonError::into_inner)
                        .0;
                }
            }
            state.waiting -= 1;
        }
        if began.elapsed() < FAIR {
            return Waited::Open;
        }
        state.held = true;
        Waited::Taken
    }
    /// Opens it; says whether it was held.
    pub fn release(&self) -> bool {
        let mut state = locked(&self.state);
        let was = std::mem::replace(&mut state.held, false);
        let waiting = state.waiting;
        drop(state);
        if waiting != 0 {
            self.free.notify_one();
        }
        was
    }
    /// Is it held?
    pub fn is_held(&self) -> bool {
        locked(&self.state).held
    }
}

/// How a thread's machine is asked for something: its word of wants, and the pointer that is cleared with it.
#[derive(Clone, Copy)]
pub struct Bell {
    /// The word.
    pub wanted: &'static AtomicU32,
    /// The pointer.
    pub limit: &'static AtomicPtr<u8>,
}

impl Bell {
    /// Asks.
    pub fn ring(&self, bit: u32) {
        self.wanted.fetch_or(bit, Ordering::Release);
        self.limit.store(std::ptr::null_mut(), Ordering::Release);
    }
    fn address(&self) -> usize {
        std::ptr::from_ref(self.wanted) as usize
    }
}

struct Holder {
    /// The bell of the thread that has the lock.
    wanted: Option<Bell>,
    /// Counts every taking.
    round: u64,
}

/// The interpreter lock.
pub struct Gil {
    holder: Mutex<Holder>,
    free: Condvar,
    taken: Condvar,
    /// Threads that wait for `free` and for `taken`, counted under the mutex: without any, no system call is made.
    waiting: AtomicUsize,
    handing: AtomicUsize,
    /// Threads that take part; one alone needs no handing over.
    threads: AtomicUsize,
    /// Microseconds after which a waiting thread asks for it.
    interval: AtomicU32,
    /// The interpreter ends: threads that ask for the lock never get it, but the one whose word is at this address.
    closed: AtomicUsize,
}

impl Default for Gil {
    fn default() -> Gil {
        Gil {
            holder: Mutex::new(Holder { wanted: None, round: 0 }),
            free: Condvar::new(),
            taken: Condvar::new(),
            waiting: AtomicUsize::new(0),
            handing: AtomicUsize::new(0),
            threads: AtomicUsize::new(0),
            interval: AtomicU32::new(5000),
            closed: AtomicUsize::new(0),
        }
    }
}

impl Gil {
    /// Takes the lock; `want_bit` is what the holder is asked with.
    pub fn acquire(&self, wanted: Bell, want_bit: u32) {
        let mut holder = locked(&self.holder);
        if holder.wanted.is_some() {
            self.waiting.fetch_add(1, Ordering::AcqRel);
            while let Some(current) = holder.wanted {
                let round = holder.round;
                let patience = Duration::from_micros(u64::from(self.interval.load(Ordering::Relaxed)).max(1));
                let (again, timeout) =
                    self.free.wait_timeout(holder, patience).unwrap_or_else(PoisonError::into_inner);
                holder = again;
                if timeout.timed_out() && holder.wanted.is_some() && holder.round == round {
                    current.ring(want_bit);
                }
            }
            self.waiting.fetch_sub(1, Ordering::AcqRel);
        }
        let closed = self.closed.load(Ordering::Acquire);
        if closed != 0 && closed != wanted.address() {
            drop(holder);
            self.free.notify_one();
            loop {
                std::thread::park();
            }
        }
        holder.wanted = Some(wanted);
        holder.round = holder.round.wrapping_add(1);
        drop(holder);
        if self.handing.load(Ordering::Acquire) != 0 {
            self.taken.notify_all();
        }
    }
    /// Takes the lock for somebody who is no thread of the interpreter and does not wait for ever; says whether that came off. It is
    /// given back by `release`.
    pub fn acquire_within(&self, patience: Duration, wanted: Bell, want_bit: u32) -> bool {
        let deadline = Instant::now() + patience;
        let mut holder = locked(&self.holder);
        self.waiting.fetch_add(1, Ordering::AcqRel);
        while let Some(current) = holder.wanted {
            let now = Instant::now();
            if now >= deadline {
                break;
            }
            current.ring(want_bit);
            let slice = Duration::from_millis(5).min(deadline - now);
            holder = self.free.wait_timeout(holder, slice).unwrap_or_else(PoisonError::into_inner).0;
        }
        self.waiting.fetch_sub(1, Ordering::AcqRel);
        let free = holder.wanted.is_none() && self.closed.load(Ordering::Acquire) == 0;
        if free {
            holder.wanted = Some(wanted);
            holder.round = holder.round.wrapping_add(1);
        }
        drop(holder);
        if self.handing.load(Ordering::Acquire) != 0 {
            self.taken.notify_all();
        }
        if !free {
            self.free.notify_one();
        }
        free
    }
    /// Gives the lock up.
    pub fn release(&self) {
        locked(&self.holder).wanted = None;
        if self.waiting.load(Ordering::Acquire) != 0 {
            self.free.notify_one();
        }
    }
    /// Hands the lock to a thread that waits, and takes it again after that.
    pub fn hand_over(&self, wanted: Bell, want_bit: u32) {
        if self.waiting.load(Ordering::Acquire) == 0 {
            return;
        }
        let mut holder = locked(&self.holder);
        holder.wanted = None;
        let round = holder.round;
        self.free.notify_one();
        self.handing.fetch_add(1, Ordering::AcqRel);
        // Wait until another thread took it, else this one would be first again.
        while holder.round == round && self.waiting.load(Ordering::Acquire) > 0 {
            holder = self
                .taken
                .wait_timeout(holder, Duration::from_millis(5))
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        self.handing.fetch_sub(1, Ordering::AcqRel);
        drop(holder);
        self.acquire(wanted, want_bit);
    }
    /// Is there no other thread that could want the lock?
    #[inline(always)]
    pub fn is_alone(&self) -> bool {
        self.threads.load(Ordering::Acquire) <= 1
    }
    /// A thread comes.
    pub fn join_in(&self) {
        self.threads.fetch_add(1, Ordering::AcqRel);
    }
    /// A thread goes.
    pub fn leave(&self) {
        self.threads.fetch_sub(1, Ordering::AcqRel);
    }
    /// Threads that take part.
    pub fn threads(&self) -> usize {
        self.threads.load(Ordering::Acquire)
    }
    /// Sets the time after which a waiting thread asks for the lock.
    pub fn set_interval(&self, seconds: f64) {
        self.interval.store((seconds * 1e6).clamp(1.0, 4e9) as u32, Ordering::Relaxed);
    }
    /// From now on only the holder runs: whoever asks for the lock sleeps until the process ends.
    pub fn close(&self, wanted: Bell) {
        self.closed.store(wanted.address(), Ordering::Release);
    }
    /// Forks while no other thread is inside of the lock's own state; in the child only the calling thread is left.
    pub fn around_fork(&self, fork: impl FnOnce() -> super::Sys<i32>) -> super::Sys<i32> {
        let holder = locked(&self.holder);
        let result = fork();
        if result == Ok(0) {
            self.waiting.store(0, Ordering::Release);
            self.threads.store(1, Ordering::Release);
        }
        drop(holder);
        result
    }
}
