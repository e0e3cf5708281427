//! The Python that packages are installed for, as far as the installer needs one.

use std::path::Path;

/// Implemented by the command line, which knows the runtime.
pub trait Python: Sync {
    /// The executable of it.
    fn executable(&self) -> &Path;

    /// The tag in the names of its bytecode files, such as `dx-314`.
    fn cache_tag(&self) -> &str;

    /// The first four bytes of its bytecode files.
    fn magic(&self) -> [u8; 4];

    /// The marshalled code of a module, without a bytecode file's header; `None` when it does not compile. `path` is for
    /// messages: loading corrects it.
    fn compile(&self, source: &[u8], path: &Path) -> Option<Vec<u8>>;
}
