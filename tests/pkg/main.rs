//! The installer, tested against a loopback index and wheels made on the fly.

mod build;
mod commands;
mod commands_files;
mod commands_index;
mod commands_kill;
mod commands_packse;
mod commands_run;
mod dx;
mod formats;
mod index;
mod index_config;
mod index_files;
mod index_git;
mod index_http;
mod install;
mod kill;
mod loopback;
mod malicious;
mod packse;
mod properties;
mod properties_index;
mod types;
mod venv;
mod venv_properties;
mod venv_python;
mod wheels;
