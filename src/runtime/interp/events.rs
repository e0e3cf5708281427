//! What happens beside the program's own flow: collections, finalizers, unraisable exceptions, warnings.

use std::ptr::NonNull;
use std::sync::atomic::Ordering;

use crate::runtime::builtins::exceptions as exc;
use crate::runtime::error::{PyResult, Raised};
use crate::runtime::gc::{cycle, heap};
use crate::runtime::object::typedef::TypeSpec;
use crate::runtime::object::vm::{Handled, Vm, vm, want};
use crate::runtime::value::{Header, Value};

/// The heap's hook: calls a finalizer; what it raises is reported, what is in flight stays.
///
/// # Safety
/// `at` is a live object whose count is at least one.
pub unsafe fn finalize(at: NonNull<Header>) {
    // SAFETY: as promised; the value counts for itself.
    let object = unsafe {
        let head = at.as_ref();
        head.count.set(head.count.get() + 1);
        Value::from_bits(at.as_ptr() as u64)
    };
    let vm = vm();
    let Some(del) = object.ty(vm).slots.get().del else { return };
    let pending = vm.take_pending();
    if let Err(raised) = del(vm, &object) {
        let shown = object.ty(vm).lookup(vm, &vm.names().__del__).unwrap_or_else(|| object.clone());
        vm.write_unraisable_while(raised, "calling deallocator", &shown);
    }
    vm.put_pending(pending);
}

/// See [`crate::runtime::object::vm::Collections::stretch`].
const MOST_STRETCH: i32 = 4;

/// The heap's hook: the young generation is full.
pub fn threshold_reached() {
    vm().want(want::COLLECT);
}

impl Vm {
    /// Takes the exception in flight out of the way of a callback.
    pub fn take_pending(&self) -> Option<Value> {
        self.raised().is_some().then(|| self.take_raised(Raised::token()))
    }
    /// Puts it back.
    pub fn put_pending(&self, pending: Option<Value>) {
        if let Some(exception) = pending {
            let _ = self.set_raised(exception);
        }
    }
    /// The handled-exception state of the running frame.
    pub fn handled_top(&self) -> &Handled {
        // SAFETY: the chain links states of generators that run, and the thread's own.
        unsafe { &*self.handled.get() }
    }

    /// Does what was wanted of the machine.
    pub fn attend(&self) -> PyResult<()> {
        let wanted = self.wanted.swap(0, Ordering::AcqRel);
        self.restore_call_limit();
        if wanted & want::COLLECT != 0 {
            self.collect_young();
        }
        if wanted & want::LOCK != 0 {
            self.yield_lock();
        }
        if wanted & want::SIGNAL != 0 && self.is_main_thread() {
            self.run_signal_handlers()?;
        }
        if let Some(exception) = self.async_exception.replace(None) {
            return Err(self.raise_value(exception));
        }
        Ok(())
    }

    fn collect_young(&self) {
        let heap = self.interp().heap;
        let state = &self.interp().collections;
        if !state.enabled.get() || state.running.get() {
            heap.reset_young_count();
            return;
        }
        let round = state.rounds.get() + 1;
        state.rounds.set(round);
        // The old generation is looked at when it has grown by a quarter since the last time, or when four times as much as
        // was left then has come to it and gone again.
        let [second, third] = [0, 1].map(|at: usize| state.later[at].get().max(0) as usize + 1);
        let (survivors, old) = (state.survivors.get(), heap.old.count());
        let grown = old * 4 > survivors * 5 || state.since_full.get() > survivors * 4;
        let full = round >= second * third && grown;
        let before = heap.young_count().max(0) as usize;
        let collected = self.collect_generation(if full { 2 } else { 0 });
        if !full {
            state.since_full.set(state.since_full.get() + before.saturating_sub(collected));
        }
        if state.threshold.get() == heap::THRESHOLD {
            // A program that makes no cycles is looked at less often; one that does, as often as it was told.
            let stretch = match collected {
                0 => (state.stretch.get() * 2).min(MOST_STRETCH),
                found if found * 8 >= before => 1,
                _ => state.stretch.get(),
            };
            state.stretch.set(stretch);
            heap.set_threshold(heap::THRESHOLD * stretch);
        }
    }

    /// `gc.collect()`: number of unreachable objects.
    pub fn collect_all(&self) -> usize {
        self.collect_generation(2)
    }

    /// A collection, asked for or not, with `gc.callbacks`, statistics and `DEBUG_SAVEALL`: number of unreachable objects.
    pub fn collect_generation(&self, generation: usize) -> usize {
        let state = &self.interp().collections;
        if state.running.replace(true) {
            return 0;
        }
        let pending = self.take_pending();
        let module = self.interp().modules.cloned().get_str(&self.intern("gc"));
        let list =
            |name: &str| -> Option<Value> { self.module_dict(module.as_ref()?)?.get_str(&self.intern(name)) };
        let callbacks =
            list("callbacks").and_then(|l| self.list_items(&l).map(|i| i.cloned())).unwrap_or_default();
        let notify = |phase: &str, collected: usize| {
            for callback in &callbacks {
                let info = self.new_dict();
                self.set_in(&info, "generation", self.int(generation as i64));
                self.set_in(&info, "collected", self.int(collected as i64));
                self.set_in(&info, "uncollectable", self.int(0));
                if let Err(raised) = self.call_args(callback, &[self.str(phase), info.into_value()]) {
                    self.write_unraisable(raised, callback);
                }
            }
        };
        notify("start", 0);
        let started = std::time::Instant::now();
        let statistics = state.debug.get() & 1 != 0;
        if statistics {
            let heap = self.interp().heap;
            let (young, old) = (cycle::objects(heap, 0).len(), cycle::objects(heap, 2).len());
            eprintln!("gc: collecting generation {generation}...");
            eprintln!("gc: objects in each generation: {young} 0 {old}");
            eprintln!("gc: objects in permanent generation: {}", cycle::frozen_count(heap));
        }
        let save_all = state.debug.get() & 32 != 0;
        let garbage = if save_all { list("garbage") } else { None };
        let outcome = cycle::collect(self.interp().heap, generation > 0, &mut |value| match &garbage {
            Some(garbage) => match self.list_items(garbage) {
                Some(items) => {
                    items.get_mut().push(value);
                    true
                }
                None => false,
            },
            None => false,
        });
        if statistics {
            let seconds = started.elapsed().as_secs_f64();
            eprintln!("gc: done, {} unreachable, 0 uncollectable, {seconds:.4}s elapsed", outcome.collected);
        }
        let [count, collected, lost] = state.stats[generation].get();
        state.stats[generation].set([count + 1, collected + outcome.collected as i64, lost]);
        if generation > 0 {
            state.rounds.set(0);
            state.since_full.set(0);
            state.survivors.set(self.interp().heap.old.count());
        }
        notify("stop", outcome.collected);
        self.put_pending(pending);
        state.running.set(false);
        outcome.collected
    }

    /// Sets up the heap's hooks.
    pub fn install_hooks(&self) {
        let heap = self.interp().heap;
        heap.finalize.set(finalize);
        heap.clear_weakrefs.set(crate::runtime::builtins::weakrefs::clear);
        heap.on_threshold.set(threshold_reached);
        debug_assert!(std::ptr::eq(heap, heap::heap()));
    }

    /// Reports an exception that nobody can catch, through `sys.unraisablehook`.
    pub fn write_unraisable(&self, raised: Raised, object: &Value) {
        self.write_unraisable_message(raised, object, None);
    }

    /// As [`Vm::write_unraisable`]: "Exception ignored while {what} {object!r}".
    pub fn write_unraisable_while(&self, raised: Raised, what: &str, object: &Value) {
        let exception = self.take_raised(raised);
        let shown = match self.repr_text(object) {
            Ok(shown) => shown,
            Err(raised) => {
                drop(self.take_raised(raised));
                format!("<{} object at 0x{:x}>", object.type_name(self), object.to_bits())
            }
        };
        let raised = self.set_raised(exception);
        self.write_unraisable_message(
            raised,
            &Value::NONE,
            Some(&format!("Exception ignored while {what} {shown}")),
        );
    }

    /// As [`Vm::write_unraisable`], with a message of its own.
    pub fn write_unraisable_message(&self, raised: Raised, object: &Value, message: Option<&str>) {
        let exception = self.take_raised(raised);
        if self.interp().finalizing.load(Ordering::Relaxed) && self.interp().sys.is_empty() {
            return;
        }
        let hook = self.interp().sys.get_str(&self.names().unraisablehook);
        let traceback = exception
            .downcast::<crate::runtime::object::raise::Exception>()
            .map_or(Value::NONE, |e| e.traceback.cloned());
        let message = message.map_or(Value::NONE, |m| self.str(m));
        let fields = [exception.ty(self).to_value(), exception.clone(), traceback, message, object.clone()];
        let Some(hook) = hook else { return };
        let result = self.unraisable_args(&fields).and_then(|args| self.call1(&hook, &args));
        if let Err(raised) = result {
            drop(self.take_raised(raised));
        }
    }

    /// Issues a warning, `level` frames up.
    pub fn warn(&self, category: &'static TypeSpec, message: &str, level: i64) -> PyResult<()> {
        let class = self.typ(category).value().clone();
        let text = self.str(message);
        self.warn_with(&class, &text, level)
    }

    /// As [`Vm::warn`], with values.
    pub fn warn_with(&self, class: &Value, text: &Value, level: i64) -> PyResult<()> {
        let warnings = self.import("_warnings")?;
        let warn = self.getattr_str(&warnings, "warn")?;
        self.call_args(&warn, &[text.clone(), class.clone(), self.int(level)]).map(drop)
    }

    /// As [`Vm::warn_with`], about an object.
    pub fn warn_about(&self, class: &Value, text: &Value, level: i64, source: &Value) -> PyResult<()> {
        let warnings = self.import("_warnings")?;
        let warn = self.getattr_str(&warnings, "warn")?;
        self.call_args(&warn, &[text.clone(), class.clone(), self.int(level), source.clone()]).map(drop)
    }

    /// The warning for a coroutine that nobody awaited.
    pub fn warn_unawaited(&self, coroutine: &Value, qualname: &str) -> PyResult<()> {
        let name = self.intern("warnings");
        if let Some(warnings) = self.interp().modules.cloned().get_str(&name)
            && let Some(hook) =
                self.getattr_opt(&warnings, self.intern("_warn_unawaited_coroutine").value())?
        {
            return self.call1(&hook, coroutine).map(drop);
        }
        self.warn(&exc::RUNTIME_WARNING, &format!("coroutine '{qualname}' was never awaited"), 1)
    }
}

impl Vm {
    /// Runs the Python handlers of signals that arrived.
    pub fn run_signal_handlers(&self) -> PyResult<()> {
        // A handler has room at the bottom of a recursion too: an interrupt may not end as a RecursionError. One that is
        // interrupted itself has given its room to the next one.
        const ROOM: i32 = 50;
        if self.in_handler.replace(true) {
            return self.call_signal_handlers();
        }
        self.depth_left.set(self.depth_left.get() + ROOM);
        let result = self.call_signal_handlers();
        // The handler may have set another limit.
        self.depth_left.set(self.depth_left.get() - ROOM);
        self.in_handler.set(false);
        result
    }

    fn call_signal_handlers(&self) -> PyResult<()> {
        let arrived = crate::runtime::sys::take_signals();
        for number in 1..64 {
            if arrived & (1 << number) == 0 {
                continue;
            }
            let handlers = self.interp().module_state.borrow().get("signal handlers").cloned();
            let handler = match handlers.as_ref().and_then(Value::as_dict) {
                Some(dict) => dict.get(self, &self.int(number))?,
                None => None,
            };
            match handler {
                Some(handler) if self.is_callable(&handler) => {
                    let frame = match self.running() {
                        Some(running) => crate::runtime::interp::frame::object(self, running).into_value(),
                        None => Value::NONE,
                    };
                    self.call_args(&handler, &[self.int(number), frame])?;
                }
                Some(_) => {}
                None if number == i64::from(libc::SIGINT) => {
                    return Err(self.raise_args(&exc::KEYBOARD_INTERRUPT, vec![]));
                }
                None => {}
            }
        }
        Ok(())
    }
}
