//! `_operator`: the operators as functions, and the callables `attrgetter`, `itemgetter`, `methodcaller`.

use crate::runtime::builtins::exceptions as exc;
use crate::runtime::error::{PyResult, Raised};
use crate::runtime::gc::heap::type_flag;
use crate::runtime::object::args::Args;
use crate::runtime::object::dict::Dict;
use crate::runtime::object::ops;
use crate::runtime::object::str::Str;
use crate::runtime::object::tuple::Tuple;
use crate::runtime::object::typedef::{Cmp, GetSet, Native, TypeSpec, getter, kind, native, native_raw};
use crate::runtime::object::vm::Vm;
use crate::runtime::stdlib::NativeModule;
use crate::runtime::value::{Obj, Payload, Ref, Value};

/// `_operator`
pub static MODULE: NativeModule = NativeModule {
    name: "_operator",
    doc: "The operators of the language as functions.\n\nadd(x, y) is x + y; most names are those of the special methods.",
    functions: FUNCTIONS,
    init: |vm, dict| {
        for spec in [&ATTR_GETTER, &ITEM_GETTER, &METHOD_CALLER] {
            vm.set_type_in(dict, spec);
        }
        Ok(())
    },
};

macro_rules! compare {
    ($signature:literal, $op:ident, $doc:literal) => {
        native($signature, |vm, args| vm.compare(&args[0], &args[1], Cmp::$op), $doc)
    };
}
macro_rules! binary {
    ($signature:literal, $op:ident, $doc:literal) => {
        native($signature, |vm, args| vm.binary(&args[0], &args[1], &ops::$op), $doc)
    };
}
macro_rules! inplace {
    ($signature:literal, $op:ident, $doc:literal) => {
        native($signature, |vm, args| vm.binary_inplace(&args[0], &args[1], &ops::$op), $doc)
    };
}
macro_rules! unary {
    ($signature:literal, $slot:ident, $symbol:literal, $doc:literal) => {
        native($signature, |vm, args| vm.unary(&args[0], |slots| slots.$slot, $symbol), $doc)
    };
}

const FUNCTIONS: &[Native] = &[
    native("truth(a, /)", |vm, args| Ok(Value::bool(vm.truth(&args[0])?)), "Is a true?"),
    native(
        "contains(a, b, /)",
        |vm, args| Ok(Value::bool(vm.contains(&args[0], &args[1])?)),
        "Same as b in a (note the order).",
    ),
    native("indexOf(a, b, /)", index_of, "The first position of b in a; ValueError if there is none."),
    native("countOf(a, b, /)", count_of, "How many items of a are or equal b."),
    native("is_(a, b, /)", |_, args| Ok(Value::bool(args[0].is(&args[1]))), "Same as a is b."),
    native("is_not(a, b, /)", |_, args| Ok(Value::bool(!args[0].is(&args[1]))), "Same as a is not b."),
    native("is_none(a, /)", |_, args| Ok(Value::bool(args[0].is_none())), "Same as a is None."),
    native("is_not_none(a, /)", |_, args| Ok(Value::bool(!args[0].is_none())), "Same as a is not None."),
    binary!("add(a, b, /)", ADD, "Same as a + b."),
    binary!("sub(a, b, /)", SUB, "Same as a - b."),
    binary!("mul(a, b, /)", MUL, "Same as a * b."),
    binary!("matmul(a, b, /)", MAT_MUL, "Same as a @ b."),
    binary!("floordiv(a, b, /)", FLOOR_DIV, "Same as a // b."),
    binary!("truediv(a, b, /)", TRUE_DIV, "Same as a / b."),
    binary!("mod(a, b, /)", MOD, "Same as a % b."),
    unary!("neg(a, /)", neg, "unary -", "Same as -a."),
    unary!("pos(a, /)", pos, "unary +", "Same as +a."),
    unary!("abs(a, /)", abs, "abs()", "Same as abs(a)."),
    unary!("inv(a, /)", invert, "unary ~", "Same as ~a."),
    unary!("invert(a, /)", invert, "unary ~", "Same as ~a."),
    binary!("lshift(a, b, /)", LSHIFT, "Same as a << b."),
    binary!("rshift(a, b, /)", RSHIFT, "Same as a >> b."),
    native("not_(a, /)", |vm, args| Ok(Value::bool(!vm.truth(&args[0])?)), "Same as not a."),
    binary!("and_(a, b, /)", AND, "Same as a & b."),
    binary!("xor(a, b, /)", XOR, "Same as a ^ b."),
    binary!("or_(a, b, /)", OR, "Same as a | b."),
    inplace!("iadd(a, b, /)", ADD, "Same as a += b."),
    inplace!("isub(a, b, /)", SUB, "Same as a -= b."),
    inplace!("imul(a, b, /)", MUL, "Same as a *= b."),
    inplace!("imatmul(a, b, /)", MAT_MUL, "Same as a @= b."),
    inplace!("ifloordiv(a, b, /)", FLOOR_DIV, "Same as a //= b."),
    inplace!("itruediv(a, b, /)", TRUE_DIV, "Same as a /= b."),
    inplace!("imod(a, b, /)", MOD, "Same as a %= b."),
    inplace!("ilshift(a, b, /)", LSHIFT, "Same as a <<= b."),
    inplace!("irshift(a, b, /)", RSHIFT, "Same as a >>= b."),
    inplace!("iand(a, b, /)", AND, "Same as a &= b."),
    inplace!("ixor(a, b, /)", XOR, "Same as a ^= b."),
    inplace!("ior(a, b, /)", OR, "Same as a |= b."),
    native(
        "concat(a, b, /)",
        |vm, args| concat(vm, &args[0], &args[1], false),
        "Same as a + b of sequences.",
    ),
    native(
        "iconcat(a, b, /)",
        |vm, args| concat(vm, &args[0], &args[1], true),
        "Same as a += b of sequences.",
    ),
    native("getitem(a, b, /)", |vm, args| vm.getitem(&args[0], &args[1]), "Same as a[b]."),
    native(
        "setitem(a, b, c, /)",
        |vm, args| vm.setitem(&args[0], &args[1], Some(&args[2])).map(|()| Value::NONE),
        "Same as a[b] = c.",
    ),
    native(
        "delitem(a, b, /)",
        |vm, args| vm.setitem(&args[0], &args[1], None).map(|()| Value::NONE),
        "Same as del a[b].",
    ),
    native("pow(a, b, /)", |vm, args| vm.power(&args[0], &args[1], &Value::NONE), "Same as a ** b."),
    native("ipow(a, b, /)", |vm, args| vm.power_inplace(&args[0], &args[1]), "Same as a **= b."),
    compare!("lt(a, b, /)", Lt, "Same as a < b."),
    compare!("le(a, b, /)", Le, "Same as a <= b."),
    compare!("eq(a, b, /)", Eq, "Same as a == b."),
    compare!("ne(a, b, /)", Ne, "Same as a != b."),
    compare!("gt(a, b, /)", Gt, "Same as a > b."),
    compare!("ge(a, b, /)", Ge, "Same as a >= b."),
    native("index(a, /)", |vm, args| vm.index(&args[0]), "Same as a.__index__()."),
    native(
        "length_hint(obj, default=0, /)",
        |vm, args| {
            let default = match args[1].given() {
                Some(default) => vm.to_ssize(default)?,
                None => 0,
            };
            // The default comes back as it is given, also a negative one.
            let none = usize::MAX;
            Ok(match vm.length_hint(&args[0], none)? {
                hint if hint == none => vm.int(default as i64),
                hint => vm.int_usize(hint),
            })
        },
        "Estimate the number of items of obj, for making room.\n\nIt is exact if obj has a length; default if nothing is known.",
    ),
    native_raw(
        "call(obj, /, *args, **kwargs)",
        |vm, args| match args.pos().first() {
            Some(callable) => vm.call(callable, args.rest()),
            None => Err(vm.type_error("call expected at least 1 argument, got 0")),
        },
        "Same as obj(*args, **kwargs).",
    ),
    native(
        "_compare_digest(a, b, /)",
        compare_digest,
        "Same as a == b, in a time that does not depend on where they differ.\n\nBoth are str of ASCII characters or both bytes-like.",
    ),
];

/// Goes through the items; a TypeError of `iter` says what it was wanted for.
fn search(vm: &Vm, sequence: &Value) -> PyResult<Value> {
    match vm.iter(sequence) {
        Ok(iter) => Ok(iter),
        Err(raised) if vm.raised_is(&exc::TYPE_ERROR) => {
            drop(vm.take_raised(raised));
            Err(vm.type_error(format!("argument of type '{}' is not iterable", sequence.type_name(vm))))
        }
        Err(raised) => Err(raised),
    }
}

fn index_of(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let iter = search(vm, &args[0])?;
    let mut at = 0;
    while let Some(item) = vm.next(&iter)? {
        if vm.equal(&item, &args[1])? {
            return Ok(vm.int(at));
        }
        at += 1;
    }
    Err(vm.value_error("sequence.index(x): x not in sequence"))
}

fn count_of(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let iter = search(vm, &args[0])?;
    let mut count = 0;
    while let Some(item) = vm.next(&iter)? {
        count += i64::from(vm.equal(&item, &args[1])?);
    }
    Ok(vm.int(count))
}

fn is_sequence(vm: &Vm, value: &Value) -> bool {
    let ty = value.ty(vm);
    ty.slots.get().getitem.is_some() && !ty.has(type_flag::DICT)
}

fn concat(vm: &Vm, a: &Value, b: &Value, inplace: bool) -> PyResult<Value> {
    let slots = a.ty(vm).slots.get();
    if let Some(f) = slots.iconcat.filter(|_| inplace).or(slots.concat) {
        return f(vm, a, b);
    }
    if is_sequence(vm, a) && is_sequence(vm, b) {
        return if inplace { vm.binary_inplace(a, b, &ops::ADD) } else { vm.binary(a, b, &ops::ADD) };
    }
    Err(vm.type_error(format!("'{}' object can't be concatenated", a.type_name(vm))))
}

fn compare_digest(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let (a, b) = (&args[0], &args[1]);
    if let (Some(x), Some(y)) = (a.as_str(), b.as_str()) {
        if !x.is_ascii() || !y.is_ascii() {
            return Err(vm.type_error("comparing strings with non-ASCII characters is not supported"));
        }
        return Ok(Value::bool(same_in_constant_time(x.bytes(), y.bytes())));
    }
    if !vm.has_buffer(a) && !vm.has_buffer(b) {
        return Err(vm.type_error(format!(
            "unsupported operand types(s) or combination of types: '{}' and '{}'",
            a.type_name(vm),
            b.type_name(vm)
        )));
    }
    let (x, y) = (vm.buffer_bytes(a)?, vm.buffer_bytes(b)?);
    Ok(Value::bool(same_in_constant_time(&x, &y)))
}

fn same_in_constant_time(a: &[u8], b: &[u8]) -> bool {
    let mut difference = u8::from(a.len() != b.len());
    // Of different lengths: goes through all of `b` all the same.
    let left = if a.len() == b.len() { a } else { b };
    for (x, y) in left.iter().zip(b) {
        difference |= std::hint::black_box(x ^ y);
    }
    difference == 0
}

// ------------------------------------------------------------------------------------------------ getters

/// `name(first, second)` of a constructor's arguments, `...` inside itself.
fn shown(vm: &Vm, this: &Value, args: &[Value], keywords: &[(Value, Value)]) -> PyResult<Value> {
    let name = this.type_name(vm);
    let Some(_guard) = vm.enter_repr(this) else { return Ok(vm.str(format!("{name}(...)"))) };
    let mut text = name.into_bytes();
    text.push(b'(');
    for (at, arg) in args.iter().enumerate() {
        if at > 0 {
            text.extend_from_slice(b", ");
        }
        text.extend(vm.repr_string(arg)?);
    }
    for (name, value) in keywords {
        text.extend_from_slice(b", ");
        let name = vm.to_str(name)?;
        text.extend_from_slice(name.as_str().map(|name| name.bytes()).unwrap_or_default());
        text.push(b'=');
        text.extend(vm.repr_string(value)?);
    }
    text.push(b')');
    Ok(vm.str_bytes(&text))
}

/// The one argument of a getter's call.
#[inline]
fn operand<'a>(vm: &Vm, name: &str, args: Args<'a>) -> PyResult<&'a Value> {
    match args.values {
        [only] if args.names.is_empty() => Ok(only),
        _ => Ok(&args.count(vm, name, 1, 1)?[0]),
    }
}

/// The signature of the calls of an instance.
const CALL_SIGNATURE: GetSet = getter("__text_signature__", |vm, _| Ok(vm.str("(obj, /)")), "");

/// The payload of `itemgetter`.
struct ItemGetter {
    items: Ref<Tuple>,
}

crate::payload!(ItemGetter, "itemgetter", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(self.items.value());
    }
});

static ITEM_GETTER: TypeSpec = TypeSpec::new("operator.itemgetter", ItemGetter::layout)
    .doc("(item, /, *items)", "A callable that takes items out of what it is called with.\n\nitemgetter(2)(r) is r[2]; itemgetter(2, 5)(r) is (r[2], r[5]).")
    .slots(|s| {
        s.new = Some(|vm, ty, args| {
            let most = if args.values.is_empty() { 1 } else { usize::MAX };
            let items = args.count(vm, "itemgetter", 1, most)?;
            Ok(vm.alloc(ty, ItemGetter { items: vm.tuple_ref(items.to_vec()) }).into_value())
        });
        s.call = Some(|vm, this, args| {
            let object = operand(vm, "itemgetter", args)?;
            let items = vm.cast::<ItemGetter>(this)?.items.clone();
            if let [item] = items.items() {
                return item_of(vm, object, item);
            }
            let mut found = Vec::with_capacity(items.len());
            for item in items.items() {
                found.push(item_of(vm, object, item)?);
            }
            Ok(vm.tuple(found))
        });
        s.repr = Some(|vm, this| {
            let items = vm.cast::<ItemGetter>(this)?.items.clone();
            shown(vm, this, items.items(), &[])
        });
    })
    .methods(&[native("__reduce__(self, /)", |vm, args| {
        let items = vm.cast::<ItemGetter>(&args[0])?.items.clone();
        Ok(vm.tuple(vec![args[0].ty(vm).to_value(), items.into_value()]))
    }, "Return state information for pickling")])
    .getset(&[CALL_SIGNATURE]);

#[inline]
fn item_of(vm: &Vm, object: &Value, item: &Value) -> PyResult<Value> {
    if let Some(at) = item.as_small()
        && object.kind() == kind::TUPLE
        && let Some(tuple) = object.as_tuple()
        && let Some(found) = usize::try_from(at).ok().and_then(|at| tuple.items().get(at))
    {
        return Ok(found.clone());
    }
    vm.getitem(object, item)
}

/// The payload of `attrgetter`.
struct AttrGetter {
    names: Ref<Tuple>,
    /// The names at their dots.
    paths: Vec<Vec<Value>>,
}

crate::payload!(AttrGetter, "attrgetter", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(self.names.value());
        self.paths.iter().flatten().for_each(visit);
    }
});

static ATTR_GETTER: TypeSpec = TypeSpec::new("operator.attrgetter", AttrGetter::layout)
    .doc("(attr, /, *attrs)", "A callable that fetches attributes of what it is called with.\n\nattrgetter('name')(r) is r.name; attrgetter('name.first', 'date')(r) is (r.name.first, r.date).")
    .slots(|s| {
        s.new = Some(|vm, ty, args| {
            let most = if args.values.is_empty() { 1 } else { usize::MAX };
            let names = args.count(vm, "attrgetter", 1, most)?;
            let mut paths = Vec::with_capacity(names.len());
            let mut kept = Vec::with_capacity(names.len());
            for name in names {
                let Some(text) = name.as_str() else {
                    return Err(vm.type_error("attribute name must be a string"));
                };
                let parts = text.bytes().split(|byte| *byte == b'.');
                let part = |part: &[u8]| vm.intern_value(&vm.str_bytes(part)).map(Ref::into_value);
                paths.push(parts.filter_map(part).collect::<Vec<Value>>());
                let dotted = text.bytes().contains(&b'.');
                kept.push(match vm.intern_value(name) {
                    Some(interned) if !dotted => interned.into_value(),
                    _ => name.clone(),
                });
            }
            Ok(vm.alloc(ty, AttrGetter { names: vm.tuple_ref(kept), paths }).into_value())
        });
        s.call = Some(|vm, this, args| {
            let object = operand(vm, "attrgetter", args)?;
            let _alive = this.clone();
            let getter = vm.cast::<AttrGetter>(this)?;
            if let [path] = getter.paths.as_slice() {
                return attribute_of(vm, object, path);
            }
            let mut found = Vec::with_capacity(getter.paths.len());
            for path in &getter.paths {
                found.push(attribute_of(vm, object, path)?);
            }
            Ok(vm.tuple(found))
        });
        s.repr = Some(|vm, this| {
            let names = vm.cast::<AttrGetter>(this)?.names.clone();
            shown(vm, this, names.items(), &[])
        });
    })
    .methods(&[native("__reduce__(self, /)", |vm, args| {
        let names = vm.cast::<AttrGetter>(&args[0])?.names.clone();
        Ok(vm.tuple(vec![args[0].ty(vm).to_value(), names.into_value()]))
    }, "Return state information for pickling")])
    .getset(&[CALL_SIGNATURE]);

fn attribute_of(vm: &Vm, object: &Value, path: &[Value]) -> PyResult<Value> {
    let mut at = object.clone();
    for name in path {
        at = vm.getattr(&at, name)?;
    }
    Ok(at)
}

/// The payload of `methodcaller`.
struct MethodCaller {
    name: Ref<Str>,
    args: Ref<Tuple>,
    keywords: Option<Ref<Dict>>,
}

crate::payload!(MethodCaller, "methodcaller", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(self.args.value());
        if let Some(keywords) = &self.keywords {
            visit(keywords.value());
        }
    }
});

static METHOD_CALLER: TypeSpec = TypeSpec::new("operator.methodcaller", MethodCaller::layout)
    .doc("(name, /, *args, **kwargs)", "A callable that calls a method of what it is called with.\n\nmethodcaller('name', 1, key=2)(r) is r.name(1, key=2).")
    .slots(|s| {
        s.new = Some(|vm, ty, args| {
            let Some((name, rest)) = args.pos().split_first() else {
                return Err(missing_name(vm));
            };
            let Some(name) = vm.intern_value(name) else {
                return Err(vm.type_error("method name must be a string"));
            };
            let keywords = match args.names.is_empty() {
                true => None,
                false => {
                    let dict = vm.new_dict();
                    for (name, value) in args.keywords() {
                        drop(dict.insert(vm, name.clone(), value.clone())?);
                    }
                    Some(dict)
                }
            };
            Ok(vm.alloc(ty, MethodCaller { name, args: vm.tuple_ref(rest.to_vec()), keywords }).into_value())
        });
        s.call = Some(|vm, this, args| {
            let object = operand(vm, "methodcaller", args)?;
            let _alive = this.clone();
            let caller: &Obj<MethodCaller> = vm.cast(this)?;
            let Some(keywords) = &caller.keywords else {
                return vm.call_method(object, &caller.name, caller.args.items());
            };
            let method = vm.getattr(object, caller.name.value())?;
            let (mut values, mut names) = (caller.args.items().to_vec(), Vec::new());
            for (name, value) in keywords.entries() {
                names.push(name);
                values.push(value);
            }
            vm.call(&method, Args { values: &values, names: &names })
        });
        s.repr = Some(|vm, this| {
            let caller = vm.cast::<MethodCaller>(this)?;
            let mut args = vec![caller.name.clone().into_value()];
            args.extend_from_slice(caller.args.items());
            let keywords = caller.keywords.as_ref().map(|dict| dict.entries()).unwrap_or_default();
            shown(vm, this, &args, &keywords)
        });
    })
    .methods(&[native("__reduce__(self, /)", |vm, args| {
        let caller = vm.cast::<MethodCaller>(&args[0])?;
        let (ty, name) = (args[0].ty(vm).to_value(), caller.name.clone().into_value());
        let Some(keywords) = &caller.keywords else {
            let mut all = vec![name];
            all.extend_from_slice(caller.args.items());
            return Ok(vm.tuple(vec![ty, vm.tuple(all)]));
        };
        let functools = vm.import("functools")?;
        let partial = vm.getattr_str(&functools, "partial")?;
        let (mut values, mut names) = (vec![ty, name], Vec::new());
        for (name, value) in keywords.entries() {
            names.push(name);
            values.push(value);
        }
        let maker = vm.call(&partial, Args { values: &values, names: &names })?;
        Ok(vm.tuple(vec![maker, caller.args.clone().into_value()]))
    }, "Return state information for pickling")])
    .getset(&[CALL_SIGNATURE]);

#[cold]
fn missing_name(vm: &Vm) -> Raised {
    vm.type_error("methodcaller needs at least one argument, the method name")
}
