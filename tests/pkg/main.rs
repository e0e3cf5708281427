//! The installer, tested against a loopback index and wheels made on the fly.

mod formats;
mod install;
mod kill;
mod malicious;
mod packse;
mod properties;
mod types;
mod wheels;
