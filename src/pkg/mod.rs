//! The installer: what pip and uv do, without a Python. Knows nothing of the runtime.
//!
//! The pure types come first (`name`, `version`, `specifier`, `marker`, `requirement`, `tags`, `filename`): no IO in them.

pub mod build;
pub mod cache;
pub mod commands;
pub mod direct_url;
pub mod entry_points;
pub mod fallback;
pub mod filename;
pub mod groups;
pub mod index;
pub mod install;
pub mod marker;
pub mod metadata;
pub mod name;
pub mod pylock;
pub mod pyproject;
pub mod python;
pub mod record;
pub mod requirement;
pub mod requirements;
pub mod resolve;
mod scan;
pub mod script;
pub mod specifier;
pub mod tags;
pub mod venv;
pub mod version;
