//! The installer, tested against a loopback index and wheels made on the fly.

mod install;
mod malicious;
mod wheels;
