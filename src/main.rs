//! The process: hands the arguments to the front and ends the way it says.

#![cfg_attr(all(target_os = "linux", target_env = "gnu", not(test)), no_main)]

use dx::runtime::api::ExitStatus;

#[cfg(not(feature = "check"))]
#[global_allocator]
static ALLOCATOR: dx::runtime::api::Allocator = dx::runtime::api::Allocator;

#[cfg(not(all(target_os = "linux", target_env = "gnu", not(test))))]
fn main() {
    run();
}

/// Where glibc enters. The language's own start is left out: it reads the list of mappings to find a guard page of a stack on which no
/// program runs, and opens the standard streams that the parent closed, which a Python program is to find closed.
// SAFETY: the only symbol of that name, with the signature that C gives it. The arguments are read by `std` before (`.init_array`).
#[cfg(all(target_os = "linux", target_env = "gnu", not(test)))]
#[unsafe(no_mangle)]
extern "C" fn main(_: libc::c_int, _: *const *const libc::c_char) -> libc::c_int {
    // SAFETY: plain numbers. Writing to a closed pipe is an error like others, as it is in programs that start the usual way.
    unsafe { libc::signal(libc::SIGPIPE, libc::SIG_IGN) };
    run()
}

fn run() -> ! {
    match dx::cli::main(std::env::args_os().collect()) {
        ExitStatus::Code(code) => std::process::exit(code),
        ExitStatus::Signal(signal) => die_by(signal),
    }
}

/// Ends the process by `signal`, so that the parent sees a death by signal and not an exit code.
fn die_by(signal: i32) -> ! {
    #[cfg(unix)]
    // SAFETY: both calls take plain numbers; SIG_DFL is a valid disposition, and a wrong signal number makes them fail harmlessly.
    unsafe {
        libc::signal(signal, libc::SIG_DFL);
        libc::raise(signal);
    }
    // Reached when the signal is blocked or ignored by default; a shell's convention says the same with a code.
    std::process::exit(128 + signal)
}
