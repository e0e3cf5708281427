//! Frames of functions whose parameters are not exactly the arguments of a call without names: defaults, parameters for the rest
//! or given by name alone. They are laid out without a look at the table of places.

use crate::runtime::bytecode::code::flags;
use crate::runtime::interp::frame::{Frame, info};
use crate::runtime::interp::function::{Function, GENERATOR_KINDS};
use crate::runtime::interp::{places, push};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{Obj, Value};

/// What becomes of a call's arguments.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Given {
    /// They lie where the frame's locals begin.
    Stay,
    /// They move to the frame.
    Move,
    /// The frame gets copies.
    Copy,
}

/// Pushes a frame of `function`, which the frame at `base` calls with the `count` arguments at `args`, in a run of it that holds
/// the function too: from there the frame borrows it. `None` if the function takes other arguments or is none that this is for,
/// if there is no room, or the machine is wanted: nothing has happened.
///
/// # Safety
/// The arguments lie in a run of the frame at `base`, nothing that lives lies behind them.
pub unsafe fn push(
    vm: &Vm,
    base: *mut Value,
    function: &Obj<Function>,
    (args, count): (*mut Value, usize),
) -> Option<*mut Value> {
    let (locals, given) = match Frame(base).is(info::GENERATOR) {
        true => (Frame(base).end(), Given::Move),
        false => (args, Given::Stay),
    };
    // SAFETY: as promised.
    unsafe {
        let frame = lay(vm, function, locals, (args, count), given)?;
        frame.begin(vm, base, function, function.address() | 1, 0);
        Some(frame.0)
    }
}

/// Pushes a frame above everything in use, which gets copies of the values; otherwise as [`push`]. The running frame calls it and
/// gets the result in a register.
pub fn push_copies(vm: &Vm, function: &Obj<Function>, values: &[Value], result: i8) -> Option<*mut Value> {
    let args = (values.as_ptr().cast_mut(), values.len());
    // SAFETY: the values are only read; the stack is free from there on.
    unsafe {
        let frame = lay(vm, function, push::free_stack(vm), args, Given::Copy)?;
        let owned = function.to_value().into_bits() | 1;
        frame.begin(vm, vm.frame.get(), function, owned, u64::from(result as u8) << 8 | info::OWNS);
        Some(frame.0)
    }
}

/// Lays out a frame's locals and counts the depth.
///
/// # Safety
/// Where the locals shall lie is nothing that lives, but for the arguments if they stay.
#[inline(always)]
unsafe fn lay(
    vm: &Vm,
    function: &Obj<Function>,
    locals: *mut Value,
    (args, count): (*mut Value, usize),
    given: Given,
) -> Option<Frame> {
    let code = function.code.get();
    let positional = code.arg_count as usize;
    let rest = code.has(flags::VARARGS);
    if code.has(GENERATOR_KINDS) || !code.has(flags::OPTIMIZED) || count > positional && !rest {
        return None;
    }
    let defaults = function.defaults.get().as_tuple().map_or(&[][..], |defaults| defaults.items());
    let first = defaults.len().checked_sub(positional.saturating_sub(count))?;
    let by_name = match code.kwonly_count as usize {
        0 => None,
        count => Some(named_defaults(function, positional..positional + count)?),
    };
    let frame = Frame(locals.wrapping_add(function.locals.get() as usize));
    let left = vm.depth_left.get();
    if frame.0.wrapping_add(function.frame_words()) > vm.call_limit() || left <= 0 {
        return None;
    }
    vm.depth_left.set(left - 1);
    // SAFETY: the stack is written below the limit, and what lies there is dead, but for arguments that stay.
    unsafe {
        let take = |at: usize| match given {
            Given::Copy => (*args.add(at)).clone(),
            _ => args.add(at).replace(Value::UNBOUND),
        };
        // What is too much is taken before its places are written.
        let tuple = match rest {
            true if count > positional => {
                vm.tuple_from(&vm.interp().tuple_type, (positional..count).map(take))
            }
            true => vm.interp().empty_tuple.clone(),
            false => Value::UNBOUND,
        };
        let own = count.min(positional);
        if given != Given::Stay {
            for nth in 0..own {
                locals.add(nth).write(take(nth));
            }
        }
        let mut at = locals.add(own);
        for default in &defaults[first..] {
            at.write(default.clone());
            at = at.add(1);
        }
        if let Some(by_name) = by_name {
            for default in by_name {
                at.write(default);
                at = at.add(1);
            }
        }
        if rest {
            at.write(tuple);
            at = at.add(1);
        }
        if code.has(flags::VARKEYWORDS) {
            at.write(vm.new_dict().into_value());
            at = at.add(1);
        }
        frame.unbind_from(at);
        Some(frame)
    }
}

/// Defaults of parameters that are given by name alone, if all have one.
#[inline(never)]
fn named_defaults(
    function: &Obj<Function>,
    mut parameters: std::ops::Range<usize>,
) -> Option<smallvec::SmallVec<[Value; 4]>> {
    parameters.try_fold(smallvec::SmallVec::new(), |mut all, at| {
        all.push(places::default(function, at)?);
        Some(all)
    })
}
