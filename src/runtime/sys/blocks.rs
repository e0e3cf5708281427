//! The allocator of the process: mimalloc for what is small, mappings of their own for large blocks.
//!
//! A large block grows by moving its pages, not its bytes, and is the system's again when it is freed. Of a list that is appended to,
//! the blocks that it has grown out of would stay in mimalloc's hands otherwise, nearly twice the list in all. The blocks freed last
//! are kept for those that ask next: a program that makes and drops large texts would wait for fresh pages each time.

use std::alloc::{GlobalAlloc, Layout};
use std::cell::UnsafeCell;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicBool, Ordering};

use mimalloc::MiMalloc;

/// Blocks of this size and above are large.
const LARGE: usize = 1 << 20;
const PAGE: usize = 4096;
/// Blocks that are kept, and bytes in all of them.
const KEPT: usize = 8;
const KEPT_BYTES: usize = 8 << 20;

/// See the module.
pub struct Allocator;

/// Is a block of this layout a mapping?
#[inline(always)]
fn is_large(layout: &Layout) -> bool {
    layout.size() >= LARGE && layout.align() <= PAGE
}

fn pages(size: usize) -> usize {
    // A layout's size is at most `isize::MAX`.
    (size + (PAGE - 1)) & !(PAGE - 1)
}

// SAFETY: what a layout says of a block decides alone whose it is, and it says the same when the block is freed or grown.
unsafe impl GlobalAlloc for Allocator {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if is_large(&layout) {
            return take(layout.size(), false);
        }
        // SAFETY: the caller's promise.
        unsafe { MiMalloc.alloc(layout) }
    }

    #[inline]
    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        if is_large(&layout) {
            // SAFETY: the caller's promise: the mapping is of that size and not used any more.
            return unsafe { give_back(at, pages(layout.size())) };
        }
        // SAFETY: the caller's promise.
        unsafe { MiMalloc.dealloc(at, layout) }
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if is_large(&layout) {
            return take(layout.size(), true);
        }
        // SAFETY: the caller's promise.
        unsafe { MiMalloc.alloc_zeroed(layout) }
    }

    #[inline]
    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller's promise: the size does not overflow when rounded up to the alignment.
        let new = unsafe { Layout::from_size_align_unchecked(size, layout.align()) };
        if !is_large(&layout) && !is_large(&new) {
            // SAFETY: the caller's promise.
            return unsafe { MiMalloc.realloc(at, layout, size) };
        }
        // SAFETY: the caller's promise.
        unsafe { regrow(at, layout, new) }
    }
}

/// Another size for a block that is large, will be, or both.
///
/// # Safety
/// As `realloc`.
#[cold]
unsafe fn regrow(at: *mut u8, old: Layout, new: Layout) -> *mut u8 {
    // SAFETY: as promised; blocks of different layouts do not overlap.
    unsafe {
        #[cfg(target_os = "linux")]
        if is_large(&old) && is_large(&new) {
            if pages(old.size()) == pages(new.size()) {
                return at;
            }
            return remap(at, pages(old.size()), pages(new.size()));
        }
        let moved = Allocator.alloc(new);
        if !moved.is_null() {
            std::ptr::copy_nonoverlapping(at, moved, old.size().min(new.size()));
            Allocator.dealloc(at, old);
        }
        moved
    }
}

/// A large block with more or fewer pages. One that has to move comes to where as much again is free behind it: what grows by little
/// and little, a text that is added to, would have to move each time.
///
/// # Safety
/// The block is a mapping of ours of the old size.
#[cfg(target_os = "linux")]
unsafe fn remap(at: *mut u8, old: usize, new: usize) -> *mut u8 {
    // SAFETY: a mapping of ours; what it moves onto was reserved right here and is nobody else's.
    unsafe {
        if libc::mremap(at.cast(), old, new, 0) != libc::MAP_FAILED {
            return at;
        }
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
        let room = libc::mmap(null_mut(), new.saturating_mul(2), libc::PROT_NONE, flags, -1, 0);
        let moved = if room == libc::MAP_FAILED {
            libc::mremap(at.cast(), old, new, libc::MREMAP_MAYMOVE)
        } else {
            let moved = libc::mremap(at.cast(), old, new, libc::MREMAP_MAYMOVE | libc::MREMAP_FIXED, room);
            let taken = if moved == libc::MAP_FAILED { 0 } else { new };
            libc::munmap(room.cast::<u8>().add(taken).cast(), new * 2 - taken);
            moved
        };
        if moved == libc::MAP_FAILED { null_mut() } else { moved.cast() }
    }
}

/// The blocks freed last, the latest last: address and size.
struct Kept {
    taken: AtomicBool,
    blocks: UnsafeCell<[(*mut u8, usize); KEPT]>,
}

// SAFETY: `blocks` is touched only by who has `taken`.
unsafe impl Sync for Kept {}

static BLOCKS: Kept =
    Kept { taken: AtomicBool::new(false), blocks: UnsafeCell::new([(null_mut(), 0); KEPT]) };

impl Kept {
    /// Runs something with the blocks, unless another thread has them; after a `fork` that may stay so.
    fn with<T>(&self, run: impl FnOnce(&mut [(*mut u8, usize); KEPT]) -> T) -> Option<T> {
        if self.taken.swap(true, Ordering::Acquire) {
            return None;
        }
        // SAFETY: nobody else has them until `taken` is false again.
        let result = run(unsafe { &mut *self.blocks.get() });
        self.taken.store(false, Ordering::Release);
        Some(result)
    }
}

/// A large block: a kept one that is not much larger, or a new one.
#[cold]
fn take(size: usize, zeroed: bool) -> *mut u8 {
    let size = pages(size);
    let kept = BLOCKS.with(|blocks| {
        let at = blocks.iter().rposition(|(_, kept)| *kept >= size && *kept - size <= size / 4)?;
        let found = blocks[at];
        blocks[at..].rotate_left(1);
        blocks[KEPT - 1] = (null_mut(), 0);
        Some(found)
    });
    // SAFETY: a fresh private mapping, or pages that are ours.
    unsafe {
        if let Some(Some((block, found))) = kept {
            if found > size {
                libc::munmap(block.add(size).cast(), found - size);
            }
            if zeroed {
                block.write_bytes(0, size);
            }
            return block;
        }
        let rights = libc::PROT_READ | libc::PROT_WRITE;
        let block = libc::mmap(null_mut(), size, rights, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS, -1, 0);
        if block == libc::MAP_FAILED { null_mut() } else { block.cast() }
    }
}

/// Keeps a block of so many bytes that nobody uses any more, and unmaps those that are too many then.
///
/// # Safety
/// It came from [`take`] or `mremap`.
#[cold]
unsafe fn give_back(block: *mut u8, size: usize) {
    let mut gone = [(null_mut(), 0); KEPT + 1];
    let kept = size <= KEPT_BYTES
        && BLOCKS
            .with(|blocks| {
                let mut bytes = size + blocks.iter().map(|(_, kept)| kept).sum::<usize>();
                for place in 0..KEPT {
                    // The first place is freed for the new block in any case.
                    if place == 0 || bytes > KEPT_BYTES {
                        gone[place] = std::mem::replace(&mut blocks[place], (null_mut(), 0));
                        bytes -= gone[place].1;
                    }
                }
                // Empty places first, in front of those in use.
                blocks.sort_by_key(|(at, _)| !at.is_null());
                blocks[0] = (block, size);
                blocks.rotate_left(1);
            })
            .is_some();
    if !kept {
        gone[KEPT] = (block, size);
    }
    for (block, size) in gone.into_iter().filter(|(_, size)| *size > 0) {
        // SAFETY: a mapping of ours that nobody uses.
        unsafe { libc::munmap(block.cast(), size) };
    }
}
