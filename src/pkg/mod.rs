//! The installer: what pip and uv do, without a Python. Knows nothing of the runtime.

pub mod index;
