//! The allocator of the process: mimalloc, with mappings of their own for large blocks and lists of small ones in front.
//!
//! mimalloc hands out a page's blocks one after the other, and those that were freed when it has got through: blocks that live
//! shortly, most of ours, come from memory that no cache holds any more. So each thread keeps the small blocks that were freed last
//! and gives out the last one first. The lists are short; what they do not take is mimalloc's, all of it when the thread ends. The
//! first small blocks of the process lie side by side in one piece of memory whose pages are there at once, where mimalloc would touch
//! a page for each class: a program that does little waits for fewer pages.
//!
//! A large block grows by moving its pages, not its bytes, and is the system's again when it is freed. Of a list that is appended to,
//! the blocks that it has grown out of would stay in mimalloc's hands otherwise, nearly twice the list in all. The blocks freed last
//! are kept for those that ask next: a program that makes and drops large texts would wait for fresh pages each time.

use std::alloc::{GlobalAlloc, Layout};
use std::cell::{Cell, UnsafeCell};
use std::ptr::null_mut;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize, Ordering};

use mimalloc::MiMalloc;

/// Blocks of this size and above are large.
const LARGE: usize = 1 << 20;
const PAGE: usize = 4096;
/// Blocks that are kept, and bytes in all of them.
const KEPT: usize = 8;
const KEPT_BYTES: usize = 8 << 20;

/// Small blocks are of whole units, each number of units a class up to `FINE` bytes; then there are eight classes from one power of
/// two to the next, up to `SMALL` bytes.
const UNIT: usize = 16;
const FINE: usize = 512;
const SMALL_BYTES: usize = 8 << 10;
const CLASSES: usize = FINE / UNIT + 1 + 8 * (SMALL_BYTES.ilog2() - FINE.ilog2()) as usize;
/// Bytes that a list of small blocks holds at most.
const LISTED: usize = 16 << 10;

/// See the module.
pub struct Allocator;

/// The blocks of a class that were freed last: each one's first word is the address of the next.
struct List {
    first: Cell<*mut u8>,
    /// How many more it takes.
    room: Cell<u32>,
}

/// A thread's lists by class.
struct Lists {
    lists: [List; CLASSES],
    /// Whether they are given back when the thread ends.
    watched: Cell<bool>,
}

thread_local! {
    static SMALL: Lists = const {
        let mut lists = [const { List { first: Cell::new(null_mut()), room: Cell::new(0) } }; CLASSES];
        let mut class = 1;
        while class < CLASSES {
            lists[class].room = Cell::new((LISTED / size_of_class(class)) as u32);
            class += 1;
        }
        Lists { lists, watched: Cell::new(false) }
    };
    static END: End = const { End };
}

/// Gives the lists back when the thread ends.
struct End;

impl Drop for End {
    fn drop(&mut self) {
        SMALL.with(|small| {
            for (class, list) in small.lists.iter().enumerate() {
                // Whatever is freed from now on is no longer listed.
                list.room.set(0);
                let mut at = list.first.replace(null_mut());
                while !at.is_null() {
                    // SAFETY: a listed block is nobody's, of its class's size, and its first word the next one's address.
                    unsafe {
                        let next = *at.cast::<*mut u8>();
                        // What a thread has of the first piece goes with it.
                        if !FIRST_PIECE.has(at) {
                            MiMalloc.dealloc(at, layout_of(class));
                        }
                        at = next;
                    }
                }
            }
        });
    }
}

/// The class of a block; `CLASSES` or more if it is not small.
#[inline(always)]
fn class_of(layout: &Layout) -> usize {
    let size = layout.size();
    if layout.align() > UNIT || size > SMALL_BYTES {
        CLASSES
    } else if size <= FINE {
        size.div_ceil(UNIT)
    } else {
        // The power of two below, and the three bits behind it.
        let last = size - 1;
        let power = last.ilog2();
        FINE / UNIT + 1 + 8 * (power - FINE.ilog2()) as usize + (last >> (power - 3) & 7)
    }
}

/// Size of a class's blocks.
const fn size_of_class(class: usize) -> usize {
    if class <= FINE / UNIT {
        return class * UNIT;
    }
    let step = class - FINE / UNIT - 1;
    (9 + step % 8) << (step / 8 + FINE.ilog2() as usize - 3)
}

/// The layout of a class's blocks.
fn layout_of(class: usize) -> Layout {
    // SAFETY: a power of two, and a small size.
    unsafe { Layout::from_size_align_unchecked(size_of_class(class), UNIT) }
}

/// A small block.
#[inline(always)]
fn take_small(class: usize) -> *mut u8 {
    SMALL.with(|small| {
        let list = &small.lists[class];
        let first = list.first.get();
        if first.is_null() {
            return fresh(small, class);
        }
        // SAFETY: as in `End::drop`.
        list.first.set(unsafe { *first.cast::<*mut u8>() });
        list.room.set(list.room.get() + 1);
        first
    })
}

/// Size of the first piece: what start-up takes.
const FIRST: usize = 320 << 10;

/// The first piece of memory for small blocks; none of them is mimalloc's ever.
struct First {
    /// Address of the piece; null before it is there.
    start: AtomicPtr<u8>,
    /// Bytes that are given out; `FIRST` or more at the end, or if there is no piece.
    used: AtomicUsize,
}

static FIRST_PIECE: First = First { start: AtomicPtr::new(null_mut()), used: AtomicUsize::new(0) };

impl First {
    /// A block of a class, as long as there is room.
    fn take(&self, class: usize) -> Option<*mut u8> {
        if self.used.load(Ordering::Relaxed) >= FIRST {
            return None;
        }
        let start = match self.start.load(Ordering::Acquire) {
            start if start.is_null() => self.begin()?,
            start => start,
        };
        let size = size_of_class(class);
        let at = self.used.fetch_add(size, Ordering::Relaxed);
        // SAFETY: inside of the piece; nobody else has been given these bytes.
        (at + size <= FIRST).then(|| unsafe { start.add(at) })
    }

    /// Makes the piece.
    #[cold]
    fn begin(&self) -> Option<*mut u8> {
        let made = crate::runtime::sys::reserve_filled(FIRST);
        if made.is_null() {
            self.used.store(FIRST, Ordering::Relaxed);
            return None;
        }
        match self.start.compare_exchange(null_mut(), made, Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) => Some(made),
            Err(others) => {
                // SAFETY: just made, and nobody has it.
                unsafe { crate::runtime::sys::release(made, FIRST) };
                Some(others)
            }
        }
    }

    /// Does a block lie in the piece?
    fn has(&self, at: *mut u8) -> bool {
        let start = self.start.load(Ordering::Relaxed);
        !start.is_null() && at.addr().wrapping_sub(start.addr()) < FIRST
    }
}

/// A small block that no list has.
#[inline(never)]
fn fresh(small: &Lists, class: usize) -> *mut u8 {
    if !small.watched.replace(true) {
        // A thread that is ending already keeps its few blocks.
        let _ = END.try_with(|_| ());
    }
    if let Some(at) = FIRST_PIECE.take(class) {
        return at;
    }
    // SAFETY: not empty.
    unsafe { MiMalloc.alloc(layout_of(class)) }
}

/// Lists a small block.
///
/// # Safety
/// It came from [`take_small`] with the same class and is not used any more.
#[inline(always)]
unsafe fn give_small(at: *mut u8, class: usize) {
    SMALL.with(|small| {
        let list = &small.lists[class];
        let room = list.room.get();
        if room == 0 {
            // SAFETY: as promised.
            return unsafe { give_more(list, at, class) };
        }
        // SAFETY: as promised; a block has room for an address.
        unsafe { *at.cast::<*mut u8>() = list.first.get() };
        list.first.set(at);
        list.room.set(room - 1);
    });
}

/// The same where the list is full: mimalloc gets its blocks back, those of the first piece are listed all the same.
///
/// # Safety
/// As for [`give_small`].
#[inline(never)]
unsafe fn give_more(list: &List, at: *mut u8, class: usize) {
    // SAFETY: as promised; blocks outside of the first piece came from mimalloc with that layout.
    unsafe {
        if !FIRST_PIECE.has(at) {
            return MiMalloc.dealloc(at, layout_of(class));
        }
        *at.cast::<*mut u8>() = list.first.get();
        list.first.set(at);
    }
}

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
        let class = class_of(&layout);
        if class < CLASSES {
            return take_small(class);
        }
        if is_large(&layout) {
            return take(layout.size(), false);
        }
        // SAFETY: the caller's promise.
        unsafe { MiMalloc.alloc(layout) }
    }

    #[inline]
    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        let class = class_of(&layout);
        if class < CLASSES {
            // SAFETY: the caller's promise.
            return unsafe { give_small(at, class) };
        }
        if is_large(&layout) {
            // SAFETY: the caller's promise: the mapping is of that size and not used any more.
            return unsafe { give_back(at, pages(layout.size())) };
        }
        // SAFETY: the caller's promise.
        unsafe { MiMalloc.dealloc(at, layout) }
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        let class = class_of(&layout);
        if class < CLASSES {
            let at = take_small(class);
            if !at.is_null() {
                // SAFETY: a block of that class has so many bytes.
                unsafe { at.write_bytes(0, layout.size()) };
            }
            return at;
        }
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
        let (class, new_class) = (class_of(&layout), class_of(&new));
        if class < CLASSES || new_class < CLASSES {
            if class == new_class {
                return at;
            }
        } else if !is_large(&layout) && !is_large(&new) {
            // SAFETY: the caller's promise.
            return unsafe { MiMalloc.realloc(at, layout, size) };
        }
        // SAFETY: the caller's promise.
        unsafe { regrow(at, layout, new) }
    }
}

/// Another size for a block that is small or large or will be.
///
/// # Safety
/// As `realloc`.
#[inline(never)]
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_hold_what_they_are_for() {
        let class = |size| class_of(&Layout::from_size_align(size, 8).expect("a layout"));
        for size in 1..=SMALL_BYTES {
            let class = class(size);
            assert!(class < CLASSES && size_of_class(class) >= size, "{size}");
            assert!(size_of_class(class).is_multiple_of(UNIT), "{size}");
            assert!(class == 1 || size_of_class(class - 1) < size, "{size}");
        }
        assert_eq!(class(SMALL_BYTES), CLASSES - 1);
        assert_eq!(class(SMALL_BYTES + 1), CLASSES);
        assert_eq!(class_of(&Layout::from_size_align(64, 64).expect("a layout")), CLASSES);
    }
}
