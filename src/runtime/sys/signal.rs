//! Signals beyond what the machine needs (which is in `sys`).

use super::{Sys, checked};

/// A set of signals.
#[derive(Clone, Copy)]
pub struct SignalSet(libc::sigset_t);

impl Default for SignalSet {
    fn default() -> SignalSet {
        // SAFETY: the system makes the set empty.
        unsafe {
            let mut set: libc::sigset_t = std::mem::zeroed();
            libc::sigemptyset(&raw mut set);
            SignalSet(set)
        }
    }
}

impl SignalSet {
    /// Adds a signal; says whether the system knows it.
    pub fn add(&mut self, number: i32) -> bool {
        // SAFETY: a valid set.
        unsafe { libc::sigaddset(&raw mut self.0, number) == 0 }
    }
    /// Every signal.
    pub fn full() -> SignalSet {
        let mut set = SignalSet::default();
        // SAFETY: a valid set.
        unsafe { libc::sigfillset(&raw mut set.0) };
        set
    }
    /// The signals.
    pub fn members(&self) -> Vec<i32> {
        // SAFETY: a valid set.
        (1..=64).filter(|n| unsafe { libc::sigismember(&raw const self.0, *n) } == 1).collect()
    }
    /// For calls that take it.
    pub fn raw(&self) -> &libc::sigset_t {
        &self.0
    }
}

/// `pthread_sigmask`: the old mask.
pub fn mask(how: i32, set: &SignalSet) -> Sys<SignalSet> {
    let mut old = SignalSet::default();
    // SAFETY: both sets are valid; the call gives the error itself.
    match unsafe { libc::pthread_sigmask(how, &raw const set.0, &raw mut old.0) } {
        0 => Ok(old),
        problem => Err(problem),
    }
}
/// `sigpending`
pub fn pending() -> Sys<SignalSet> {
    let mut set = SignalSet::default();
    // SAFETY: the set is written by the system.
    checked(i64::from(unsafe { libc::sigpending(&raw mut set.0) }))?;
    Ok(set)
}
/// `sigwait`
pub fn wait(set: &SignalSet) -> Sys<i32> {
    let mut number = 0;
    // SAFETY: a valid set; the call gives the error itself.
    match unsafe { libc::sigwait(&raw const set.0, &raw mut number) } {
        0 => Ok(number),
        problem => Err(problem),
    }
}
/// What is known of a signal that came: number, code, errno, pid, uid, status, band.
pub type Info = [i64; 7];

/// `sigtimedwait`; no timeout waits for ever.
pub fn wait_info(set: &SignalSet, nanoseconds: Option<i64>) -> Sys<Info> {
    // SAFETY: set, info and time are valid; the fields are those of every kind of signal.
    unsafe {
        let mut info: libc::siginfo_t = std::mem::zeroed();
        let result = match nanoseconds {
            Some(n) => {
                let time = super::clock::spec(n);
                libc::sigtimedwait(&raw const set.0, &raw mut info, &raw const time)
            }
            None => libc::sigwaitinfo(&raw const set.0, &raw mut info),
        };
        checked(i64::from(result))?;
        Ok([
            info.si_signo.into(),
            info.si_code.into(),
            info.si_errno.into(),
            info.si_pid().into(),
            info.si_uid().into(),
            info.si_status().into(),
            0,
        ])
    }
}
/// `raise`
pub fn raise(number: i32) -> Sys<()> {
    // SAFETY: asks the system about a number.
    checked(i64::from(unsafe { libc::raise(number) })).map(drop)
}
/// `pthread_kill`
pub fn kill_thread(thread: u64, number: i32) -> Sys<()> {
    // SAFETY: the thread is the caller's to answer for, as in Python.
    match unsafe { libc::pthread_kill(thread as libc::pthread_t, number) } {
        0 => Ok(()),
        problem => Err(problem),
    }
}
/// `alarm`
pub fn alarm(seconds: u32) -> u32 {
    // SAFETY: asks the system about a number.
    unsafe { libc::alarm(seconds) }
}
/// `pause`
pub fn pause() {
    // SAFETY: has no arguments.
    unsafe { libc::pause() };
}
/// `setitimer` (value and interval in microseconds) or, without, `getitimer`: the old or current ones.
pub fn timer(which: i32, set: Option<(i64, i64)>) -> Sys<(i64, i64)> {
    let time = |us: i64| libc::timeval { tv_sec: (us / 1_000_000) as _, tv_usec: (us % 1_000_000) as _ };
    let us = |t: libc::timeval| t.tv_sec as i64 * 1_000_000 + t.tv_usec as i64;
    // SAFETY: the structures are valid.
    unsafe {
        let mut old: libc::itimerval = std::mem::zeroed();
        let result = match set {
            Some((value, interval)) => {
                let new = libc::itimerval { it_value: time(value), it_interval: time(interval) };
                libc::setitimer(which as _, &raw const new, &raw mut old)
            }
            None => libc::getitimer(which as _, &raw mut old),
        };
        checked(i64::from(result))?;
        Ok((us(old.it_value), us(old.it_interval)))
    }
}
/// `siginterrupt`
pub fn interrupts(number: i32, flag: bool) -> Sys<()> {
    // SAFETY: the structure is valid.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        checked(i64::from(libc::sigaction(number, std::ptr::null(), &raw mut action)))?;
        if flag {
            action.sa_flags &= !libc::SA_RESTART;
        } else {
            action.sa_flags |= libc::SA_RESTART;
        }
        checked(i64::from(libc::sigaction(number, &raw const action, std::ptr::null_mut()))).map(drop)
    }
}
/// What a signal does now: 0 default, 1 ignored, 2 something else.
pub fn disposition(number: i32) -> Option<i64> {
    // SAFETY: the structure is written by the system.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        if libc::sigaction(number, std::ptr::null(), &raw mut action) != 0 {
            return None;
        }
        Some(match action.sa_sigaction {
            libc::SIG_DFL => 0,
            libc::SIG_IGN => 1,
            _ => 2,
        })
    }
}
/// `strsignal`
pub fn describe(number: i32) -> Option<String> {
    if !(1..=64).contains(&number) {
        return None;
    }
    // SAFETY: the system's text, copied at once under the interpreter lock.
    let text = unsafe {
        let at = libc::strsignal(number);
        if at.is_null() {
            return None;
        }
        std::ffi::CStr::from_ptr(at).to_string_lossy().into_owned()
    };
    if text.starts_with("Unknown signal") { None } else { Some(text) }
}
/// First and last real-time signal.
pub fn realtime() -> (i32, i32) {
    (libc::SIGRTMIN(), libc::SIGRTMAX())
}
/// `pidfd_send_signal`
pub fn send_pidfd(fd: i32, number: i32, flags: u32) -> Sys<()> {
    // SAFETY: numbers, and no information.
    checked(unsafe { libc::syscall(libc::SYS_pidfd_send_signal, fd, number, std::ptr::null::<u8>(), flags) })
        .map(drop)
}
