//! `_elementtree`: elements, the builder of trees of them, and the parser of XML that feeds it. `element` is the tree, `iter` and
//! `copy` walk it, `builder` makes it of starts, ends and data, `parser` is fed text and has a scanner of `pyexpat`'s.
//!
//! A parser tells a `TreeBuilder` of this module what it finds without a call of a method; any other target has its methods called.

use crate::runtime::builtins::exceptions as exc;
use crate::runtime::error::PyResult;
use crate::runtime::object::dict::Dict;
use crate::runtime::object::typedef::{native, native_raw};
use crate::runtime::object::vm::Vm;
use crate::runtime::stdlib::NativeModule;
use crate::runtime::value::{Ref, Value};

mod builder;
mod copy;
mod element;
mod iter;
mod parser;

const FACTORIES: &str = "_elementtree.factories";

/// `xml.etree.ElementPath`
fn element_path(vm: &Vm) -> PyResult<Value> {
    vm.import("xml.etree.ElementPath")
}

/// `copy.deepcopy`
fn deepcopy(vm: &Vm) -> PyResult<Value> {
    let module = vm.import("copy")?;
    vm.getattr_str(&module, "deepcopy")
}

/// The pieces of a list put together.
fn join(vm: &Vm, pieces: &Value) -> PyResult<Value> {
    vm.call_method_str(&vm.str(""), "join", std::slice::from_ref(pieces))
}

/// What makes comments and processing instructions; unbound where nothing was said.
fn factories(vm: &Vm) -> (Value, Value) {
    let pair = vm.state(FACTORIES, |vm| vm.list(vec![Value::NONE, Value::NONE]));
    match vm.list_items(&pair).map(|items| items.get().as_slice()) {
        Some([comment, instruction]) => (comment.clone(), instruction.clone()),
        _ => (Value::NONE, Value::NONE),
    }
}

/// `_elementtree`
pub static MODULE: NativeModule = NativeModule {
    name: "_elementtree",
    doc: "",
    functions: &[
        native_raw(
            "SubElement(parent, tag, attrib={}, **extra)",
            element::sub_element,
            "Make an element and add it behind the last child of another one.",
        ),
        native(
            "_set_factories(comment_factory, pi_factory, /)",
            |vm, args| {
                for (factory, what) in args.iter().zip(["Comment", "PI"]) {
                    if !factory.is_none() && !vm.is_callable(factory) {
                        let name = factory.type_name(vm);
                        return Err(vm.type_error(format!("{what} factory must be callable, not {name}")));
                    }
                }
                let (comment, instruction) = factories(vm);
                let pair = vm.state(FACTORIES, |vm| vm.list(Vec::new()));
                if let Some(items) = vm.list_items(&pair) {
                    drop(items.replace(args.to_vec()));
                }
                Ok(vm.tuple(vec![comment, instruction]))
            },
            "Set what makes comments and processing instructions; returns what did.",
        ),
    ],
    init,
};

fn init(vm: &Vm, dict: &Ref<Dict>) -> PyResult<()> {
    let error = vm.exception_class("xml.etree.ElementTree.ParseError", &exc::SYNTAX_ERROR)?;
    vm.set_in(dict, "ParseError", error);
    vm.set_type_in(dict, &element::ELEMENT);
    vm.set_type_in(dict, &builder::BUILDER);
    vm.set_type_in(dict, &parser::PARSER);
    Ok(())
}
