//! `sys.monitoring`: the registry of tools (PEP 669).
//!
//! Tools and callbacks are kept and answered as CPython does. The machine fires no events: a set that is not empty is refused, so
//! that no tool waits in vain.

use crate::runtime::error::PyResult;
use crate::runtime::interp::code::Code;
use crate::runtime::object::dict::Dict;
use crate::runtime::object::typedef::native;
use crate::runtime::object::vm::Vm;
use crate::runtime::stdlib::NativeModule;
use crate::runtime::value::{Ref, Value};

/// Names and bits of the events, in CPython's order.
const EVENTS: [(&str, i64); 20] = [
    ("PY_START", 1),
    ("PY_RESUME", 1 << 1),
    ("PY_RETURN", 1 << 2),
    ("PY_YIELD", 1 << 3),
    ("CALL", 1 << 4),
    ("LINE", 1 << 5),
    ("INSTRUCTION", 1 << 6),
    ("JUMP", 1 << 7),
    ("BRANCH_LEFT", 1 << 8),
    ("BRANCH_RIGHT", 1 << 9),
    ("STOP_ITERATION", 1 << 10),
    ("RAISE", 1 << 11),
    ("EXCEPTION_HANDLED", 1 << 12),
    ("PY_UNWIND", 1 << 13),
    ("PY_THROW", 1 << 14),
    ("RERAISE", 1 << 15),
    ("C_RETURN", 1 << 16),
    ("C_RAISE", 1 << 17),
    ("BRANCH", BRANCH),
    ("NO_EVENTS", 0),
];
/// The old event that stands for both directions of a branch.
const BRANCH: i64 = 1 << 18;
/// The events that can be wanted of one code object alone.
const LOCAL: i64 = (1 << 11) - 1;
const TOOLS: isize = 6;

/// `sys.monitoring`
pub static MODULE: NativeModule = NativeModule {
    name: "sys.monitoring",
    doc: "",
    functions: &[
        native(
            "use_tool_id(tool_id, name, /)",
            |vm, args| {
                let key = tool(vm, &args[0])?;
                if args[1].as_str().is_none() {
                    return Err(vm.value_error("tool name must be a str"));
                }
                let tools = table(vm, "tools");
                if tools.get(vm, &key)?.is_some() {
                    return Err(vm.value_error(format!("tool {} is already in use", vm.to_string(&key)?)));
                }
                tools.insert(vm, key, args[1].clone())?;
                Ok(Value::NONE)
            },
            "Takes a tool id under a name; ValueError if it is in use.",
        ),
        native(
            "clear_tool_id(tool_id, /)",
            |vm, args| {
                let key = tool(vm, &args[0])?;
                forget_callbacks(vm, &key)
            },
            "Forgets the tool's callbacks and events.",
        ),
        native(
            "free_tool_id(tool_id, /)",
            |vm, args| {
                let key = tool(vm, &args[0])?;
                forget_callbacks(vm, &key)?;
                drop(table(vm, "tools").remove(vm, &key)?);
                Ok(Value::NONE)
            },
            "Gives a tool id back, with all that belongs to it.",
        ),
        native(
            "get_tool(tool_id, /)",
            |vm, args| {
                let key = tool(vm, &args[0])?;
                Ok(table(vm, "tools").get(vm, &key)?.unwrap_or(Value::NONE))
            },
            "The name under which a tool id was taken, or None.",
        ),
        native(
            "register_callback(tool_id, event, func, /)",
            |vm, args| {
                let key = tool(vm, &args[0])?;
                let event = vm.to_index(&args[1])? as i64;
                if event <= 0 || event.count_ones() != 1 {
                    return Err(vm.value_error("The callback can only be set for one event at a time"));
                }
                if event > BRANCH {
                    return Err(vm.value_error(format!("invalid event {event}")));
                }
                let callbacks = table(vm, "callbacks");
                let key = vm.tuple(vec![key, vm.int(event)]);
                let old = callbacks.get(vm, &key)?.unwrap_or(Value::NONE);
                if args[2].is_none() {
                    drop(callbacks.remove(vm, &key)?);
                } else {
                    callbacks.insert(vm, key, args[2].clone())?;
                }
                Ok(old)
            },
            "Sets the callback of a tool for one event; gives the one before.",
        ),
        native(
            "get_events(tool_id, /)",
            |vm, args| {
                tool(vm, &args[0])?;
                Ok(vm.int(0))
            },
            "The events that are on for a tool.",
        ),
        native(
            "set_events(tool_id, event_set, /)",
            |vm, args| {
                let key = tool(vm, &args[0])?;
                let events = vm.to_index(&args[1])? as i64;
                if !(0..BRANCH * 2).contains(&events) {
                    return Err(vm.value_error(format!("invalid event set 0x{events:x}")));
                }
                used(vm, &key)?;
                refuse(vm, events)
            },
            "Switches events on for a tool.",
        ),
        native(
            "get_local_events(tool_id, code, /)",
            |vm, args| {
                code(vm, &args[1])?;
                tool(vm, &args[0])?;
                Ok(vm.int(0))
            },
            "The events that are on for a tool in one code object.",
        ),
        native(
            "set_local_events(tool_id, code, event_set, /)",
            |vm, args| {
                code(vm, &args[1])?;
                let key = tool(vm, &args[0])?;
                let events = vm.to_index(&args[2])? as i64;
                if events < 0 || events & !(LOCAL | BRANCH) != 0 {
                    return Err(vm.value_error(format!("invalid local event set 0x{events:x}")));
                }
                used(vm, &key)?;
                refuse(vm, events)
            },
            "Switches events on for a tool in one code object.",
        ),
        native("restart_events()", |_, _| Ok(Value::NONE), "Switches on again what callbacks have disabled."),
        native(
            "_all_events()",
            |vm, _| Ok(vm.new_dict().into_value()),
            "Events by the tools that want them.",
        ),
    ],
    init: |vm, dict| {
        let names = vm.new_dict();
        for (name, bit) in EVENTS {
            vm.set_in(&names, name, vm.int(bit));
        }
        vm.set_in(dict, "events", vm.simple_namespace(names)?);
        for name in ["DISABLE", "MISSING"] {
            vm.set_in(dict, name, vm.call_args(vm.interp().object_type.value(), &[])?);
        }
        vm.set_ints_in(
            dict,
            &[("DEBUGGER_ID", 0), ("COVERAGE_ID", 1), ("PROFILER_ID", 2), ("OPTIMIZER_ID", 5)],
        );
        Ok(())
    },
};

/// A dict of the registry: `tools` by id, `callbacks` by id and event.
fn table(vm: &Vm, name: &'static str) -> Ref<Dict> {
    let mut states = vm.interp().module_state.borrow_mut();
    let key = if name == "tools" { "sys.monitoring tools" } else { "sys.monitoring callbacks" };
    let made = states.entry(key).or_insert_with(|| vm.new_dict().into_value());
    made.downcast_ref().expect("it is a dict")
}

fn tool(vm: &Vm, id: &Value) -> PyResult<Value> {
    let number = vm.to_index(id)?;
    if (0..TOOLS).contains(&number) {
        return Ok(vm.int(number as i64));
    }
    Err(vm.value_error(format!("invalid tool {number} (must be between 0 and 5)")))
}

fn used(vm: &Vm, key: &Value) -> PyResult<()> {
    match table(vm, "tools").get(vm, key)? {
        Some(_) => Ok(()),
        None => Err(vm.value_error(format!("tool {} is not in use", vm.to_string(key)?))),
    }
}

fn code(vm: &Vm, value: &Value) -> PyResult<()> {
    match value.downcast::<Code>() {
        Some(_) => Ok(()),
        None => Err(vm.type_error("code must be a code object")),
    }
}

fn refuse(vm: &Vm, events: i64) -> PyResult<Value> {
    if events == 0 {
        return Ok(Value::NONE);
    }
    Err(vm.not_implemented_error("sys.monitoring: events are not available in this build of dx yet"))
}

fn forget_callbacks(vm: &Vm, key: &Value) -> PyResult<Value> {
    let callbacks = table(vm, "callbacks");
    for (name, bit) in EVENTS {
        if name != "NO_EVENTS" {
            drop(callbacks.remove(vm, &vm.tuple(vec![key.clone(), vm.int(bit)]))?);
        }
    }
    Ok(Value::NONE)
}
