//! `function` and `cell`.

use crate::runtime::builtins::tools::member;
use crate::runtime::error::PyResult;
use crate::runtime::gc::heap::type_flag;
use crate::runtime::interp::call;
use crate::runtime::interp::code::Code;
use crate::runtime::interp::function::{CellObject, Function};
use crate::runtime::object::args::Signature;
use crate::runtime::object::dict::Dict;
use crate::runtime::object::tuple::Tuple;
use crate::runtime::object::typedef::{GetSet, TypeSpec, getset, kind};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{Obj, Payload, Value};

#[inline(always)]
fn this<'a>(vm: &Vm, value: &'a Value) -> PyResult<&'a Obj<Function>> {
    vm.cast::<Function>(value)
}

/// `function`
pub static FUNCTION: TypeSpec = TypeSpec::new("function", Function::layout)
    .kind(kind::FUNCTION)
    .flags(type_flag::METHOD_DESCRIPTOR | type_flag::DICT_ATTR | type_flag::WEAKREF)
    .doc(
        "(code, globals, name=None, argdefs=None, closure=None, kwdefaults=None)",
        "Create a function object.",
    )
    .slots(|s| {
        s.call = Some(call::function_call);
        s.get = Some(|vm, function, object, _| match object {
            Some(object) => Ok(vm.bound_method(function.clone(), object.clone())),
            None => Ok(function.clone()),
        });
        s.repr = Some(|vm, function| {
            let name = this(vm, function)?.qualname.get().to_string_lossy().into_owned();
            Ok(vm.str(format!("<function {name} at 0x{:x}>", function.to_bits())))
        });
        s.new = Some(|vm, _, args| {
            const SIGNATURE: Signature = Signature::parse(
                "function(code, globals, name=None, argdefs=None, closure=None, kwdefaults=None)",
            );
            let mut b: [Value; 6] = [const { Value::UNBOUND }; 6];
            SIGNATURE.bind(vm, args, &mut b, 0)?;
            let Some(code) = b[0].downcast_ref::<Code>() else {
                return Err(vm.type_error(format!(
                    "function() argument 'code' must be code, not {}",
                    b[0].type_name(vm)
                )));
            };
            let Some(globals) = b[1].downcast_ref::<Dict>() else {
                return Err(vm.type_error(format!(
                    "function() argument 'globals' must be dict, not {}",
                    b[1].type_name(vm)
                )));
            };
            if b[2].some().is_some_and(|n| n.as_str().is_none()) {
                return Err(vm.type_error("arg 3 (name) must be None or string"));
            }
            if b[3].some().is_some_and(|n| n.as_tuple().is_none()) {
                return Err(vm.type_error("arg 4 (defaults) must be None or tuple"));
            }
            let closure = match b[4].some() {
                None if code.free_names.is_empty() => None,
                None => return Err(vm.type_error("arg 5 (closure) must be tuple")),
                Some(closure) => match closure.downcast_ref::<Tuple>() {
                    Some(tuple) => Some(tuple),
                    None if code.free_names.is_empty() => {
                        return Err(vm.type_error("arg 5 (closure) must be None or tuple"));
                    }
                    None => return Err(vm.type_error("arg 5 (closure) must be tuple")),
                },
            };
            let count = closure.as_ref().map_or(0, |c| c.len());
            if count != code.free_names.len() {
                return Err(vm.value_error(format!(
                    "{} requires closure of length {}, not {count}",
                    code.name.to_string_lossy(),
                    code.free_names.len()
                )));
            }
            for cell in closure.iter().flat_map(|c| c.items()) {
                if cell.downcast::<CellObject>().is_none() {
                    return Err(
                        vm.type_error(format!("arg 5 (closure) expected cell, found {}", cell.type_name(vm)))
                    );
                }
            }
            if b[5].some().is_some_and(|n| n.as_dict().is_none()) {
                return Err(vm.type_error("arg 6 (kwdefaults) must be None or dict"));
            }
            let function = vm.function(&code, &globals, closure);
            if let Some(name) = b[2].some().and_then(Value::downcast_ref) {
                function.name.set(name);
            }
            if let Some(defaults) = b[3].some() {
                function.defaults.set(defaults.clone());
            }
            if let Some(kwdefaults) = b[5].some() {
                function.kwdefaults.set(kwdefaults.clone());
            }
            Ok(function.into_value())
        });
    })
    .getset(FUNCTION_GETSET);

fn set_text(
    vm: &Vm,
    what: &str,
    value: Option<&Value>,
) -> PyResult<crate::runtime::value::Ref<crate::runtime::object::str::Str>> {
    match value.and_then(Value::downcast_ref) {
        Some(text) => Ok(text),
        None => Err(vm.type_error(format!("{what} must be set to a string object"))),
    }
}

static FUNCTION_GETSET: &[GetSet] = &[
    crate::runtime::builtins::types::DICT_GETSET_COPY,
    getset(
        "__name__",
        |vm, f| Ok(this(vm, f)?.name.cloned().into_value()),
        |vm, f, v| {
            this(vm, f)?.name.set(set_text(vm, "__name__", v)?);
            Ok(())
        },
        "",
    ),
    getset(
        "__qualname__",
        |vm, f| Ok(this(vm, f)?.qualname.cloned().into_value()),
        |vm, f, v| {
            this(vm, f)?.qualname.set(set_text(vm, "__qualname__", v)?);
            Ok(())
        },
        "",
    ),
    getset(
        "__doc__",
        |vm, f| {
            let this = this(vm, f)?;
            if this.doc.get().is_unbound() {
                this.doc.set(this.code.get().consts.first().cloned().unwrap_or(Value::NONE));
            }
            Ok(this.doc.cloned())
        },
        |vm, f, v| {
            this(vm, f)?.doc.set(v.cloned().unwrap_or(Value::NONE));
            Ok(())
        },
        "",
    ),
    getset(
        "__module__",
        |vm, f| Ok(this(vm, f)?.module.cloned()),
        |vm, f, v| {
            this(vm, f)?.module.set(v.cloned().unwrap_or(Value::NONE));
            Ok(())
        },
        "",
    ),
    getset(
        "__code__",
        |vm, f| Ok(this(vm, f)?.code.cloned().into_value()),
        |vm, f, v| {
            let function = this(vm, f)?;
            let Some(code) = v.and_then(Value::downcast_ref::<Code>) else {
                return Err(vm.type_error("__code__ must be set to a code object"));
            };
            let have = function.closure.as_ref().map_or(0, |c| c.len());
            if have != code.free_names.len() {
                return Err(vm.value_error(format!(
                    "{}() requires a code object with {have} free vars, not {}",
                    function.name.get().to_string_lossy(),
                    code.free_names.len()
                )));
            }
            // Generator, coroutine, asynchronous generator.
            const KINDS: u32 = 0x20 | 0x80 | 0x200;
            if (function.code.get().flags ^ code.flags) & KINDS != 0 {
                vm.warn_deprecated(
                    "Assigning a code object of non-matching type is deprecated (e.g., from a generator to a plain function)",
                )?;
            }
            vm.replace_code(function, code);
            Ok(())
        },
        "",
    ),
    getset(
        "__defaults__",
        |vm, f| Ok(this(vm, f)?.defaults.cloned()),
        |vm, f, v| {
            match v.filter(|v| !v.is_none()) {
                None => this(vm, f)?.defaults.set(Value::NONE),
                Some(v) if v.as_tuple().is_some() => this(vm, f)?.defaults.set(v.clone()),
                Some(_) => return Err(vm.type_error("__defaults__ must be set to a tuple object")),
            }
            Ok(())
        },
        "",
    ),
    getset(
        "__kwdefaults__",
        |vm, f| Ok(this(vm, f)?.kwdefaults.cloned()),
        |vm, f, v| {
            match v.filter(|v| !v.is_none()) {
                None => this(vm, f)?.kwdefaults.set(Value::NONE),
                Some(v) if v.as_dict().is_some() => this(vm, f)?.kwdefaults.set(v.clone()),
                Some(_) => return Err(vm.type_error("__kwdefaults__ must be set to a dict object")),
            }
            Ok(())
        },
        "",
    ),
    member("__globals__", |vm, f| Ok(this(vm, f)?.globals.clone().into_value()), ""),
    member("__builtins__", |vm, f| Ok(this(vm, f)?.builtins.clone().into_value()), ""),
    member(
        "__closure__",
        |vm, f| Ok(this(vm, f)?.closure.clone().map_or(Value::NONE, |c| c.into_value())),
        "",
    ),
    getset(
        "__annotations__",
        |vm, f| {
            let function = this(vm, f)?;
            if !function.annotations.get().is_unbound() {
                return Ok(function.annotations.cloned());
            }
            let annotate = function.annotate.cloned();
            let made = if vm.is_callable(&annotate) {
                let made = vm.call1(&annotate, &vm.int(1))?;
                if made.as_dict().is_none() {
                    return Err(vm.type_error(format!(
                        "__annotate__() must return a dict, not {}",
                        made.type_name(vm)
                    )));
                }
                made
            } else {
                vm.new_dict().into_value()
            };
            function.annotations.set(made.clone());
            Ok(made)
        },
        |vm, f, v| {
            let function = this(vm, f)?;
            match v.filter(|v| !v.is_none()) {
                None => function.annotations.set(Value::UNBOUND),
                Some(v) if v.as_dict().is_some() => function.annotations.set(v.clone()),
                Some(_) => return Err(vm.type_error("__annotations__ must be set to a dict object")),
            }
            function.annotate.set(Value::NONE);
            Ok(())
        },
        "",
    ),
    getset(
        "__annotate__",
        |vm, f| Ok(this(vm, f)?.annotate.cloned()),
        |vm, f, v| {
            let Some(v) = v else { return Err(vm.type_error("__annotate__ cannot be deleted")) };
            let function = this(vm, f)?;
            if v.is_none() {
                function.annotate.set(Value::NONE);
            } else if vm.is_callable(v) {
                function.annotate.set(v.clone());
                function.annotations.set(Value::UNBOUND);
            } else {
                return Err(vm.type_error("__annotate__ must be callable or None"));
            }
            Ok(())
        },
        "",
    ),
    getset(
        "__type_params__",
        |vm, f| Ok(this(vm, f)?.type_params.cloned()),
        |vm, f, v| match v {
            Some(v) if v.as_tuple().is_some() => {
                this(vm, f)?.type_params.set(v.clone());
                Ok(())
            }
            _ => Err(vm.type_error("__type_params__ must be set to a tuple")),
        },
        "",
    ),
];

/// `cell`
pub static CELL: TypeSpec = TypeSpec::new("cell", CellObject::layout)
    .kind(kind::CELL)
    .doc("([contents])", "Create a new cell object.\n\n  contents\n    the contents of the cell. If not specified, the cell will be empty,\n    and \n further attempts to access its cell_contents attribute will\n    raise a ValueError.")
    .slots(|s| {
        s.new = Some(|vm, _, args| {
            let args = args.count(vm, "cell", 0, 1)?;
            Ok(vm.cell(args.first().cloned().unwrap_or(Value::UNBOUND)))
        });
        s.repr = Some(|vm, cell| {
            let content = vm.cast::<CellObject>(cell)?.content.cloned();
            if content.is_unbound() {
                return Ok(vm.str(format!("<cell at 0x{:x}: empty>", cell.to_bits())));
            }
            Ok(vm.str(format!(
                "<cell at 0x{:x}: {} object at 0x{:x}>", cell.to_bits(), content.type_name(vm), content.to_bits())))
        });
        s.compare = Some(|vm, a, b, op| {
            let (Some(x), Some(y)) = (a.downcast::<CellObject>(), b.downcast::<CellObject>()) else {
                return Ok(Value::NOT_IMPLEMENTED);
            };
            let (x, y) = (x.content.cloned(), y.content.cloned());
            if x.is_unbound() || y.is_unbound() {
                let order = (!x.is_unbound()).cmp(&!y.is_unbound());
                return Ok(Value::bool(op.holds(order)));
            }
            vm.compare(&x, &y, op)
        });
    })
    .getset(&[getset("cell_contents", |vm, cell| {
        match vm.cast::<CellObject>(cell)?.content.cloned() {
            empty if empty.is_unbound() => Err(vm.value_error("Cell is empty")),
            content => Ok(content),
        }
    }, |vm, cell, value| {
        vm.cast::<CellObject>(cell)?.content.set(value.cloned().unwrap_or(Value::UNBOUND));
        Ok(())
    }, "")]);

impl Vm {
    /// Sets a cell's content; says whether it is a cell.
    pub fn set_cell(&self, cell: &Value, content: Value) -> bool {
        match cell.downcast::<CellObject>() {
            Some(cell) => {
                cell.content.set(content);
                true
            }
            None => false,
        }
    }
    /// Is it a function written in Python?
    pub fn is_python_function(&self, value: &Value) -> bool {
        value.kind() == kind::FUNCTION
    }
}
