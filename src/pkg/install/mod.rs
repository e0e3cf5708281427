//! From wheels to environments and back: checked, unpacked into the store, placed, recorded, removed.
//!
//! The way of a wheel: `archive` reads the zip file, `wheel` checks it and unpacks it, `store` keeps it by its hash with a `manifest`
//! beside it. A `Plan` says which distributions leave an environment and which come; `transaction::apply` makes it so, all of it or
//! nothing: `tree` finds out what has to be moved, `place` links the files into a staging directory, `journal` makes the moves so that
//! a kill at any moment can be undone.
//!
//! Who may do what: an environment is changed only under its exclusive lock (`lock`), after `transaction::recover`. Store entries
//! are used under a shared lock of the store and removed under an exclusive one.
//!
//! Not here: what to install (`resolve`), where wheels come from (`index`), how wheels are built (`build`).

mod addition;
pub mod archive;
pub mod failpoint;
mod folder;
pub mod installed;
mod journal;
pub mod layout;
pub mod lock;
pub mod manifest;
pub mod place;
pub mod scripts;
pub mod store;
pub mod transaction;
mod tree;
pub mod uninstall;
pub mod wheel;

/// How many threads disk work is worth.
fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, |count| count.get().min(8))
}

/// Runs `work` in so many threads, this one among them, until all have returned.
fn in_threads(threads: usize, work: impl Fn() + Sync) {
    if threads <= 1 {
        return work();
    }
    std::thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(&work);
        }
        work();
    });
}
