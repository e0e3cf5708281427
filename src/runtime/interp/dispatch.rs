//! The loop: fetches a word, does the common case of its instruction in place, leaves the rest to `ops`.
//!
//! # Model
//!
//! `pc`, `base` and `vm` stay in machine registers. Before anything that can raise, look at frames or run Python code the
//! pc is stored in the frame (`save!`). A Python call pushes a frame and goes on in the same loop; a return pops it.
//!
//! # Invariants
//!
//! 1. Fast paths leave dead temporaries only where they hold immediates. (debug assertion in `Frame::finish` users.)
//! 2. A handler that fails has written nothing but consumed temporaries, which `unwind` drops.
//!
//! # Safety
//!
//! The compiler's `verify` guarantees that operands name registers of the frame, that constants and names exist and
//! that jumps land on instructions; `base` points to a frame whose code holds `pc`.

use crate::runtime::bytecode::ops::{FRAME_HEADER, Op};
use crate::runtime::error::PyResult;
use crate::runtime::gc::heap::{self, TypeHead, type_flag};
use crate::runtime::interp::frame::{Frame, info, word};
use crate::runtime::interp::function::Function;
use crate::runtime::interp::ops::{arith, attr, build, exc, flow, iter, make, name};
use crate::runtime::interp::{call, unwind};
use crate::runtime::object::typedef::{Cmp, kind};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{
    Header, Obj, Value, float_decode, float_encode, is_float_bits, is_int_bits, is_object_bits,
};

/// What a slow handler gets: the frame's base, the address behind the instruction's first word, and that word.
#[derive(Clone, Copy)]
pub struct At {
    /// Base of the frame.
    pub base: *mut Value,
    /// Behind the first word.
    pub pc: *const u32,
    /// The first word.
    pub word: u32,
}

impl At {
    /// Operand A as register number.
    #[inline(always)]
    pub fn a(self) -> i8 {
        (self.word >> 8) as i8
    }
    /// Operand B.
    #[inline(always)]
    pub fn b(self) -> i8 {
        (self.word >> 16) as i8
    }
    /// Operand C.
    #[inline(always)]
    pub fn c(self) -> i8 {
        (self.word >> 24) as i8
    }
    /// The 16-bit operand, unsigned.
    #[inline(always)]
    pub fn n16(self) -> usize {
        (self.word >> 16) as usize
    }
    /// The 16-bit operand, signed.
    #[inline(always)]
    pub fn i16(self) -> isize {
        (self.word as i32 >> 16) as isize
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

/// An address that two cache words hold.
#[inline(always)]
unsafe fn cached_address(words: *const u32) -> *const u64 {
    // SAFETY: the caller has compared the version that the words were written under.
    unsafe { words.cast::<*const u64>().read_unaligned() }
}

#[inline(always)]
unsafe fn type_of<'a>(bits: u64) -> &'a Obj<TypeHead> {
    // SAFETY: the caller has seen that the word is a pointer to a live object.
    unsafe { heap::type_head(&*(bits as *const Header)) }
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
        (*operands.offset(A) as isize, *operands.offset(B) as isize)
    }
}

/// The version of a type object that a word points to.
#[inline(always)]
unsafe fn type_version(bits: u64) -> u32 {
    // SAFETY: the caller has seen that the object is a type, whose payload begins with the head.
    unsafe { &*(bits as *const Obj<TypeHead>) }.version.get()
}

/// Where an instruction's opcode and operands lie: bytes of its word, the operands seen from behind it.
const OPCODE: usize = if cfg!(target_endian = "little") { 0 } else { 3 };
const A: isize = if cfg!(target_endian = "little") { -3 } else { -2 };
const B: isize = if cfg!(target_endian = "little") { -2 } else { -3 };
const C: isize = if cfg!(target_endian = "little") { -1 } else { -4 };
const N: isize = if cfg!(target_endian = "little") { -2 } else { -4 };

/// The next word's address, of which the optimizer does not know how it came about: it keeps one register for it and reads
/// operands where they lie instead of carrying several derived addresses along (12 % fewer machine instructions in `fib`).
///
/// # Safety
/// A word stands at `address`.
#[inline(always)]
// The block computes with the address and reads nothing.
#[allow(clippy::pointers_in_nomem_asm_block)]
unsafe fn behind(address: *const u32) -> *const u32 {
    #[cfg(all(not(miri), target_arch = "x86_64"))]
    {
        let mut address = address;
        // SAFETY: an addition.
        unsafe { std::arch::asm!("add {0}, 4", inout(reg) address, options(pure, nomem, nostack)) }
        address
    }
    #[cfg(all(not(miri), target_arch = "aarch64"))]
    {
        let mut address = address;
        // SAFETY: an addition.
        unsafe {
            std::arch::asm!("add {0}, {0}, #4", inout(reg) address, options(pure, nomem, nostack, preserves_flags));
        }
        address
    }
    #[cfg(not(all(not(miri), any(target_arch = "x86_64", target_arch = "aarch64"))))]
    // SAFETY: as promised.
    unsafe {
        address.add(1)
    }
}

/// Runs the frame at `base` until its entry frame ends.
#[allow(clippy::cognitive_complexity)]
pub fn run(vm: &Vm, base: *mut Value) -> PyResult<Value> {
    let mut base = base;
    // SAFETY: see the module.
    unsafe {
        let mut pc = Frame(base).pc();

        macro_rules! enter_frame {
            ($new:expr) => {{
                base = $new;
                pc = Frame(base).pc();
                continue;
            }};
        }

        'run: loop {
            // SAFETY: code has passed `verify`: the low byte is an opcode.
            let op: Op = std::mem::transmute::<u8, Op>(*pc.cast::<u8>().add(OPCODE));
            let here = behind(pc);
            pc = here;

            macro_rules! at {
                () => {
                    At { base, pc: here, word: *here.sub(1) }
                };
            }
            macro_rules! a {
                () => {
                    (*here.cast::<i8>().offset(A) as isize)
                };
            }
            macro_rules! b {
                () => {
                    (*here.cast::<i8>().offset(B) as isize)
                };
            }
            macro_rules! c {
                () => {
                    (*here.cast::<i8>().offset(C) as isize)
                };
            }
            // Operand C, unsigned.
            macro_rules! n8 {
                () => {
                    u32::from(*here.cast::<u8>().offset(C))
                };
            }
            // The 16-bit operand, unsigned and signed.
            macro_rules! n16 {
                () => {
                    (*here.cast::<u16>().byte_offset(N) as usize)
                };
            }
            macro_rules! i16 {
                () => {
                    (*here.cast::<i16>().byte_offset(N) as isize)
                };
            }
            // The 24-bit operand.
            macro_rules! i24 {
                () => {
                    (*here.sub(1) as i32 >> 8)
                };
            }
            macro_rules! bits {
                ($r:expr) => {
                    *base.offset($r).cast::<u64>()
                };
            }
            macro_rules! put {
                ($r:expr, $bits:expr) => {{
                    let at = base.offset($r).cast::<u64>();
                    let old = *at;
                    *at = $bits;
                    if is_object_bits(old) {
                        drop(Value::from_bits(old));
                    }
                }};
            }
            macro_rules! clone_bits {
                ($bits:expr) => {{
                    let bits = $bits;
                    if is_object_bits(bits) {
                        let head = &*(bits as *const Header);
                        head.count.set(head.count.get().wrapping_add(1));
                    }
                    bits
                }};
            }
            macro_rules! done {
                ($r:expr) => {
                    if $r >= 0 && is_object_bits(bits!($r)) {
                        let at = base.offset($r).cast::<u64>();
                        let old = *at;
                        *at = crate::runtime::value::bits::UNBOUND;
                        drop(Value::from_bits(old));
                    }
                };
            }
            // Operand B was used and is not the register that was written.
            macro_rules! drop_used {
                () => {
                    let used = b!();
                    if used >= 0 && used != a!() {
                        done!(used);
                    }
                };
            }
            macro_rules! save {
                () => {
                    *base.add(word::PC).cast::<u64>() = pc as u64 | 1
                };
            }
            macro_rules! fail {
                ($raised:expr) => {{
                    save!();
                    match unwind::unwind(vm, base, $raised) {
                        Ok(new) => enter_frame!(new),
                        Err(raised) => return Err(raised),
                    }
                }};
            }
            macro_rules! check {
                ($result:expr) => {{
                    save!();
                    match $result {
                        Ok(value) => value,
                        Err(raised) => fail!(raised),
                    }
                }};
            }
            macro_rules! slow {
                ($handler:path, $words:expr) => {{
                    check!($handler(vm, at!()));
                    pc = pc.add($words);
                }};
            }
            macro_rules! jump {
                ($offset:expr) => {
                    pc = pc.offset($offset as isize)
                };
            }
            macro_rules! next {
                ($result:expr, $words:expr) => {{
                    match check!($result) {
                        Next::Go => pc = pc.add($words),
                        Next::Jump(offset) => jump!(offset),
                        Next::Frame(new) => enter_frame!(new),
                        Next::Leave(value) => return Ok(value),
                    }
                }};
            }
            macro_rules! arith {
                ($int:expr, $float:expr, $op:path) => {{
                    let (x, y) = (bits!(b!()), bits!(c!()));
                    if x & y & 1 != 0 {
                        let int: fn(i64, i64) -> Option<i64> = $int;
                        if let Some(result) = int(x as i64, y as i64) {
                            put!(a!(), result as u64);
                            continue 'run;
                        }
                    } else if is_float_bits(x) && is_float_bits(y) {
                        let float: fn(f64, f64) -> f64 = $float;
                        if let Some(result) = float_encode(float(float_decode(x), float_decode(y))) {
                            put!(a!(), result);
                            continue 'run;
                        }
                    }
                    check!(arith::binary(vm, at!(), &$op));
                }};
            }
            macro_rules! arith_i {
                ($int:expr, $op:path) => {{
                    let x = bits!(b!());
                    if is_int_bits(x) {
                        let int: fn(i64, i64) -> Option<i64> = $int;
                        if let Some(result) = int(x as i64, c!() as i64) {
                            put!(a!(), result as u64);
                            continue 'run;
                        }
                    }
                    check!(arith::binary_small(vm, at!(), &$op));
                }};
            }
            macro_rules! compare {
                ($int:expr, $float:expr, $op:expr) => {{
                    let (x, y) = (bits!(b!()), bits!(c!()));
                    if x & y & 1 != 0 {
                        let int: fn(&i64, &i64) -> bool = $int;
                        put!(a!(), Value::bool(int(&(x as i64), &(y as i64))).to_bits());
                    } else if is_float_bits(x) && is_float_bits(y) {
                        let float: fn(&f64, &f64) -> bool = $float;
                        put!(a!(), Value::bool(float(&float_decode(x), &float_decode(y))).to_bits());
                    } else {
                        check!(arith::compare(vm, at!(), $op));
                    }
                }};
            }
            macro_rules! compare_jump {
                ($int:expr, $float:expr, $op:expr, $when:literal) => {{
                    let (x, y) = (bits!(a!()), bits!(b!()));
                    let result = if x & y & 1 != 0 {
                        let int: fn(&i64, &i64) -> bool = $int;
                        int(&(x as i64), &(y as i64))
                    } else if is_float_bits(x) && is_float_bits(y) {
                        let float: fn(&f64, &f64) -> bool = $float;
                        float(&float_decode(x), &float_decode(y))
                    } else {
                        check!(arith::compare_truth(vm, at!(), $op))
                    };
                    pc = here.add(1);
                    if result == $when {
                        jump!(*here as i32);
                    }
                }};
            }
            macro_rules! compare_jump_i {
                ($int:expr, $op:expr, $when:literal) => {{
                    let x = bits!(a!());
                    let result = if is_int_bits(x) {
                        let int: fn(&i64, &i64) -> bool = $int;
                        // Words of small ints are in the order of the ints.
                        int(&(x as i64), &((b!() as i64) * 2 + 1))
                    } else {
                        check!(arith::compare_small(vm, at!(), $op))
                    };
                    pc = here.add(1);
                    if result == $when {
                        jump!(*here as i32);
                    }
                }};
            }
            macro_rules! jump16 {
                () => {
                    jump!(i16!())
                };
            }

            macro_rules! identity {
                ($when:literal) => {{
                    let same = (*base.offset(b!())).is(&*base.offset(c!()));
                    save!();
                    done!(b!());
                    done!(c!());
                    put!(a!(), Value::bool(same == $when).to_bits());
                }};
            }
            macro_rules! call {
                ($method:literal) => {{
                    let run = base.offset(b!());
                    let callable = *run.cast::<u64>();
                    let mut args = run.add(1);
                    let mut count = n8!();
                    if $method {
                        if (*args).is_unbound() {
                            args = args.add(1);
                        } else {
                            count += 1;
                        }
                    }
                    if is_object_bits(callable) && type_of(callable).kind.get() == kind::FUNCTION {
                        let function = &*(callable as *const Obj<Function>);
                        let frame = Frame(base);
                        if function.simple_args.get() == count && !frame.is(info::GENERATOR) {
                            let locals = function.locals.get() as usize;
                            let new = args.add(locals);
                            let end = new.add(function.frame_words.get() as usize);
                            let left = vm.depth_left.get();
                            if end <= vm.call_limit() && left > 0 {
                                vm.depth_left.set(left - 1);
                                *base.add(word::PC).cast::<u64>() = pc.add(1) as u64 | 1;
                                let mut at = args.add(count as usize).cast::<u64>();
                                while at < new.cast::<u64>() {
                                    *at = crate::runtime::value::bits::UNBOUND;
                                    at = at.add(1);
                                }
                                let header = new.cast::<u64>();
                                *header.add(word::CALLER) = base as u64 | 1;
                                *header.add(word::FUNCTION) = callable | 1;
                                *header.add(word::INFO) = function.info.get();
                                *header.add(word::END) = end as u64 | 1;
                                base = new;
                                vm.frame.set(base);
                                pc = function.entry.get();
                                continue 'run;
                            }
                        }
                    }
                    *base.add(word::PC).cast::<u64>() = pc as u64 | 1;
                    match call::call(vm, at!(), callable, args, count) {
                        Ok(None) => pc = pc.add(1),
                        Ok(Some(new)) => {
                            *base.add(word::PC).cast::<u64>() = pc.add(1) as u64 | 1;
                            enter_frame!(new)
                        }
                        Err(raised) => fail!(raised),
                    }
                }};
            }
            macro_rules! leave {
                ($result:expr) => {{
                    let result = $result;
                    let header = base.cast::<u64>();
                    let frame_info = *header.add(word::INFO);
                    if frame_info & info::SPECIAL == 0 {
                        let mut at = base.cast::<u64>().byte_sub((frame_info >> 32) as usize);
                        let quick = loop {
                            if at >= header {
                                break true;
                            }
                            let old = *at;
                            if is_object_bits(old) {
                                *at = crate::runtime::value::bits::UNBOUND;
                                save!();
                                drop(Value::from_bits(old));
                                if *header.add(word::INFO) & info::OBJECT != 0 {
                                    // A destructor looked at this frame.
                                    break false;
                                }
                            }
                            at = at.add(1);
                        };
                        if quick {
                            base = (*header.add(word::CALLER) - 1) as *mut Value;
                            vm.frame.set(base);
                            vm.depth_left.set(vm.depth_left.get() + 1);
                            pc = Frame(base).pc();
                            // The callable still lies in the run; mostly the result takes its place.
                            let (place, run) = called(pc);
                            put!(place, result);
                            if run != place {
                                put!(run, crate::runtime::value::bits::UNBOUND);
                            }
                            continue 'run;
                        }
                    }
                    save!();
                    match call::return_special(vm, base, Value::from_bits(result)) {
                        Ok(Next::Frame(new)) => enter_frame!(new),
                        Ok(Next::Leave(value)) => return Ok(value),
                        Ok(_) => {}
                        Err((frame, raised)) => match unwind::unwind(vm, frame, raised) {
                            Ok(new) => enter_frame!(new),
                            Err(raised) => return Err(raised),
                        },
                    }
                }};
            }
            match op {
                // ---- moves and constants
                Op::Move => {
                    let from = b!();
                    let value = bits!(from);
                    if from >= 0 {
                        *base.offset(from).cast::<u64>() = crate::runtime::value::bits::UNBOUND;
                        put!(a!(), value);
                    } else {
                        put!(a!(), clone_bits!(value));
                    }
                }
                Op::Copy => put!(a!(), clone_bits!(bits!(b!()))),
                Op::LoadConst => {
                    let value = *Frame(base).function().consts.get().add(n16!()).cast::<u64>();
                    put!(a!(), clone_bits!(value));
                }
                Op::LoadConstX => {
                    let value = *Frame(base).function().consts.get().add(*pc as usize).cast::<u64>();
                    pc = pc.add(1);
                    put!(a!(), clone_bits!(value));
                }
                Op::LoadInt => {
                    let number = i16!() as i64;
                    put!(a!(), ((number as u64) << 1) | 1);
                }
                Op::LoadNone => put!(a!(), crate::runtime::value::bits::NONE),
                Op::LoadTrue => put!(a!(), crate::runtime::value::bits::TRUE),
                Op::LoadFalse => put!(a!(), crate::runtime::value::bits::FALSE),
                Op::LoadEllipsis => put!(a!(), crate::runtime::value::bits::ELLIPSIS),
                Op::LoadCommon => slow!(make::load_common, 0),
                Op::Clear => put!(a!(), crate::runtime::value::bits::UNBOUND),
                Op::DeleteFast => slow!(name::delete_fast, 0),
                Op::CheckBound => {
                    if bits!(a!()) == crate::runtime::value::bits::UNBOUND {
                        fail!(name::unbound(vm, at!(), a!()));
                    }
                }
                Op::LoadFar => put!(a!(), clone_bits!(bits!(i16!()))),
                Op::TakeFar => {
                    let from = i16!();
                    let value = bits!(from);
                    *base.offset(from).cast::<u64>() = crate::runtime::value::bits::UNBOUND;
                    put!(a!(), value);
                }
                Op::StoreFar => {
                    let value = at!().take(a!() as i8);
                    put!(i16!(), value.into_bits());
                }
                Op::CheckBoundFar => {
                    let register = i16!();
                    if bits!(register) == crate::runtime::value::bits::UNBOUND {
                        fail!(name::unbound(vm, at!(), register));
                    }
                }
                Op::DeleteFar => put!(i16!(), crate::runtime::value::bits::UNBOUND),
                Op::Spill => slow!(make::spill, 1),
                Op::Unspill => slow!(make::unspill, 1),

                // ---- variables
                Op::LoadGlobalPlain => {
                    if !Frame(base).function().globals.current_version() == *here {
                        let value = *cached_address(here.add(2));
                        put!(a!(), clone_bits!(value));
                        pc = here.add(4);
                        continue 'run;
                    }
                    slow!(name::load_global, 4);
                }
                Op::LoadGlobal => {
                    let function = Frame(base).function();
                    if !function.globals.current_version() == *here
                        && !function.builtins.current_version() == *here.add(1)
                    {
                        let value = *cached_address(here.add(2));
                        put!(a!(), clone_bits!(value));
                        pc = here.add(4);
                        continue 'run;
                    }
                    slow!(name::load_global, 4);
                }
                Op::StoreGlobal => slow!(name::store_global, 2),
                Op::DeleteGlobal => slow!(name::delete_global, 0),
                Op::LoadName => {
                    let frame = Frame(base);
                    let function = frame.function();
                    if frame.is(info::NAMESPACE)
                        && frame.get(word::NAMESPACE) == function.globals.address()
                        && !function.globals.current_version() == *pc
                    {
                        let second = *pc.add(1);
                        if second == 0 || !function.builtins.current_version() == second {
                            let value = *cached_address(pc.add(2));
                            put!(a!(), clone_bits!(value));
                            pc = pc.add(4);
                            continue 'run;
                        }
                    }
                    slow!(name::load_name, 4);
                }
                Op::StoreName => slow!(name::store_name, 2),
                Op::DeleteName => slow!(name::delete_name, 0),
                Op::MakeCell => slow!(name::make_cell, 0),
                Op::MakeCellFar => slow!(name::make_cell_far, 0),
                Op::LoadDeref => {
                    let cell = &*(bits!(b!()) as *const Obj<crate::runtime::interp::function::CellObject>);
                    let value = cell.content.get().to_bits();
                    if value == crate::runtime::value::bits::UNBOUND {
                        fail!(name::empty_cell(vm, at!(), b!()));
                    }
                    put!(a!(), clone_bits!(value));
                }
                Op::StoreDeref => {
                    let value = at!().take(b!() as i8);
                    let cell = &*(bits!(a!()) as *const Obj<crate::runtime::interp::function::CellObject>);
                    cell.content.set(value);
                }
                Op::DeleteDeref => slow!(name::delete_deref, 0),
                Op::LoadFree => {
                    let cell = name::free_cell(at!(), n16!());
                    let value = cell.content.get().to_bits();
                    if value == crate::runtime::value::bits::UNBOUND {
                        fail!(name::empty_free(vm, at!()));
                    }
                    put!(a!(), clone_bits!(value));
                }
                Op::StoreFree => {
                    let value = at!().take(a!() as i8);
                    name::free_cell(at!(), n16!()).content.set(value);
                }
                Op::DeleteFree => slow!(name::delete_free, 0),
                Op::LoadFreeCell => slow!(name::load_free_cell, 0),
                Op::LoadNsDeref => slow!(name::load_ns_deref, 1),
                Op::LoadNsGlobal => slow!(name::load_ns_global, 1),
                Op::LoadLocals => slow!(name::load_locals, 0),

                // ---- attributes and items
                Op::LoadAttr => slow!(attr::load_attr, 5),
                Op::LoadAttrShape => {
                    let object = bits!(b!());
                    if is_object_bits(object) {
                        let at = object as *const u8;
                        if !type_of(object).version.get() == *here.add(1)
                            && *at.add(*here.add(4) as usize).cast::<u32>() == *here.add(2)
                        {
                            let value = *at.add(*here.add(3) as usize).cast::<u64>();
                            put!(a!(), clone_bits!(value));
                            drop_used!();
                            pc = here.add(5);
                            continue 'run;
                        }
                    }
                    slow!(attr::load_attr, 5);
                }
                Op::LoadAttrSlot => {
                    let object = bits!(b!());
                    if is_object_bits(object) && !type_of(object).version.get() == *here.add(1) {
                        let value = *(object as *const u8).add(*here.add(3) as usize).cast::<u64>();
                        if value != crate::runtime::value::bits::UNBOUND {
                            put!(a!(), clone_bits!(value));
                            drop_used!();
                            pc = here.add(5);
                            continue 'run;
                        }
                    }
                    slow!(attr::load_attr, 5);
                }
                Op::LoadAttrClass => {
                    let object = bits!(b!());
                    if is_object_bits(object) {
                        let ty = type_of(object);
                        let area = ty.attrs_offset.get() as usize;
                        if !ty.version.get() == *here.add(1)
                            && (area == 0
                                || *(object as *const u8).add(area + 4).cast::<u32>() == *here.add(2))
                        {
                            let value = here.add(3).cast::<u64>().read_unaligned();
                            put!(a!(), clone_bits!(value));
                            drop_used!();
                            pc = here.add(5);
                            continue 'run;
                        }
                    }
                    slow!(attr::load_attr, 5);
                }
                Op::LoadAttrModule => {
                    let object = bits!(b!());
                    if is_object_bits(object)
                        && type_of(object).kind.get() == kind::MODULE
                        && !attr::module_version(object) == *here.add(1)
                    {
                        let value = *cached_address(here.add(3));
                        put!(a!(), clone_bits!(value));
                        drop_used!();
                        pc = here.add(5);
                        continue 'run;
                    }
                    slow!(attr::load_attr, 5);
                }
                Op::LoadAttrType => {
                    let object = bits!(b!());
                    if is_object_bits(object) {
                        let meta = type_of(object);
                        if meta.flags.get() & type_flag::TYPE != 0
                            && !type_version(object) == *here.add(1)
                            && !meta.version.get() == *here.add(2)
                        {
                            let value = here.add(3).cast::<u64>().read_unaligned();
                            put!(a!(), clone_bits!(value));
                            drop_used!();
                            pc = here.add(5);
                            continue 'run;
                        }
                    }
                    slow!(attr::load_attr, 5);
                }
                Op::StoreAttrShape => {
                    let object = bits!(a!());
                    if is_object_bits(object) {
                        let attrs = object as *mut u8;
                        if !type_of(object).version.get() == *here.add(1)
                            && *attrs.add(*here.add(3) as usize).cast::<u32>() == *here.add(2)
                        {
                            let from = b!();
                            let mut value = bits!(from);
                            if from >= 0 {
                                *base.offset(from).cast::<u64>() = crate::runtime::value::bits::UNBOUND;
                            } else {
                                value = clone_bits!(value);
                            }
                            let slot = attrs.add(*here.add(4) as usize).cast::<u64>();
                            let old = *slot;
                            *slot = value;
                            if is_object_bits(old) {
                                save!();
                                drop(Value::from_bits(old));
                            }
                            done!(a!());
                            pc = here.add(5);
                            continue 'run;
                        }
                    }
                    slow!(attr::store_attr, 5);
                }
                Op::StoreAttr => {
                    let object = bits!(a!());
                    if is_object_bits(object) {
                        let ty = type_of(object);
                        if !ty.version.get() == *here.add(1) {
                            let attrs = object as *const u8;
                            let area = attrs.add(ty.attrs_offset.get() as usize);
                            let place = *here.add(4) as usize;
                            if *area.add(4).cast::<u32>() == *here.add(2)
                                && place + 8
                                    <= ty.attrs_offset.get() as usize
                                        + 8
                                        + 8 * heap::inline_values(&*(object as *const Header))
                            {
                                let value = at!().take(b!() as i8).into_bits();
                                let slot = attrs.add(place).cast::<u64>().cast_mut();
                                let old = *slot;
                                *slot = value;
                                *area.add(4).cast::<u32>().cast_mut() = *here.add(3);
                                if is_object_bits(old) {
                                    save!();
                                    drop(Value::from_bits(old));
                                }
                                done!(a!());
                                pc = here.add(5);
                                continue 'run;
                            }
                        }
                    }
                    slow!(attr::store_attr, 5);
                }
                Op::DeleteAttr => slow!(attr::delete_attr, 1),
                Op::LoadMethod => slow!(attr::load_method, 5),
                Op::LoadMethodPlain => {
                    let object = bits!(b!());
                    if is_object_bits(object) && !type_of(object).version.get() == *here.add(1) {
                        let method = here.add(3).cast::<u64>().read_unaligned();
                        let receiver = at!().take(b!() as i8).into_bits();
                        put!(a!(), clone_bits!(method));
                        put!(a!() + 1, receiver);
                        pc = here.add(5);
                        continue 'run;
                    }
                    slow!(attr::load_method, 5);
                }
                Op::LoadMethodType => {
                    let object = bits!(b!());
                    if is_object_bits(object) {
                        let meta = type_of(object);
                        if meta.flags.get() & type_flag::TYPE != 0
                            && !type_version(object) == *here.add(1)
                            && !meta.version.get() == *here.add(2)
                        {
                            let method = clone_bits!(here.add(3).cast::<u64>().read_unaligned());
                            let used = b!();
                            done!(used);
                            put!(a!(), method);
                            put!(a!() + 1, crate::runtime::value::bits::UNBOUND);
                            pc = here.add(5);
                            continue 'run;
                        }
                    }
                    slow!(attr::load_method, 5);
                }
                Op::LoadMethodModule => {
                    let object = bits!(b!());
                    if is_object_bits(object)
                        && type_of(object).kind.get() == kind::MODULE
                        && !attr::module_version(object) == *here.add(1)
                    {
                        let method = clone_bits!(*cached_address(here.add(3)));
                        let used = b!();
                        done!(used);
                        put!(a!(), method);
                        put!(a!() + 1, crate::runtime::value::bits::UNBOUND);
                        pc = here.add(5);
                        continue 'run;
                    }
                    slow!(attr::load_method, 5);
                }
                Op::LoadMethodShape => {
                    let object = bits!(b!());
                    if is_object_bits(object) {
                        let ty = type_of(object);
                        if !ty.version.get() == *here.add(1)
                            && *(object as *const u8).add(ty.attrs_offset.get() as usize + 4).cast::<u32>()
                                == *here.add(2)
                        {
                            let method = here.add(3).cast::<u64>().read_unaligned();
                            let receiver = at!().take(b!() as i8).into_bits();
                            put!(a!(), clone_bits!(method));
                            put!(a!() + 1, receiver);
                            pc = here.add(5);
                            continue 'run;
                        }
                    }
                    slow!(attr::load_method, 5);
                }
                Op::LoadSuperAttr => slow!(attr::load_super_attr, 1),
                Op::LoadSuperMethod => slow!(attr::load_super_method, 1),
                Op::Subscr => {
                    let (object, key) = (bits!(b!()), bits!(c!()));
                    if is_object_bits(object) {
                        if let Some(value) = build::subscr_fast(object, key) {
                            put!(a!(), value);
                            if b!() != a!() {
                                done!(b!());
                            }
                            if c!() != a!() {
                                done!(c!());
                            }
                            continue 'run;
                        }
                    }
                    slow!(build::subscr, 0);
                }
                Op::SubscrI => {
                    let object = bits!(b!());
                    if is_object_bits(object) {
                        let key = ((c!() as i64 as u64) << 1) | 1;
                        if let Some(value) = build::subscr_fast(object, key) {
                            put!(a!(), value);
                            if b!() != a!() {
                                done!(b!());
                            }
                            continue 'run;
                        }
                    }
                    slow!(build::subscr_small, 0);
                }
                Op::StoreSubscr => {
                    let (object, key) = (bits!(a!()), bits!(b!()));
                    if is_object_bits(object)
                        && is_int_bits(key)
                        && let Some(slot) = build::list_slot(object, key)
                    {
                        let value = at!().take(c!() as i8);
                        let old = std::mem::replace(&mut *slot, value);
                        if old.is_object() {
                            save!();
                            drop(old);
                        }
                        done!(a!());
                        continue 'run;
                    }
                    slow!(build::store_subscr, 0);
                }
                Op::DeleteSubscr => slow!(build::delete_subscr, 0),
                Op::BuildSlice => slow!(build::build_slice, 0),

                // ---- arithmetic: a small int's word is 2 i + 1
                Op::Add => {
                    arith!(|x, y| x.checked_add(y - 1), |x, y| x + y, crate::runtime::object::ops::ADD)
                }
                Op::Sub => {
                    arith!(|x, y| x.checked_sub(y - 1), |x, y| x - y, crate::runtime::object::ops::SUB)
                }
                Op::Mul => arith!(
                    |x, y| (x >> 1).checked_mul(y - 1).map(|p| p + 1),
                    |x, y| x * y,
                    crate::runtime::object::ops::MUL
                ),
                Op::TrueDiv => {
                    let (x, y) = (bits!(b!()), bits!(c!()));
                    if is_float_bits(x)
                        && is_float_bits(y)
                        && let Some(result) = float_encode(float_decode(x) / float_decode(y))
                    {
                        put!(a!(), result);
                        continue 'run;
                    }
                    check!(arith::true_div(vm, at!()));
                }
                Op::FloorDiv => {
                    let (x, y) = (bits!(b!()), bits!(c!()));
                    if x & y & 1 != 0 && (y as i64) > 1 {
                        let (n, d) = ((x as i64) >> 1, (y as i64) >> 1);
                        put!(a!(), ((n.div_euclid(d) as u64) << 1) | 1);
                        continue 'run;
                    }
                    check!(arith::binary(vm, at!(), &crate::runtime::object::ops::FLOOR_DIV));
                }
                Op::Mod => {
                    let (x, y) = (bits!(b!()), bits!(c!()));
                    if x & y & 1 != 0 && (y as i64) > 1 {
                        let (n, d) = ((x as i64) >> 1, (y as i64) >> 1);
                        put!(a!(), ((n.rem_euclid(d) as u64) << 1) | 1);
                        continue 'run;
                    }
                    check!(arith::binary(vm, at!(), &crate::runtime::object::ops::MOD));
                }
                Op::Pow => check!(arith::pow(vm, at!())),
                Op::MatMul => check!(arith::binary(vm, at!(), &crate::runtime::object::ops::MAT_MUL)),
                Op::LShift => check!(arith::lshift(vm, at!())),
                Op::RShift => {
                    let (x, y) = (bits!(b!()), bits!(c!()));
                    if x & y & 1 != 0 && (y as i64) > 0 && (y as i64) < 128 {
                        put!(a!(), (((x as i64) >> ((y >> 1) & 63)) as u64) | 1);
                        continue 'run;
                    }
                    check!(arith::binary(vm, at!(), &crate::runtime::object::ops::RSHIFT));
                }
                Op::And => {
                    let (x, y) = (bits!(b!()), bits!(c!()));
                    if x & y & 1 != 0 {
                        put!(a!(), x & y);
                        continue 'run;
                    }
                    check!(arith::binary(vm, at!(), &crate::runtime::object::ops::AND));
                }
                Op::Or => {
                    let (x, y) = (bits!(b!()), bits!(c!()));
                    if x & y & 1 != 0 {
                        put!(a!(), x | y);
                        continue 'run;
                    }
                    check!(arith::binary(vm, at!(), &crate::runtime::object::ops::OR));
                }
                Op::Xor => {
                    let (x, y) = (bits!(b!()), bits!(c!()));
                    if x & y & 1 != 0 {
                        put!(a!(), (x ^ y) | 1);
                        continue 'run;
                    }
                    check!(arith::binary(vm, at!(), &crate::runtime::object::ops::XOR));
                }
                Op::AddI | Op::IAddI => {
                    arith_i!(|x, y| x.checked_add(y << 1), crate::runtime::object::ops::ADD)
                }
                Op::SubI | Op::ISubI => {
                    arith_i!(|x, y| x.checked_sub(y << 1), crate::runtime::object::ops::SUB)
                }
                Op::MulI => {
                    arith_i!(|x, y| (x - 1).checked_mul(y).map(|p| p + 1), crate::runtime::object::ops::MUL)
                }
                Op::FloorDivI => {
                    arith_i!(
                        |x, y| if y > 0 { Some((x >> 1).div_euclid(y) << 1 | 1) } else { None },
                        crate::runtime::object::ops::FLOOR_DIV
                    )
                }
                Op::ModI => {
                    arith_i!(
                        |x, y| if y > 0 { Some((x >> 1).rem_euclid(y) << 1 | 1) } else { None },
                        crate::runtime::object::ops::MOD
                    )
                }
                Op::AndI => arith_i!(|x, y| Some(x & (y << 1 | 1)), crate::runtime::object::ops::AND),
                Op::LShiftI => arith_i!(
                    |x, y| {
                        let n = x >> 1;
                        let result = n << (y & 63);
                        if (0..62).contains(&y) && result >> (y & 63) == n && Value::small(result).is_some() {
                            Some(result << 1 | 1)
                        } else {
                            None
                        }
                    },
                    crate::runtime::object::ops::LSHIFT
                ),
                Op::RShiftI => {
                    arith_i!(
                        |x, y| if (0..64).contains(&y) { Some((x >> y) | 1) } else { None },
                        crate::runtime::object::ops::RSHIFT
                    )
                }
                Op::IAdd => {
                    let (x, y) = (bits!(b!()), bits!(c!()));
                    if x & y & 1 != 0 {
                        if let Some(result) = (x as i64).checked_add(y as i64 - 1) {
                            put!(a!(), result as u64);
                            continue 'run;
                        }
                    } else if is_float_bits(x)
                        && is_float_bits(y)
                        && let Some(result) = float_encode(float_decode(x) + float_decode(y))
                    {
                        put!(a!(), result);
                        continue 'run;
                    }
                    check!(arith::iadd(vm, at!()));
                }
                Op::ISub => {
                    let (x, y) = (bits!(b!()), bits!(c!()));
                    if x & y & 1 != 0
                        && let Some(result) = (x as i64).checked_sub(y as i64 - 1)
                    {
                        put!(a!(), result as u64);
                        continue 'run;
                    }
                    check!(arith::inplace(vm, at!(), &crate::runtime::object::ops::SUB));
                }
                Op::IMul => {
                    let (x, y) = (bits!(b!()), bits!(c!()));
                    if x & y & 1 != 0
                        && let Some(result) = ((x as i64) >> 1).checked_mul(y as i64 - 1)
                    {
                        put!(a!(), (result + 1) as u64);
                        continue 'run;
                    }
                    check!(arith::inplace(vm, at!(), &crate::runtime::object::ops::MUL));
                }
                Op::InplaceOp => slow!(arith::inplace_op, 1),
                Op::Neg => {
                    let x = bits!(b!());
                    if is_int_bits(x)
                        && let Some(result) = 2i64.checked_sub(x as i64)
                    {
                        put!(a!(), result as u64);
                        continue 'run;
                    }
                    slow!(arith::neg, 0);
                }
                Op::Pos => slow!(arith::pos, 0),
                Op::Invert => slow!(arith::invert, 0),
                Op::Not => {
                    let truth = check!(vm.truth(&*base.offset(b!())));
                    let result = Value::bool(!truth).to_bits();
                    if b!() != a!() {
                        done!(b!());
                    }
                    put!(a!(), result);
                }

                // ---- comparison
                Op::Lt => compare!(|x, y| x < y, |x, y| x < y, Cmp::Lt),
                Op::Le => compare!(|x, y| x <= y, |x, y| x <= y, Cmp::Le),
                Op::Eq => compare!(|x, y| x == y, |x, y| x == y, Cmp::Eq),
                Op::Ne => compare!(|x, y| x != y, |x, y| x != y, Cmp::Ne),
                Op::Gt => compare!(|x, y| x > y, |x, y| x > y, Cmp::Gt),
                Op::Ge => compare!(|x, y| x >= y, |x, y| x >= y, Cmp::Ge),
                Op::Is => identity!(true),
                Op::IsNot => identity!(false),
                Op::In => {
                    let found = check!(arith::contains(vm, at!()));
                    put!(a!(), Value::bool(found).to_bits());
                }
                Op::NotIn => {
                    let found = check!(arith::contains(vm, at!()));
                    put!(a!(), Value::bool(!found).to_bits());
                }

                // ---- jumps
                Op::Jump => jump!(i24!()),
                Op::JumpBack => {
                    if vm.is_wanted() {
                        check!(flow::attend(vm));
                    }
                    jump!(i24!());
                }
                Op::JumpIfTrue => {
                    let truth = match bits!(a!()) {
                        crate::runtime::value::bits::TRUE => true,
                        crate::runtime::value::bits::FALSE => false,
                        _ => check!(flow::truth_used(vm, at!())),
                    };
                    if truth {
                        jump16!();
                    }
                }
                Op::JumpIfFalse => {
                    let truth = match bits!(a!()) {
                        crate::runtime::value::bits::TRUE => true,
                        crate::runtime::value::bits::FALSE => false,
                        _ => check!(flow::truth_used(vm, at!())),
                    };
                    if !truth {
                        jump16!();
                    }
                }
                Op::JumpIfNone => {
                    let none = bits!(a!()) == crate::runtime::value::bits::NONE;
                    done!(a!());
                    if none {
                        jump16!();
                    }
                }
                Op::JumpIfNotNone => {
                    let none = bits!(a!()) == crate::runtime::value::bits::NONE;
                    done!(a!());
                    if !none {
                        jump16!();
                    }
                }
                Op::JumpIfTrueKeep => {
                    if check!(vm.truth(&*base.offset(a!()))) {
                        jump16!();
                    } else {
                        put!(a!(), crate::runtime::value::bits::UNBOUND);
                    }
                }
                Op::JumpIfFalseKeep => {
                    if check!(vm.truth(&*base.offset(a!()))) {
                        put!(a!(), crate::runtime::value::bits::UNBOUND);
                    } else {
                        jump16!();
                    }
                }
                Op::JLt => compare_jump!(|x, y| x < y, |x, y| x < y, Cmp::Lt, true),
                Op::JNotLt => compare_jump!(|x, y| x < y, |x, y| x < y, Cmp::Lt, false),
                Op::JLe => compare_jump!(|x, y| x <= y, |x, y| x <= y, Cmp::Le, true),
                Op::JNotLe => compare_jump!(|x, y| x <= y, |x, y| x <= y, Cmp::Le, false),
                Op::JEq => compare_jump!(|x, y| x == y, |x, y| x == y, Cmp::Eq, true),
                Op::JNotEq => compare_jump!(|x, y| x == y, |x, y| x == y, Cmp::Eq, false),
                Op::JNe => compare_jump!(|x, y| x != y, |x, y| x != y, Cmp::Ne, true),
                Op::JNotNe => compare_jump!(|x, y| x != y, |x, y| x != y, Cmp::Ne, false),
                Op::JGt => compare_jump!(|x, y| x > y, |x, y| x > y, Cmp::Gt, true),
                Op::JNotGt => compare_jump!(|x, y| x > y, |x, y| x > y, Cmp::Gt, false),
                Op::JGe => compare_jump!(|x, y| x >= y, |x, y| x >= y, Cmp::Ge, true),
                Op::JNotGe => compare_jump!(|x, y| x >= y, |x, y| x >= y, Cmp::Ge, false),
                Op::JLtI => compare_jump_i!(|x, y| x < y, Cmp::Lt, true),
                Op::JNotLtI => compare_jump_i!(|x, y| x < y, Cmp::Lt, false),
                Op::JLeI => compare_jump_i!(|x, y| x <= y, Cmp::Le, true),
                Op::JNotLeI => compare_jump_i!(|x, y| x <= y, Cmp::Le, false),
                Op::JEqI => compare_jump_i!(|x, y| x == y, Cmp::Eq, true),
                Op::JNotEqI => compare_jump_i!(|x, y| x == y, Cmp::Eq, false),
                Op::JNeI => compare_jump_i!(|x, y| x != y, Cmp::Ne, true),
                Op::JNotNeI => compare_jump_i!(|x, y| x != y, Cmp::Ne, false),
                Op::JGtI => compare_jump_i!(|x, y| x > y, Cmp::Gt, true),
                Op::JNotGtI => compare_jump_i!(|x, y| x > y, Cmp::Gt, false),
                Op::JGeI => compare_jump_i!(|x, y| x >= y, Cmp::Ge, true),
                Op::JNotGeI => compare_jump_i!(|x, y| x >= y, Cmp::Ge, false),
                Op::JIs => {
                    let same = (*base.offset(a!())).is(&*base.offset(b!()));
                    let offset = *pc as i32;
                    pc = pc.add(1);
                    save!();
                    done!(a!());
                    done!(b!());
                    if same as u32 == n8!() {
                        jump!(offset);
                    }
                }
                Op::JIn => {
                    let found = check!(flow::jump_in(vm, at!()));
                    let offset = *pc as i32;
                    pc = pc.add(1);
                    if found as u32 == n8!() {
                        jump!(offset);
                    }
                }

                // ---- iteration
                Op::GetIter => slow!(iter::get_iter, 0),
                Op::ForIter => {
                    let iterator = bits!(b!());
                    // An immediate may stand there: a generator expression's iterator can be written over from outside.
                    if is_object_bits(iterator) {
                        let kind = type_of(iterator).kind.get();
                        if kind == kind::RANGE_ITER {
                            pc = here.add(1);
                            match iter::range_next(iterator) {
                                Some(value) => put!(a!(), value),
                                None => {
                                    put!(b!(), crate::runtime::value::bits::UNBOUND);
                                    jump!(*here as i32);
                                }
                            }
                            continue 'run;
                        }
                        if kind == kind::LIST_ITER
                            && let Some(value) = iter::list_next(iterator)
                        {
                            put!(a!(), value);
                            pc = here.add(1);
                            continue 'run;
                        }
                    }
                    next!(iter::for_iter(vm, at!()), 1);
                }
                Op::GetAIter => slow!(iter::get_aiter, 0),
                Op::GetANext => slow!(iter::get_anext, 0),
                Op::GetAwaitable => slow!(iter::get_awaitable, 0),
                Op::GetYieldFromIter => slow!(iter::get_yield_from_iter, 0),
                Op::YieldFrom => next!(iter::yield_from(vm, at!()), 0),
                Op::Yield => next!(iter::yield_value(vm, at!()), 0),
                Op::AsyncYield => next!(iter::async_yield(vm, at!()), 0),
                Op::EndAsyncFor => {
                    if check!(iter::end_async_for(vm, at!())) {
                        let offset = *pc as i32;
                        pc = pc.add(1);
                        jump!(offset);
                    } else {
                        pc = pc.add(1);
                    }
                }

                // ---- building
                Op::BuildTuple => slow!(build::build_tuple, 0),
                Op::BuildList => slow!(build::build_list, 0),
                Op::BuildSet => slow!(build::build_set, 0),
                Op::BuildMap => slow!(build::build_map, 0),
                Op::BuildString => slow!(build::build_string, 0),
                Op::ListAppend => slow!(build::list_append, 0),
                Op::SetAdd => slow!(build::set_add, 0),
                Op::MapAdd => slow!(build::map_add, 0),
                Op::ListExtend => slow!(build::list_extend, 0),
                Op::SetUpdate => slow!(build::set_update, 0),
                Op::DictUpdate => slow!(build::dict_update, 0),
                Op::DictMerge => slow!(build::dict_merge, 0),
                Op::ListToTuple => slow!(build::list_to_tuple, 0),
                Op::Convert => slow!(build::convert, 0),
                Op::Format => slow!(build::format, 0),
                Op::FormatSpec => slow!(build::format_spec, 0),
                Op::BuildInterpolation => slow!(build::build_interpolation, 0),
                Op::BuildTemplate => slow!(build::build_template, 0),
                Op::UnpackSequence => slow!(build::unpack_sequence, 0),
                Op::UnpackEx => slow!(build::unpack_ex, 1),
                Op::UnpackList => slow!(build::unpack_list, 2),

                // ---- functions and calls
                Op::MakeFunction => slow!(make::make_function, 1),
                Op::Call => call!(false),
                Op::CallMethod => call!(true),
                Op::CallKw | Op::CallMethodKw => {
                    save!();
                    match call::call_kw(vm, at!()) {
                        Ok(None) => pc = pc.add(1),
                        Ok(Some(new)) => {
                            *base.add(word::PC).cast::<u64>() = pc.add(1) as u64 | 1;
                            enter_frame!(new)
                        }
                        Err(raised) => fail!(raised),
                    }
                }
                Op::CallEx => {
                    save!();
                    match call::call_ex(vm, at!()) {
                        Ok(None) => {}
                        Ok(Some(new)) => enter_frame!(new),
                        Err(raised) => fail!(raised),
                    }
                }
                Op::Return => {
                    let from = a!();
                    let value = bits!(from);
                    *base.offset(from).cast::<u64>() = crate::runtime::value::bits::UNBOUND;
                    leave!(value)
                }
                Op::ReturnNone => leave!(crate::runtime::value::bits::NONE),
                Op::LoadBuildClass => slow!(make::load_build_class, 0),

                // ---- exceptions and with
                Op::Raise => fail!(exc::raise(vm, at!())),
                Op::Reraise => {
                    save!();
                    let raised = exc::reraise(vm, at!());
                    match unwind::unwind_again(vm, base, raised) {
                        Ok(new) => enter_frame!(new),
                        Err(raised) => return Err(raised),
                    }
                }
                Op::PushExc => slow!(exc::push_exc, 0),
                Op::PopExc => slow!(exc::pop_exc, 0),
                Op::ExcMatch => slow!(exc::exc_match, 0),
                Op::JumpIfNotExc => {
                    let matches = check!(exc::matches(vm, at!()));
                    let offset = *pc as i32;
                    pc = pc.add(1);
                    if !matches {
                        jump!(offset);
                    }
                }
                Op::ExcStarMatch => slow!(exc::exc_star_match, 0),
                Op::PrepReraiseStar => slow!(exc::prep_reraise_star, 0),
                Op::BeforeWith => slow!(exc::before_with, 0),
                Op::BeforeAsyncWith => slow!(exc::before_async_with, 0),
                Op::WithExcept => slow!(exc::with_except, 0),
                Op::WithExit => slow!(exc::with_exit, 0),

                // ---- pattern matching
                Op::MatchSequence => slow!(make::match_sequence, 0),
                Op::MatchMapping => slow!(make::match_mapping, 0),
                Op::GetLen => slow!(make::get_len, 0),
                Op::MatchKeys => slow!(make::match_keys, 0),
                Op::MatchClass => slow!(make::match_class, 1),

                // ---- import
                Op::ImportName => slow!(make::import_name, 2),
                Op::ImportFrom => slow!(make::import_from, 1),
                Op::ImportStar => slow!(make::import_star, 0),

                // ---- the rest
                Op::Intrinsic1 => slow!(make::intrinsic1, 0),
                Op::Intrinsic2 => slow!(make::intrinsic2, 0),
                Op::Nop => {}
                Op::Resolve => {
                    let function = Frame(base).function();
                    function.resolve();
                    pc = function.entry.get();
                }
            }
        }
    }
}

const _: () = assert!(FRAME_HEADER == 7);
