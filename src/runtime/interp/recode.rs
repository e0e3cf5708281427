//! What `function.__code__ = other` does: calls that run already, and generators that wait, go on with the code that they
//! began with.
//!
//! A frame finds its code through its function. Those that run when the code changes get another function, which nobody
//! else sees: a copy with the old code.

use std::cell::Cell;

use crate::runtime::builtins::functions::FUNCTION;
use crate::runtime::gc::cycle;
use crate::runtime::interp::code::Code;
use crate::runtime::interp::dispatch;
use crate::runtime::interp::frame::{Frame, info, word};
use crate::runtime::interp::function::{Function, GENERATOR_KINDS, NOT_SIMPLE};
use crate::runtime::interp::generator::{self, Generator};
use crate::runtime::object::typedef::kind;
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{LockCell, Obj, Ref, Value};

impl Vm {
    /// Gives a function another code.
    pub fn replace_code(&self, function: &Obj<Function>, code: Ref<Code>) {
        let mut old = None;
        let mut keep = || old.get_or_insert_with(|| copy(self, function)).clone();
        for vm in self.interp().threads.borrow().iter() {
            let mut at = vm.running();
            while let Some(frame) = at {
                at = frame.caller();
                if std::ptr::eq(frame.function(), function) {
                    hand_over(frame, keep());
                }
            }
        }
        // Who waits has the code that the function has: whoever began with an earlier one has a copy since.
        if function.code.get().has(GENERATOR_KINDS) {
            let is_generator = |object: &Value| {
                matches!(object.kind(), kind::GENERATOR | kind::COROUTINE | kind::ASYNC_GENERATOR)
            };
            for object in cycle::all_objects(self.interp().heap, is_generator) {
                if let Some(generator) = object.downcast::<Generator>()
                    && std::ptr::eq(&**generator.function.get(), function)
                {
                    let old = keep();
                    let base = generator.base.get();
                    if !base.is_null() {
                        Frame(base).set(word::FUNCTION, old.address() | 1);
                    }
                    drop(generator.function.replace(old));
                }
            }
        }
        drop(function.code.replace(code));
        function.refresh();
    }
}

/// A running frame of a function goes on with another one.
fn hand_over(frame: Frame, old: Ref<Function>) {
    let info = frame.get(word::INFO);
    if info & info::GENERATOR != 0 {
        let generator = generator::of_frame(frame);
        frame.set(word::FUNCTION, old.address() | 1);
        drop(generator.function.replace(old));
        return;
    }
    let before = frame.address(word::FUNCTION);
    frame.set(word::FUNCTION, old.into_value().into_bits() | 1);
    if info & info::OWNS != 0 {
        // SAFETY: the frame owned the function and has another one now.
        drop(unsafe { Value::from_bits(before) });
        return;
    }
    let Some(caller) = frame.caller() else { return };
    // SAFETY: a frame that borrows its function was pushed by a plain call, in whose run the function lies; from now on it
    // is one that names its result's register itself.
    let (register, run) = unsafe {
        let (register, run) = dispatch::called(caller.pc());
        (register, &mut *caller.0.offset(run))
    };
    frame.set(word::INFO, info | info::OWNS | u64::from(register as u8) << 8);
    drop(std::mem::replace(run, Value::UNBOUND));
}

/// A function like another one, for frames only.
fn copy(vm: &Vm, function: &Obj<Function>) -> Ref<Function> {
    let new = vm.alloc(
        vm.typ(&FUNCTION),
        Function {
            entry: Cell::new(std::ptr::null()),
            consts: Cell::new(std::ptr::null()),
            simple_args: Cell::new(NOT_SIMPLE),
            generator_args: Cell::new(NOT_SIMPLE),
            info: Cell::new(0),
            locals: Cell::new(0),
            reach: Cell::new(0),
            unfilled: Cell::new(0),
            flags: Cell::new(0),
            globals: function.globals.clone(),
            builtins: function.builtins.clone(),
            closure: function.closure.clone(),
            code: LockCell::new(function.code.cloned()),
            defaults: LockCell::new(function.defaults.cloned()),
            kwdefaults: LockCell::new(function.kwdefaults.cloned()),
            name: LockCell::new(function.name.cloned()),
            qualname: LockCell::new(function.qualname.cloned()),
            doc: LockCell::new(function.doc.cloned()),
            module: LockCell::new(function.module.cloned()),
            annotations: LockCell::new(function.annotations.cloned()),
            annotate: LockCell::new(function.annotate.cloned()),
            type_params: LockCell::new(function.type_params.cloned()),
            other_builtins: function.other_builtins.clone(),
        },
    );
    new.refresh();
    new
}
