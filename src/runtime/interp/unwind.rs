//! What happens when something raises: traceback entry, search of the exception table, leaving frames.

use std::cell::Cell;

use crate::runtime::bytecode::ops::Op;
use crate::runtime::error::Raised;
use crate::runtime::interp::frame::{Frame, Traceback, info, object, word};
use crate::runtime::interp::generator;
use crate::runtime::object::raise::Exception;
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{LockCell, Value};

/// An exception was raised by the instruction at the frame's pc: gives the frame that goes on, or the error if the
/// entry frame is left.
#[cold]
#[inline(never)]
pub fn unwind(vm: &Vm, base: *mut Value, raised: Raised) -> Result<*mut Value, Raised> {
    if !raises_again(vm, Frame(base)) {
        add_traceback(vm, Frame(base));
    }
    unwind_again(vm, base, raised)
}

/// Does a bare `raise` run, which leaves the traceback as it is? Not if there was nothing to raise again.
fn raises_again(vm: &Vm, frame: Frame) -> bool {
    // SAFETY: the pc of a frame whose instruction raises is behind the instruction's first word.
    let word = unsafe { *frame.pc().sub(1) };
    if Op::decode(word) != Some(Op::Raise) || (word >> 16) as u8 != 0 {
        return false;
    }
    let exception = vm.raised().and_then(|exception| exception.downcast::<Exception>());
    exception.is_some_and(|exception| !exception.traceback.get().is_none())
}

/// As [`unwind`], without a new traceback entry for the first frame.
#[cold]
#[inline(never)]
pub fn unwind_again(vm: &Vm, base: *mut Value, raised: Raised) -> Result<*mut Value, Raised> {
    unwind_from(vm, base, raised, false)
}

/// As [`unwind`], for a frame that has not begun: none of its handlers is entered yet, though the first may begin where the code does.
#[cold]
#[inline(never)]
pub fn unwind_unbegun(vm: &Vm, base: *mut Value, raised: Raised) -> Result<*mut Value, Raised> {
    add_traceback(vm, Frame(base));
    unwind_from(vm, base, raised, true)
}

fn unwind_from(vm: &Vm, base: *mut Value, raised: Raised, mut unbegun: bool) -> Result<*mut Value, Raised> {
    let mut frame = Frame(base);
    let mut raised = raised;
    loop {
        if !std::mem::take(&mut unbegun) && find_handler(vm, frame) {
            let _ = raised;
            return Ok(frame.0);
        }
        restore_line(vm, frame);
        if let Some(caller) = frame.abandon(vm) {
            frame = caller;
            add_traceback(vm, frame);
            continue;
        }
        let header = frame.get(word::INFO);
        if header & info::GENERATOR != 0 {
            raised = generator::failed(vm, frame, raised);
        }
        // What is dropped now must not replace the exception in flight.
        let exception = vm.take_raised(raised);
        let caller = frame.address(word::CALLER) as *mut Value;
        let remains = frame.take(vm);
        vm.depth_left.set(vm.depth_left.get() + 1);
        vm.frame.set(caller);
        drop(remains);
        vm.release_kept();
        raised = vm.set_raised(exception);
        if header & info::ENTRY != 0 {
            return Err(raised);
        }
        frame = Frame(caller);
        add_traceback(vm, frame);
    }
}

/// A frame that an exception leaves from the end of a handler stays, for those who look at it, where it was raised.
fn restore_line(vm: &Vm, frame: Frame) {
    if !frame.is(info::OBJECT) {
        return;
    }
    let Some(exception) = vm.raised() else { return };
    if let Some(exception) = exception.downcast::<Exception>()
        && let Some(entry) = exception.traceback.get().downcast::<Traceback>()
        && entry.frame.base.get() == frame.0
        && let Ok(word) = usize::try_from(entry.last.get())
        && word < frame.code().word_count()
    {
        frame.set_pc(frame.code().start().wrapping_add(word + 1));
    }
}

/// Puts a traceback entry for the frame in front of the exception's traceback.
pub fn add_traceback(vm: &Vm, frame: Frame) {
    let Some(exception) = vm.raised().cloned() else { return };
    let Some(exception) = exception.downcast::<Exception>() else { return };
    let frame_object = object(vm, frame);
    let entry = vm.alloc(
        vm.typ(&crate::runtime::builtins::frames::TRACEBACK),
        Traceback {
            next: LockCell::new(Value::NONE),
            last: Cell::new(i64::from(frame.running_word())),
            line: Cell::new(-1),
            frame: frame_object,
        },
    );
    let next = exception.traceback.replace(entry.value().clone());
    drop(entry.next.replace(next));
}

/// Looks the pc up in the exception table; if there is a handler, drops temporaries, stores the exception and sets the
/// pc.
fn find_handler(vm: &Vm, frame: Frame) -> bool {
    let code = frame.code();
    let at = frame.running_word();
    let Some(handler) = code.handlers.iter().find(|h| h.start <= at && at < h.end) else { return false };
    let exception = vm.take_raised(Raised::token());
    for temp in handler.depth as usize..code.temps as usize {
        let value = std::mem::replace(frame.temp(temp), Value::UNBOUND);
        drop(value);
    }
    *frame.temp(handler.exc_temp as usize) = exception;
    let target = code.start().wrapping_add(handler.target as usize);
    frame.set_pc(target);
    true
}
