//! The installer, tested against a loopback index and wheels made on the fly.

mod formats;
mod index;
mod index_git;
mod install;
mod loopback;
mod malicious;
mod packse;
mod types;
mod venv;
mod venv_properties;
mod venv_python;
mod wheels;
