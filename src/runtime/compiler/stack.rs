//! Room for recursion over syntax trees: the native stack grows where it would end.

/// Rest of the stack that is never touched, and size of what is added.
const RED_ZONE: usize = 256 * 1024;
const SEGMENT: usize = 4 * 1024 * 1024;

/// Depth that is assumed of a tree that was refused.
pub const UNMEASURED: u32 = 500_000;

/// Runs something recursive with stack enough for one more level.
pub fn with_stack<T>(run: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(RED_ZONE, SEGMENT, run)
}

/// Runs something that recurses `depth` levels on its own, such as dropping a tree.
pub fn with_depth<T>(depth: u32, run: impl FnOnce() -> T) -> T {
    let needed = depth as usize * 1024 + RED_ZONE;
    stacker::maybe_grow(needed, needed, run)
}
