//! `_types` and `_suggestions`: names of builtin types for the module `types`, and "did you mean" for tracebacks.

use crate::runtime::builtins::generics::alias::GENERIC_ALIAS;
use crate::runtime::builtins::generics::unions::UNION;
use crate::runtime::builtins::{
    code, constants, descr, frames, functions, generators, modules, namespaces, proxies,
};
use crate::runtime::error::PyResult;
use crate::runtime::object::suggest;
use crate::runtime::object::typedef::{TypeSpec, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::stdlib::NativeModule;
use crate::runtime::value::Value;

static NAMES: &[(&str, &TypeSpec)] = &[
    ("AsyncGeneratorType", &generators::ASYNC_GENERATOR),
    ("BuiltinFunctionType", &descr::NATIVE_FUNCTION),
    ("BuiltinMethodType", &descr::NATIVE_FUNCTION),
    ("CellType", &functions::CELL),
    ("ClassMethodDescriptorType", &descr::CLASS_METHOD_DESCRIPTOR),
    ("CodeType", &code::CODE),
    ("CoroutineType", &generators::COROUTINE),
    ("EllipsisType", &constants::ELLIPSIS_TYPE),
    ("FrameType", &frames::FRAME),
    ("FunctionType", &functions::FUNCTION),
    ("GeneratorType", &generators::GENERATOR),
    ("GenericAlias", &GENERIC_ALIAS),
    ("GetSetDescriptorType", &descr::GETSET_DESCRIPTOR),
    ("LambdaType", &functions::FUNCTION),
    ("MappingProxyType", &proxies::MAPPING_PROXY),
    ("MemberDescriptorType", &descr::MEMBER_DESCRIPTOR),
    ("MethodDescriptorType", &descr::METHOD_DESCRIPTOR),
    ("MethodType", &descr::METHOD),
    ("MethodWrapperType", &descr::METHOD_WRAPPER),
    ("ModuleType", &modules::MODULE),
    ("NoneType", &constants::NONE_TYPE),
    ("NotImplementedType", &constants::NOT_IMPLEMENTED_TYPE),
    ("SimpleNamespace", &namespaces::SIMPLE_NAMESPACE),
    ("TracebackType", &frames::TRACEBACK),
    ("UnionType", &UNION),
    ("WrapperDescriptorType", &descr::SLOT_WRAPPER),
];

/// `_types`; there are no capsules, and so no name for their type.
pub static TYPES: NativeModule = NativeModule {
    name: "_types",
    doc: "Names of builtin types.",
    functions: &[],
    init: |vm, dict| {
        for (name, spec) in NAMES {
            vm.set_in(dict, name, vm.typ(spec).value().clone());
        }
        Ok(())
    },
};

/// `_suggestions`
pub static SUGGESTIONS: NativeModule = NativeModule {
    name: "_suggestions",
    doc: "The native part of the suggestions of tracebacks.",
    functions: &[native(
        "_generate_suggestions(candidates, item, /)",
        generate,
        "The candidate that is closest to an item, None if all are far.",
    )],
    init: |_, _| Ok(()),
};

fn generate(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let Some(item) = args[1].as_str() else {
        return Err(vm.type_error(format!(
            "_generate_suggestions() argument 2 must be str, not {}",
            args[1].type_name(vm)
        )));
    };
    let Some(candidates) = vm.list_items(&args[0]) else {
        return Err(vm.type_error("candidates must be a list"));
    };
    let mut names = Vec::with_capacity(candidates.get().len());
    for candidate in candidates.get() {
        match candidate.as_str() {
            Some(name) => names.push(name.to_string_lossy().into_owned()),
            None => return Err(vm.type_error("all elements in 'candidates' must be strings")),
        }
    }
    Ok(suggest::closest(&item.to_string_lossy(), &names).map_or(Value::NONE, |name| vm.str(name)))
}
