//! Processes: making, replacing, waiting for and describing them.

use std::ffi::{CStr, CString};

use super::{Sys, checked, errno};

fn unit(result: i32) -> Sys<()> {
    checked(i64::from(result)).map(drop)
}
fn number(result: i32) -> Sys<i32> {
    checked(i64::from(result)).map(|n| n as i32)
}

macro_rules! ask {
    ($($(#[$doc:meta])* $name:ident() -> $to:ty;)*) => { $(
        $(#[$doc])*
        pub fn $name() -> $to {
            // SAFETY: has no arguments and cannot fail.
            unsafe { libc::$name() as $to }
        }
    )* };
}

ask! {
    /// `getpid`
    getpid() -> i32;
    /// `getppid`
    getppid() -> i32;
    /// `getpgrp`
    getpgrp() -> i32;
    /// `getuid`
    getuid() -> u32;
    /// `geteuid`
    geteuid() -> u32;
    /// `getgid`
    getgid() -> u32;
    /// `getegid`
    getegid() -> u32;
}

macro_rules! order {
    ($($(#[$doc:meta])* $name:ident($($arg:ident: $ty:ty),*);)*) => { $(
        $(#[$doc])*
        pub fn $name($($arg: $ty),*) -> Sys<i32> {
            // SAFETY: asks the system about numbers.
            number(unsafe { libc::$name($($arg),*) } as i32)
        }
    )* };
}

order! {
    /// `setuid`
    setuid(id: u32);
    /// `seteuid`
    seteuid(id: u32);
    /// `setgid`
    setgid(id: u32);
    /// `setegid`
    setegid(id: u32);
    /// `setreuid`
    setreuid(real: u32, effective: u32);
    /// `setregid`
    setregid(real: u32, effective: u32);
    /// `setresuid`
    setresuid(real: u32, effective: u32, saved: u32);
    /// `setresgid`
    setresgid(real: u32, effective: u32, saved: u32);
    /// `getpgid`
    getpgid(pid: i32);
    /// `getsid`
    getsid(pid: i32);
    /// `setsid`
    setsid();
    /// `setpgid`
    setpgid(pid: i32, group: i32);
    /// `kill`
    kill(pid: i32, signal: i32);
    /// `killpg`
    killpg(group: i32, signal: i32);
    /// `tcgetpgrp`
    tcgetpgrp(fd: i32);
    /// `tcsetpgrp`
    tcsetpgrp(fd: i32, group: i32);
    /// `sched_yield`
    sched_yield();
    /// `sched_get_priority_min`
    sched_get_priority_min(policy: i32);
    /// `sched_get_priority_max`
    sched_get_priority_max(policy: i32);
    /// `sched_getscheduler`
    sched_getscheduler(pid: i32);
    /// `unshare`
    unshare(flags: i32);
    /// `setns`
    setns(fd: i32, kind: i32);
}

/// `getresuid`
pub fn getresuid() -> Sys<[u32; 3]> {
    let mut ids = [0; 3];
    let [a, b, c] = &mut ids;
    // SAFETY: three numbers that the system writes.
    unit(unsafe { libc::getresuid(a, b, c) })?;
    Ok(ids)
}
/// `getresgid`
pub fn getresgid() -> Sys<[u32; 3]> {
    let mut ids = [0; 3];
    let [a, b, c] = &mut ids;
    // SAFETY: three numbers that the system writes.
    unit(unsafe { libc::getresgid(a, b, c) })?;
    Ok(ids)
}
/// `getgroups`
pub fn getgroups() -> Sys<Vec<u32>> {
    let mut groups = vec![0; 65536];
    // SAFETY: the list is writable for its length.
    let n = number(unsafe { libc::getgroups(groups.len() as i32, groups.as_mut_ptr()) })?;
    groups.truncate(n as usize);
    Ok(groups)
}
/// `setgroups`
pub fn setgroups(groups: &[u32]) -> Sys<()> {
    // SAFETY: the list is readable for its length.
    unit(unsafe { libc::setgroups(groups.len(), groups.as_ptr()) })
}
/// `getpriority`
pub fn getpriority(which: i32, who: u32) -> Sys<i32> {
    // SAFETY: asks the system about numbers; `errno` tells -1 and an error apart.
    unsafe {
        *libc::__errno_location() = 0;
        let result = libc::getpriority(which as _, who);
        if result == -1 && errno() != 0 { Err(errno()) } else { Ok(result) }
    }
}
/// `setpriority`
pub fn setpriority(which: i32, who: u32, priority: i32) -> Sys<()> {
    // SAFETY: asks the system about numbers.
    unit(unsafe { libc::setpriority(which as _, who, priority) })
}
/// `nice`
pub fn nice(by: i32) -> Sys<i32> {
    // SAFETY: as for `getpriority`.
    unsafe {
        *libc::__errno_location() = 0;
        let result = libc::nice(by);
        if result == -1 && errno() != 0 { Err(errno()) } else { Ok(result) }
    }
}
/// `sched_getaffinity`: numbers of the processors.
pub fn affinity(pid: i32) -> Sys<Vec<usize>> {
    // SAFETY: a zeroed set is empty; it is written by the system.
    unsafe {
        let mut set: libc::cpu_set_t = std::mem::zeroed();
        unit(libc::sched_getaffinity(pid, size_of::<libc::cpu_set_t>(), &raw mut set))?;
        Ok((0..libc::CPU_SETSIZE as usize).filter(|n| libc::CPU_ISSET(*n, &set)).collect())
    }
}
/// `sched_setaffinity`
pub fn set_affinity(pid: i32, processors: &[usize]) -> Sys<()> {
    // SAFETY: numbers outside of the set are left out.
    unsafe {
        let mut set: libc::cpu_set_t = std::mem::zeroed();
        for n in processors.iter().filter(|n| **n < libc::CPU_SETSIZE as usize) {
            libc::CPU_SET(*n, &mut set);
        }
        unit(libc::sched_setaffinity(pid, size_of::<libc::cpu_set_t>(), &raw const set))
    }
}
/// `sched_getparam`
pub fn sched_param(pid: i32) -> Sys<i32> {
    // SAFETY: the structure is written by the system.
    unsafe {
        let mut param: libc::sched_param = std::mem::zeroed();
        unit(libc::sched_getparam(pid, &raw mut param))?;
        Ok(param.sched_priority)
    }
}
/// `sched_setparam`, or with a policy `sched_setscheduler`.
pub fn set_sched(pid: i32, policy: Option<i32>, priority: i32) -> Sys<()> {
    // SAFETY: the structure is readable.
    unsafe {
        let mut param: libc::sched_param = std::mem::zeroed();
        param.sched_priority = priority;
        unit(match policy {
            Some(policy) => libc::sched_setscheduler(pid, policy, &raw const param),
            None => libc::sched_setparam(pid, &raw const param),
        })
    }
}
/// `sched_rr_get_interval` in nanoseconds.
pub fn sched_interval(pid: i32) -> Sys<i64> {
    // SAFETY: the structure is written by the system.
    unsafe {
        let mut time: libc::timespec = std::mem::zeroed();
        unit(libc::sched_rr_get_interval(pid, &raw mut time))?;
        Ok(time.tv_sec as i64 * 1_000_000_000 + time.tv_nsec as i64)
    }
}
/// `getloadavg`
pub fn load_average() -> Option<[f64; 3]> {
    let mut loads = [0.0; 3];
    // SAFETY: room for three numbers.
    if unsafe { libc::getloadavg(loads.as_mut_ptr(), 3) } == 3 { Some(loads) } else { None }
}
/// `sysconf`; `None`: the name has no value.
pub fn sysconf(name: i32) -> Sys<i64> {
    // SAFETY: asks the system about a number; `errno` tells -1 and an error apart.
    unsafe {
        *libc::__errno_location() = 0;
        let result = libc::sysconf(name);
        if result == -1 && errno() != 0 { Err(errno()) } else { Ok(result as i64) }
    }
}
/// `confstr`
pub fn confstr(name: i32) -> Sys<Option<Vec<u8>>> {
    let mut buffer = vec![0u8; 4096];
    // SAFETY: the buffer is writable for its length.
    unsafe {
        *libc::__errno_location() = 0;
        let n = libc::confstr(name, buffer.as_mut_ptr().cast(), buffer.len());
        if n == 0 {
            return if errno() != 0 { Err(errno()) } else { Ok(None) };
        }
        buffer.truncate(n - 1);
    }
    Ok(Some(buffer))
}
/// The C library's name and version (`glibc 2.36`), where it tells.
pub fn libc_version() -> Option<String> {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        String::from_utf8(confstr(libc::_CS_GNU_LIBC_VERSION).ok()??).ok()
    }
    #[cfg(not(all(target_os = "linux", target_env = "gnu")))]
    None
}
/// `uname`: system, node, release, version, machine.
pub fn uname() -> Sys<[Vec<u8>; 5]> {
    // SAFETY: the structure is written by the system, its texts end with a zero.
    unsafe {
        let mut raw: libc::utsname = std::mem::zeroed();
        unit(libc::uname(&raw mut raw))?;
        Ok([raw.sysname, raw.nodename, raw.release, raw.version, raw.machine]
            .map(|text| CStr::from_ptr(text.as_ptr()).to_bytes().to_vec()))
    }
}
/// `times` in clock ticks: user, system, children's user and system, elapsed.
pub fn times() -> [i64; 5] {
    // SAFETY: the structure is written by the system.
    unsafe {
        let mut raw: libc::tms = std::mem::zeroed();
        let elapsed = libc::times(&raw mut raw);
        [
            raw.tms_utime as i64,
            raw.tms_stime as i64,
            raw.tms_cutime as i64,
            raw.tms_cstime as i64,
            elapsed as i64,
        ]
    }
}
/// `getlogin`
pub fn getlogin() -> Sys<Vec<u8>> {
    // SAFETY: the system's text, copied at once under the interpreter lock.
    unsafe {
        let name = libc::getlogin();
        if name.is_null() { Err(errno()) } else { Ok(CStr::from_ptr(name).to_bytes().to_vec()) }
    }
}
/// `getrandom`
pub fn getrandom(buffer: &mut [u8], flags: u32) -> Sys<usize> {
    // SAFETY: the buffer is writable for its length.
    checked(unsafe { libc::getrandom(buffer.as_mut_ptr().cast(), buffer.len(), flags) } as i64)
        .map(|n| n as usize)
}
/// `gethostname`
pub fn hostname() -> Sys<Vec<u8>> {
    let mut buffer = [0u8; 1024];
    // SAFETY: the buffer is writable for its length.
    unit(unsafe { libc::gethostname(buffer.as_mut_ptr().cast(), buffer.len()) })?;
    Ok(super::file::until_zero(&buffer))
}
/// `sethostname`
pub fn set_hostname(name: &[u8]) -> Sys<()> {
    // SAFETY: the text is readable for its length.
    unit(unsafe { libc::sethostname(name.as_ptr().cast(), name.len()) })
}

/// What a process used: times in microseconds, then the numbers of `struct rusage`.
pub type Usage = [i64; 16];

fn usage_of(raw: &libc::rusage) -> Usage {
    let us = |t: libc::timeval| t.tv_sec as i64 * 1_000_000 + t.tv_usec as i64;
    [
        us(raw.ru_utime),
        us(raw.ru_stime),
        raw.ru_maxrss as i64,
        raw.ru_ixrss as i64,
        raw.ru_idrss as i64,
        raw.ru_isrss as i64,
        raw.ru_minflt as i64,
        raw.ru_majflt as i64,
        raw.ru_nswap as i64,
        raw.ru_inblock as i64,
        raw.ru_oublock as i64,
        raw.ru_msgsnd as i64,
        raw.ru_msgrcv as i64,
        raw.ru_nsignals as i64,
        raw.ru_nvcsw as i64,
        raw.ru_nivcsw as i64,
    ]
}

/// `getrusage`
pub fn usage(who: i32) -> Sys<Usage> {
    // SAFETY: the structure is written by the system.
    unsafe {
        let mut raw: libc::rusage = std::mem::zeroed();
        unit(libc::getrusage(who as _, &raw mut raw))?;
        Ok(usage_of(&raw))
    }
}
/// `prlimit`: the old limits; sets new ones if there are any.
pub fn limit(pid: i32, resource: i32, new: Option<(u64, u64)>) -> Sys<(u64, u64)> {
    let new = new.map(|(soft, hard)| libc::rlimit { rlim_cur: soft, rlim_max: hard });
    let pointer = new.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
    // SAFETY: the structures are valid or null.
    unsafe {
        let mut old: libc::rlimit = std::mem::zeroed();
        unit(libc::prlimit(pid, resource as _, pointer, &raw mut old))?;
        Ok((old.rlim_cur, old.rlim_max))
    }
}

/// `fork`. What must be right in the child is the caller's matter.
pub fn fork() -> Sys<i32> {
    // SAFETY: the interpreter lock is held; the child runs on in this thread alone.
    number(unsafe { libc::fork() })
}
/// `forkpty`: the process, and the terminal in the parent.
pub fn forkpty() -> Sys<(i32, i32)> {
    let mut master = -1;
    let none = std::ptr::null_mut();
    // SAFETY: as for `fork`; the number is written by the system, the rest is not asked for.
    let pid = number(unsafe { libc::forkpty(&raw mut master, none, none.cast(), none.cast()) })?;
    Ok((pid, master))
}
/// `login_tty`
pub fn login_tty(fd: i32) -> Sys<()> {
    // SAFETY: asks the system about a number.
    unit(unsafe { libc::login_tty(fd) })
}
/// `_exit`
pub fn exit_now(status: i32) -> ! {
    // SAFETY: ends the process at once.
    unsafe { libc::_exit(status) }
}
/// `abort`
pub fn abort() -> ! {
    // SAFETY: ends the process at once.
    unsafe { libc::abort() }
}
/// `system`
pub fn system(command: &CStr) -> i32 {
    // SAFETY: the text ends with a zero.
    unsafe { libc::system(command.as_ptr()) }
}

/// Texts as the system wants lists of them.
pub struct Texts {
    _owned: Vec<CString>,
    pointers: Vec<*const libc::c_char>,
}

impl Texts {
    /// Makes the list.
    pub fn new(texts: Vec<CString>) -> Texts {
        let pointers = texts.iter().map(|t| t.as_ptr()).chain([std::ptr::null()]).collect();
        Texts { _owned: texts, pointers }
    }
    fn as_ptr(&self) -> *const *const libc::c_char {
        self.pointers.as_ptr()
    }
}

/// `execve`, `fexecve`, or `execv` without environment; comes back only with an error.
pub fn exec(program: Result<&CStr, i32>, args: &Texts, environment: Option<&Texts>) -> i32 {
    // SAFETY: the lists end with a null, the texts with a zero.
    unsafe {
        match (program, environment) {
            (Ok(path), Some(environment)) => libc::execve(path.as_ptr(), args.as_ptr(), environment.as_ptr()),
            (Ok(path), None) => libc::execv(path.as_ptr(), args.as_ptr()),
            (Err(fd), Some(environment)) => libc::fexecve(fd, args.as_ptr(), environment.as_ptr()),
            (Err(_), None) => return libc::EINVAL,
        };
    }
    errno()
}

/// `wait4`: process, status, usage.
pub fn wait(pid: i32, options: i32) -> Sys<(i32, i32, Usage)> {
    let mut status = 0;
    // SAFETY: status and usage are written by the system.
    unsafe {
        let mut raw: libc::rusage = std::mem::zeroed();
        let found = number(libc::wait4(pid, &raw mut status, options, &raw mut raw))?;
        Ok((found, status, usage_of(&raw)))
    }
}
/// `waitid`: process, user, signal, status, code; `None` if nothing happened yet.
pub fn waitid(kind: i32, id: u32, options: i32) -> Sys<Option<[i64; 5]>> {
    // SAFETY: the structure is written by the system and read as what `waitid` makes.
    unsafe {
        let mut info: libc::siginfo_t = std::mem::zeroed();
        unit(libc::waitid(kind as _, id, &raw mut info, options))?;
        if info.si_pid() == 0 {
            return Ok(None);
        }
        Ok(Some([
            info.si_pid().into(),
            info.si_uid().into(),
            info.si_signo.into(),
            info.si_status().into(),
            info.si_code.into(),
        ]))
    }
}
/// `pidfd_open`
pub fn pidfd(pid: i32, flags: u32) -> Sys<i32> {
    // SAFETY: asks the system about numbers.
    checked(unsafe { libc::syscall(libc::SYS_pidfd_open, pid, flags) }).map(|fd| fd as i32)
}

/// A file action of `posix_spawn`.
pub enum FileAction {
    /// Opens a file at a descriptor.
    Open(i32, CString, i32, u32),
    /// Closes a descriptor.
    Close(i32),
    /// Duplicates a descriptor.
    Dup2(i32, i32),
    /// Closes this and all descriptors above.
    CloseFrom(i32),
}

/// What `posix_spawn` is told.
#[derive(Default)]
pub struct SpawnOptions {
    /// In order.
    pub actions: Vec<FileAction>,
    /// Process group.
    pub group: Option<i32>,
    /// Effective ids become the real ones.
    pub reset_ids: bool,
    /// A session of its own.
    pub session: bool,
    /// Mask of signals.
    pub mask: Option<super::signal::SignalSet>,
    /// Signals that get their default.
    pub defaults: Option<super::signal::SignalSet>,
    /// Policy (or the same) and priority.
    pub scheduler: Option<(Option<i32>, i32)>,
}

/// `posix_spawn`, `posix_spawnp`
pub fn spawn(
    path: &CStr,
    search: bool,
    args: &Texts,
    environment: &Texts,
    options: &SpawnOptions,
) -> Sys<i32> {
    // SAFETY: attributes and actions are made before and destroyed after use; lists end with a null, texts with a zero.
    unsafe {
        let mut actions: libc::posix_spawn_file_actions_t = std::mem::zeroed();
        libc::posix_spawn_file_actions_init(&raw mut actions);
        for action in &options.actions {
            match action {
                FileAction::Open(fd, path, flags, mode) => libc::posix_spawn_file_actions_addopen(
                    &raw mut actions,
                    *fd,
                    path.as_ptr(),
                    *flags,
                    *mode,
                ),
                FileAction::Close(fd) => libc::posix_spawn_file_actions_addclose(&raw mut actions, *fd),
                FileAction::Dup2(fd, to) => {
                    libc::posix_spawn_file_actions_adddup2(&raw mut actions, *fd, *to)
                }
                FileAction::CloseFrom(fd) => {
                    libc::posix_spawn_file_actions_addclosefrom_np(&raw mut actions, *fd)
                }
            };
        }
        let mut attributes: libc::posix_spawnattr_t = std::mem::zeroed();
        libc::posix_spawnattr_init(&raw mut attributes);
        let mut flags = 0;
        if let Some(group) = options.group {
            libc::posix_spawnattr_setpgroup(&raw mut attributes, group);
            flags |= libc::POSIX_SPAWN_SETPGROUP;
        }
        if options.reset_ids {
            flags |= libc::POSIX_SPAWN_RESETIDS;
        }
        if options.session {
            flags |= 0x80;
        }
        if let Some(mask) = &options.mask {
            libc::posix_spawnattr_setsigmask(&raw mut attributes, mask.raw());
            flags |= libc::POSIX_SPAWN_SETSIGMASK;
        }
        if let Some(defaults) = &options.defaults {
            libc::posix_spawnattr_setsigdefault(&raw mut attributes, defaults.raw());
            flags |= libc::POSIX_SPAWN_SETSIGDEF;
        }
        if let Some((policy, priority)) = options.scheduler {
            let mut param: libc::sched_param = std::mem::zeroed();
            param.sched_priority = priority;
            if let Some(policy) = policy {
                libc::posix_spawnattr_setschedpolicy(&raw mut attributes, policy);
                flags |= libc::POSIX_SPAWN_SETSCHEDULER;
            }
            libc::posix_spawnattr_setschedparam(&raw mut attributes, &raw const param);
            flags |= libc::POSIX_SPAWN_SETSCHEDPARAM;
        }
        libc::posix_spawnattr_setflags(&raw mut attributes, flags as _);
        let mut pid = 0;
        let (argv, envp) =
            (args.as_ptr().cast::<*mut libc::c_char>(), environment.as_ptr().cast::<*mut libc::c_char>());
        let problem = if search {
            libc::posix_spawnp(
                &raw mut pid,
                path.as_ptr(),
                &raw const actions,
                &raw const attributes,
                argv,
                envp,
            )
        } else {
            libc::posix_spawn(
                &raw mut pid,
                path.as_ptr(),
                &raw const actions,
                &raw const attributes,
                argv,
                envp,
            )
        };
        libc::posix_spawn_file_actions_destroy(&raw mut actions);
        libc::posix_spawnattr_destroy(&raw mut attributes);
        if problem == 0 { Ok(pid) } else { Err(problem) }
    }
}

/// What a child of `fork_exec` does between `fork` and `exec`.
pub struct ChildPlan {
    /// Programs to try, in order.
    pub programs: Vec<CString>,
    /// Arguments.
    pub args: Texts,
    /// Environment; the parent's else.
    pub environment: Option<Texts>,
    /// Descriptors above 2 are closed.
    pub close_fds: bool,
    /// But these, sorted.
    pub keep: Vec<i32>,
    /// Folder to go to.
    pub folder: Option<CString>,
    /// p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite, errpipe_read, errpipe_write
    pub pipes: [i32; 8],
    /// SIGPIPE and SIGXFSZ get their default.
    pub restore_signals: bool,
    /// A session of its own.
    pub session: bool,
    /// Process group to set; -1: none.
    pub group: i32,
    /// Group id.
    pub gid: Option<u32>,
    /// Further groups.
    pub groups: Option<Vec<u32>>,
    /// User id.
    pub uid: Option<u32>,
    /// `umask`; negative: as it is.
    pub umask: i32,
}

/// Does what the plan says; the child never comes back. `before_exec` says whether it went well. On failure the text that
/// Python's `subprocess` expects is written into the pipe for errors.
pub fn run_child(plan: &ChildPlan, before_exec: Option<&mut dyn FnMut() -> bool>) -> ! {
    let pipe = plan.pipes[7];
    let (mut phase, mut class) = ("", "OSError");
    let problem = match prepare_child(plan) {
        Err((number, is_chdir)) => {
            phase = if is_chdir { "noexec:chdir" } else { "noexec" };
            number
        }
        Ok(()) => 'run: {
            if let Some(before_exec) = before_exec
                && !before_exec()
            {
                class = "SubprocessError";
                phase = "Exception occurred in preexec_fn.";
                break 'run 0;
            }
            if plan.close_fds {
                close_above(3, &plan.keep);
            }
            let mut worst = libc::ENOENT;
            for program in &plan.programs {
                let number = exec(Ok(program), &plan.args, plan.environment.as_ref());
                if number != libc::ENOENT && number != libc::ENOTDIR {
                    worst = number;
                    if !matches!(number, libc::EACCES) {
                        break;
                    }
                }
            }
            worst
        }
    };
    let text = if class == "OSError" {
        format!("OSError:{problem:X}:{phase}")
    } else {
        format!("{class}:0:{phase}")
    };
    super::write_all(pipe, text.as_bytes());
    exit_now(255)
}

fn prepare_child(plan: &ChildPlan) -> Result<(), (i32, bool)> {
    use super::file::{close, dup, dup2, fcntl, set_inheritable};
    let plain = |number: i32| (number, false);
    let [p2cread, p2cwrite, mut c2pread, mut c2pwrite, errread, mut errwrite, errpipe_read, errpipe_write] =
        plan.pipes;
    let _ = (&mut c2pread, errpipe_write);
    for fd in &plan.keep {
        if *fd != errpipe_write {
            let _ = set_inheritable(*fd, true);
        }
    }
    for fd in [p2cwrite, c2pread, errread] {
        if fd != -1 {
            close(fd).map_err(plain)?;
        }
    }
    close(errpipe_read).map_err(plain)?;
    // Low descriptors that are in the way of others are moved.
    if c2pwrite == 0 {
        c2pwrite = dup(c2pwrite).map_err(plain)?;
    }
    while errwrite == 0 || errwrite == 1 {
        errwrite = fcntl(errwrite, libc::F_DUPFD_CLOEXEC, 3).map_err(plain)?;
    }
    for (from, to) in [(p2cread, 0), (c2pwrite, 1), (errwrite, 2)] {
        if from == to {
            set_inheritable(from, true).map_err(plain)?;
        } else if from != -1 {
            dup2(from, to, true).map_err(plain)?;
        }
    }
    if let Some(folder) = &plan.folder {
        super::file::chdir(folder).map_err(|number| (number, true))?;
    }
    if plan.umask >= 0 {
        super::file::umask(plan.umask as u32);
    }
    if plan.restore_signals {
        for signal in [libc::SIGPIPE, libc::SIGXFSZ] {
            super::set_signal(signal, super::Disposition::Default);
        }
    }
    if plan.session {
        setsid().map_err(plain)?;
    }
    if plan.group >= 0 {
        setpgid(0, plan.group).map_err(plain)?;
    }
    if let Some(groups) = &plan.groups {
        setgroups(groups).map_err(plain)?;
    }
    if let Some(gid) = plan.gid {
        setregid(gid, gid).map_err(plain)?;
    }
    if let Some(uid) = plan.uid {
        setreuid(uid, uid).map_err(plain)?;
    }
    Ok(())
}

/// Closes all descriptors from `first` on but those in the sorted list.
pub fn close_above(first: i32, keep: &[i32]) {
    let mut from = first;
    for fd in keep.iter().copied().filter(|fd| *fd >= first) {
        if fd > from {
            close_range(from, fd - 1);
        }
        from = fd + 1;
    }
    close_range(from, i32::MAX);
}

/// Closes the descriptors of a range; errors are for nobody.
pub fn close_range(first: i32, last: i32) {
    if first > last || last < 0 {
        return;
    }
    // SAFETY: closes numbers; whose they are is the caller's matter.
    unsafe {
        if libc::syscall(libc::SYS_close_range, first.max(0) as u32, last as u32, 0u32) == 0 {
            return;
        }
        let most = libc::sysconf(libc::_SC_OPEN_MAX).clamp(256, 1 << 20) as i32;
        for fd in first.max(0)..=last.min(most) {
            libc::close(fd);
        }
    }
}
