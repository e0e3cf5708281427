//! The loop: runs handlers of instructions until the entry frame ends.
//!
//! # Model
//!
//! Each instruction has a handler (`handlers`), which does its common case in place, goes on to the next instruction's by a
//! jump, and leaves the rest to `ops`. What ran slowly comes back here with the place to go on at. A Python call pushes a
//! frame and goes on in the same loop; a return pops it.
//!
//! # Invariants
//!
//! 1. Before anything that can raise, look at frames or run Python code the pc is stored in the frame.
//! 2. Fast paths leave dead temporaries only where they hold immediates. (debug assertions in `handlers`.)
//! 3. A handler that fails has written nothing but consumed temporaries, which `unwind` drops.
//!
//! # Safety
//!
//! The compiler's `verify` guarantees that operands name registers of the frame, that constants and names exist and
//! that jumps land on instructions; `base` points to a frame whose code holds `pc`.

use crate::runtime::error::{PyResult, Raised};
use crate::runtime::interp::frame::Frame;
use crate::runtime::interp::function::Function;
use crate::runtime::interp::handlers;
use crate::runtime::interp::machine::{self, Exit, OPCODE, Table};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{Obj, Value};

/// What a slow handler gets: the frame's base and the address behind the instruction's first word.
#[derive(Clone, Copy)]
pub struct At {
    /// Base of the frame.
    pub base: *mut Value,
    /// Behind the first word.
    pub pc: *const u32,
}

impl At {
    /// The first word.
    #[inline(always)]
    pub fn word(self) -> u32 {
        // SAFETY: the address is behind it.
        unsafe { *self.pc.sub(1) }
    }
    /// Operand A as register number.
    #[inline(always)]
    pub fn a(self) -> i8 {
        (self.word() >> 8) as i8
    }
    /// Operand B.
    #[inline(always)]
    pub fn b(self) -> i8 {
        (self.word() >> 16) as i8
    }
    /// Operand C.
    #[inline(always)]
    pub fn c(self) -> i8 {
        (self.word() >> 24) as i8
    }
    /// The 16-bit operand, unsigned.
    #[inline(always)]
    pub fn n16(self) -> usize {
        (self.word() >> 16) as usize
    }
    /// The 16-bit operand, signed.
    #[inline(always)]
    pub fn i16(self) -> isize {
        (self.word() as i32 >> 16) as isize
    }
    /// An extra word.
    #[inline(always)]
    pub fn extra(self, at: usize) -> u32 {
        // SAFETY: the instruction has that many words (`verify`).
        unsafe { *self.pc.add(at) }
    }
    /// Writes an inline cache word.
    #[inline(always)]
    pub fn set_extra(self, at: usize, word: u32) {
        // SAFETY: cache words belong to the machine; the words lie in `UnsafeCell`s.
        unsafe { *self.pc.add(at).cast_mut() = word }
    }
    /// The register.
    #[inline(always)]
    pub fn reg<'a>(self, register: i8) -> &'a mut Value {
        // SAFETY: operands name registers of the frame.
        unsafe { &mut *self.base.offset(register as isize) }
    }
    /// A far register.
    #[inline(always)]
    pub fn far<'a>(self, register: isize) -> &'a mut Value {
        // SAFETY: operands name registers of the frame.
        unsafe { &mut *self.base.offset(register) }
    }
    /// Writes a register; what it held is dropped afterwards.
    #[inline(always)]
    pub fn set(self, register: i8, value: Value) {
        drop(std::mem::replace(self.reg(register), value));
    }
    /// Drops what a used-up temporary holds.
    #[inline(always)]
    pub fn done(self, register: i8) {
        if register >= 0 && self.reg(register).is_object() {
            drop(std::mem::replace(self.reg(register), Value::UNBOUND));
        }
    }
    /// Takes a used-up temporary's value, or clones a local's.
    #[inline(always)]
    pub fn take(self, register: i8) -> Value {
        if register >= 0 {
            std::mem::replace(self.reg(register), Value::UNBOUND)
        } else {
            self.reg(register).clone()
        }
    }
    /// A run of temporaries.
    #[inline(always)]
    pub fn run<'a>(self, first: i8, count: usize) -> &'a mut [Value] {
        // SAFETY: runs name temporaries of the frame.
        unsafe { std::slice::from_raw_parts_mut(self.base.offset(first as isize), count) }
    }
    /// Drops what a run holds.
    #[inline]
    pub fn done_run(self, first: i8, count: usize) {
        for value in self.run(first, count) {
            if value.is_object() {
                drop(std::mem::replace(value, Value::UNBOUND));
            }
        }
    }
    /// Takes what a run holds.
    pub fn take_run(self, first: i8, count: usize) -> Vec<Value> {
        self.run(first, count).iter_mut().map(|v| std::mem::replace(v, Value::UNBOUND)).collect()
    }
    /// The frame.
    #[inline(always)]
    pub fn frame(self) -> Frame {
        Frame(self.base)
    }
    /// The function that runs.
    #[inline(always)]
    pub fn function<'a>(self) -> &'a Obj<Function> {
        self.frame().function()
    }
    /// A name of the code.
    #[inline(always)]
    pub fn name<'a>(self, at: usize) -> &'a crate::runtime::value::Ref<crate::runtime::object::str::Str> {
        &self.frame().code().names[at]
    }
}

/// What a slow handler that may push or pop frames tells the loop.
pub enum Next {
    /// Go on behind the instruction.
    Go,
    /// Jump by that many words from behind the first word.
    Jump(isize),
    /// Another frame runs now, or this one was resumed elsewhere: its base, with the pc in its header.
    Frame(*mut Value),
    /// The entry frame has ended with that value.
    Leave(Value),
}

/// Registers of the result and of the run of the call that a frame waits in: its pc stands behind the call's extra word.
///
/// # Safety
/// The frame was left by a `Call` or `CallMethod`.
#[inline(always)]
pub unsafe fn called(pc: *const u32) -> (isize, isize) {
    // SAFETY: as promised.
    unsafe {
        let operands = pc.sub(1).cast::<i8>();
        (*operands.offset(machine::A) as isize, *operands.offset(machine::B) as isize)
    }
}

/// Runs the frame at `base` until its entry frame ends.
pub fn run(vm: &Vm, base: *mut Value) -> PyResult<Value> {
    let mut base = base;
    let mut pc = Frame(base).pc();
    let table: &Table = &handlers::PLAIN;
    loop {
        // SAFETY: see the module.
        let state = unsafe {
            let op = *pc.cast::<u8>().add(OPCODE);
            table.handler(op)(pc.add(1), base, vm, table)
        };
        match state.exit() {
            Exit::Go => (pc, base) = (state.pc, state.base),
            Exit::Ended(value) => return Ok(value),
            Exit::Raised => return Err(Raised::token()),
        }
    }
}
