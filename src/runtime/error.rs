//! How a Python exception travels through Rust: a zero-sized token in `Result`; the exception itself lies in the
//! thread (`vm::Vm`), put there by the constructors in `object::raise`.

/// The token that says: an exception has been raised and lies in the thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Raised(());

impl Raised {
    /// Made by the one who has put the exception into the thread.
    #[inline(always)]
    pub const fn token() -> Raised {
        Raised(())
    }
}

/// Result of anything that can raise.
pub type PyResult<T> = Result<T, Raised>;
