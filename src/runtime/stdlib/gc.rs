//! `gc`

use crate::runtime::error::PyResult;
use crate::runtime::gc::{cycle, heap};
use crate::runtime::interp::generator::{Generator, State};
use crate::runtime::object::typedef::{native, native_raw};
use crate::runtime::object::vm::Vm;
use crate::runtime::stdlib::NativeModule;
use crate::runtime::value::{Value, flag};

/// `gc`
pub static MODULE: NativeModule = NativeModule {
    name: "gc",
    doc: "This module provides access to the garbage collector for reference cycles.",
    functions: &[
        native(
            "enable()",
            |vm, _| {
                vm.interp().collections.enabled.set(true);
                Ok(Value::NONE)
            },
            "Enable automatic garbage collection.",
        ),
        native(
            "disable()",
            |vm, _| {
                vm.interp().collections.enabled.set(false);
                Ok(Value::NONE)
            },
            "Disable automatic garbage collection.",
        ),
        native(
            "isenabled()",
            |vm, _| Ok(Value::bool(vm.interp().collections.enabled.get())),
            "Returns true if automatic garbage collection is enabled.",
        ),
        native("collect(generation=2)", collect, "Run the garbage collector."),
        native(
            "get_count()",
            |vm, _| {
                let young = vm.interp().heap.young_count().max(0);
                let state = &vm.interp().collections;
                // The generations in between, as if there were some.
                let each = state.later[0].get().max(0) as usize + 1;
                let (middle, old) = (state.rounds.get() % each, state.rounds.get() / each);
                Ok(vm.tuple(vec![vm.int(young.into()), vm.int(middle as i64), vm.int(old as i64)]))
            },
            "Return a three-tuple of the current collection counts.",
        ),
        native(
            "get_threshold()",
            |vm, _| {
                let state = &vm.interp().collections;
                let all = [&state.threshold, &state.later[0], &state.later[1]];
                Ok(vm.tuple(all.map(|threshold| vm.int(threshold.get().into())).to_vec()))
            },
            "Return the current collection thresholds.",
        ),
        native(
            "set_threshold(threshold0, threshold1=<unrepresentable>, threshold2=<unrepresentable>, /)",
            |vm, args| {
                let first = vm.to_index(&args[0])?;
                let first = first.clamp(0, i32::MAX as isize) as i32;
                for (cell, given) in vm.interp().collections.later.iter().zip(&args[1..]) {
                    if let Some(given) = given.given() {
                        cell.set(vm.to_index(given)?.clamp(0, i32::MAX as isize) as i32);
                    }
                }
                vm.interp().collections.threshold.set(first);
                vm.interp().collections.stretch.set(1);
                vm.interp().heap.set_threshold(if first == 0 { i32::MAX } else { first });
                Ok(Value::NONE)
            },
            "Set the collection thresholds (the collection frequency).",
        ),
        native(
            "get_debug()",
            |vm, _| Ok(vm.int(vm.interp().collections.debug.get())),
            "Get the garbage collection debugging flags.",
        ),
        native(
            "set_debug(flags, /)",
            |vm, args| {
                vm.interp().collections.debug.set(vm.to_index(&args[0])? as i64);
                Ok(Value::NONE)
            },
            "Set the garbage collection debugging flags.",
        ),
        native(
            "get_stats()",
            |vm, _| {
                let state = &vm.interp().collections;
                let mut all = Vec::new();
                for generation in 0..3 {
                    let dict = vm.new_dict();
                    let [count, collected, lost] = state.stats[generation].get();
                    vm.set_in(&dict, "collections", vm.int(count));
                    vm.set_in(&dict, "collected", vm.int(collected));
                    vm.set_in(&dict, "uncollectable", vm.int(lost));
                    all.push(dict.into_value());
                }
                Ok(vm.list(all))
            },
            "Return a list of dictionaries containing per-generation statistics.",
        ),
        native(
            "get_objects(generation=None)",
            |vm, args| {
                let generation = match args[0].some() {
                    None => -1,
                    Some(n) => {
                        let n = vm.to_index(n)?;
                        if n < 0 {
                            return Err(vm.value_error("generation parameter cannot be negative"));
                        }
                        if n > 2 {
                            return Err(vm.value_error("generation parameter must be less than the number of available generations (3)"));
                        }
                        n as i64
                    }
                };
                Ok(vm.list(cycle::objects(vm.interp().heap, generation)))
            },
            "Return a list of objects tracked by the collector (excluding the list returned).",
        ),
        native_raw(
            "get_referrers(*objs)",
            |vm, args| {
                // What a running generator holds is its frame's, which the collector does not look at.
                let runs_with = |object: &Value| match object.downcast::<Generator>() {
                    Some(generator) if generator.state.get() == State::Running => {
                        generator.locals().iter().any(|held| args.values.iter().any(|v| v.is(held)))
                    }
                    _ => false,
                };
                Ok(vm.list(cycle::referrers(vm.interp().heap, args.values, runs_with)))
            },
            "Return the list of objects that directly refer to any of 'objs'.",
        ),
        native_raw(
            "get_referents(*objs)",
            |vm, args| {
                let mut found = Vec::new();
                for object in args.values {
                    heap::for_each_reference(object, &mut |value| {
                        if !value.is_unbound() {
                            found.push(value.clone());
                        }
                    });
                }
                Ok(vm.list(found))
            },
            "Return the list of objects that are directly referred to by 'objs'.",
        ),
        native(
            "is_tracked(obj, /)",
            |_, args| Ok(Value::bool(args[0].header().is_some_and(|h| h.flags.get() & flag::TRACKED != 0))),
            "Returns true if the object is tracked by the garbage collector.",
        ),
        native(
            "is_finalized(obj, /)",
            |_, args| Ok(Value::bool(args[0].header().is_some_and(|h| h.flags.get() & flag::FINALIZED != 0))),
            "Returns true if the object has been already finalized by the GC.",
        ),
        native(
            "freeze()",
            |vm, _| {
                cycle::freeze(vm.interp().heap);
                Ok(Value::NONE)
            },
            "Freeze all current tracked objects and ignore them for future collections.",
        ),
        native(
            "unfreeze()",
            |vm, _| {
                cycle::unfreeze(vm.interp().heap);
                Ok(Value::NONE)
            },
            "Unfreeze all objects in the permanent generation.",
        ),
        native(
            "get_freeze_count()",
            |vm, _| Ok(vm.int(cycle::frozen_count(vm.interp().heap) as i64)),
            "Return the number of objects in the permanent generation.",
        ),
    ],
    init: |vm, dict| {
        vm.set_in(dict, "garbage", vm.list(vec![]));
        vm.set_in(dict, "callbacks", vm.list(vec![]));
        vm.set_ints_in(
            dict,
            &[
                ("DEBUG_STATS", 1),
                ("DEBUG_COLLECTABLE", 2),
                ("DEBUG_UNCOLLECTABLE", 4),
                ("DEBUG_SAVEALL", 32),
                ("DEBUG_LEAK", 38),
            ],
        );
        Ok(())
    },
};

fn collect(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let generation = match args[0].given() {
        Some(n) => vm.to_index(n)?,
        None => 2,
    };
    if !(0..=2).contains(&generation) {
        return Err(vm.value_error("invalid generation"));
    }
    let found = vm.collect_generation(generation as usize);
    Ok(vm.int(found as i64))
}
