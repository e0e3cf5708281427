//! The installer: what pip and uv do, without a Python. Knows nothing of the runtime.
//!
//! The pure types come first (`name`, `version`, `specifier`, `marker`, `requirement`, `tags`, `filename`): no IO in them.

pub mod filename;
pub mod index;
pub mod marker;
pub mod name;
pub mod requirement;
pub mod resolve;
mod scan;
pub mod specifier;
pub mod tags;
pub mod version;
