//! Stacks of threads as text, written in whatever state the threads are: by handlers of signals, and by a thread that watches.
//!
//! Nothing here takes memory or a lock, and nothing is believed before it was looked at: a signal may come while a frame is half
//! made. What CPython writes is mirrored to the letter, but for the list of extension modules: there are none.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::runtime::builtins::{code, functions};
use crate::runtime::interp::code::Code;
use crate::runtime::interp::frame::{Frame, word};
use crate::runtime::interp::function::Function;
use crate::runtime::object::str::Str;
use crate::runtime::object::vm::{Interp, Vm};
use crate::runtime::sys::fault::{self, Pen, is_readable};
use crate::runtime::value::{Obj, Value};

/// Frames of a thread and threads that are shown.
const MOST: usize = 100;
/// Code points of a name that are shown.
const LONGEST: usize = 500;

/// Takes care that no report runs inside of another one.
static REPORTING: AtomicBool = AtomicBool::new(false);

/// Runs `body`, unless a report is being written already.
pub fn once(body: impl FnOnce()) {
    if !REPORTING.swap(true, Ordering::AcqRel) {
        body();
        REPORTING.store(false, Ordering::Release);
    }
}

/// The stack of one thread.
pub fn stack(pen: &mut Pen, vm: Option<&Vm>) {
    pen.text("Stack (most recent call first):\n");
    match vm {
        Some(vm) => frames(pen, vm),
        None => pen.text("  <no Python frame>\n"),
    }
}

/// The stacks of all threads, the newest first; one of them is the current one.
pub fn stacks(pen: &mut Pen, interp: &'static Interp, current: Option<&Vm>) {
    for (number, vm) in interp.newest_first().enumerate() {
        if number > 0 {
            pen.byte(b'\n');
        }
        if number == MOST {
            pen.text("...\n");
            break;
        }
        let is_current = current.is_some_and(|current| std::ptr::eq(current, vm));
        pen.text(if is_current { "Current thread 0x" } else { "Thread 0x" });
        let thread = vm.thread_id.get();
        pen.hexadecimal(thread, 16);
        fault::thread_name(pen, thread);
        pen.text(" (most recent call first):\n");
        if is_current && interp.collections.running.get() {
            pen.text("  Garbage-collecting\n");
        }
        frames(pen, vm);
    }
}

/// The native calls of this thread.
pub fn native(pen: &mut Pen) {
    pen.text("Current thread's C stack trace (most recent call first):\n");
    pen.flush();
    fault::native_calls(pen);
}

fn frames(pen: &mut Pen, vm: &Vm) {
    let mut at = vm.running();
    if at.is_none() {
        pen.text("  <no Python frame>\n");
    }
    let mut shown = 0;
    while let Some(frame) = at {
        if shown == MOST {
            pen.text("  ...\n");
            break;
        }
        shown += 1;
        let Some((code, word)) = running(vm, frame) else {
            pen.text("  <invalid frame>\n");
            break;
        };
        pen.text("  File \"");
        name(pen, code.filename.get());
        pen.text("\", line ");
        match code.line(word) {
            Some(line) => pen.decimal(line.into()),
            None => pen.text("???"),
        }
        pen.text(" in ");
        name(pen, &code.name);
        pen.byte(b'\n');
        at = frame.caller();
    }
}

/// What a frame runs and where, if it looks like a frame.
fn running<'a>(vm: &Vm, frame: Frame) -> Option<(&'a Obj<Code>, u32)> {
    let base = frame.0 as usize;
    if base % size_of::<Value>() != 0 || !is_readable(base, (word::END + 1) * size_of::<Value>()) {
        return None;
    }
    let function = frame.address(word::FUNCTION) as usize;
    let aligned = |at: usize| at % align_of::<Obj<Function>>() == 0;
    if !aligned(function) || !is_readable(function, size_of::<Obj<Function>>()) {
        return None;
    }
    let function = frame.function();
    let is = |ty: std::ptr::NonNull<_>, spec| ty == vm.typ(spec).head_ptr();
    if !is(function.head.ty.get(), &functions::FUNCTION) {
        return None;
    }
    let at = std::ptr::from_ref::<Obj<Code>>(function.code.get()) as usize;
    if !aligned(at) || !is_readable(at, size_of::<Obj<Code>>()) {
        return None;
    }
    let code = frame.code();
    (is(code.head.ty.get(), &code::CODE) && code.is_loaded()).then(|| (code, frame.running_word()))
}

/// A name in ASCII, what is not with escapes; the end of a long one is cut off.
fn name(pen: &mut Pen, text: &Obj<Str>) {
    for (number, point) in code_points(text.bytes()).enumerate() {
        if number == LONGEST {
            pen.text("...");
            break;
        }
        let (mark, digits) = match point {
            0x20..=0x7e => {
                pen.byte(point as u8);
                continue;
            }
            0..=0xff => ("\\x", 2),
            0x100..=0xffff => ("\\u", 4),
            _ => ("\\U", 8),
        };
        pen.text(mark);
        pen.hexadecimal(point.into(), digits);
    }
}

/// The code points of generalised UTF-8.
fn code_points(bytes: &[u8]) -> impl Iterator<Item = u32> {
    let mut rest = bytes.iter();
    std::iter::from_fn(move || {
        let first = u32::from(*rest.next()?);
        let (mut point, more) = match first {
            0..=0x7f => (first, 0),
            0x80..=0xdf => (first & 0x1f, 1),
            0xe0..=0xef => (first & 0xf, 2),
            _ => (first & 7, 3),
        };
        for _ in 0..more {
            point = point << 6 | u32::from(rest.next()? & 0x3f);
        }
        Some(point)
    })
}
