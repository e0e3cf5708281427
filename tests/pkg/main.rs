//! The installer, tested against a loopback index and wheels made on the fly.

mod formats;
mod properties;
mod types;
mod venv;
