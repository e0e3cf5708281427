//! Where objects live and how they die: size-classed free lists, release of the last reference, links of containers.
//!
//! # Model
//!
//! An object is its header and payload (`value::Obj<T>`), for some layouts followed by inline items, for instances of
//! Python classes followed by `__slots__` words and by the attribute area (one word that is a shape or a dictionary,
//! then inline values). Containers have two link words in front of the header.
//!
//! # Invariants
//!
//! 1. `release` runs once an object: the count is zero and stays so, unless `__del__` brings it back.
//! 2. A tracked object stands in exactly one generation, at the place that its links tell; `Links::inner` is zero except
//!    inside a collection.
//! 3. Dropping nests at most [`NESTING`] deep; what would go deeper waits in `pending`. (a chain of a million links.)
//!
//! # Safety
//!
//! Callers of `release` own the last reference. Layouts describe their payload truly: `Layout::of` derives them.

use std::alloc;
use std::cell::{Cell, RefCell, UnsafeCell};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::ptr::NonNull;

use crate::runtime::value::{Header, Obj, Payload, Value, flag};

/// What the heap knows of a payload type.
pub struct Layout {
    /// For messages of the heap checker.
    pub name: &'static str,
    /// Size of header and payload.
    pub size: usize,
    /// Size of one object if it has inline items.
    pub size_of: Option<unsafe fn(NonNull<Header>) -> usize>,
    /// Runs the payload's destructor, if it has one.
    pub drop: Option<unsafe fn(NonNull<Header>)>,
    /// Destroys an object that has nothing but header and payload, neither a finalizer nor weak references.
    pub release: unsafe fn(NonNull<Header>),
    /// Shows the payload's values.
    pub traverse: unsafe fn(NonNull<Header>, &mut dyn FnMut(&Value)),
    /// All of the payload's values, if they lie side by side: shown without a call for each.
    pub values: Option<unsafe fn(NonNull<Header>) -> *const [Value]>,
    /// Breaks cycles.
    pub clear: unsafe fn(NonNull<Header>),
    /// Objects get links and are tracked.
    pub is_container: bool,
    /// The layout that this one begins with.
    pub base: Option<fn() -> &'static Layout>,
}

impl Layout {
    /// The layout of payload `T`.
    pub const fn of<T: Payload>(
        name: &'static str,
        is_container: bool,
        base: Option<fn() -> &'static Layout>,
    ) -> Layout {
        unsafe fn drop_payload<T: Payload>(at: NonNull<Header>) {
            // SAFETY: `at` is the header of an Obj<T> that nobody can reach any more.
            unsafe { std::ptr::drop_in_place(&raw mut (*at.cast::<Obj<T>>().as_ptr()).data) }
        }
        unsafe fn traverse<T: Payload>(at: NonNull<Header>, visit: &mut dyn FnMut(&Value)) {
            // SAFETY: `at` is the header of a live Obj<T>.
            unsafe { at.cast::<Obj<T>>().as_ref() }.data.traverse(visit)
        }
        unsafe fn values<T: Payload>(at: NonNull<Header>) -> *const [Value] {
            // SAFETY: `at` is the header of a live Obj<T>.
            unsafe { at.cast::<Obj<T>>().as_ref() }.data.values()
        }
        unsafe fn clear<T: Payload>(at: NonNull<Header>) {
            // SAFETY: `at` is the header of a live Obj<T>.
            unsafe { at.cast::<Obj<T>>().as_ref() }.data.clear()
        }
        Layout {
            name,
            size: size_of::<Obj<T>>(),
            size_of: None,
            drop: if std::mem::needs_drop::<T>() { Some(drop_payload::<T>) } else { None },
            release: if std::mem::needs_drop::<T>() || is_container { release_plain } else { release_leaf },
            traverse: traverse::<T>,
            values: if T::CONTIGUOUS { Some(values::<T>) } else { None },
            clear: clear::<T>,
            is_container,
            base,
        }
    }

    /// The same layout for objects with inline items.
    pub const fn with_items(mut self, size_of: unsafe fn(NonNull<Header>) -> usize) -> Layout {
        self.size_of = Some(size_of);
        if !self.is_container && self.drop.is_none() {
            self.release = release_sized;
        }
        self
    }

    /// The same layout with a destructor of its own.
    pub const fn with_drop(mut self, drop: unsafe fn(NonNull<Header>)) -> Layout {
        self.drop = Some(drop);
        self.release = release_plain;
        self
    }

    /// The same layout with a way of its own to destroy simple objects, see [`Layout::release`].
    pub const fn with_release(mut self, release: unsafe fn(NonNull<Header>)) -> Layout {
        self.release = release;
        self
    }

    /// Does this layout begin with the other?
    #[inline(never)]
    pub fn extends(&self, other: &'static Layout) -> bool {
        let mut at = self.base;
        while let Some(base) = at {
            let base = base();
            if std::ptr::eq(base, other) {
                return true;
            }
            at = base.base;
        }
        false
    }
}

/// The first part of every type object: what heap and machine need to know without knowing `object::typedef`.
#[repr(C)]
pub struct TypeHead {
    /// Layout of the instances.
    pub layout: Cell<&'static Layout>,
    /// See `type_flag`.
    pub flags: Cell<u32>,
    /// Changes whenever an attribute lookup on the type may change; 0: never cache.
    pub version: Cell<u32>,
    /// Which builtin type this is exactly; `kind::OTHER` for all others.
    pub kind: Cell<u16>,
    /// Offset in bytes of the attribute area, 0 if instances have none.
    pub attrs_offset: Cell<u16>,
    /// Offset in bytes of the first `__slots__` word.
    pub slots_offset: Cell<u16>,
    /// Number of `__slots__` words.
    pub slots_count: Cell<u16>,
    /// Size of an instance without inline attribute values and items.
    pub instance_size: Cell<u32>,
    /// Inline attribute values that a new instance gets.
    pub inline_values: Cell<u8>,
}

/// Bits of [`TypeHead::flags`].
pub mod type_flag {
    /// Made at run time; its instances own a reference to it.
    pub const HEAP: u32 = 1;
    /// Has a `__del__`.
    pub const HAS_DEL: u32 = 2;
    /// May be a base class.
    pub const BASE: u32 = 4;
    /// Attributes of the type cannot be set.
    pub const IMMUTABLE: u32 = 8;
    /// Cannot be instantiated from Python.
    pub const NO_NEW: u32 = 16;
    /// `case [..]` matches.
    pub const SEQUENCE: u32 = 32;
    /// `case {..}` matches.
    pub const MAPPING: u32 = 64;
    /// Subclass of a few builtin types, for fast tests.
    pub const INT: u32 = 1 << 8;
    /// See [`INT`].
    pub const STR: u32 = 1 << 9;
    /// See [`INT`].
    pub const TUPLE: u32 = 1 << 10;
    /// See [`INT`].
    pub const LIST: u32 = 1 << 11;
    /// See [`INT`].
    pub const DICT: u32 = 1 << 12;
    /// See [`INT`].
    pub const EXCEPTION: u32 = 1 << 13;
    /// See [`INT`].
    pub const TYPE: u32 = 1 << 14;
    /// See [`INT`].
    pub const BYTES: u32 = 1 << 15;
    /// Abstract: has unimplemented abstract methods.
    pub const ABSTRACT: u32 = 1 << 16;
    /// Instances can be weakly referenced.
    pub const WEAKREF: u32 = 1 << 17;
    /// Instances have a `__dict__`.
    pub const DICT_ATTR: u32 = 1 << 18;
    /// Functions of the type take the instance first when looked up on it (method descriptors).
    pub const METHOD_DESCRIPTOR: u32 = 1 << 19;
    /// A type whose metaclass overrides attribute lookup.
    pub const READY: u32 = 1 << 20;
    /// In a method table patma: `case C(x)` matches the subject itself.
    pub const MATCH_SELF: u32 = 1 << 21;
    /// Names `__set__`/`__delete__`: instances in a class are data descriptors (cached test).
    pub const DATA_DESCRIPTOR: u32 = 1 << 22;
    /// A builtin type whose instances have neither `__slots__` words nor attributes: header and payload are all.
    pub const PLAIN: u32 = 1 << 23;
    /// Without an `__iter__`, `iter` asks for the items by number.
    pub const NUMBERED: u32 = 1 << 24;
}

/// First shape number: above the upper half of any user-space address, so that the attribute word's upper half tells
/// shape and dictionary apart.
pub const FIRST_SHAPE: u32 = 0x10000;

/// Words in front of a container's header.
#[repr(C)]
pub struct Links {
    /// Where it stands: an index, of the young generation for objects without `flag::OLD`, else with the [`Age`] above
    /// [`AGE_SHIFT`]. Says nothing for objects that are not tracked.
    pub place: Cell<usize>,
    /// References from containers that the collector looks at; zero while none does.
    pub inner: Cell<usize>,
}

/// Bytes of [`Links`].
pub const LINKS: usize = size_of::<Links>();
/// Where the age begins in [`Links::place`].
pub const AGE_SHIFT: u32 = usize::BITS - 8;
/// Places of a new generation.
const LEAST_PLACES: usize = 1024;
/// New containers until a collector that was called and did not come is called again.
const PATIENCE: usize = 64;
const CLASSES: usize = 33;
/// The first chunk of memory for small objects, enough for start-up and little more; later ones grow with the heap.
const FIRST_CHUNK: usize = 400 << 10;
const LEAST_CHUNK: usize = 256 << 10;
const MOST_CHUNK: usize = 4 << 20;
/// A heap of this size grows by multiples of the system's large pages.
const LARGE_HEAP: usize = 12 << 20;
const LARGE_CHUNK: usize = 2 << 20;
/// How deep the release of objects may nest.
pub const NESTING: u32 = 48;

/// A hook of a higher layer.
pub type Hook = unsafe fn(NonNull<Header>);

/// The memory of one interpreter.
pub struct Heap {
    free: [Cell<*mut u8>; CLASSES],
    bump: Cell<*mut u8>,
    bump_end: Cell<*mut u8>,
    /// Bytes of all chunks; they are never given back.
    chunk_bytes: Cell<usize>,
    /// Blocks cut off chunks so far, in use or in a free list.
    carved: Cell<usize>,
    /// Blocks in use that are too large for the free lists.
    large: Cell<usize>,
    /// Objects that wait for their release because the nesting is deep.
    pending: RefCell<Vec<NonNull<Header>>>,
    has_pending: Cell<bool>,
    nesting: Cell<u32>,
    /// Number at which the collector should look.
    threshold: Cell<i32>,
    /// Length of the young generation at which `track` is to look closer.
    limit: Cell<usize>,
    /// Young objects that do not count.
    uncounted: Cell<usize>,
    /// Containers since the last collection.
    pub young: Generation,
    /// What has survived one.
    pub old: Generation,
    /// Frozen objects (`gc.freeze`).
    pub frozen: Generation,
    /// What start-up made: never looked at again.
    pub boot: Generation,
    /// Calls `__del__`; may bring the object back.
    pub finalize: Cell<Hook>,
    /// Clears weak references and calls their callbacks.
    pub clear_weakrefs: Cell<Hook>,
    /// Called when the young generation is full.
    pub on_threshold: Cell<fn()>,
    /// Weak references by the address of what they refer to; the values are weakref objects, not counted.
    pub weakrefs: RefCell<HashMap<usize, Vec<NonNull<Header>>, BuildHasherDefault<AddressHasher>>>,
}

/// Number of new containers after which the collector looks at the young generation, unless a program says otherwise
/// (`gc.get_threshold()[0]`).
pub const THRESHOLD: i32 = 2000;

/// Hashes addresses, which no program chooses.
#[derive(Default)]
pub struct AddressHasher(u64);

impl Hasher for AddressHasher {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u64(u64::from(*byte)));
    }
    fn write_usize(&mut self, address: usize) {
        self.write_u64(address as u64);
    }
    fn write_u64(&mut self, address: u64) {
        // Fibonacci hashing; the table takes its index from the low bits and a tag from the high ones.
        let product = (self.0 ^ address).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = product ^ product >> 32;
    }
}

unsafe fn no_hook(_: NonNull<Header>) {}
fn no_call() {}

thread_local! {
    static HEAP: Cell<*const Heap> = const { Cell::new(std::ptr::null()) };
}

/// The heap of the interpreter that this thread runs.
#[inline(always)]
pub fn heap() -> &'static Heap {
    let heap = HEAP.get();
    debug_assert!(!heap.is_null(), "no interpreter on this thread");
    // SAFETY: `enter` put the address of a heap there that lives as long as the process.
    unsafe { &*heap }
}

/// Makes `heap` the heap of this thread.
pub fn enter(heap: &'static Heap) {
    HEAP.set(heap);
}

impl Heap {
    /// A new heap; leaked, because objects point into it until the process ends.
    pub fn new() -> &'static Heap {
        let heap: &'static Heap = Box::leak(Box::new(Heap {
            free: [const { Cell::new(std::ptr::null_mut()) }; CLASSES],
            bump: Cell::new(std::ptr::null_mut()),
            bump_end: Cell::new(std::ptr::null_mut()),
            chunk_bytes: Cell::new(0),
            carved: Cell::new(0),
            large: Cell::new(0),
            pending: RefCell::new(Vec::new()),
            has_pending: Cell::new(false),
            nesting: Cell::new(0),
            threshold: Cell::new(THRESHOLD),
            limit: Cell::new(0),
            uncounted: Cell::new(0),
            young: Generation::new(LEAST_PLACES),
            old: Generation::new(0),
            frozen: Generation::new(0),
            boot: Generation::new(0),
            finalize: Cell::new(no_hook),
            clear_weakrefs: Cell::new(no_hook),
            on_threshold: Cell::new(no_call),
            weakrefs: RefCell::new(HashMap::default()),
        }));
        heap.set_limit();
        heap
    }

    /// Memory for `size` bytes; small sizes come from the free lists.
    #[inline(always)]
    pub fn memory(&self, size: usize) -> *mut u8 {
        let class = (size + 15) / 16;
        if class < CLASSES && !cfg!(feature = "check") {
            let free = &self.free[class];
            let head = free.get();
            if !head.is_null() {
                // SAFETY: blocks in a free list hold the next block's address in their first word.
                free.set(unsafe { *head.cast::<*mut u8>() });
                return head;
            }
            return self.carve(class);
        }
        self.large.set(self.large.get() + 1);
        large(size)
    }

    /// Asks for the memory of the block that comes next: it was given back long ago if the heap is large.
    #[inline(always)]
    fn ask_ahead(&self, size: usize) {
        if let Some(free) = self.free.get((size + 15) / 16) {
            crate::runtime::sys::prefetch(free.get());
        }
    }

    /// Number of blocks in use. Counting takes a walk over the free lists, taking and giving back costs nothing.
    pub fn blocks(&self) -> usize {
        let mut free = 0;
        for list in &self.free {
            let mut at = list.get();
            while !at.is_null() {
                free += 1;
                // SAFETY: blocks in a free list hold the next block's address in their first word.
                at = unsafe { *at.cast::<*mut u8>() };
            }
        }
        self.carved.get() - free + self.large.get()
    }

    #[cold]
    #[inline(never)]
    fn carve(&self, class: usize) -> *mut u8 {
        let size = class * 16;
        if (self.bump_end.get() as usize) - (self.bump.get() as usize) < size {
            // Pages are asked for in one go: one by one each would be a fault of its own at its first touch.
            let length = (self.chunk_bytes.get() / 8).clamp(LEAST_CHUNK, MOST_CHUNK).next_multiple_of(4096);
            let length = match self.chunk_bytes.get() {
                0 => FIRST_CHUNK,
                LARGE_HEAP.. => length.next_multiple_of(LARGE_CHUNK),
                _ => length,
            };
            let chunk = crate::runtime::sys::reserve_filled(length);
            self.chunk_bytes.set(self.chunk_bytes.get() + length);
            self.bump.set(chunk);
            // SAFETY: one past the end of the chunk just made.
            self.bump_end.set(unsafe { chunk.add(length) });
        }
        let block = self.bump.get();
        // SAFETY: the chunk has room for the block, tested above.
        self.bump.set(unsafe { block.add(size) });
        self.carved.set(self.carved.get() + 1);
        block
    }

    /// Gives memory from `memory` back.
    ///
    /// # Safety
    /// `at` came from `memory` with the same size and is not used any more.
    #[inline(always)]
    pub unsafe fn give_back(&self, at: *mut u8, size: usize) {
        let class = (size + 15) / 16;
        if class < CLASSES && !cfg!(feature = "check") {
            // SAFETY: the block is at least 16 bytes and ours.
            unsafe { *at.cast::<*mut u8>() = self.free[class].get() };
            self.free[class].set(at);
        } else {
            self.large.set(self.large.get() - 1);
            // SAFETY: large blocks came from the global allocator with this layout.
            unsafe { alloc::dealloc(at, alloc::Layout::from_size_align_unchecked(size, 16)) }
        }
    }

    /// Room for an object of `size` bytes (with header), its header written; the payload is the caller's to write.
    ///
    /// # Safety
    /// `ty` is the live type object; the caller writes the payload before anything else runs.
    #[inline(always)]
    pub unsafe fn object(&self, ty: NonNull<Obj<TypeHead>>, size: usize, container: bool) -> NonNull<Header> {
        let extra = if container { LINKS } else { 0 };
        let block = self.memory(size + extra);
        if container {
            self.ask_ahead(size + extra);
        }
        // SAFETY: the block has room for links and object.
        unsafe {
            let at = block.add(extra).cast::<Header>();
            let flags = if container { flag::HAS_LINKS } else { 0 };
            at.write(Header { count: Cell::new(1), flags: Cell::new(flags), ty: Cell::new(ty) });
            let ty = ty.as_ref();
            if ty.flags.get() & type_flag::HEAP != 0 {
                ty.head.count.set(ty.head.count.get() + 1);
            }
            let at = NonNull::new_unchecked(at);
            if container {
                self.track(at);
            }
            at
        }
    }

    /// Puts a container into the young generation.
    #[inline(always)]
    pub fn track(&self, at: NonNull<Header>) {
        let place = self.young.len.get();
        // SAFETY: a live header with links in front; the limit is at most the number of places, so there is one more.
        unsafe {
            let head = at.as_ref();
            head.flags.set(head.flags.get() | flag::TRACKED);
            let links = links(at).as_ref();
            links.place.set(place);
            links.inner.set(0);
            self.young.base.get().add(place).write(at.as_ptr());
        }
        self.young.len.set(place + 1);
        if place + 1 >= self.limit.get() {
            self.limit_reached();
        }
    }

    /// The young generation is as long as was to be attended to: too many objects, or no place for another one.
    #[cold]
    #[inline(never)]
    fn limit_reached(&self) {
        if self.young_count() > self.threshold.get() {
            (self.on_threshold.get())();
        }
        if self.young.len.get() == self.young.capacity.get() {
            self.young.make_room(0);
        }
        self.set_limit();
    }

    /// Sets the limit for the threshold and the places as they are.
    fn set_limit(&self) {
        let missing = i64::from(self.threshold.get()) - i64::from(self.young_count());
        let more = if missing < 0 { PATIENCE } else { missing as usize + 1 };
        self.limit.set((self.young.len.get() + more).min(self.young.capacity.get()));
    }

    /// Number at which the collector should look.
    pub fn set_threshold(&self, threshold: i32) {
        self.threshold.set(threshold);
        self.set_limit();
    }

    /// New containers since the last look at the young generation.
    pub fn young_count(&self) -> i32 {
        let counted = self.young.count() as isize - self.uncounted.get() as isize;
        counted.clamp(i32::MIN as isize, i32::MAX as isize) as i32
    }

    /// Begins to count new containers anew.
    pub fn reset_young_count(&self) {
        self.uncounted.set(self.young.count());
        self.set_limit();
    }

    /// Takes a container out of its generation.
    #[inline(always)]
    pub fn untrack(&self, at: NonNull<Header>) {
        // SAFETY: a live header with links in front.
        unsafe {
            let head = at.as_ref();
            let flags = head.flags.get();
            if flags & flag::TRACKED != 0 {
                head.flags.set(flags & !(flag::TRACKED | flag::OLD));
                self.leave(links(at).as_ref().place.get(), flags);
            }
        }
    }

    /// The object at a place leaves it.
    ///
    /// # Safety
    /// A tracked object with these flags stands there.
    #[inline(always)]
    unsafe fn leave(&self, place: usize, flags: u32) {
        // SAFETY: as promised by the caller.
        unsafe {
            if flags & flag::OLD != 0 {
                let generation = match place >> AGE_SHIFT {
                    Age::OLD => &self.old,
                    Age::BOOT => &self.boot,
                    _ => &self.frozen,
                };
                generation.vacate(place & ((1 << AGE_SHIFT) - 1));
            } else if place + 1 == self.young.len.get() {
                self.young.len.set(place);
            } else {
                self.young.vacate(place);
            }
        }
    }

    /// How deep the calling thread's releases nest, for when it goes on: another one is to run, which begins with none.
    pub fn suspend_releases(&self) -> u32 {
        self.nesting.take()
    }

    /// The thread goes on whose releases nest so deep.
    pub fn resume_releases(&self, nesting: u32) {
        self.nesting.set(nesting);
    }

    /// Is the calling code inside the release of an object?
    pub fn is_releasing(&self) -> bool {
        self.nesting.get() != 0
    }
}

#[cold]
#[inline(never)]
fn large(size: usize) -> *mut u8 {
    let Ok(layout) = alloc::Layout::from_size_align(size.max(16), 16) else {
        alloc::handle_alloc_error(alloc::Layout::new::<u128>())
    };
    // SAFETY: the size is not zero.
    let at = unsafe { alloc::alloc(layout) };
    if at.is_null() {
        alloc::handle_alloc_error(layout);
    }
    at
}

/// Tells the generations behind the young one apart, in [`Links::place`].
pub struct Age;

impl Age {
    /// See [`Heap::old`].
    pub const OLD: usize = 0;
    /// See [`Heap::boot`].
    pub const BOOT: usize = 1;
    /// See [`Heap::frozen`].
    pub const FROZEN: usize = 2;
}

/// Containers in the order in which they came, with holes where some have left. An array and not a list: going through a
/// list waits for the memory of each member before that of the next is known.
pub struct Generation {
    base: Cell<*mut *mut Header>,
    len: Cell<usize>,
    capacity: Cell<usize>,
    /// Null pointers among the members.
    holes: Cell<usize>,
}

impl Generation {
    fn new(capacity: usize) -> Generation {
        let new = Generation {
            base: Cell::new(NonNull::dangling().as_ptr()),
            len: Cell::new(0),
            capacity: Cell::new(0),
            holes: Cell::new(0),
        };
        if capacity != 0 {
            new.grow(capacity);
        }
        new
    }

    /// Number of members.
    pub fn count(&self) -> usize {
        self.len.get() - self.holes.get()
    }

    /// Has it no members?
    pub fn is_empty(&self) -> bool {
        self.count() == 0
    }

    /// The members, holes among them.
    ///
    /// # Safety
    /// Nothing joins or leaves while the result is in use.
    pub unsafe fn places(&self) -> &[*mut Header] {
        // SAFETY: the array has been written up to its length.
        unsafe { std::slice::from_raw_parts(self.base.get(), self.len.get()) }
    }

    /// Forgets all members.
    pub fn empty(&self) {
        self.len.set(0);
        self.holes.set(0);
    }

    /// Forgets the members from a place on; there are no holes.
    pub fn truncate(&self, len: usize) {
        debug_assert!(self.holes.get() == 0 && len <= self.len.get());
        self.len.set(len);
    }

    /// Adds a member for which room was made.
    ///
    /// # Safety
    /// `at` is a container that stands nowhere else, and there is room.
    #[inline(always)]
    pub unsafe fn push(&self, at: NonNull<Header>, age: usize) {
        let place = self.len.get();
        debug_assert!(place < self.capacity.get());
        // SAFETY: as promised by the caller.
        unsafe {
            links(at).as_ref().place.set(place | age << AGE_SHIFT);
            self.base.get().add(place).write(at.as_ptr());
        }
        self.len.set(place + 1);
    }

    unsafe fn vacate(&self, place: usize) {
        debug_assert!(place < self.len.get());
        // SAFETY: the caller's place is one of the array's.
        unsafe { self.base.get().add(place).write(std::ptr::null_mut()) };
        self.holes.set(self.holes.get() + 1);
    }

    /// Room for that many more members, or for some.
    pub fn reserve(&self, more: usize, age: usize) {
        if self.len.get() + more > self.capacity.get() {
            self.make_room(age);
            let wanted = self.len.get() + more;
            if wanted > self.capacity.get() {
                self.grow(wanted.max(self.capacity.get() * 2));
            }
        }
    }

    /// Closes the holes if they are half of it; makes it larger else.
    fn make_room(&self, age: usize) {
        if self.holes.get() * 2 > self.len.get() {
            self.close_holes(age);
        } else {
            self.grow((self.capacity.get() * 2).max(LEAST_PLACES));
        }
    }

    /// Lets the members move up to where others have left.
    pub fn close_holes(&self, age: usize) {
        if self.holes.get() == 0 {
            return;
        }
        let mut to = 0;
        for from in 0..self.len.get() {
            // SAFETY: both are places of the array; members are live containers.
            unsafe {
                let at = self.base.get().add(from).read();
                let Some(at) = NonNull::new(at) else { continue };
                if from != to {
                    links(at).as_ref().place.set(to | age << AGE_SHIFT);
                    self.base.get().add(to).write(at.as_ptr());
                }
            }
            to += 1;
        }
        self.len.set(to);
        self.holes.set(0);
    }

    #[cold]
    fn grow(&self, capacity: usize) {
        let layout = |places: usize| match alloc::Layout::array::<*mut Header>(places) {
            Ok(layout) => layout,
            Err(_) => alloc::handle_alloc_error(alloc::Layout::new::<u128>()),
        };
        let (old, new) = (layout(self.capacity.get()), layout(capacity));
        // SAFETY: the array came from here with the old layout, unless it has no places; the new size is not zero.
        let base = unsafe {
            if old.size() == 0 {
                alloc::alloc(new)
            } else {
                alloc::realloc(self.base.get().cast(), old, new.size())
            }
        };
        if base.is_null() {
            alloc::handle_alloc_error(new);
        }
        self.base.set(base.cast());
        self.capacity.set(capacity);
    }
}

/// The links of a container.
///
/// # Safety
/// The object has links (`flag::HAS_LINKS`).
#[inline(always)]
pub unsafe fn links(at: NonNull<Header>) -> NonNull<Links> {
    // SAFETY: links stand right in front of the header.
    unsafe { at.cast::<Links>().sub(1) }
}

/// The type of an object, as the heap sees it.
#[inline(always)]
pub fn type_head(head: &Header) -> &Obj<TypeHead> {
    // SAFETY: instances keep their type alive, builtin types are immortal.
    unsafe { head.ty.get().as_ref() }
}

/// Number of inline attribute values of an instance: the flags' top byte.
#[inline(always)]
pub fn inline_values(head: &Header) -> usize {
    (head.flags.get() >> 24) as usize
}

/// The attribute word of an instance and the inline values behind it.
///
/// # Safety
/// The type has an attribute area (`attrs_offset` is not zero).
#[inline(always)]
pub unsafe fn attrs_word(head: &Header) -> &Cell<u64> {
    // SAFETY: instances are allocated with the area at that offset.
    unsafe {
        let at = std::ptr::from_ref(head).cast::<u8>().add(type_head(head).attrs_offset.get() as usize);
        &*at.cast::<Cell<u64>>()
    }
}

/// Shape of an attribute word, or `None` if it is a dictionary.
#[inline(always)]
pub fn shape_of(word: u64) -> Option<u32> {
    let upper = (word >> 32) as u32;
    if upper >= FIRST_SHAPE { Some(upper) } else { None }
}

/// Words of an instance that hold values outside of its payload: slots, inline attributes, dictionary.
///
/// # Safety
/// `at` is a live object.
pub unsafe fn instance_words(at: NonNull<Header>, visit: &mut dyn FnMut(&UnsafeCell<Value>)) {
    // SAFETY: the type describes the memory behind the payload.
    unsafe {
        let head = at.as_ref();
        let ty = type_head(head);
        let start = at.cast::<u8>().as_ptr();
        for i in 0..ty.slots_count.get() as usize {
            visit(&*start.add(ty.slots_offset.get() as usize + 8 * i).cast::<UnsafeCell<Value>>());
        }
        if ty.attrs_offset.get() != 0 {
            let word = attrs_word(head);
            if shape_of(word.get()).is_none() && word.get() != 0 {
                visit(&*std::ptr::from_ref(word).cast::<UnsafeCell<Value>>());
            }
            let values = std::ptr::from_ref(word).add(1);
            for i in 0..inline_values(head) {
                visit(&*values.add(i).cast::<UnsafeCell<Value>>());
            }
        }
    }
}

/// Offset of the inline items of an object whose type adds slots or attributes to a layout with items.
#[cold]
pub fn shifted_items(head: &Header) -> usize {
    type_head(head).instance_size.get() as usize + 8 * inline_values(head)
}

/// Size of an object without links.
///
/// # Safety
/// `at` is an object whose payload is not dropped yet.
pub unsafe fn object_size(at: NonNull<Header>) -> usize {
    // SAFETY: as promised by the caller.
    unsafe {
        let head = at.as_ref();
        let ty = type_head(head);
        match ty.layout.get().size_of {
            Some(size_of) => size_of(at),
            None => ty.instance_size.get() as usize + 8 * inline_values(head),
        }
    }
}

/// As [`traverse`], of objects alone, and with fewer calls for each.
///
/// # Safety
/// `at` is a live object, and `visit` changes none.
#[inline(always)]
pub unsafe fn traverse_inline(at: NonNull<Header>, mut visit: impl FnMut(&Value)) {
    // SAFETY: as promised by the caller.
    unsafe {
        let ty = type_head(at.as_ref());
        let layout = ty.layout.get();
        let flags = ty.flags.get();
        match layout.values {
            Some(values) => visit_all(&*values(at), &mut visit),
            None => (layout.traverse)(at, &mut visit),
        }
        if flags & type_flag::PLAIN != 0 {
            return;
        }
        let start = at.cast::<u8>().as_ptr();
        let slots = start.add(ty.slots_offset.get() as usize).cast::<Value>();
        visit_all(std::slice::from_raw_parts(slots, ty.slots_count.get() as usize), &mut visit);
        if ty.attrs_offset.get() != 0 {
            let word = attrs_word(at.as_ref());
            let count = inline_values(at.as_ref());
            // The word is a value like those behind it, unless it is a shape.
            let shaped = usize::from(shape_of(word.get()).is_some() || word.get() == 0);
            let values = std::ptr::from_ref(word).cast::<Value>().add(shaped);
            visit_all(std::slice::from_raw_parts(values, count + 1 - shaped), &mut visit);
        }
        if flags & type_flag::HEAP != 0 {
            let word = std::mem::ManuallyDrop::new(Value::from_bits(ty.address()));
            visit(&word);
        }
    }
}

#[inline(always)]
fn visit_all(values: &[Value], visit: &mut impl FnMut(&Value)) {
    for value in values {
        if value.is_object() {
            visit(value);
        }
    }
}

/// Shows all values an object owns, its type included if it owns that.
///
/// # Safety
/// `at` is a live object.
pub unsafe fn traverse(at: NonNull<Header>, visit: &mut dyn FnMut(&Value)) {
    // SAFETY: as promised by the caller.
    unsafe {
        let ty = type_head(at.as_ref());
        (ty.layout.get().traverse)(at, visit);
        instance_words(at, &mut |cell| visit(&*cell.get()));
        if ty.flags.get() & type_flag::HEAP != 0 {
            let word = std::mem::ManuallyDrop::new(Value::from_bits(ty.address()));
            visit(&word);
        }
    }
}

/// The last reference to an object has gone: finalizer, weak references, payload, memory.
///
/// # Safety
/// The object's count is zero and nobody uses it.
#[inline(never)]
pub unsafe fn release(at: NonNull<Header>) {
    // SAFETY: until its memory is given back the object is there.
    unsafe {
        let head = at.as_ref();
        let ty = type_head(head);
        let flags = head.flags.get();
        // The bit of `type_flag::HAS_DEL`, for objects that have nothing to finalize.
        let settled = (flags & flag::SETTLED) / (flag::SETTLED / type_flag::HAS_DEL);
        if (flags & (flag::IMMORTAL | flag::WEAKLY_REFERENCED))
            | (ty.flags.get() & type_flag::HAS_DEL & !settled)
            != 0
        {
            return release_prepared(at);
        }
        // What has nothing to drop and what has no type made by a program need few registers: each way has its function.
        if ty.flags.get() & type_flag::PLAIN == 0 {
            return release_instance(at);
        }
        (ty.layout.get().release)(at);
    }
}

/// [`release`] of what drops nothing.
unsafe fn release_leaf(at: NonNull<Header>) {
    // SAFETY: as in `release`.
    unsafe {
        let size = type_head(at.as_ref()).instance_size.get() as usize;
        heap().give_back(at.as_ptr().cast(), size);
    }
}

/// [`release`] of what has a finalizer or weak references, or never dies.
#[cold]
#[inline(never)]
unsafe fn release_prepared(at: NonNull<Header>) {
    // SAFETY: as in `release`.
    unsafe {
        if !prepare_release(at) {
            return;
        }
        if type_head(at.as_ref()).flags.get() & type_flag::PLAIN == 0 {
            release_instance(at);
        } else {
            release_plain(at);
        }
    }
}

/// [`release`] of what drops nothing and knows its own size.
unsafe fn release_sized(at: NonNull<Header>) {
    // SAFETY: as in `release`.
    unsafe { heap().give_back(at.as_ptr().cast(), object_size(at)) }
}

/// [`release`] of an object of a built-in type.
///
/// # Safety
/// As for [`Layout::release`].
#[inline(never)]
pub unsafe fn release_plain(at: NonNull<Header>) {
    // SAFETY: as in `release`.
    unsafe {
        nested(at, |heap, at| {
            let layout = type_head(at.as_ref()).layout.get();
            let size = match layout.size_of {
                Some(size_of) => size_of(at),
                None => type_head(at.as_ref()).instance_size.get() as usize,
            };
            let links = forget(heap, at);
            if let Some(drop) = layout.drop {
                drop(at);
            }
            heap.give_back(at.as_ptr().cast::<u8>().sub(links), size + links);
        });
    }
}

/// [`release`] of an object whose type a program may have made.
#[inline(never)]
unsafe fn release_instance(at: NonNull<Header>) {
    // SAFETY: as in `release`.
    unsafe { nested(at, |heap, at| destroy(heap, at)) }
}

/// Destroys an object, or lets it wait if objects are destroyed within one another too deep already.
#[inline(always)]
unsafe fn nested(at: NonNull<Header>, destroy: impl FnOnce(&Heap, NonNull<Header>)) {
    let heap = heap();
    let nesting = heap.nesting.get();
    if nesting >= NESTING {
        // SAFETY: as in `release`.
        return unsafe { wait(heap, at) };
    }
    heap.nesting.set(nesting + 1);
    destroy(heap, at);
    // It is again what it was: what is destroyed within counts back.
    if heap.has_pending.get() && heap.nesting.get() == 1 {
        // SAFETY: what waits was released.
        unsafe { destroy_pending(heap) };
    }
    heap.nesting.set(heap.nesting.get() - 1);
}

/// Lets a dead object wait.
#[cold]
#[inline(never)]
unsafe fn wait(heap: &Heap, at: NonNull<Header>) {
    // SAFETY: as in `release`. What waits is no business of the collector, which may run before its turn comes.
    unsafe {
        if at.as_ref().flags.get() & flag::HAS_LINKS != 0 {
            heap.untrack(at);
        }
    }
    heap.pending.borrow_mut().push(at);
    heap.has_pending.set(true);
}

/// Destroys what waits, one after the other.
#[cold]
#[inline(never)]
unsafe fn destroy_pending(heap: &Heap) {
    // SAFETY: what waits was released.
    unsafe {
        loop {
            let next = heap.pending.borrow_mut().pop();
            let Some(next) = next else { break };
            destroy(heap, next);
        }
    }
    heap.has_pending.set(false);
}

/// The collector forgets a dying object; gives the bytes in front of it that belong to it.
#[inline(always)]
unsafe fn forget(heap: &Heap, at: NonNull<Header>) -> usize {
    // SAFETY: the object is there.
    unsafe {
        let head = at.as_ref();
        let flags = head.flags.get();
        head.flags.set(flags & !(flag::TRACKED | flag::OLD) | flag::DYING);
        if flags & flag::HAS_LINKS == 0 {
            return 0;
        }
        if flags & flag::TRACKED != 0 {
            heap.leave(links(at).as_ref().place.get(), flags);
        }
        LINKS
    }
}

/// Drops what an object holds and gives its memory back.
#[inline(always)]
unsafe fn destroy(heap: &Heap, at: NonNull<Header>) {
    // SAFETY: called by `release` for an object that nobody can reach.
    unsafe {
        let head = at.as_ref();
        let size = object_size(at);
        let links = forget(heap, at);
        let ty = head.ty.get();
        let type_flags = ty.as_ref().flags.get();
        if type_flags & type_flag::PLAIN == 0 {
            instance_words(at, &mut |cell| {
                drop(std::mem::replace(&mut *cell.get(), Value::UNBOUND));
            });
        }
        if let Some(drop) = ty.as_ref().layout.get().drop {
            drop(at);
        }
        heap.give_back(at.as_ptr().cast::<u8>().sub(links), size + links);
        if type_flags & type_flag::HEAP != 0 {
            drop(Value::from_bits(ty.as_ptr() as u64));
        }
    }
}

/// Finalizer and weak references; says whether the object is to die.
#[cold]
#[inline(never)]
unsafe fn prepare_release(at: NonNull<Header>) -> bool {
    // SAFETY: the object is there; its count is zero.
    unsafe {
        let head = at.as_ref();
        if head.flags.get() & flag::IMMORTAL != 0 {
            head.count.set(1 << 30);
            return false;
        }
        let heap = heap();
        if type_head(head).flags.get() & type_flag::HAS_DEL != 0
            && head.flags.get() & (flag::FINALIZED | flag::SETTLED) == 0
        {
            head.count.set(1);
            head.flags.set(head.flags.get() | flag::FINALIZED);
            (heap.finalize.get())(at);
            head.count.set(head.count.get() - 1);
            if head.count.get() != 0 {
                return false;
            }
        }
        if head.flags.get() & flag::WEAKLY_REFERENCED != 0 {
            head.count.set(1);
            (heap.clear_weakrefs.get())(at);
            head.count.set(head.count.get() - 1);
            if head.count.get() != 0 {
                return false;
            }
        }
        true
    }
}

/// Makes an object's block larger; it may move. The object must have one reference, which the result takes over.
pub fn grow(at: *mut u8, old: usize, new: usize) -> *mut u8 {
    let heap = heap();
    let (old_class, new_class) = (old.div_ceil(16), new.div_ceil(16));
    if old_class < CLASSES && !cfg!(feature = "check") {
        if old_class == new_class {
            return at;
        }
        let block = heap.memory(new);
        // SAFETY: both blocks hold `old` bytes; the old one is not used any more.
        unsafe {
            std::ptr::copy_nonoverlapping(at, block, old);
            heap.give_back(at, old);
        }
        return block;
    }
    // SAFETY: a large block came from the global allocator with this layout; sizes of live objects are sane.
    let block = unsafe { alloc::realloc(at, alloc::Layout::from_size_align_unchecked(old, 16), new) };
    if block.is_null() {
        alloc::handle_alloc_error(alloc::Layout::new::<u128>());
    }
    block
}

/// A value word of an instance at an offset in bytes that its type's layout of slots gives.
pub fn word_at(object: &Value, offset: usize) -> &crate::runtime::value::LockCell<Value> {
    let Some(head) = object.header() else { unreachable!("immediates have no slots") };
    let ty = type_head(head);
    let start = ty.slots_offset.get() as usize;
    assert!(offset >= start && offset < start + 8 * ty.slots_count.get() as usize);
    // SAFETY: the type says that value words stand there (asserted above).
    unsafe {
        &*std::ptr::from_ref(head).cast::<u8>().add(offset).cast::<crate::runtime::value::LockCell<Value>>()
    }
}

/// An object that is noted somewhere without being kept alive. The rule of the type: who notes an object forgets it when its
/// payload is dropped.
pub struct Uncounted(NonNull<Header>);

impl Uncounted {
    /// Notes an object; `None` for what is none.
    pub fn of(object: &Value) -> Option<Uncounted> {
        object.header().map(|head| Uncounted(NonNull::from(head)))
    }

    /// The object, unless it is dying.
    pub fn get(&self) -> Option<Value> {
        // SAFETY: the payload is not dropped yet, by the rule of the type, so the object is there; the count is raised for
        // the value.
        unsafe {
            let head = self.0.as_ref();
            if head.count.get() == 0 || head.flags.get() & flag::DYING != 0 {
                return None;
            }
            head.count.set(head.count.get() + 1);
            Some(Value::from_bits(self.0.as_ptr() as u64))
        }
    }
}

/// Gives up one reference of an object that was counted elsewhere (as word in a header, not as `Value`).
pub fn forget_reference(object: &Value) {
    if object.is_object() {
        // SAFETY: the caller owned one more count than `object` stands for.
        drop(unsafe { Value::from_bits(object.to_bits()) });
    }
}

/// Shows all values that an object owns.
pub fn for_each_reference(object: &Value, visit: &mut dyn FnMut(&Value)) {
    if let Some(head) = object.header() {
        // SAFETY: the value keeps the object alive.
        unsafe { traverse(NonNull::from(head), visit) }
    }
}
