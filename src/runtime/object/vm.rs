//! The thread's and the interpreter's state: what everything else reaches through `vm`.
//!
//! An [`Interp`] owns heap, types, interned strings, modules. A [`Vm`] is one thread's view of it: the register stack, the
//! exception in flight, the exceptions being handled, depth limits. All state hangs off these two, none is global, so
//! that several interpreters can live in one process.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, Ordering};

use crate::runtime::error::{PyResult, Raised};
use crate::runtime::gc::heap::{AddressHasher, Heap};
use crate::runtime::interp::places;
use crate::runtime::object::dict::Dict;
use crate::runtime::object::interned::Interned;
use crate::runtime::object::names::Names;
use crate::runtime::object::shape::Shapes;
use crate::runtime::object::slots::Dunders;
use crate::runtime::object::str::Str;
use crate::runtime::object::typedef::{Type, TypeRef};
use crate::runtime::text::wtf8;
use crate::runtime::value::{LockCell, Obj, Ref, Value};

/// An exception that is being handled; a generator has its own, linked to its caller's while it runs.
pub struct Handled {
    /// The exception, or `None`.
    pub value: LockCell<Value>,
    /// The one below.
    pub below: Cell<*const Handled>,
}

impl Handled {
    /// Nothing is being handled.
    pub const fn new() -> Handled {
        Handled { value: LockCell::new(Value::NONE), below: Cell::new(std::ptr::null()) }
    }
}

impl Default for Handled {
    fn default() -> Self {
        Handled::new()
    }
}

/// Reasons to leave the fast path of the machine; bits of [`Vm::wanted`].
pub mod want {
    /// A signal arrived.
    pub const SIGNAL: u32 = 1;
    /// Another thread waits for the interpreter lock.
    pub const LOCK: u32 = 2;
    /// The young generation is full.
    pub const COLLECT: u32 = 4;
    /// Calls were scheduled (`_thread.interrupt_main`, asynchronous exceptions, dead weakrefs).
    pub const CALLS: u32 = 8;
    /// Tracing or profiling is on.
    pub const TRACE: u32 = 16;
}

/// A thread's state.
pub struct Vm {
    interp: &'static Interp,
    /// Base of the running frame; null if none runs.
    pub frame: Cell<*mut Value>,
    /// First free word of the register stack above the running frame, when native code runs.
    pub stack_start: Cell<*mut Value>,
    /// Words below this are written (hold values).
    pub stack_written: Cell<*mut Value>,
    /// `stack_written`, or null if something is wanted: what calls compare their frame's end with.
    call_limit: AtomicPtr<u8>,
    /// End of the register stack.
    pub stack_end: Cell<*mut Value>,
    /// The exception in flight.
    raised: LockCell<Option<Value>>,
    /// Top of the chain of handled exceptions.
    pub handled: Cell<*const Handled>,
    /// The chain's bottom.
    pub handled_base: Handled,
    /// Python calls that may still nest.
    pub depth_left: Cell<i32>,
    /// A Python handler of a signal runs.
    pub in_handler: Cell<bool>,
    /// `sys.getrecursionlimit()`
    pub depth_limit: Cell<i32>,
    /// Native stack addresses below this are too deep.
    pub native_limit: Cell<usize>,
    /// See [`want`].
    pub wanted: AtomicU32,
    /// Identifier of the thread.
    pub thread_id: Cell<u64>,
    /// The trace and profile functions (`sys.settrace`), or `None`.
    pub trace: LockCell<Value>,
    /// See `trace`.
    pub profile: LockCell<Value>,
    /// Current `contextvars` context, or `None`.
    pub context: LockCell<Value>,
    /// The event loop that runs in this thread and the task that it executes, or `None`.
    pub running_loop: LockCell<[Value; 2]>,
    /// What the futures of the interpreter share, once this thread has asked for it; or `None`.
    pub futures: LockCell<Value>,
    /// `sys.set_asyncgen_hooks`: firstiter, finalizer.
    pub asyncgen_hooks: LockCell<[Value; 2]>,
    /// `sys.set_coroutine_origin_tracking_depth`
    pub origin_depth: Cell<u32>,
    /// Exception to raise asynchronously in this thread.
    pub async_exception: LockCell<Option<Value>>,
    /// A generator that is being unwound.
    kept: LockCell<Option<Value>>,
    /// The namespace, by its version, in which the last function was made, and where it has `__name__` and `__builtins__`.
    pub function_home: Cell<(u32, usize, usize)>,
    /// Counts inline caches that did not fit.
    pub misses: Cell<u32>,
    /// Value of the `StopIteration` that a `next` slot swallowed, or `None`.
    pub stop_value: LockCell<Value>,
    /// Objects of which `repr` is being made, for recursive ones.
    pub in_repr: RefCell<Vec<u64>>,
    /// The thread's dictionaries of `threading.local` objects, by the object's number.
    pub locals: RefCell<HashMap<u64, Value, BuildHasherDefault<AddressHasher>>>,
    /// The thread that came before this one, of those that run: see [`Interp::newest`].
    older: AtomicPtr<Vm>,
}

/// Entries of the cache of attributes of types: at first, and when that many lookups have missed twice.
const FIRST_TYPE_CACHE: usize = 512;
const TYPE_CACHE: usize = 4096;
/// How many builtin types there may be.
const TYPES: usize = 4096;

/// All zeros: empty.
struct TypeCacheEntry {
    version: u32,
    /// The name, owned so that its address is not given to another string.
    name: Option<Value>,
    /// The bits of the attribute, kept alive by the type as long as the version is current; 0: not there.
    found: u64,
}

/// Where an attribute was found before; see `interp::ops::known`.
pub struct Known {
    /// The version of the type; 0: no entry.
    pub version: u32,
    /// The shape of the instance.
    pub shape: u32,
    /// The name.
    pub name: Value,
    /// Offset of the value in the instance, or the method.
    pub what: u64,
    /// May be written as it is read.
    pub can_store: bool,
}

impl Default for Known {
    fn default() -> Known {
        Known { version: 0, shape: 0, name: Value::NONE, what: 0, can_store: false }
    }
}

/// Counters of the collector.
pub struct Collections {
    /// `gc.isenabled()`
    pub enabled: Cell<bool>,
    /// A collection runs.
    pub running: Cell<bool>,
    /// `gc.get_threshold()[0]`; 0: never.
    pub threshold: Cell<i32>,
    /// How many times the threshold the young generation may grow to, because looking at it has found nothing lately.
    pub stretch: Cell<i32>,
    /// `gc.get_threshold()[1:]`: in a collector of three generations, how many collections of one make one of the next.
    pub later: [Cell<i32>; 2],
    /// Young collections since the last full one.
    pub rounds: Cell<usize>,
    /// Survivors of young collections since the last full one.
    pub since_full: Cell<usize>,
    /// Survivors of the last full one.
    pub survivors: Cell<usize>,
    /// `gc.get_debug()`
    pub debug: Cell<i64>,
    /// `gc.get_stats()`: collections, collected, uncollectable of each generation.
    pub stats: [Cell<[i64; 3]>; 3],
}

/// Times of imports, for `-X importtime`.
#[derive(Default)]
pub struct ImportTimes {
    /// Imports that are going on.
    pub level: usize,
    /// What the imports inside of the innermost one took.
    pub inner: std::time::Duration,
    /// Show imports of what is imported already.
    pub cached: bool,
    /// Is the head of the table printed?
    pub begun: bool,
}

/// The state of an interpreter.
pub struct Interp {
    /// Counters of the collector.
    pub collections: Collections,
    /// Its memory.
    pub heap: &'static Heap,
    /// Interned names.
    pub names: Names,
    /// Type objects by spec number.
    pub types: LockCell<Vec<Option<TypeRef>>>,
    /// `type`
    pub type_type: TypeRef,
    /// `object`
    pub object_type: TypeRef,
    /// `str`
    pub str_type: TypeRef,
    /// `tuple`
    pub tuple_type: TypeRef,
    /// `dict`
    pub dict_type: TypeRef,
    /// `''`
    pub empty_str: Value,
    /// `()`
    pub empty_tuple: Value,
    /// One-character ASCII strings.
    pub ascii_chars: Vec<Value>,
    /// Those of U+0080 to U+00FF, made when they are first asked for.
    pub latin_chars: LockCell<Vec<Value>>,
    interned: Interned,
    type_cache: LockCell<Vec<TypeCacheEntry>>,
    type_cache_misses: Cell<usize>,
    /// Which slots a dunder belongs to.
    pub dunders: OnceCell<Dunders>,
    /// Attributes and methods of instances; empty until first used.
    pub known_attrs: LockCell<Vec<Known>>,
    /// See `known_attrs`.
    pub known_methods: LockCell<Vec<Known>>,
    /// Which value each parameter gets, by shape of calls; empty until first used.
    pub places: LockCell<Vec<places::Entry>>,
    version: Cell<u32>,
    /// Shapes of instances.
    pub shapes: Shapes,
    /// `sys.modules`
    pub modules: LockCell<Ref<Dict>>,
    /// Namespace of the module `builtins`.
    pub builtins: Ref<Dict>,
    /// Namespace of the module `sys`.
    pub sys: Ref<Dict>,
    /// State of native modules by name, made on demand.
    pub module_state: RefCell<HashMap<&'static str, Value>>,
    /// `sys.flags` and the like, for those who ask often.
    pub int_max_str_digits: Cell<usize>,
    /// `-b`, `-bb`
    pub bytes_warning: Cell<u32>,
    /// `-X dev`
    pub dev_mode: Cell<bool>,
    /// Code objects tell columns (not with `-X no_debug_ranges`).
    pub debug_ranges: Cell<bool>,
    /// `-O` level.
    pub optimize: Cell<u8>,
    /// `sys.getswitchinterval()`
    pub switch_interval: Cell<f64>,
    /// How often `_imp.acquire_lock` holds.
    pub import_lock: Cell<i64>,
    /// What `-X importtime` notes; nothing without it.
    pub import_times: RefCell<Option<ImportTimes>>,
    /// Is there an audit hook?
    pub audited: Cell<bool>,
    /// The interpreter ends: no more callbacks.
    pub finalizing: AtomicBool,
    /// The interpreter lock.
    pub gil: crate::runtime::sys::sync::Gil,
    /// The thread that runs the program.
    pub main_thread: Cell<u64>,
    /// All threads that run Python, in the order they came.
    pub threads: RefCell<Vec<&'static Vm>>,
    /// The last of them to come.
    newest: AtomicPtr<Vm>,
    /// Ends of the threads that the interpreter waits for before it ends.
    pub awaited: RefCell<Vec<std::sync::Arc<crate::runtime::sys::sync::Lock>>>,
}

/// Signals are the process's, and so is who answers for them.
static WATCHED: AtomicPtr<Interp> = AtomicPtr::new(std::ptr::null_mut());

thread_local! {
    static CURRENT: Cell<*const Vm> = const { Cell::new(std::ptr::null()) };
    /// Foreign code runs without the interpreter lock.
    static OUTSIDE: Cell<bool> = const { Cell::new(false) };
}

/// The thread's state.
#[inline(always)]
pub fn vm() -> &'static Vm {
    let vm = CURRENT.get();
    debug_assert!(!vm.is_null(), "this thread runs no interpreter");
    // SAFETY: `Vm::enter` put a state there that lives as long as the thread runs Python.
    unsafe { &*vm }
}

/// Does this thread run an interpreter?
pub fn has_vm() -> bool {
    !CURRENT.get().is_null()
}

/// Words of a thread's register stack.
const STACK_WORDS: usize = 64 << 20 >> 3;

impl Vm {
    /// A state for the calling thread, which becomes the current one and takes the interpreter lock; the state itself is
    /// leaked, because others may look at its word of wants at any time.
    pub fn enter(interp: &'static Interp, native_stack: usize) -> &'static Vm {
        let stack = crate::runtime::sys::reserve(STACK_WORDS * 8).cast::<Value>();
        let here = std::ptr::from_ref(&interp) as usize;
        let vm: &'static Vm = Box::leak(Box::new(Vm {
            interp,
            frame: Cell::new(std::ptr::null_mut()),
            stack_start: Cell::new(stack),
            stack_written: Cell::new(stack),
            call_limit: AtomicPtr::new(stack.cast()),
            stack_end: Cell::new(stack.wrapping_add(STACK_WORDS)),
            raised: LockCell::new(None),
            handled: Cell::new(std::ptr::null()),
            handled_base: Handled::new(),
            depth_left: Cell::new(1000),
            in_handler: Cell::new(false),
            depth_limit: Cell::new(1000),
            native_limit: Cell::new(here.saturating_sub(native_stack)),
            misses: Cell::new(0),
            wanted: AtomicU32::new(0),
            thread_id: Cell::new(crate::runtime::sys::sync::thread_id()),
            trace: LockCell::new(Value::NONE),
            profile: LockCell::new(Value::NONE),
            context: LockCell::new(Value::NONE),
            running_loop: LockCell::new([Value::NONE, Value::NONE]),
            futures: LockCell::new(Value::NONE),
            asyncgen_hooks: LockCell::new([Value::NONE, Value::NONE]),
            origin_depth: Cell::new(0),
            async_exception: LockCell::new(None),
            kept: LockCell::new(None),
            function_home: Cell::new((0, 0, 0)),
            stop_value: LockCell::new(Value::NONE),
            in_repr: RefCell::new(Vec::new()),
            locals: RefCell::default(),
            older: AtomicPtr::new(std::ptr::null_mut()),
        }));
        vm.handled.set(&vm.handled_base);
        CURRENT.set(vm);
        interp.gil.join_in();
        interp.gil.acquire(vm.bell(), want::LOCK);
        crate::runtime::gc::heap::enter(interp.heap);
        interp.threads.borrow_mut().push(vm);
        interp.link_threads();
        vm
    }

    /// The thread ends: gives up what it holds, its stack, the interpreter lock. Nothing of Python runs in it again.
    pub fn leave(&'static self) {
        let locals = self.locals.take();
        drop(locals);
        let values = [
            self.trace.replace(Value::NONE),
            self.profile.replace(Value::NONE),
            self.context.replace(Value::NONE),
        ];
        drop(values);
        drop(self.running_loop.replace([Value::NONE, Value::NONE]));
        drop(self.futures.replace(Value::NONE));
        drop(self.asyncgen_hooks.replace([Value::NONE, Value::NONE]));
        drop(self.async_exception.replace(None));
        drop(self.kept.replace(None));
        self.stop_value.set(Value::NONE);
        let end = self.stack_end.get();
        self.interp.threads.borrow_mut().retain(|vm| !std::ptr::eq(*vm, self));
        self.interp.link_threads();
        self.interp.gil.leave();
        CURRENT.set(std::ptr::null());
        // SAFETY: the stack was reserved by `enter` with that size; no frame of this thread is left.
        unsafe { crate::runtime::sys::release(end.wrapping_sub(STACK_WORDS).cast(), STACK_WORDS * 8) };
        self.interp.gil.release();
    }

    /// Runs what may take long and touches nothing of Python without the interpreter lock.
    #[inline]
    pub fn blocking<R>(&self, body: impl FnOnce() -> R) -> R {
        let gil = &self.interp.gil;
        if gil.is_alone() {
            return body();
        }
        let nesting = self.interp.heap.suspend_releases();
        gil.release();
        let result = body();
        gil.acquire(self.bell(), want::LOCK);
        self.interp.heap.resume_releases(nesting);
        result
    }
    /// Runs code that may call Python back (by [`Vm::called_back`]) without the interpreter lock.
    pub fn blocking_with_calls<R>(&self, body: impl FnOnce() -> R) -> R {
        let gil = &self.interp.gil;
        if gil.is_alone() {
            return body();
        }
        let before = OUTSIDE.replace(true);
        let nesting = self.interp.heap.suspend_releases();
        gil.release();
        let result = body();
        gil.acquire(self.bell(), want::LOCK);
        self.interp.heap.resume_releases(nesting);
        OUTSIDE.set(before);
        result
    }

    /// Runs Python inside of foreign code that this thread called, with the interpreter lock.
    pub fn called_back<R>(&self, body: impl FnOnce() -> R) -> R {
        let outside = OUTSIDE.replace(false);
        if outside {
            self.interp.gil.acquire(self.bell(), want::LOCK);
        }
        let result = body();
        if outside {
            self.interp.gil.release();
        }
        OUTSIDE.set(outside);
        result
    }

    /// The object whose word (its `id`) a program kept in foreign memory; nothing for no word. The program vouches for it.
    pub fn object_of_word(&self, word: u64) -> Option<Value> {
        if word == 0 {
            return None;
        }
        // SAFETY: the word is that of a live value, says the program, as a pointer to an object is in C; it is counted once more.
        let value = std::mem::ManuallyDrop::new(unsafe { Value::from_bits(word) });
        Some((*value).clone())
    }

    /// Hands the interpreter lock to a thread that waits for it.
    pub fn yield_lock(&self) {
        let nesting = self.interp.heap.suspend_releases();
        self.interp.gil.hand_over(self.bell(), want::LOCK);
        self.interp.heap.resume_releases(nesting);
    }
    /// How the thread is asked for something, for those that may do it after the thread's end.
    pub fn bell(&self) -> crate::runtime::sys::sync::Bell {
        // SAFETY: states of threads are leaked.
        let this = unsafe { &*std::ptr::from_ref(self) };
        crate::runtime::sys::sync::Bell { wanted: &this.wanted, limit: &this.call_limit }
    }
    /// Is this the thread that runs the program?
    pub fn is_main_thread(&self) -> bool {
        self.thread_id.get() == self.interp.main_thread.get()
    }

    /// Makes this state the current one of the calling thread.
    pub fn resume(&'static self) {
        CURRENT.set(self);
        crate::runtime::gc::heap::enter(self.interp.heap);
    }

    /// The interpreter.
    #[inline(always)]
    pub fn interp(&self) -> &'static Interp {
        self.interp
    }
    /// The interned names.
    #[inline(always)]
    pub fn names(&self) -> &'static Names {
        &self.interp.names
    }

    /// Puts an exception (an instance) in flight.
    pub fn set_raised(&self, exception: Value) -> Raised {
        debug_assert!(exception.is_object());
        drop(self.raised.replace(Some(exception)));
        Raised::token()
    }
    /// Takes the exception in flight.
    pub fn take_raised(&self, _: Raised) -> Value {
        match self.raised.replace(None) {
            Some(exception) => exception,
            None => unreachable!("Raised without an exception"),
        }
    }
    /// Looks at the exception in flight.
    pub fn raised(&self) -> Option<&Value> {
        self.raised.get().as_ref()
    }

    /// Keeps an object until its frame is unwound.
    pub fn keep_until_unwound(&self, value: Value) {
        self.kept.set(Some(value));
    }
    /// See [`Vm::keep_until_unwound`].
    pub fn release_kept(&self) {
        if self.kept.get().is_some() {
            self.kept.set(None);
        }
    }

    /// The exception being handled, or `None`.
    pub fn handled_exception(&self) -> Value {
        let mut at = self.handled.get();
        while !at.is_null() {
            // SAFETY: the chain links states of generators that run and the thread's own.
            let state = unsafe { &*at };
            if !state.value.get().is_none() {
                return state.value.cloned();
            }
            at = state.below.get();
        }
        Value::NONE
    }

    /// Error if the native stack is nearly used up.
    #[inline(always)]
    pub fn check_native(&self) -> PyResult<()> {
        self.check_native_in("")
    }

    /// As [`Vm::check_native`]; the message says what was being done.
    #[inline(always)]
    pub fn check_native_in(&self, during: &str) -> PyResult<()> {
        let here = 0u8;
        if (std::ptr::from_ref(&here) as usize) < self.native_limit.get() {
            return Err(self.too_deep(during));
        }
        Ok(())
    }

    /// Is there something to do that the machine should leave its fast path for?
    #[inline(always)]
    pub fn is_wanted(&self) -> bool {
        self.wanted.load(Ordering::Relaxed) != 0
    }
    /// The word of `want` bits, for those that set them from elsewhere.
    pub fn wanted_word(&'static self) -> &'static AtomicU32 {
        &self.wanted
    }
    /// Asks this thread's machine to leave its fast path.
    pub fn want(&self, bits: u32) {
        self.wanted.fetch_or(bits, Ordering::Release);
        self.call_limit.store(std::ptr::null_mut(), Ordering::Release);
    }
    /// What a new frame's end may reach without a closer look.
    #[inline(always)]
    pub fn call_limit(&self) -> *mut Value {
        self.call_limit.load(Ordering::Relaxed).cast()
    }
    /// Sets the limit anew, after what was wanted was done or the stack has grown.
    pub fn restore_call_limit(&self) {
        self.call_limit.store(self.stack_written.get().cast(), Ordering::Release);
        if self.is_wanted() {
            self.call_limit.store(std::ptr::null_mut(), Ordering::Release);
        }
    }
    /// The cell of the limit, for those that want something from elsewhere.
    pub fn call_limit_cell(&'static self) -> &'static AtomicPtr<u8> {
        &self.call_limit
    }

    /// The interned string of a text.
    pub fn intern(&self, text: &str) -> Ref<Str> {
        let bytes = text.as_bytes();
        self.interp.interned.intern(bytes, || self.str_fresh(bytes, wtf8::count(bytes)))
    }
    /// The interned string with the text of a string.
    pub fn intern_value(&self, text: &Value) -> Option<Ref<Str>> {
        let string = text.as_str()?;
        if string.is_interned() {
            return Some(string.to_ref());
        }
        let (bytes, hash) = (string.bytes(), string.hash());
        let make = || match crate::runtime::object::dict::exact_str(text) {
            Some(_) => text.clone(),
            None => self.str_fresh(bytes, string.len()),
        };
        Some(self.interp.interned.intern_hashed(bytes, hash, make))
    }
}

impl Interp {
    /// Puts the pieces together; `runtime::api` makes the first types.
    #[allow(clippy::too_many_arguments)]
    pub fn assemble(
        heap: &'static Heap,
        types: [TypeRef; 5],
        make_str: impl Fn(&[u8]) -> Value,
        empty_tuple: Value,
        dict: impl Fn() -> Ref<Dict>,
    ) -> Interp {
        let [type_type, object_type, str_type, tuple_type, dict_type] = types;
        let interned = Interned::new();
        let intern = |text: &str| interned.intern(text.as_bytes(), || make_str(text.as_bytes()));
        let names = Names::new(intern);
        let ascii_chars: Vec<Value> =
            (0..128u8).map(|c| interned.intern(&[c], || make_str(&[c])).into_value()).collect();
        let empty_str = interned.intern(b"", || make_str(b"")).into_value();
        // Zeros that nobody wrote take no memory before they are looked at.
        // SAFETY: no type is a word of zero, as a value never is (`tests`).
        let types = unsafe { Box::<[Option<TypeRef>]>::new_zeroed_slice(TYPES).assume_init() }.into_vec();
        Interp {
            collections: Collections {
                enabled: Cell::new(true),
                running: Cell::new(false),
                threshold: Cell::new(crate::runtime::gc::heap::THRESHOLD),
                stretch: Cell::new(1),
                later: [const { Cell::new(10) }; 2],
                rounds: Cell::new(0),
                since_full: Cell::new(0),
                survivors: Cell::new(0),
                debug: Cell::new(0),
                stats: [const { Cell::new([0; 3]) }; 3],
            },
            heap,
            names,
            types: LockCell::new(types),
            type_type,
            object_type,
            str_type,
            tuple_type,
            dict_type,
            empty_str,
            empty_tuple,
            ascii_chars,
            latin_chars: LockCell::new(Vec::new()),
            interned,
            type_cache: LockCell::new(empty_type_cache(FIRST_TYPE_CACHE)),
            type_cache_misses: Cell::new(0),
            dunders: OnceCell::new(),
            known_attrs: LockCell::new(Vec::new()),
            known_methods: LockCell::new(Vec::new()),
            places: LockCell::new(Vec::new()),
            version: Cell::new(1),
            shapes: Shapes::default(),
            modules: LockCell::new(dict()),
            builtins: dict(),
            sys: dict(),
            module_state: RefCell::new(HashMap::new()),
            int_max_str_digits: Cell::new(4300),
            bytes_warning: Cell::new(0),
            dev_mode: Cell::new(false),
            debug_ranges: Cell::new(true),
            optimize: Cell::new(0),
            switch_interval: Cell::new(0.005),
            import_lock: Cell::new(0),
            import_times: RefCell::new(None),
            audited: Cell::new(false),
            finalizing: AtomicBool::new(false),
            gil: crate::runtime::sys::sync::Gil::default(),
            main_thread: Cell::new(crate::runtime::sys::sync::thread_id()),
            threads: RefCell::new(Vec::new()),
            newest: AtomicPtr::new(std::ptr::null_mut()),
            awaited: RefCell::new(Vec::new()),
        }
    }

    /// Links the threads from the newest to the oldest, for those who may not wait for a borrow of the list: handlers of signals.
    /// States of threads are never freed, so that whoever follows the links always gets somewhere.
    fn link_threads(&self) {
        let mut older = std::ptr::null_mut();
        for vm in self.threads.borrow().iter() {
            vm.older.store(older, Ordering::Release);
            older = std::ptr::from_ref(*vm).cast_mut();
        }
        self.newest.store(older, Ordering::Release);
    }

    /// In a forked child: `vm` is the only thread that is left.
    pub fn keep_only(&self, vm: &Vm) {
        self.threads.borrow_mut().retain(|other| std::ptr::eq(*other, vm));
        self.link_threads();
    }

    /// The threads that run Python, the newest first. Takes no lock and no memory.
    pub fn newest_first(&self) -> impl Iterator<Item = &'static Vm> {
        // SAFETY: `link_threads` stores addresses of states, which live as long as the process.
        let at = |link: &AtomicPtr<Vm>| unsafe { link.load(Ordering::Acquire).as_ref() };
        std::iter::successors(at(&self.newest), move |vm| at(&vm.older))
    }

    /// From now on [`Interp::watched`] gives this interpreter.
    pub fn be_watched(&'static self) {
        WATCHED.store(std::ptr::from_ref(self).cast_mut(), Ordering::Release);
    }

    /// The interpreter that handlers of signals report about, in whatever thread they run.
    pub fn watched() -> Option<&'static Interp> {
        // SAFETY: `be_watched` stored an address that stays valid.
        unsafe { WATCHED.load(Ordering::Acquire).as_ref() }
    }

    /// A number for caches that was never given out; 0 if all are used up.
    pub fn next_version(&self) -> u32 {
        let next = self.version.get();
        if next != u32::MAX {
            self.version.set(next + 1);
            next
        } else {
            0
        }
    }

    /// A dying interned string leaves the table.
    pub fn forget_interned(&self, text: &Obj<Str>) {
        self.interned.forget(text);
    }

    /// How many strings are interned.
    pub fn interned_count(&self) -> usize {
        self.interned.count()
    }

    /// Empties the cache of attributes of types.
    pub fn type_cache_clear(&self) {
        for entry in self.type_cache.get_mut() {
            entry.version = 0;
        }
    }

    /// Looks an attribute up along the MRO, through the cache.
    #[inline]
    pub fn type_cache_lookup(&self, ty: &Obj<Type>, name: &Obj<Str>) -> Option<Value> {
        let version = ty.fast.version.get();
        if version != 0 && name.is_interned() {
            let cache = self.type_cache.get();
            let entry = &cache[(version as u64 ^ (name.address() >> 4)) as usize & (cache.len() - 1)];
            if entry.version == version && entry.name.as_ref().map(Value::to_bits) == Some(name.address()) {
                if entry.found == 0 {
                    return None;
                }
                // SAFETY: while the version is current the type's dict owns the value; a clone is made of it.
                let found = std::mem::ManuallyDrop::new(unsafe { Value::from_bits(entry.found) });
                return Some((*found).clone());
            }
        }
        self.type_cache_fill(ty, name)
    }

    #[cold]
    #[inline(never)]
    fn type_cache_fill(&self, ty: &Obj<Type>, name: &Obj<Str>) -> Option<Value> {
        let found = ty.lookup_slow(name);
        let version = ty.version(vm());
        if version != 0 && name.is_interned() {
            let misses = self.type_cache_misses.get() + 1;
            self.type_cache_misses.set(misses);
            if misses == 2 * FIRST_TYPE_CACHE {
                drop(self.type_cache.replace(empty_type_cache(TYPE_CACHE)));
            }
            let cache = self.type_cache.get_mut();
            let slot = (version as u64 ^ (name.address() >> 4)) as usize & (cache.len() - 1);
            let new = TypeCacheEntry {
                version,
                name: Some(name.to_value()),
                found: found.as_ref().map_or(0, Value::to_bits),
            };
            let old = std::mem::replace(&mut cache[slot], new);
            drop(old);
        }
        found
    }
}

fn empty_type_cache(entries: usize) -> Vec<TypeCacheEntry> {
    // SAFETY: no version, no name (a value is never a word of zero), nothing found.
    unsafe { Box::<[TypeCacheEntry]>::new_zeroed_slice(entries).assume_init() }.into_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_a_word_of_zero() {
        // SAFETY: both are words; the one that is no value is not looked at as one.
        unsafe {
            assert_eq!(std::mem::transmute::<Option<TypeRef>, u64>(None), 0);
            assert_eq!(std::mem::transmute::<Option<Value>, u64>(None), 0);
        }
    }
}
