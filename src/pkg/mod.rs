//! The installer: what pip and uv do, without a Python. Knows nothing of the runtime.

pub mod entry_points;
pub mod install;
pub mod name;
pub mod python;
pub mod record;
pub mod version;
