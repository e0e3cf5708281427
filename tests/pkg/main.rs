//! The installer, tested against a loopback index and wheels made on the fly.

mod formats;
mod index;
mod index_git;
mod loopback;
mod packse;
mod types;
