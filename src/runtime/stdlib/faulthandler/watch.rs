//! `dump_traceback_later`: a thread that waits, and writes what the others do if nobody calls it off.
//!
//! It runs no Python. It asks for the interpreter lock, so that nothing moves while it looks; who does not give the lock up for a
//! tenth of a second is in the middle of native code, and its frames do not move either.

use std::sync::atomic::{AtomicPtr, AtomicU32};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::runtime::object::vm::{Interp, want};
use crate::runtime::stdlib::faulthandler::dump;
use crate::runtime::sys::fault::Pen;
use crate::runtime::sys::process::exit_now;
use crate::runtime::sys::signal::{self, SignalSet};
use crate::runtime::sys::sync::Bell;

/// How long it waits for the interpreter lock.
const PATIENCE: Duration = Duration::from_millis(100);

/// What is to be written, and when.
pub struct Watch {
    /// After how long.
    pub timeout: Duration,
    /// Again and again.
    pub repeat: bool,
    /// Where to.
    pub fd: i32,
    /// The process ends then.
    pub exit: bool,
}

#[derive(Default)]
struct State {
    called_off: Mutex<bool>,
    wake: Condvar,
}

/// The watch that is set; used under the interpreter lock only, but for what is in it.
static SET: Mutex<Option<Arc<State>>> = Mutex::new(None);

fn set() -> std::sync::MutexGuard<'static, Option<Arc<State>>> {
    SET.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Sets a watch; says whether the system has a thread for it.
pub fn start(watch: Watch) -> bool {
    let state = Arc::new(State::default());
    let shared = state.clone();
    let thread = std::thread::Builder::new().stack_size(256 << 10).spawn(move || run(&watch, &shared));
    if thread.is_ok() {
        *set() = Some(state);
    }
    thread.is_ok()
}

/// Takes the watch that is set; dropped by `call_off`, without the interpreter lock.
pub fn take() -> Option<CallOff> {
    set().take().map(CallOff)
}

/// A watch that shall not be kept.
pub struct CallOff(Arc<State>);

impl CallOff {
    /// When it returns, nothing is written any more.
    pub fn call_off(self) {
        *self.0.called_off.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.0.wake.notify_all();
    }
}

/// In a forked child: the thread is not there, and what it held is held for ever.
pub fn after_fork() {
    std::mem::forget(set().take());
}

fn run(watch: &Watch, state: &State) {
    // Signals are for the threads that run Python.
    let _ = signal::mask(libc::SIG_SETMASK, &SignalSet::full());
    let mut called_off = state.called_off.lock().unwrap_or_else(PoisonError::into_inner);
    loop {
        let deadline = Instant::now().checked_add(watch.timeout);
        while !*called_off {
            let Some(left) = deadline.map(|d| d.saturating_duration_since(Instant::now())) else { return };
            if left.is_zero() {
                break;
            }
            called_off = state.wake.wait_timeout(called_off, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        if *called_off {
            return;
        }
        // Whoever calls it off now waits until it is written.
        report(watch);
        if watch.exit {
            exit_now(1);
        }
        if !watch.repeat {
            return;
        }
    }
}

fn report(watch: &Watch) {
    static WANTED: AtomicU32 = AtomicU32::new(0);
    static LIMIT: AtomicPtr<u8> = AtomicPtr::new(std::ptr::null_mut());
    let Some(interp) = Interp::watched() else { return };
    let mut pen = Pen::new(watch.fd);
    pen.text("Timeout (");
    let seconds = watch.timeout.as_secs();
    pen.decimal(seconds / 3600);
    for part in [seconds / 60 % 60, seconds % 60] {
        pen.byte(b':');
        two(&mut pen, part);
    }
    let mut micros = u64::from(watch.timeout.subsec_nanos().div_ceil(1000));
    if micros != 0 {
        pen.byte(b'.');
        for unit in [10_000, 100, 1] {
            two(&mut pen, micros / unit);
            micros %= unit;
        }
    }
    pen.text(")!\n");
    let locked = interp.gil.acquire_within(PATIENCE, Bell { wanted: &WANTED, limit: &LIMIT }, want::LOCK);
    dump::once(|| dump::stacks(&mut pen, interp, None));
    if locked {
        interp.gil.release();
    }
}

fn two(pen: &mut Pen, number: u64) {
    pen.decimal(number / 10);
    pen.decimal(number % 10);
}
