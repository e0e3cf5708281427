//! `_ast`: the classes of nodes, and what all nodes can do.
//!
//! The classes are made from the table of `kinds`; they are ordinary classes, whose attributes a program may change. As in
//! CPython, a node's fields are what its class's `_fields` says when it is asked.

use super::kinds::{Kind, POSITION, ROWS, Row};
use crate::runtime::builtins::exceptions as exc;
use crate::runtime::builtins::generics::alias::GENERIC_ALIAS;
use crate::runtime::builtins::generics::unions::UNION;
use crate::runtime::builtins::lists::List;
use crate::runtime::builtins::types::DICT_GETSET_COPY;
use crate::runtime::error::PyResult;
use crate::runtime::gc::heap::type_flag;
use crate::runtime::object::args::Args;
use crate::runtime::object::attrs::own_dict;
use crate::runtime::object::dict::Dict;
use crate::runtime::object::typedef::{TypeSpec, native_raw};
use crate::runtime::object::vm::Vm;
use crate::runtime::stdlib::NativeModule;
use crate::runtime::value::{Payload, Value};

/// Levels of a tree that its `repr` shows.
const REPR_DEPTH: usize = 3;

/// A node; all it has are attributes.
pub struct Node;
crate::payload!(Node, "AST", gc {
    fn traverse(&self, _: &mut dyn FnMut(&Value)) {}
});

/// `AST`
pub static AST: TypeSpec = TypeSpec::new("ast.AST", Node::layout)
    .flags(type_flag::BASE | type_flag::DICT_ATTR)
    .mutable()
    .slots(|s| {
        s.new = Some(|vm, ty, _| Ok(vm.alloc(ty, Node).into_value()));
        s.init = Some(init);
        s.repr = Some(|vm, node| {
            let mut out = Vec::new();
            repr(vm, node, REPR_DEPTH, &mut Vec::new(), &mut out)?;
            Ok(vm.str_bytes(&out))
        });
    })
    .methods(&[
        native_raw("__reduce__(self, /)", reduce, ""),
        native_raw(
            "__replace__(self, /, **fields)",
            replace,
            "Return a copy of the AST node with new values for the specified fields.",
        ),
    ])
    .getset(&[DICT_GETSET_COPY])
    .extra(|vm, ty| {
        for name in ["_fields", "__match_args__", "_attributes"] {
            drop(ty.dict.insert_str(&vm.intern(name), vm.tuple(Vec::new())));
        }
    });

/// `_ast`
pub static MODULE: NativeModule = NativeModule {
    name: "_ast",
    doc: "",
    functions: &[],
    init: |vm, dict| {
        let flags = [
            ("PyCF_ONLY_AST", 0x400),
            ("PyCF_TYPE_COMMENTS", 0x1000),
            ("PyCF_ALLOW_TOP_LEVEL_AWAIT", 0x2000),
            ("PyCF_OPTIMIZED_AST", 0x8400),
        ];
        vm.set_ints_in(dict, &flags);
        let classes = super::build::Classes::of(vm)?;
        for row in ROWS {
            vm.set_in(dict, row.name, classes.class(row.kind).value().clone());
        }
        Ok(())
    },
};

// ------------------------------------------------------------------------------------------------ making the classes

/// The class of a row; those of its base and of its fields are made.
pub fn make_class(vm: &Vm, row: &Row, bases: &[Value]) -> PyResult<Value> {
    if row.kind == Kind::Ast {
        return Ok(vm.typ(&AST).value().clone());
    }
    let namespace = vm.dict(Dict::with_capacity(8));
    let set = |name: &str, value: Value| drop(namespace.insert_str(&vm.intern(name), value));
    let names = || vm.tuple(row.fields().map(|(name, _)| vm.intern(name).into_value()).collect());
    set("_fields", names());
    set("__match_args__", names());
    set("__module__", vm.intern("ast").into_value());
    set("__doc__", vm.str(signature(row)));
    if row.has_position() {
        set("_attributes", vm.tuple(POSITION.map(|name| vm.intern(name).into_value()).to_vec()));
    } else if row.base == Kind::Ast {
        set("_attributes", vm.tuple(Vec::new()));
    }
    for (name, ty) in row.fields() {
        if ty.ends_with('?') {
            set(name, Value::NONE);
        }
    }
    if row.has_position() {
        set("end_lineno", Value::NONE);
        set("end_col_offset", Value::NONE);
    }
    let bases = vm.tuple(bases.to_vec());
    let args = [vm.intern(row.name).into_value(), bases, namespace.into_value()];
    vm.call_args(vm.interp().type_type.value(), &args)
}

/// Adds the types of the fields to a class, when all classes are there.
pub fn add_types(vm: &Vm, row: &Row, class: &Value, find: impl Fn(&str) -> Option<Value>) -> PyResult<()> {
    if row.fields.is_empty() && (row.base == Kind::Ast) {
        return Ok(());
    }
    let types = vm.dict(Dict::with_capacity(8));
    for (name, text) in row.fields() {
        let inner = text.trim_end_matches('?');
        let plain = inner.strip_prefix("list[").map_or(inner, |item| item.trim_end_matches(']'));
        let base = match plain {
            "int" => vm.typ(&crate::runtime::builtins::ints::INT).value().clone(),
            "str" => vm.interp().str_type.value().clone(),
            "object" => vm.interp().object_type.value().clone(),
            other => find(other).unwrap_or(Value::NONE),
        };
        let value = if inner.starts_with("list[") {
            vm.generic_alias(vm.typ(&crate::runtime::builtins::lists::LIST).value(), &base)?
        } else if text.ends_with('?') {
            vm.union_of(&base, &Value::NONE)?
        } else {
            base
        };
        drop(types.insert_str(&vm.intern(name), value));
    }
    let copy = vm.call_method_str(types.value(), "copy", &[])?;
    vm.setattr(class, vm.intern("_field_types").value(), Some(types.value()))?;
    vm.setattr(class, vm.intern("__annotations__").value(), Some(&copy))
}

/// The form of a node in the words of the grammar, which is a class's documentation.
fn signature(row: &Row) -> String {
    let members: Vec<&Row> = ROWS.iter().filter(|r| r.base == row.kind && r.kind != row.kind).collect();
    if members.is_empty() {
        return constructor(row);
    }
    let forms: Vec<String> = members.iter().map(|member| constructor(member)).collect();
    let separator = if members.iter().all(|member| member.fields.is_empty()) {
        String::from(" | ")
    } else {
        format!("\n{}| ", " ".repeat(row.name.len() + 1))
    };
    format!("{} = {}", row.name, forms.join(&separator))
}

fn constructor(row: &Row) -> String {
    let fields: Vec<String> = row
        .fields()
        .map(|(name, text)| {
            let inner = text.trim_end_matches('?');
            let plain = inner.strip_prefix("list[").map_or(inner, |item| item.trim_end_matches(']'));
            let word = match plain {
                "object" => "constant",
                "str" if matches!(name, "type_comment" | "kind" | "tag") => "string",
                "str" => "identifier",
                other => other,
            };
            let may_be_none =
                matches!((row.kind, name), (Kind::Dict, "keys") | (Kind::Arguments, "kw_defaults"));
            let mark = match (inner.starts_with("list["), text.ends_with('?')) {
                (true, _) if may_be_none => "?*",
                (true, _) => "*",
                (false, true) => "?",
                (false, false) => "",
            };
            format!("{word}{mark} {name}")
        })
        .collect();
    if fields.is_empty() {
        return row.name.to_owned();
    }
    format!("{}({})", row.name, fields.join(", "))
}

// ------------------------------------------------------------------------------------------------ what nodes can do

/// The class's `_fields` or `_attributes`.
fn names_of(vm: &Vm, node: &Value, attribute: &str) -> PyResult<Vec<Value>> {
    let class = node.type_ref(vm);
    let Some(names) = vm.getattr_opt(class.value(), vm.intern(attribute).value())? else {
        let owner = node.type_name(vm);
        return Err(vm.attribute_error(format!("type object '{owner}' has no attribute '{attribute}'")));
    };
    let count = vm.len(&names)?;
    (0..count).map(|at| vm.getitem(&names, &vm.int_usize(at))).collect()
}

fn position(vm: &Vm, names: &[Value], name: &Value) -> PyResult<Option<usize>> {
    for (at, known) in names.iter().enumerate() {
        if known.is(name) || vm.equal(known, name)? {
            return Ok(Some(at));
        }
    }
    Ok(None)
}

fn init(vm: &Vm, node: &Value, args: Args) -> PyResult<()> {
    let fields = names_of(vm, node, "_fields")?;
    let owner = node.type_name(vm);
    let given = args.pos();
    if given.len() > fields.len() {
        let plural = if fields.len() == 1 { "" } else { "s" };
        return Err(vm.type_error(format!(
            "{owner} constructor takes at most {} positional argument{plural}",
            fields.len()
        )));
    }
    let mut missing = vec![true; fields.len()];
    for (at, value) in given.iter().enumerate() {
        vm.setattr(node, &fields[at], Some(value))?;
        missing[at] = false;
    }
    let mut attributes = None;
    for (name, value) in args.keywords() {
        match position(vm, &fields, name)? {
            Some(at) if !missing[at] => {
                let name = vm.repr_text(name)?;
                return Err(vm.type_error(format!("{owner} got multiple values for argument {name}")));
            }
            Some(at) => missing[at] = false,
            None => {
                let known = match &attributes {
                    Some(known) => known,
                    None => attributes.insert(names_of(vm, node, "_attributes")?),
                };
                if position(vm, known, name)?.is_none() {
                    let name = vm.repr_text(name)?;
                    vm.warn_deprecated(&format!(
                        "{owner}.__init__ got an unexpected keyword argument {name}. Support for arbitrary keyword arguments is deprecated and will be removed in Python 3.15."
                    ))?;
                }
            }
        }
        vm.setattr(node, name, Some(value))?;
    }
    if missing.iter().all(|missing| !missing) {
        return Ok(());
    }
    let class = node.type_ref(vm);
    let Some(types) = vm.getattr_opt(class.value(), vm.intern("_field_types").value())? else {
        return Ok(());
    };
    for (name, _) in fields.iter().zip(missing).filter(|(_, missing)| *missing) {
        fill(vm, node, &owner, &types, name)?;
    }
    Ok(())
}

/// What a field that was not given gets: nothing, an empty list, `Load()`; or a warning says that it is missing.
fn fill(vm: &Vm, node: &Value, owner: &str, types: &Value, name: &Value) -> PyResult<()> {
    let found = match vm.getitem(types, name) {
        Ok(found) => found,
        Err(raised) if vm.raised_is(&exc::KEY_ERROR) => {
            drop(vm.take_raised(raised));
            let name = vm.repr_text(name)?;
            return vm.warn_deprecated(&format!(
                "Field {name} is missing from {owner}._field_types. This will become an error in Python 3.15."
            ));
        }
        Err(raised) => return Err(raised),
    };
    let ty = found.ty(vm);
    if ty.is_subtype(vm.typ(&UNION)) {
        return Ok(());
    }
    if ty.is_subtype(vm.typ(&GENERIC_ALIAS)) {
        let empty = vm.list(Vec::new());
        return vm.setattr(node, name, Some(&empty));
    }
    let classes = super::build::Classes::of(vm)?;
    if found.is(classes.class(Kind::ContextBase).value()) {
        let load = classes.single(Kind::Load);
        return vm.setattr(node, name, Some(&load));
    }
    let name = vm.repr_text(name)?;
    vm.warn_deprecated(&format!(
        "{owner}.__init__ missing 1 required positional argument: {name}. This will become an error in Python 3.15."
    ))
}

fn own_copy(vm: &Vm, node: &Value) -> PyResult<Value> {
    match own_dict(vm, node) {
        Some(dict) => vm.call_method_str(dict.value(), "copy", &[]),
        None => Ok(vm.dict(Dict::with_capacity(0)).into_value()),
    }
}

/// Pickled nodes are made with `None` for the fields, so that none is missing, and then get their attributes.
fn reduce(vm: &Vm, args: Args) -> PyResult<Value> {
    let [node] = args.values else {
        return Err(vm.type_error("__reduce__() takes no arguments"));
    };
    let state = own_copy(vm, node)?;
    let mut count = 0;
    if let Some(dict) = state.downcast::<Dict>() {
        for name in names_of(vm, node, "_fields")? {
            match name.as_str() {
                Some(name) if dict.get_str(name).is_some() => count += 1,
                _ => break,
            }
        }
    }
    let nothing = vm.tuple(vec![Value::NONE; count]);
    Ok(vm.tuple(vec![node.ty(vm).to_value(), nothing, state]))
}

fn replace(vm: &Vm, args: Args) -> PyResult<Value> {
    let [node] = args.pos() else {
        return Err(vm.type_error("__replace__() takes no positional arguments"));
    };
    let owner = node.type_name(vm);
    let fields = names_of(vm, node, "_fields")?;
    let attributes = names_of(vm, node, "_attributes")?;
    let state = own_copy(vm, node)?;
    let mut values: Vec<(Value, Value)> = Vec::new();
    let mut unknown = None;
    for (name, value) in args.keywords() {
        if position(vm, &fields, name)?.is_none() && position(vm, &attributes, name)?.is_none() {
            unknown = Some(name.clone());
            break;
        }
        values.push((name.clone(), value.clone()));
    }
    if let Some(name) = unknown {
        let name = vm.repr_text(&name)?;
        return Err(vm.type_error(format!("{owner}.__replace__ got an unexpected keyword argument {name}.")));
    }
    let mut missing = Vec::new();
    let given: Vec<Value> = values.iter().map(|(name, _)| name.clone()).collect();
    for (at, name) in fields.iter().chain(&attributes).enumerate() {
        if position(vm, &given, name)?.is_some() {
            continue;
        }
        let own = match state.downcast::<Dict>().zip(name.as_str()) {
            Some((dict, name)) => dict.get_str(name),
            None => None,
        };
        match own {
            Some(value) => values.push((name.clone(), value)),
            // What the class itself has is optional; so are all attributes.
            None if at < fields.len() && vm.getattr_opt(&node.ty(vm).to_value(), name)?.is_none() => {
                missing.push(vm.repr_text(name)?);
            }
            None => {}
        }
    }
    if !missing.is_empty() {
        missing.sort();
        let plural = if missing.len() == 1 { "" } else { "s" };
        let count = missing.len();
        let names = missing.join(", ");
        return Err(
            vm.type_error(format!("{owner}.__replace__ missing {count} keyword argument{plural}: {names}."))
        );
    }
    let (names, values): (Vec<Value>, Vec<Value>) = values.into_iter().unzip();
    let class = node.type_ref(vm);
    vm.call(class.value(), Args { values: &values, names: &names })
}

/// Writes a node; what is below `depth` levels is left out.
fn repr(vm: &Vm, node: &Value, depth: usize, around: &mut Vec<u64>, out: &mut Vec<u8>) -> PyResult<()> {
    vm.check_native()?;
    let owner = node.type_name(vm);
    out.extend_from_slice(owner.as_bytes());
    if around.contains(&node.to_bits()) {
        out.extend_from_slice(b"(...)");
        return Ok(());
    }
    let fields = names_of(vm, node, "_fields")?;
    if depth == 0 {
        out.extend_from_slice(b"(...)");
        return Ok(());
    }
    around.push(node.to_bits());
    out.push(b'(');
    for (at, name) in fields.iter().enumerate() {
        if at > 0 {
            out.extend_from_slice(b", ");
        }
        let value = vm.getattr(node, name)?;
        out.extend_from_slice(vm.to_str(name)?.as_str().map_or(&[], |name| name.bytes()));
        out.push(b'=');
        repr_value(vm, &value, depth, around, out)?;
    }
    out.push(b')');
    around.pop();
    Ok(())
}

fn repr_value(
    vm: &Vm,
    value: &Value,
    depth: usize,
    around: &mut Vec<u64>,
    out: &mut Vec<u8>,
) -> PyResult<()> {
    if vm.is_instance(value, vm.typ(&AST)) {
        return repr(vm, value, depth - 1, around, out);
    }
    let (items, open, close) = match (value.downcast::<List>(), value.as_tuple()) {
        (Some(list), _) => (list.items.get().clone(), b'[', b']'),
        (_, Some(tuple)) => (tuple.items().to_vec(), b'(', b')'),
        _ => {
            out.extend(vm.repr_string(value)?);
            return Ok(());
        }
    };
    let one = |item: &Value, around: &mut Vec<u64>, out: &mut Vec<u8>| {
        if vm.is_instance(item, vm.typ(&AST)) {
            return repr(vm, item, depth - 1, around, out);
        }
        out.extend(vm.repr_string(item)?);
        Ok(())
    };
    out.push(open);
    if let Some(first) = items.first() {
        one(first, around, out)?;
    }
    if items.len() > 2 {
        out.extend_from_slice(b", ...");
    }
    if let [_, .., last] = &items[..] {
        out.extend_from_slice(b", ");
        one(last, around, out)?;
    }
    out.push(close);
    Ok(())
}
