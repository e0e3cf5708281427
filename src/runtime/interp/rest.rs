//! Frames of functions with parameters for the rest or given by name alone, in calls whose arguments have no names: the common
//! calls of such functions, laid out without a look at the table of places.

use crate::runtime::bytecode::code::flags;
use crate::runtime::interp::frame::{Frame, info, word};
use crate::runtime::interp::function::{Function, GENERATOR_KINDS};
use crate::runtime::interp::places;
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{Obj, Value};

/// Pushes a frame of `function`, which the frame at `base` calls with the arguments in `values`, part of a run of it that holds
/// the function too: from there the frame borrows it. `None` if the function takes other arguments or is none that this is for,
/// if there is no room, or the machine is wanted: nothing has happened.
///
/// # Safety
/// `values` lie in a run of the frame at `base`, nothing that lives lies behind them.
pub unsafe fn push(
    vm: &Vm,
    base: *mut Value,
    function: &Obj<Function>,
    values: &mut [Value],
) -> Option<*mut Value> {
    let code = function.code.get();
    let (given, positional) = (values.len(), code.arg_count as usize);
    let rest = code.has(flags::VARARGS);
    if code.has(GENERATOR_KINDS) || !code.has(flags::OPTIMIZED) || given > positional && !rest {
        return None;
    }
    let defaults = function.defaults.get().as_tuple().map_or(&[][..], |defaults| defaults.items());
    let first = defaults.len().checked_sub(positional.saturating_sub(given))?;
    let by_name = match code.kwonly_count as usize {
        0 => None,
        count => Some(named_defaults(function, positional..positional + count)?),
    };
    let moves = Frame(base).is(info::GENERATOR);
    let locals = if moves { Frame(base).address(word::END) as *mut Value } else { values.as_mut_ptr() };
    let frame = Frame(locals.wrapping_add(function.locals.get() as usize));
    let left = vm.depth_left.get();
    if frame.0.wrapping_add(function.frame_words.get() as usize) > vm.call_limit() || left <= 0 {
        return None;
    }
    vm.depth_left.set(left - 1);
    let take = |value: &mut Value| std::mem::replace(value, Value::UNBOUND);
    // SAFETY: the stack is written below the limit, and what lies there is dead; arguments that stay have their place already.
    unsafe {
        // What is too much is taken before its places are written.
        let tuple = match rest {
            true if given > positional => {
                vm.tuple_from(&vm.interp().tuple_type, values[positional..].iter_mut().map(take))
            }
            true => vm.interp().empty_tuple.clone(),
            false => Value::UNBOUND,
        };
        let own = given.min(positional);
        if moves {
            for (nth, value) in values[..own].iter_mut().enumerate() {
                locals.add(nth).write(take(value));
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
        frame.begin(vm, base, function, function.address() | 1, 0);
    }
    Some(frame.0)
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
