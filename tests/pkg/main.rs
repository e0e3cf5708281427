//! The installer, tested against a loopback index and wheels made on the fly.

mod formats;
mod types;
mod venv;
mod venv_properties;
