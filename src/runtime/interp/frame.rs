//! The frame's layout in the register stack, and frame and traceback objects, which exist only when somebody looks.
//!
//! ```text
//! base - n … base - 1     locals
//! base + 0                base of the caller | 1
//! base + 1                the function | 1: borrowed from the caller's run, or owned (`info::OWNS`)
//! base + 2                pc: behind the first word of the instruction that runs (or, while a call runs, behind the
//!                         call) | 1
//! base + 3                frame object (owned), if `info::OBJECT`
//! base + 4                namespace of class bodies and modules, or the instance while `__init__` runs (owned), if the
//!                         info word says so
//! base + 5                bytes of the locals, negative, << 16 | register for the result << 8 | flags | 1; the register only
//!                         if `info::OWNS`: a plain frame's caller waits in the call that names it
//! base + 6                of a generator's frame: end of the stack in use, where the next frame may start | 1
//! base + 7 …              temporaries
//! ```
//!
//! # Invariants
//!
//! 1. Words of the stack between the end of the running frame and `Vm::stack_written` hold immediates or dead words
//!    that nobody drops; a new frame's locals are written when it is pushed, its temporaries are immediates.
//! 2. Every word of the header is an immediate to whoever takes it for a value (addresses have their low bit set), but
//!    for the owned ones, which are unbound when the frame has ended: a caller's temporaries lie under a callee's frame.
//! 3. A generator's frame lies in the generator's own block; its word 6 is that of the frame that resumed it.

use std::cell::Cell;

use crate::runtime::bytecode::ops::FRAME_HEADER;
use crate::runtime::error::Raised;
use crate::runtime::interp::code::Code;
use crate::runtime::interp::function::Function;
use crate::runtime::object::dict::Dict;
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{LockCell, Obj, Ref, Value, bits};

/// Offsets of the header's words.
pub mod word {
    /// Base of the caller.
    pub const CALLER: usize = 0;
    /// The function.
    pub const FUNCTION: usize = 1;
    /// The pc.
    pub const PC: usize = 2;
    /// The frame object.
    pub const OBJECT: usize = 3;
    /// Namespace or instance.
    pub const NAMESPACE: usize = 4;
    /// Sizes and flags.
    pub const INFO: usize = 5;
    /// End of the stack in use.
    pub const END: usize = 6;
}

/// Bits of the info word.
pub mod info {
    /// The frame was entered from native code: its end leaves the loop.
    pub const ENTRY: u64 = 2;
    /// It belongs to a generator.
    pub const GENERATOR: u64 = 4;
    /// It runs `__init__` for a call of a class.
    pub const INIT: u64 = 8;
    /// It has a frame object.
    pub const OBJECT: u64 = 16;
    /// It has a namespace.
    pub const NAMESPACE: u64 = 32;
    /// It owns its function.
    pub const OWNS: u64 = 64;
    /// All of these: the quick way out is closed.
    pub const SPECIAL: u64 = 126;

    /// The info word of a frame with that many locals and these flags.
    pub const fn word(locals: u32, flags: u64) -> u64 {
        ((locals as i64 * -8) << 16) as u64 | flags | 1
    }
    /// How far below the base the locals begin, in bytes: a negative number.
    #[inline(always)]
    pub const fn locals_start(info: u64) -> isize {
        (info as i64 >> 16) as isize
    }
}

/// A frame, by its base. Valid while the frame runs.
#[derive(Clone, Copy)]
pub struct Frame(pub *mut Value);

impl Frame {
    /// A word of the header.
    #[inline(always)]
    pub fn get(self, at: usize) -> u64 {
        // SAFETY: a frame's header lies at its base.
        unsafe { *self.0.cast::<u64>().add(at) }
    }
    /// Writes a word of the header.
    #[inline(always)]
    pub fn set(self, at: usize, word: u64) {
        // SAFETY: as in `get`.
        unsafe { *self.0.cast::<u64>().add(at) = word }
    }
    /// Writes the header of a frame of `function` that begins, called by the frame at `caller`. `function_word` is its word
    /// [`word::FUNCTION`]; `flags` come to those that all of the function's frames have. The frame runs from now on.
    ///
    /// # Safety
    /// The stack is written up to the frame's end, its locals are live.
    #[inline(always)]
    pub unsafe fn begin(
        self,
        vm: &Vm,
        caller: *mut Value,
        function: &Obj<Function>,
        function_word: u64,
        flags: u64,
    ) {
        // SAFETY: as promised.
        unsafe { self.begin_at_entry(vm, caller, function, function_word, flags) };
        self.set_pc(function.entry.get());
    }
    /// The same for a frame whose first instruction runs at once: it stores the pc before anybody looks for it.
    ///
    /// # Safety
    /// As for [`Frame::begin`].
    #[inline(always)]
    pub unsafe fn begin_at_entry(
        self,
        vm: &Vm,
        caller: *mut Value,
        function: &Obj<Function>,
        function_word: u64,
        flags: u64,
    ) {
        self.set(word::CALLER, caller as u64 + 1);
        self.set(word::FUNCTION, function_word);
        self.set(word::INFO, function.info.get() | flags);
        vm.frame.set(self.0);
    }
    /// End of the stack in use while the frame runs: where the next frame may start.
    #[inline]
    pub fn end(self) -> *mut Value {
        if self.is(info::GENERATOR) {
            return self.address(word::END) as *mut Value;
        }
        // SAFETY: the frame ends there; a function whose code is replaced leaves its frames to a copy (`recode`).
        unsafe { self.0.add(self.function().frame_words()) }
    }
    /// Unbinds the frame's locals from `at` on: those that no argument fills. What lay there is dead.
    ///
    /// # Safety
    /// The stack is written up to the frame, and `at` is one of its locals or the frame's base.
    #[inline(always)]
    pub unsafe fn unbind_from(self, mut at: *mut Value) {
        while at < self.0 {
            // SAFETY: as promised. Volatile: there are few of them, and a vectorized loop would need more of a prologue than they
            // are worth.
            unsafe {
                at.cast::<u64>().write_volatile(bits::UNBOUND);
                at = at.add(1);
            }
        }
    }
    /// The caller's frame.
    pub fn caller(self) -> Option<Frame> {
        let base = self.address(word::CALLER) as *mut Value;
        if base.is_null() { None } else { Some(Frame(base)) }
    }
    /// An address in the header.
    #[inline(always)]
    pub fn address(self, at: usize) -> u64 {
        self.get(at) & !1
    }
    /// The pc.
    #[inline(always)]
    pub fn pc(self) -> *const u32 {
        (self.get(word::PC) - 1) as *const u32
    }
    /// Sets the pc.
    #[inline(always)]
    pub fn set_pc(self, pc: *const u32) {
        self.set(word::PC, pc as u64 + 1);
    }
    /// Register that receives the result in the caller.
    pub fn result_register(self) -> i8 {
        (self.get(word::INFO) >> 8) as i8
    }
    /// The function.
    #[inline(always)]
    pub fn function<'a>(self) -> &'a Obj<Function> {
        // SAFETY: the frame owns the function; callers use it while the frame runs.
        unsafe { &*((self.get(word::FUNCTION) - 1) as *const Obj<Function>) }
    }
    /// The code.
    pub fn code<'a>(self) -> &'a Obj<Code> {
        let code = self.function().code.get();
        // SAFETY: the function owns the code, the frame the function.
        unsafe { &*std::ptr::from_ref::<Obj<Code>>(code) }
    }
    /// The code that runs, even if the function's `__code__` was replaced meanwhile: the one whose words hold the pc.
    pub fn running_word(self) -> u32 {
        self.code().index_of(self.pc())
    }
    /// Number of locals.
    #[inline(always)]
    pub fn locals_count(self) -> usize {
        info::locals_start(self.get(word::INFO)).unsigned_abs() / size_of::<Value>()
    }
    /// A local.
    #[inline(always)]
    pub fn local<'a>(self, at: usize) -> &'a mut Value {
        debug_assert!(at < self.locals_count());
        // SAFETY: locals lie below the base.
        unsafe { &mut *self.0.sub(self.locals_count() - at) }
    }
    /// A temporary.
    #[inline(always)]
    pub fn temp<'a>(self, at: usize) -> &'a mut Value {
        // SAFETY: temporaries lie behind the header.
        unsafe { &mut *self.0.add(FRAME_HEADER + at) }
    }
    /// Has it one of these info bits?
    #[inline(always)]
    pub fn is(self, bits: u64) -> bool {
        self.get(word::INFO) & bits != 0
    }
    /// The namespace of a class body or module.
    pub fn namespace(self) -> Option<Value> {
        if !self.is(info::NAMESPACE) {
            return None;
        }
        // SAFETY: with that bit the word is an owned value; a clone is made.
        let value = std::mem::ManuallyDrop::new(unsafe { Value::from_bits(self.get(word::NAMESPACE)) });
        Some((*value).clone())
    }
    /// Takes locals and temporaries and what the header owns out of the frame, which ends; its frame object, if somebody
    /// else has it, gets the locals. The caller drops what is left when the frame is no longer the running one: destructors
    /// don't see it.
    pub fn take(self, vm: &Vm) -> Remains {
        let mut remains = Remains::default();
        if self.is(info::OBJECT) {
            detach(vm, self, &mut remains);
        }
        let mut take = |place: &mut Value| remains.push(std::mem::replace(place, Value::UNBOUND));
        (0..self.locals_count()).for_each(|at| take(self.local(at)));
        (0..self.code().temps as usize).for_each(|at| take(self.temp(at)));
        let info = self.get(word::INFO);
        // SAFETY: the header owned both, if the bits say so, and forgets them.
        unsafe {
            if info & (info::NAMESPACE | info::INIT) != 0 {
                remains.push(Value::from_bits(self.get(word::NAMESPACE)));
                self.set(word::NAMESPACE, bits::UNBOUND);
            }
            if info & info::OWNS != 0 {
                remains.push(Value::from_bits(self.address(word::FUNCTION)));
            }
        }
        remains
    }
}

impl Frame {
    /// Leaves a plain call's frame that an exception goes through: its object, which the traceback has, gets the locals; gives
    /// the caller. `None` if that takes more, with nothing changed.
    pub fn abandon(self, vm: &Vm) -> Option<Frame> {
        let header = self.get(word::INFO);
        if header & info::SPECIAL != info::OBJECT {
            return None;
        }
        // SAFETY: with that bit the word is an owned frame object, which has other owners; temporaries and locals are live values
        // or immediates.
        unsafe {
            let object = &*(self.get(word::OBJECT) as *const Obj<FrameObject>);
            if object.head.count.get() == 1 || object.rare().is_some() {
                return None;
            }
            let caller = self.caller()?;
            let back = self::object(vm, caller).into_value();
            let mut remains = Remains::default();
            for at in 0..self.code().temps as usize {
                let value = std::mem::replace(self.temp(at), Value::UNBOUND);
                match value.header().is_some_and(|head| head.count.get() == 1) {
                    true => remains.push(value),
                    false => drop(value),
                }
            }
            object.last.set(self.running_word());
            object.base.set(std::ptr::null_mut());
            let count = self.locals_count();
            let start = self.0.sub(count);
            let locals = object.locals.get_mut();
            locals.reserve_exact(count);
            std::ptr::copy_nonoverlapping(start, locals.as_mut_ptr(), count);
            locals.set_len(count);
            self.unbind_from(start);
            drop(object.back.replace(back));
            self.set(word::OBJECT, bits::UNBOUND);
            object.head.count.set(object.head.count.get() - 1);
            vm.depth_left.set(vm.depth_left.get() + 1);
            vm.frame.set(caller.0);
            if !remains.0.is_empty() {
                remains.drop_under(vm);
            }
            Some(caller)
        }
    }
}

/// What a frame held when it ended; dropped last first, as CPython clears a frame.
#[derive(Default)]
pub struct Remains(smallvec::SmallVec<[Value; 16]>);

impl Remains {
    /// Adds a value, to be dropped before those that are there.
    #[inline(always)]
    pub fn push(&mut self, value: Value) {
        if value.is_object() {
            self.0.push(value);
        }
    }
}

impl Remains {
    /// Drops all while an exception is in flight, which what is dropped must not replace.
    fn drop_under(self, vm: &Vm) {
        let exception = vm.take_raised(Raised::token());
        drop(self);
        vm.release_kept();
        let _ = vm.set_raised(exception);
    }
}

impl Drop for Remains {
    fn drop(&mut self) {
        while let Some(value) = self.0.pop() {
            drop(value);
        }
    }
}

/// The payload of `frame`.
pub struct FrameObject {
    /// Base of the running frame; null when it has ended.
    pub base: Cell<*mut Value>,
    /// The function.
    pub function: Ref<Function>,
    /// The code.
    pub code: Ref<Code>,
    /// Locals of an ended frame.
    pub locals: LockCell<Locals>,
    /// Namespace of an ended frame, or of a class body or module.
    pub namespace: LockCell<Value>,
    /// Word that runs, or ran last.
    pub last: Cell<u32>,
    /// `clear()` was called: nothing of the frame's variables is left to see.
    pub cleared: Cell<bool>,
    /// `f_back` of an ended frame.
    pub back: LockCell<Value>,
    /// The generator whose frame it is, not counted; null for none.
    pub generator: Cell<u64>,
    /// What only few frames have.
    rare: LockCell<Option<Box<Rare>>>,
}

/// Locals of an ended frame: mostly few.
pub type Locals = smallvec::SmallVec<[Value; 4]>;

/// What only frames have that were traced or written to from outside.
pub struct Rare {
    /// `f_trace`
    pub trace: LockCell<Value>,
    /// `f_trace_lines`, `f_trace_opcodes`
    pub trace_lines: Cell<bool>,
    /// See `trace_lines`.
    pub trace_opcodes: Cell<bool>,
    /// Variables that were added through `f_locals`.
    pub extra_locals: LockCell<Option<Ref<Dict>>>,
    /// What a running frame's variables held when they were written over from outside.
    pub overwritten: LockCell<Vec<Value>>,
}

impl FrameObject {
    /// What only few frames have, if this one has it.
    pub fn rare(&self) -> Option<&Rare> {
        self.rare.get().as_deref()
    }
    /// The same, made on demand.
    pub fn rare_mut(&self) -> &Rare {
        self.rare.get_mut().get_or_insert_with(|| {
            Box::new(Rare {
                trace: LockCell::new(Value::NONE),
                trace_lines: Cell::new(true),
                trace_opcodes: Cell::new(false),
                extra_locals: LockCell::new(None),
                overwritten: LockCell::new(Vec::new()),
            })
        })
    }
    /// Variables that were added through `f_locals`.
    pub fn extra_locals(&self) -> Option<Ref<Dict>> {
        self.rare()?.extra_locals.cloned()
    }
}

crate::payload!(FrameObject, "frame", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(self.function.value());
        visit(self.code.value());
        self.locals.get().iter().for_each(&mut *visit);
        visit(self.namespace.get());
        visit(self.back.get());
        if let Some(rare) = self.rare() {
            rare.overwritten.get().iter().for_each(&mut *visit);
            visit(rare.trace.get());
            if let Some(extra) = rare.extra_locals.get() {
                visit(extra.value());
            }
        }
    }
    fn clear(&self) {
        drop(self.locals.take());
        self.back.set(Value::NONE);
        if let Some(rare) = self.rare() {
            drop(rare.overwritten.take());
            drop(rare.extra_locals.take());
            rare.trace.set(Value::NONE);
        }
    }
});

impl Obj<FrameObject> {
    /// The running frame, if it runs (or waits, as a generator's).
    pub fn frame(&self) -> Option<Frame> {
        let base = self.base.get();
        if base.is_null() { None } else { Some(Frame(base)) }
    }
    /// The word that runs, or ran last.
    pub fn last_word(&self) -> u32 {
        self.frame().map_or(self.last.get(), Frame::running_word)
    }
    /// The line that runs.
    pub fn line(&self) -> Option<u32> {
        if let Some(frame) = self.frame()
            && frame.is(info::GENERATOR)
            && frame.pc() == self.code.start()
        {
            // A generator that has not started stands at its definition.
            return Some(self.code.first_line);
        }
        self.code.line(self.last_word())
    }
}

/// The frame object of a running frame, made on demand.
pub fn object(vm: &Vm, frame: Frame) -> Ref<FrameObject> {
    if frame.is(info::OBJECT) {
        // SAFETY: with that bit the word is an owned frame object; a clone is made.
        let value = std::mem::ManuallyDrop::new(unsafe { Value::from_bits(frame.get(word::OBJECT)) });
        // SAFETY: as above.
        return unsafe { Ref::from_value_unchecked((*value).clone()) };
    }
    let new = vm.alloc(
        vm.typ(&crate::runtime::builtins::frames::FRAME),
        FrameObject {
            base: Cell::new(frame.0),
            function: frame.function().to_ref(),
            code: frame.code().to_ref(),
            locals: LockCell::new(Locals::new()),
            namespace: LockCell::new(frame.namespace().unwrap_or(Value::UNBOUND)),
            last: Cell::new(0),
            cleared: Cell::new(false),
            back: LockCell::new(Value::NONE),
            generator: Cell::new(0),
            rare: LockCell::new(None),
        },
    );
    frame.set(word::OBJECT, new.clone().into_value().into_bits());
    frame.set(word::INFO, frame.get(word::INFO) | info::OBJECT);
    new
}

/// A frame ends: its object, if somebody else has it, takes the locals over.
#[cold]
fn detach(vm: &Vm, frame: Frame, remains: &mut Remains) {
    // SAFETY: the header owned the frame object and forgets it.
    let value = unsafe { Value::from_bits(frame.get(word::OBJECT)) };
    frame.set(word::OBJECT, bits::UNBOUND);
    frame.set(word::INFO, frame.get(word::INFO) & !info::OBJECT);
    let Some(object) = value.downcast::<FrameObject>() else { return };
    object.last.set(frame.running_word());
    object.base.set(std::ptr::null_mut());
    if let Some(rare) = object.rare() {
        rare.overwritten.take().into_iter().for_each(|value| remains.push(value));
    }
    if value.count() > 1 {
        let count = frame.locals_count();
        let locals = (0..count).map(|at| std::mem::replace(frame.local(at), Value::UNBOUND)).collect();
        object.locals.set(locals);
        if !frame.is(info::GENERATOR)
            && let Some(caller) = frame.caller()
        {
            object.back.set(self::object(vm, caller).into_value());
        }
    }
    remains.push(value);
}

/// The payload of `traceback`.
pub struct Traceback {
    /// `tb_next`
    pub next: LockCell<Value>,
    /// `tb_frame`
    pub frame: Ref<FrameObject>,
    /// The word that ran, `tb_lasti / 4`.
    pub last: Cell<i64>,
    /// `tb_lineno`, if it was given; -1: from `last`.
    pub line: Cell<i64>,
}

crate::payload!(Traceback, "traceback", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(self.next.get());
        visit(self.frame.value());
    }
    fn clear(&self) {
        self.next.set(Value::NONE);
    }
});

impl Vm {
    /// The running frame.
    #[inline(always)]
    pub fn running(&self) -> Option<Frame> {
        let base = self.frame.get();
        if base.is_null() { None } else { Some(Frame(base)) }
    }
    /// A global of the running frame's function.
    pub fn current_global(&self, name: &str) -> Option<Value> {
        let name = self.intern(name);
        self.running()?.function().globals.get_str(&name)
    }
}
