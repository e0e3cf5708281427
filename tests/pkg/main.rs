//! The installer, tested against a loopback index and wheels made on the fly.

mod formats;
mod install;
mod malicious;
mod packse;
mod types;
mod venv;
mod wheels;
