//! The process: hands the arguments to the front and ends the way it says.

use dx::runtime::api::ExitStatus;

#[cfg(not(feature = "check"))]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
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
