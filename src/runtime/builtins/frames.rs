//! `frame` and `traceback`, and the locals of a frame.

use std::cell::Cell;

use crate::runtime::bytecode::code::flags;
use crate::runtime::error::PyResult;
use crate::runtime::interp::frame::{self, Frame, FrameObject, Traceback, info, word};

use crate::runtime::object::typedef::{TypeSpec, getset, getter, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{LockCell, Obj, Payload, Value};

fn this<'a>(vm: &Vm, value: &'a Value) -> PyResult<&'a Obj<FrameObject>> {
    vm.cast::<FrameObject>(value)
}

/// `frame`
pub static FRAME: TypeSpec = TypeSpec::new("frame", FrameObject::layout)
    .slots(|s| {
        s.repr = Some(|vm, f| {
            let frame = this(vm, f)?;
            Ok(vm.str(format!(
                "<frame at 0x{:x}, file '{}', line {}, code {}>",
                f.to_bits(),
                frame.code.filename.get().to_string_lossy(),
                frame.line().unwrap_or(frame.code.first_line),
                frame.code.name.to_string_lossy()
            )))
        });
    })
    .methods(&[
        native(
            "clear(self, /)",
            |vm, args| {
                let frame = this(vm, &args[0])?;
                if let Some(running) = frame.frame() {
                    if !running.is(info::GENERATOR)
                        || running.address(word::CALLER) != 0
                        || vm.frame.get() == running.0
                    {
                        return Err(vm.runtime_error("cannot clear an executing frame"));
                    }
                    if running.pc() != running.function().entry.get() {
                        return Err(vm.runtime_error("cannot clear a suspended frame"));
                    }
                    return vm.clear_generator_frame(running);
                }
                frame.cleared.set(true);
                drop(frame.locals.take());
                if let Some(rare) = frame.rare() {
                    drop(rare.extra_locals.take());
                }
                Ok(Value::NONE)
            },
            "Clear all references held by the frame.",
        ),
        native(
            "__sizeof__(self, /)",
            |vm, args| Ok(vm.int(vm.object_size(&args[0]) as i64)),
            "Return the size of the frame in memory, in bytes.",
        ),
    ])
    .getset(&[
        getter(
            "f_back",
            |vm, f| {
                let frame = this(vm, f)?;
                match frame.frame() {
                    Some(running) => Ok(match running.caller() {
                        Some(caller) => frame::object(vm, caller).into_value(),
                        None => Value::NONE,
                    }),
                    None => Ok(frame.back.cloned()),
                }
            },
            "",
        ),
        getter("f_code", |vm, f| Ok(this(vm, f)?.code.clone().into_value()), ""),
        getter("f_globals", |vm, f| Ok(this(vm, f)?.function.globals.clone().into_value()), ""),
        getter(
            "f_builtins",
            |vm, f| {
                let function = &this(vm, f)?.function;
                Ok(function.other_builtins.clone().unwrap_or_else(|| function.builtins.clone().into_value()))
            },
            "",
        ),
        getter("f_locals", |vm, f| vm.frame_locals(this(vm, f)?), ""),
        getter("f_lasti", |vm, f| Ok(vm.int(i64::from(this(vm, f)?.last_word()) * 4)), ""),
        getset(
            "f_lineno",
            |vm, f| {
                let frame = this(vm, f)?;
                Ok(frame.line().map_or(Value::NONE, |line| vm.int(line.into())))
            },
            |vm, _, value| match value {
                Some(_) => Err(vm.value_error("f_lineno can only be set in a trace function")),
                None => Err(vm.attribute_error("cannot delete attribute")),
            },
            "",
        ),
        getset(
            "f_trace",
            |vm, f| Ok(this(vm, f)?.rare().map_or(Value::NONE, |rare| rare.trace.cloned())),
            |vm, f, v| {
                this(vm, f)?.rare_mut().trace.set(v.cloned().unwrap_or(Value::NONE));
                Ok(())
            },
            "",
        ),
        getset(
            "f_trace_lines",
            |vm, f| Ok(Value::bool(this(vm, f)?.rare().is_none_or(|rare| rare.trace_lines.get()))),
            |vm, f, v| {
                if v.is_none() {
                    return Err(vm.type_error("can't delete numeric/char attribute"));
                }
                match v.and_then(Value::as_bool) {
                    Some(b) => this(vm, f)?.rare_mut().trace_lines.set(b),
                    None => return Err(vm.type_error("attribute value type must be bool")),
                }
                Ok(())
            },
            "",
        ),
        getset(
            "f_trace_opcodes",
            |vm, f| Ok(Value::bool(this(vm, f)?.rare().is_some_and(|rare| rare.trace_opcodes.get()))),
            |vm, f, v| {
                if v.is_none() {
                    return Err(vm.type_error("can't delete numeric/char attribute"));
                }
                match v.and_then(Value::as_bool) {
                    Some(b) => this(vm, f)?.rare_mut().trace_opcodes.set(b),
                    None => return Err(vm.type_error("attribute value type must be bool")),
                }
                Ok(())
            },
            "",
        ),
        getter(
            "f_generator",
            |vm, f| {
                let frame = this(vm, f)?;
                match frame.frame() {
                    Some(running) if running.is(info::GENERATOR) => {
                        Ok(crate::runtime::interp::generator::of_frame(running).to_value())
                    }
                    _ => Ok(Value::NONE),
                }
            },
            "",
        ),
    ]);

impl Vm {
    fn clear_generator_frame(&self, running: Frame) -> PyResult<Value> {
        let generator = crate::runtime::interp::generator::of_frame(running).to_value();
        let close = self.intern("close");
        self.call_method(&generator, &close, &[])?;
        Ok(Value::NONE)
    }

    /// `frame.f_locals`
    pub fn frame_locals(&self, object: &Obj<FrameObject>) -> PyResult<Value> {
        if !object.code.has(flags::OPTIMIZED) {
            let namespace = match object.frame().and_then(Frame::namespace) {
                Some(namespace) => namespace,
                None => object.namespace.cloned(),
            };
            if !namespace.is_unbound() {
                return Ok(namespace);
            }
        }
        Ok(self.frame_locals_proxy(&object.to_ref()))
    }

    /// `locals()` in a frame.
    pub fn locals_of(&self, running: Frame) -> PyResult<Value> {
        if let Some(namespace) = running.namespace() {
            return Ok(namespace);
        }
        let object = frame::object(self, running);
        self.locals_snapshot(&object)
    }
}

/// `traceback`
pub static TRACEBACK: TypeSpec = TypeSpec::new("traceback", Traceback::layout)
    .doc("(tb_next, tb_frame, tb_lasti, tb_lineno)", "Create a new traceback object.")
    .slots(|s| {
        s.new = Some(|vm, _, args| {
            const SIGNATURE: crate::runtime::object::args::Signature =
                crate::runtime::object::args::Signature::parse(
                    "traceback(tb_next, tb_frame, tb_lasti, tb_lineno)",
                );
            let mut b: [Value; 4] = [const { Value::UNBOUND }; 4];
            SIGNATURE.bind(vm, args, &mut b, 0)?;
            if !b[0].is_none() && b[0].downcast::<Traceback>().is_none() {
                return Err(vm.type_error(format!(
                    "traceback() argument 'tb_next' must be traceback or None, not {}",
                    b[0].type_name(vm)
                )));
            }
            let Some(frame) = b[1].downcast_ref::<FrameObject>() else {
                return Err(vm.type_error(format!(
                    "traceback() argument 'tb_frame' must be frame, not {}",
                    b[1].type_name(vm)
                )));
            };
            let (last, line) = (vm.to_index(&b[2])? as i64, vm.to_index(&b[3])? as i64);
            Ok(vm.alloc_spec(
                &TRACEBACK,
                Traceback {
                    next: LockCell::new(b[0].clone()),
                    frame,
                    last: Cell::new(last / 4),
                    line: Cell::new(line),
                },
            ))
        });
    })
    .methods(&[native(
        "__dir__(self, /)",
        |vm, _| {
            let names = ["tb_frame", "tb_next", "tb_lasti", "tb_lineno"];
            Ok(vm.list(names.iter().map(|n| vm.str(n)).collect()))
        },
        "",
    )])
    .getset(&[
        getset(
            "tb_next",
            |vm, t| Ok(vm.cast::<Traceback>(t)?.next.cloned()),
            |vm, t, v| {
                let Some(v) = v else { return Err(vm.type_error("can't delete tb_next attribute")) };
                if !v.is_none() && v.downcast::<Traceback>().is_none() {
                    return Err(
                        vm.type_error(format!("expected traceback object, got '{}'", v.type_name(vm)))
                    );
                }
                let mut at = v.clone();
                while let Some(link) = at.clone().downcast::<Traceback>() {
                    if at.is(t) {
                        return Err(vm.value_error("traceback loop detected"));
                    }
                    at = link.next.cloned();
                }
                vm.cast::<Traceback>(t)?.next.set(v.clone());
                Ok(())
            },
            "",
        ),
        getter("tb_frame", |vm, t| Ok(vm.cast::<Traceback>(t)?.frame.clone().into_value()), ""),
        getter("tb_lasti", |vm, t| Ok(vm.int(vm.cast::<Traceback>(t)?.last.get() * 4)), ""),
        getset(
            "tb_lineno",
            |vm, t| {
                let this = vm.cast::<Traceback>(t)?;
                if this.line.get() >= 0 {
                    return Ok(vm.int(this.line.get()));
                }
                Ok(this
                    .frame
                    .code
                    .line(this.last.get().max(0) as u32)
                    .map_or(Value::NONE, |line| vm.int(line.into())))
            },
            |vm, t, v| {
                let Some(v) = v else { return Err(vm.type_error("can't delete numeric/char attribute")) };
                let line = vm.to_index(v)?;
                vm.cast::<Traceback>(t)?.line.set(line as i64);
                Ok(())
            },
            "",
        ),
    ]);
