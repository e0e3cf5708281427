//! What handlers of instructions are made of: the machine's state in registers, access to operands, and the ways on.
//!
//! # Model
//!
//! A handler is a function of the machine's state: the address behind the instruction's first word, the frame's base, the
//! thread, the table of handlers. It ends by calling the next instruction's handler with the new state. An optimised build
//! makes a jump of that (a call in tail position of a function that has nothing on its stack), so that the state stays in
//! machine registers and each handler has an indirect jump of its own to predict; any other build returns to the loop after
//! each instruction (`cfg(threaded)`, set by the build script, says which it is).
//!
//! # Invariants
//!
//! 1. A handler has no value on its native stack and calls nothing but in tail position: everything else is done by functions
//!    that are not inlined into it (`slow_*`, `free_*`), which return to the loop, or go on themselves if they too hold
//!    nothing. Otherwise the native stack would grow with each instruction.
//! 2. What a handler drops last was counted down already; its memory is released by `free_*`, which store the pc.

use std::ptr::NonNull;

use crate::runtime::error::{PyResult, Raised};
use crate::runtime::gc::heap;
use crate::runtime::interp::dispatch::{At, Next};
use crate::runtime::interp::frame::Frame;
use crate::runtime::interp::unwind;
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{Header, Value, bits, is_object_bits};

/// Where an instruction's opcode and operands lie: bytes of its word, the operands seen from behind it.
pub const OPCODE: usize = if cfg!(target_endian = "little") { 0 } else { 3 };
/// See [`OPCODE`].
pub const A: isize = if cfg!(target_endian = "little") { -3 } else { -2 };
/// See [`OPCODE`].
pub const B: isize = if cfg!(target_endian = "little") { -2 } else { -3 };
const C: isize = if cfg!(target_endian = "little") { -1 } else { -4 };
const N: isize = if cfg!(target_endian = "little") { -2 } else { -4 };

/// A handler of an instruction.
pub type Handler = unsafe fn(*const u32, *mut Value, &Vm, &Table) -> State;

/// The handlers by opcode.
pub struct Table(pub [Handler; 256]);

impl Table {
    /// The handler of an opcode.
    #[inline(always)]
    pub fn handler(&self, op: u8) -> Handler {
        self.0[op as usize]
    }
}

/// Where the loop goes on: the next instruction and its frame; or, if the address is none, how it ends.
#[derive(Clone, Copy)]
pub struct State {
    /// The next instruction's first word; [`ENDED`] and [`RAISED`] end the loop.
    pub pc: *const u32,
    /// Base of the frame, or the word of the value.
    pub base: *mut Value,
}

const RAISED: *const u32 = std::ptr::null();
const ENDED: *const u32 = std::ptr::without_provenance(4);

/// How a [`State`] goes on.
pub enum Exit {
    /// With the next instruction.
    Go,
    /// The entry frame has returned that.
    Ended(Value),
    /// An exception left the entry frame.
    Raised,
}

impl State {
    /// The entry frame has returned a value.
    pub fn ended(value: Value) -> State {
        State { pc: ENDED, base: std::ptr::with_exposed_provenance_mut(value.into_bits() as usize) }
    }
    /// An exception left the entry frame.
    pub fn raised(raised: Raised) -> State {
        let _ = raised;
        State { pc: RAISED, base: std::ptr::null_mut() }
    }
    /// The frame goes on at its pc.
    pub fn at(base: *mut Value) -> State {
        State { pc: Frame(base).pc(), base }
    }
    /// What the loop does now.
    #[inline(always)]
    pub fn exit(self) -> Exit {
        if self.pc.addr() > ENDED.addr() {
            Exit::Go
        } else if self.pc == RAISED {
            Exit::Raised
        } else {
            // SAFETY: `ended` took the value apart, and the loop asks once.
            Exit::Ended(unsafe { Value::from_bits(self.base.expose_provenance() as u64) })
        }
    }
}

/// The state that handlers hand on.
#[derive(Clone, Copy)]
pub struct Machine<'a> {
    /// Behind the instruction's first word.
    pub pc: *const u32,
    /// Base of the frame.
    pub base: *mut Value,
    /// The thread.
    pub vm: &'a Vm,
    /// The handlers.
    pub table: &'a Table,
}

/// Counts a value up, if it is an object.
///
/// # Safety
/// The word is a live value.
#[inline(always)]
pub unsafe fn counted(bits: u64) -> u64 {
    if is_object_bits(bits) {
        // SAFETY: as promised.
        let head = unsafe { &*(bits as *const Header) };
        head.count.set(head.count.get().wrapping_add(1));
    }
    bits
}

/// Counts an object up.
///
/// # Safety
/// The word is a live object.
#[inline(always)]
pub unsafe fn counted_object(bits: u64) -> u64 {
    debug_assert!(is_object_bits(bits));
    // SAFETY: as promised.
    let head = unsafe { &*(bits as *const Header) };
    head.count.set(head.count.get().wrapping_add(1));
    bits
}

/// Is this the only reference to an object?
#[inline(always)]
unsafe fn is_last(bits: u64) -> bool {
    // SAFETY: the caller has seen that the word is a live object.
    is_object_bits(bits) && unsafe { &*(bits as *const Header) }.count.get() == 1
}

/// Counts a value down that is no object or has other references; says whether it was.
#[inline(always)]
unsafe fn count_down(bits: u64) -> bool {
    if is_object_bits(bits) {
        // SAFETY: the caller gives a live value.
        let head = unsafe { &*(bits as *const Header) };
        let count = head.count.get().wrapping_sub(1);
        head.count.set(count);
        return count != 0;
    }
    true
}

// All of these: the instruction's operands are what the handler takes them for (`verify`), words are live values.
#[allow(clippy::missing_safety_doc)]
impl<'a> Machine<'a> {
    /// Operand A as register.
    #[inline(always)]
    pub unsafe fn a(self) -> isize {
        // SAFETY: the word stands before the address.
        unsafe { *self.pc.cast::<i8>().offset(A) as isize }
    }
    /// Operand B.
    #[inline(always)]
    pub unsafe fn b(self) -> isize {
        // SAFETY: as in `a`.
        unsafe { *self.pc.cast::<i8>().offset(B) as isize }
    }
    /// Operand C.
    #[inline(always)]
    pub unsafe fn c(self) -> isize {
        // SAFETY: as in `a`.
        unsafe { *self.pc.cast::<i8>().offset(C) as isize }
    }
    /// Operand C, unsigned.
    #[inline(always)]
    pub unsafe fn n8(self) -> u32 {
        // SAFETY: as in `a`.
        unsafe { u32::from(*self.pc.cast::<u8>().offset(C)) }
    }
    /// The 16-bit operand, unsigned.
    #[inline(always)]
    pub unsafe fn n16(self) -> usize {
        // SAFETY: as in `a`.
        unsafe { *self.pc.cast::<u16>().byte_offset(N) as usize }
    }
    /// The 16-bit operand, signed.
    #[inline(always)]
    pub unsafe fn i16(self) -> isize {
        // SAFETY: as in `a`.
        unsafe { *self.pc.cast::<i16>().byte_offset(N) as isize }
    }
    /// The 24-bit operand.
    #[inline(always)]
    pub unsafe fn i24(self) -> isize {
        // SAFETY: as in `a`.
        unsafe { *self.pc.sub(1) as i32 as isize >> 8 }
    }
    /// An extra word.
    #[inline(always)]
    pub unsafe fn extra(self, at: usize) -> u32 {
        // SAFETY: the instruction has that many words.
        unsafe { *self.pc.add(at) }
    }
    /// The word of two cache words.
    #[inline(always)]
    pub unsafe fn extra_pair(self, at: usize) -> u64 {
        // SAFETY: as in `extra`.
        unsafe { self.pc.add(at).cast::<u64>().read_unaligned() }
    }
    /// What a register holds.
    #[inline(always)]
    pub unsafe fn bits(self, register: isize) -> u64 {
        // SAFETY: operands name registers of the frame.
        unsafe { *self.base.offset(register).cast::<u64>() }
    }
    /// What a register holds, as a value.
    #[inline(always)]
    pub unsafe fn value(self, register: isize) -> &'a Value {
        // SAFETY: as in `bits`.
        unsafe { &*self.base.offset(register) }
    }
    /// Writes a register; gives what it held.
    #[inline(always)]
    pub unsafe fn swap(self, register: isize, new: u64) -> u64 {
        // SAFETY: as in `bits`.
        unsafe { self.base.offset(register).cast::<u64>().replace(new) }
    }
    /// Takes what a temporary holds, whose use this is; an immediate for a local.
    #[inline(always)]
    pub unsafe fn used(self, register: isize) -> u64 {
        // SAFETY: as in `bits`.
        if register >= 0 { unsafe { self.swap(register, bits::UNBOUND) } } else { bits::UNBOUND }
    }
    /// Takes a temporary's value, or counts a local's up.
    #[inline(always)]
    pub unsafe fn take(self, register: isize) -> u64 {
        // SAFETY: as in `bits`.
        unsafe {
            if register >= 0 { self.swap(register, bits::UNBOUND) } else { counted(self.bits(register)) }
        }
    }
    /// The frame.
    #[inline(always)]
    pub fn frame(self) -> Frame {
        Frame(self.base)
    }
    /// What slow handlers get.
    #[inline(always)]
    pub fn at(self) -> At {
        At { base: self.base, pc: self.pc }
    }

    /// Runs the instruction at an address.
    #[inline(always)]
    pub unsafe fn go(self, pc: *const u32) -> State {
        #[cfg(threaded)]
        // SAFETY: code has passed `verify`: an instruction begins there.
        unsafe {
            let op = *pc.cast::<u8>().add(OPCODE);
            self.table.handler(op)(pc.add(1), self.base, self.vm, self.table)
        }
        #[cfg(not(threaded))]
        State { pc, base: self.base }
    }
    /// Goes on behind the instruction's extra words.
    #[inline(always)]
    pub unsafe fn next(self, words: usize) -> State {
        // SAFETY: as in `go`.
        unsafe { self.go(self.pc.add(words)) }
    }
    /// Jumps by an offset from behind the extra words.
    #[inline(always)]
    pub unsafe fn jump(self, words: usize, offset: isize) -> State {
        // SAFETY: as in `go`.
        unsafe { self.go(self.pc.add(words).offset(offset)) }
    }
    /// A conditional jump whose offset is the first extra word.
    #[inline(always)]
    pub unsafe fn branch(self, taken: bool) -> State {
        // SAFETY: as in `go`.
        unsafe { if taken { self.jump(1, *self.pc as i32 as isize) } else { self.next(1) } }
    }
    /// Goes on after dropping a value.
    #[inline(always)]
    pub unsafe fn drop_next(self, words: usize, old: u64) -> State {
        // SAFETY: the value is given up by its owner.
        unsafe {
            if count_down(old) {
                self.next(words)
            } else {
                free_next(self.pc.add(words), self.base, self.vm, self.table, old)
            }
        }
    }
    /// The same for what is known to be an object.
    #[inline(always)]
    pub unsafe fn drop_object_next(self, words: usize, old: u64) -> State {
        debug_assert!(is_object_bits(old));
        // SAFETY: as in `drop_next`.
        unsafe {
            let head = &*(old as *const Header);
            let count = head.count.get().wrapping_sub(1);
            head.count.set(count);
            if count != 0 {
                self.next(words)
            } else {
                free_next(self.pc.add(words), self.base, self.vm, self.table, old)
            }
        }
    }
    /// Goes on after dropping two values.
    #[inline(always)]
    pub unsafe fn drop_two_next(self, words: usize, first: u64, second: u64) -> State {
        // SAFETY: as in `drop_next`.
        unsafe {
            if is_last(first) {
                return free_two_next(self.pc.add(words), self.base, self.vm, self.table, first, second);
            }
            count_down(first);
            self.drop_next(words, second)
        }
    }
    /// Goes on after dropping three values.
    #[inline(always)]
    pub unsafe fn drop_three_next(self, words: usize, first: u64, second: u64, third: u64) -> State {
        // SAFETY: as in `drop_next`.
        unsafe {
            if is_last(first) || is_last(second) || first == second {
                return free_three(self.pc.add(words), self.base, first, second, third);
            }
            count_down(first);
            count_down(second);
            self.drop_next(words, third)
        }
    }
    /// Writes a dead temporary, or one that the instruction has used up and that held an immediate.
    #[inline(always)]
    pub unsafe fn fill(self, register: isize, new: u64) {
        // SAFETY: as in `swap`.
        let old = unsafe { self.swap(register, new) };
        debug_assert!(
            !is_object_bits(old),
            "a temporary of {:?} is alive at word {}",
            self.frame().code().qualname.to_string_lossy(),
            self.frame().code().index_of(self.pc)
        );
    }
    /// Writes a register and goes on.
    #[inline(always)]
    pub unsafe fn put(self, register: isize, new: u64, words: usize) -> State {
        // SAFETY: as in `swap`.
        unsafe {
            let old = self.swap(register, new);
            self.drop_next(words, old)
        }
    }
    /// Writes A; operand B, another register, was used up.
    #[inline(always)]
    pub unsafe fn put_used(self, new: u64, words: usize) -> State {
        // SAFETY: as in `swap`.
        unsafe {
            let used = self.used(self.b());
            let old = self.swap(self.a(), new);
            self.drop_two_next(words, old, used)
        }
    }

    /// Does the instruction's rest in a function of its own, then goes on behind its extra words.
    #[inline(always)]
    pub unsafe fn slow<F: Fn(&Vm, At) -> PyResult<()>>(self, words: usize, handler: F) -> State {
        // SAFETY: as in `go`.
        unsafe { slow(self.pc, self.base, self.vm, words, handler) }
    }
    /// As [`Machine::slow`], for a conditional jump that is taken when the outcome is `when`.
    #[inline(always)]
    pub unsafe fn slow_branch<F: Fn(&Vm, At) -> PyResult<bool>>(self, when: bool, handler: F) -> State {
        // SAFETY: as in `go`.
        unsafe { slow_branch(self.pc, self.base, self.vm, when, handler) }
    }
    /// As [`Machine::slow_branch`] with a 16-bit offset in the first word.
    #[inline(always)]
    pub unsafe fn slow_branch16<F: Fn(&Vm, At) -> PyResult<bool>>(self, when: bool, handler: F) -> State {
        // SAFETY: as in `go`.
        unsafe { slow_branch16(self.pc, self.base, self.vm, when, handler) }
    }
    /// As [`Machine::slow`], for handlers that push or pop frames.
    #[inline(always)]
    pub unsafe fn slow_flow<F: Fn(&Vm, At) -> PyResult<Next>>(self, words: usize, handler: F) -> State {
        // SAFETY: as in `go`.
        unsafe { slow_flow(self.pc, self.base, self.vm, words, handler) }
    }
    /// As [`Machine::slow`], for calls: they store the result, or push the frame that runs now.
    #[inline(always)]
    pub unsafe fn slow_call<F: Fn(&Vm, At) -> PyResult<Option<*mut Value>>>(
        self,
        words: usize,
        handler: F,
    ) -> State {
        // SAFETY: as in `go`.
        unsafe { slow_call(self.pc, self.base, self.vm, words, handler) }
    }
    /// The instruction raises.
    #[inline(always)]
    pub unsafe fn fail<F: Fn(&Vm, At) -> Raised>(self, raise: F) -> State {
        // SAFETY: as in `go`.
        unsafe { slow_fail(self.pc, self.base, self.vm, raise) }
    }
}

/// Releases an object whose count is zero, then goes on.
#[inline(never)]
unsafe fn free_next(pc: *const u32, base: *mut Value, vm: &Vm, table: &Table, object: u64) -> State {
    // SAFETY: the last reference has gone; the pc in front of the next instruction still counts to the one before.
    unsafe {
        Frame(base).set_pc(pc);
        heap::release(NonNull::new_unchecked(object as *mut Header));
        Machine { pc, base, vm, table }.next(0)
    }
}

/// Drops two values, then goes on.
#[inline(never)]
unsafe fn free_two_next(
    pc: *const u32,
    base: *mut Value,
    vm: &Vm,
    table: &Table,
    first: u64,
    second: u64,
) -> State {
    // SAFETY: the caller gives both up.
    unsafe {
        Frame(base).set_pc(pc);
        discard(first);
        discard(second);
        Machine { pc, base, vm, table }.next(0)
    }
}

/// Drops three values.
#[inline(never)]
unsafe fn free_three(pc: *const u32, base: *mut Value, first: u64, second: u64, third: u64) -> State {
    // SAFETY: the caller gives them up.
    unsafe {
        Frame(base).set_pc(pc);
        discard(first);
        discard(second);
        discard(third);
    }
    State { pc, base }
}

/// Drops a value.
///
/// # Safety
/// The owner gives it up.
#[inline(always)]
unsafe fn discard(bits: u64) {
    // SAFETY: as promised.
    unsafe {
        if !count_down(bits) {
            heap::release(NonNull::new_unchecked(bits as *mut Header));
        }
    }
}

#[inline(never)]
unsafe fn slow<F: Fn(&Vm, At) -> PyResult<()>>(
    pc: *const u32,
    base: *mut Value,
    vm: &Vm,
    words: usize,
    handler: F,
) -> State {
    Frame(base).set_pc(pc);
    match handler(vm, At { base, pc }) {
        // SAFETY: extra words belong to the instruction.
        Ok(()) => State { pc: unsafe { pc.add(words) }, base },
        Err(raised) => fail(vm, base, raised),
    }
}

#[inline(never)]
unsafe fn slow_branch<F: Fn(&Vm, At) -> PyResult<bool>>(
    pc: *const u32,
    base: *mut Value,
    vm: &Vm,
    when: bool,
    handler: F,
) -> State {
    Frame(base).set_pc(pc);
    match handler(vm, At { base, pc }) {
        // SAFETY: jumps land on instructions.
        Ok(outcome) => unsafe {
            let offset = if outcome == when { *pc as i32 as isize } else { 0 };
            State { pc: pc.add(1).offset(offset), base }
        },
        Err(raised) => fail(vm, base, raised),
    }
}

#[inline(never)]
unsafe fn slow_branch16<F: Fn(&Vm, At) -> PyResult<bool>>(
    pc: *const u32,
    base: *mut Value,
    vm: &Vm,
    when: bool,
    handler: F,
) -> State {
    let at = At { base, pc };
    Frame(base).set_pc(pc);
    match handler(vm, at) {
        // SAFETY: jumps land on instructions.
        Ok(outcome) => State { pc: if outcome == when { unsafe { pc.offset(at.i16()) } } else { pc }, base },
        Err(raised) => fail(vm, base, raised),
    }
}

#[inline(never)]
unsafe fn slow_flow<F: Fn(&Vm, At) -> PyResult<Next>>(
    pc: *const u32,
    base: *mut Value,
    vm: &Vm,
    words: usize,
    handler: F,
) -> State {
    Frame(base).set_pc(pc);
    // SAFETY: jumps land on instructions.
    unsafe {
        match handler(vm, At { base, pc }) {
            Ok(Next::Go) => State { pc: pc.add(words), base },
            Ok(Next::Jump(offset)) => State { pc: pc.offset(offset), base },
            Ok(Next::Frame(new)) => State::at(new),
            Ok(Next::Leave(value)) => State::ended(value),
            Err(raised) => fail(vm, base, raised),
        }
    }
}

#[inline(never)]
unsafe fn slow_call<F: Fn(&Vm, At) -> PyResult<Option<*mut Value>>>(
    pc: *const u32,
    base: *mut Value,
    vm: &Vm,
    words: usize,
    handler: F,
) -> State {
    Frame(base).set_pc(pc);
    let outcome = handler(vm, At { base, pc });
    // SAFETY: extra words belong to the instruction.
    called(vm, base, unsafe { pc.add(words) }, outcome)
}

/// What follows a call: the next instruction, the frame that it pushed, or the handler of what it raised.
#[inline(always)]
pub fn called(vm: &Vm, base: *mut Value, next: *const u32, outcome: PyResult<Option<*mut Value>>) -> State {
    match outcome {
        Ok(None) => State { pc: next, base },
        Ok(Some(new)) => {
            Frame(base).set_pc(next);
            State::at(new)
        }
        Err(raised) => fail(vm, base, raised),
    }
}

#[cold]
#[inline(never)]
unsafe fn slow_fail<F: Fn(&Vm, At) -> Raised>(pc: *const u32, base: *mut Value, vm: &Vm, raise: F) -> State {
    Frame(base).set_pc(pc);
    fail(vm, base, raise(vm, At { base, pc }))
}

/// The frame's instruction has raised.
#[cold]
#[inline(never)]
pub fn fail(vm: &Vm, base: *mut Value, raised: Raised) -> State {
    match unwind::unwind(vm, base, raised) {
        Ok(new) => State::at(new),
        Err(raised) => State::raised(raised),
    }
}
