//! `dict`: slots and methods. The table is in `object::dict`, views and iterators in `dict_views`.

use crate::runtime::builtins::dict_views::{self, What};
use crate::runtime::error::{PyResult, Raised};
use crate::runtime::gc::heap::type_flag;
use crate::runtime::object::args::Args;
use crate::runtime::object::dict::Dict;
use crate::runtime::object::typedef::{Cmp, Native, Slots, TypeRef, TypeSpec, kind, native, native_raw};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{Obj, Payload, Ref, Value};

/// `dict`
pub static DICT: TypeSpec = TypeSpec::new("dict", Dict::layout)
    .kind(kind::DICT)
    .flags(type_flag::BASE | type_flag::DICT | type_flag::MAPPING | type_flag::MATCH_SELF)
    .doc(
        "",
        "dict() -> new empty dictionary\ndict(mapping) -> new dictionary initialized from a mapping object's\n    (key, value) pairs\ndict(iterable) -> new dictionary initialized as if via:\n    d = {}\n    for k, v in iterable:\n        d[k] = v\ndict(**kwargs) -> new dictionary initialized with the name=value pairs\n    in the keyword argument list.  For example:  dict(one=1, two=2)",
    )
    .slots(dict_slots)
    .methods(DICT_METHODS);

#[inline(always)]
fn this<'a>(vm: &Vm, value: &'a Value) -> PyResult<&'a Obj<Dict>> {
    vm.cast::<Dict>(value)
}

fn owned(vm: &Vm, value: &Value) -> PyResult<Ref<Dict>> {
    Ok(this(vm, value)?.to_ref())
}

/// `dict[key]`, with `__missing__` of subclasses.
#[inline]
pub fn dict_lookup(vm: &Vm, dict: &Value, key: &Value) -> PyResult<Value> {
    let table = this(vm, dict)?;
    let found = match table.seek(key) {
        Some(found) => found.map(|at| table.cached_value(at).clone()),
        None => table.get(vm, key)?,
    };
    match found {
        Some(found) => Ok(found),
        None => missing(vm, dict, key),
    }
}

#[cold]
#[inline(never)]
fn missing(vm: &Vm, dict: &Value, key: &Value) -> PyResult<Value> {
    if dict.kind() != kind::DICT
        && let Some(result) = vm.call_special(dict, &vm.names().__missing__, std::slice::from_ref(key))?
    {
        return Ok(result);
    }
    Err(vm.key_error(key))
}

fn dict_slots(s: &mut Slots) {
    s.new = Some(|vm, ty, _| Ok(vm.alloc(ty, Dict::new()).into_value()));
    s.init = Some(|vm, value, args| {
        let dict = owned(vm, value)?;
        let pos = Args::positional(args.pos()).count(vm, "dict", 0, 1)?;
        if let Some(source) = pos.first() {
            update_from(vm, &dict, source)?;
        }
        update_keywords(vm, &dict, args)
    });
    s.repr = Some(dict_repr);
    s.compare = Some(|vm, a, b, op| {
        let (Some(x), Some(y)) = (a.as_dict(), b.as_dict()) else { return Ok(Value::NOT_IMPLEMENTED) };
        if !matches!(op, Cmp::Eq | Cmp::Ne) {
            return Ok(Value::NOT_IMPLEMENTED);
        }
        Ok(Value::bool(equal(vm, x, y)? == (op == Cmp::Eq)))
    });
    s.iter = Some(|vm, value| Ok(dict_views::iter(vm, &owned(vm, value)?, What::Keys)));
    s.len = Some(|vm, value| Ok(this(vm, value)?.len()));
    s.getitem = Some(dict_lookup);
    s.setitem = Some(|vm, value, key, new| {
        let dict = this(vm, value)?;
        match new {
            Some(new) => drop(dict.insert(vm, key.clone(), new.clone())?),
            None => match dict.remove(vm, key)? {
                Some(old) => drop(old),
                None => return Err(vm.key_error(key)),
            },
        }
        Ok(())
    });
    s.contains = Some(|vm, value, key| this(vm, value)?.contains(vm, key));
    s.or = Some(|vm, a, b| {
        let (Some(x), Some(_)) = (a.as_dict(), b.as_dict()) else { return Ok(Value::NOT_IMPLEMENTED) };
        let new = vm.dict(x.copy());
        vm.dict_merge(&new, b)?;
        Ok(new.into_value())
    });
    s.ior = Some(|vm, value, other| {
        update_from(vm, &owned(vm, value)?, other)?;
        Ok(value.clone())
    });
}

fn dict_repr(vm: &Vm, value: &Value) -> PyResult<Value> {
    let dict = this(vm, value)?;
    if dict.is_empty() {
        return Ok(vm.str("{}"));
    }
    let Some(_guard) = vm.enter_repr(value) else { return Ok(vm.str("{...}")) };
    let mut text = b"{".to_vec();
    let mut at = 0;
    while let Some((found, key, item)) = dict.next_entry(at) {
        let (key, item) = (key.clone(), item.clone());
        at = found + 1;
        if text.len() > 1 {
            text.extend_from_slice(b", ");
        }
        text.extend(vm.repr_string(&key)?);
        text.extend_from_slice(b": ");
        text.extend(vm.repr_string(&item)?);
    }
    text.push(b'}');
    Ok(vm.str_bytes(&text))
}

/// Have both the same keys with equal values?
fn equal(vm: &Vm, a: &Obj<Dict>, b: &Obj<Dict>) -> PyResult<bool> {
    if a.len() != b.len() {
        return Ok(false);
    }
    let mut at = 0;
    while let Some((found, key, value)) = a.next_entry(at) {
        let (key, value, hash) = (key.clone(), value.clone(), a.entry_hash(found));
        at = found + 1;
        match b.get_hashed(vm, &key, hash)? {
            Some(other) if vm.equal(&value, &other)? => {}
            _ => return Ok(false),
        }
    }
    Ok(true)
}

fn update_keywords(vm: &Vm, dict: &Obj<Dict>, args: Args) -> PyResult<()> {
    for (name, value) in args.keywords() {
        drop(dict.insert(vm, name.clone(), value.clone())?);
    }
    Ok(())
}

/// `dict.update(source)`: a mapping, or an iterable of pairs.
pub fn update_from(vm: &Vm, dict: &Ref<Dict>, source: &Value) -> PyResult<()> {
    if source.kind() == kind::DICT || vm.getattr_opt(source, vm.names().keys.value())?.is_some() {
        return vm.dict_merge(dict, source);
    }
    update_pairs(vm, dict, source)
}

fn update_pairs(vm: &Vm, dict: &Ref<Dict>, source: &Value) -> PyResult<()> {
    let iter = vm.iter(source)?;
    let mut at = 0;
    while let Some(item) = vm.next(&iter)? {
        let pair = match vm.collect(&item) {
            Ok(pair) => pair,
            Err(raised) => return Err(no_pair(vm, &item, at, raised)),
        };
        let count = pair.len();
        let mut parts = pair.into_iter();
        let (Some(key), Some(value), 2) = (parts.next(), parts.next(), count) else {
            return Err(vm.value_error(format!(
                "dictionary update sequence element #{at} has length {count}; 2 is required"
            )));
        };
        drop(dict.insert(vm, key, value)?);
        at += 1;
    }
    Ok(())
}

#[cold]
fn no_pair(vm: &Vm, item: &Value, at: usize, raised: Raised) -> Raised {
    if !vm.raised_is(&super::exceptions::TYPE_ERROR) {
        return raised;
    }
    let slots = item.ty(vm).slots.get();
    let raised = if slots.iter.is_some() || slots.getitem.is_some() {
        raised
    } else {
        drop(vm.take_raised(raised));
        vm.type_error("object is not iterable")
    };
    let exception = vm.take_raised(raised);
    let note = vm.str(format!("Cannot convert dictionary update sequence element #{at} to a sequence"));
    match vm.call_method_str(&exception, "add_note", &[note]) {
        Ok(_) => vm.set_raised(exception),
        Err(raised) => raised,
    }
}

impl Vm {
    /// Sets all keys of a mapping: a dict, or anything with `keys` and `__getitem__`.
    pub fn dict_merge(&self, dict: &Ref<Dict>, mapping: &Value) -> PyResult<()> {
        if let Some(source) = mapping.as_dict()
            && self.iterates_plainly(mapping)
        {
            return self.dict_merge_table(dict, source);
        }
        for (key, value) in self.mapping_pairs(mapping)? {
            drop(dict.insert(self, key, value)?);
        }
        Ok(())
    }

    /// Is iteration of this dict the builtin one?
    fn iterates_plainly(&self, dict: &Value) -> bool {
        dict.kind() == kind::DICT
            || dict.ty(self).slots.get().iter.map(|f| f as usize)
                == self.interp().dict_type.slots.get().iter.map(|f| f as usize)
    }

    fn dict_merge_table(&self, dict: &Ref<Dict>, source: &Obj<Dict>) -> PyResult<()> {
        if dict.address() == source.address() || source.is_empty() {
            return Ok(());
        }
        if dict.is_empty() {
            let copy = source.copy();
            dict.swap(&copy);
            return Ok(());
        }
        let source = source.to_ref();
        let count = source.len();
        let mut at = 0;
        while let Some((found, key, value)) = source.next_entry(at) {
            let (key, value, hash) = (key.clone(), value.clone(), source.entry_hash(found));
            at = found + 1;
            drop(dict.insert_hashed(self, key, hash, value)?);
            if source.len() != count {
                return Err(self.runtime_error("dict mutated during update"));
            }
        }
        Ok(())
    }

    /// Keys and values of a mapping.
    pub fn mapping_pairs(&self, mapping: &Value) -> PyResult<Vec<(Value, Value)>> {
        if let Some(dict) = mapping.as_dict()
            && self.iterates_plainly(mapping)
        {
            return Ok(dict.entries());
        }
        let keys = self.call_method(mapping, &self.names().keys, &[])?;
        let mut pairs = Vec::new();
        let iter = self.iter(&keys)?;
        while let Some(key) = self.next(&iter)? {
            let value = self.getitem(mapping, &key)?;
            pairs.push((key, value));
        }
        Ok(pairs)
    }
}

fn fromkeys(vm: &Vm, class: &Value, iterable: &Value, value: &Value) -> PyResult<Value> {
    let made = vm.call0(class)?;
    if made.kind() == kind::DICT
        && let Some(dict) = made.as_dict()
    {
        // The hashes of the keys of a dict or set are known.
        if iterable.kind() == kind::DICT
            && let Some(source) = iterable.as_dict()
        {
            for (key, hash) in source.keys_hashed() {
                drop(dict.insert_hashed(vm, key, hash, value.clone())?);
            }
            return Ok(made);
        }
        if let Some(keys) = super::sets::keys_hashed(iterable) {
            for (key, hash) in keys {
                drop(dict.insert_hashed(vm, key, hash as u64, value.clone())?);
            }
            return Ok(made);
        }
        vm.for_each(iterable, |key| {
            drop(dict.insert(vm, key, value.clone())?);
            Ok(())
        })?;
        return Ok(made);
    }
    vm.for_each(iterable, |key| vm.setitem(&made, &key, Some(value)))?;
    Ok(made)
}

static DICT_METHODS: &[Native] = &[
    native(
        "get(self, key, default=None, /)",
        |vm, args| {
            let dict = this(vm, &args[0])?;
            let found = match dict.seek(&args[1]) {
                Some(Some(at)) => return Ok(dict.cached_value(at).clone()),
                Some(None) => None,
                None => dict.get(vm, &args[1])?,
            };
            Ok(found.unwrap_or_else(|| args[2].given().cloned().unwrap_or(Value::NONE)))
        },
        "Return the value for key if key is in the dictionary, else default.",
    ),
    native(
        "setdefault(self, key, default=None, /)",
        |vm, args| {
            let default = args[2].given().cloned().unwrap_or(Value::NONE);
            Ok(this(vm, &args[0])?.set_default(vm, &args[1], &default)?.0)
        },
        "Insert key with a value of default if key is not in the dictionary.\n\nReturn the value for key if key is in the dictionary, else default.",
    ),
    native(
        "pop(self, key, default=<unrepresentable>, /)",
        |vm, args| {
            let dict = this(vm, &args[0])?;
            match dict.remove(vm, &args[1])? {
                Some((_, value)) => Ok(value),
                None => match args[2].given() {
                    Some(default) => Ok(default.clone()),
                    None => Err(vm.key_error(&args[1])),
                },
            }
        },
        "D.pop(k[,d]) -> v, remove specified key and return the corresponding value.\n\nIf the key is not found, return the default if given; otherwise,\nraise a KeyError.",
    ),
    native(
        "popitem(self, /)",
        |vm, args| match this(vm, &args[0])?.pop_last() {
            Some((key, value)) => Ok(vm.tuple(vec![key, value])),
            None => {
                let text = vm.str("popitem(): dictionary is empty");
                Err(vm.key_error(&text))
            }
        },
        "Remove and return a (key, value) pair as a 2-tuple.\n\nPairs are returned in LIFO (last-in, first-out) order.\nRaises KeyError if the dict is empty.",
    ),
    native(
        "keys(self, /)",
        |vm, args| Ok(dict_views::view(vm, &owned(vm, &args[0])?, What::Keys)),
        "Return a set-like object providing a view on the dict's keys.",
    ),
    native(
        "items(self, /)",
        |vm, args| Ok(dict_views::view(vm, &owned(vm, &args[0])?, What::Items)),
        "Return a set-like object providing a view on the dict's items.",
    ),
    native(
        "values(self, /)",
        |vm, args| Ok(dict_views::view(vm, &owned(vm, &args[0])?, What::Values)),
        "Return an object providing a view on the dict's values.",
    ),
    native_raw(
        "update(self, /, *args, **kwds)",
        |vm, args| {
            let dict = owned(vm, &args.values[0])?;
            let rest = args.rest();
            let pos = Args::positional(rest.pos()).count(vm, "update", 0, 1)?;
            if let Some(source) = pos.first() {
                update_from(vm, &dict, source)?;
            }
            update_keywords(vm, &dict, rest)?;
            Ok(Value::NONE)
        },
        "D.update([E, ]**F) -> None.  Update D from mapping/iterable E and F.\nIf E is present and has a .keys() method, then does:  for k in E.keys(): D[k] = E[k]\nIf E is present and lacks a .keys() method, then does:  for k, v in E: D[k] = v\nIn either case, this is followed by: for k in F:  D[k] = F[k]",
    ),
    native(
        "fromkeys(cls, iterable, value=None, /)",
        |vm, args| fromkeys(vm, &args[0], &args[1], args[2].given().unwrap_or(&Value::NONE)),
        "Create a new dictionary with keys from iterable and values set to value.",
    )
    .class(),
    native(
        "clear(self, /)",
        |vm, args| {
            this(vm, &args[0])?.clear();
            Ok(Value::NONE)
        },
        "Remove all items from the dict.",
    ),
    native(
        "copy(self, /)",
        |vm, args| Ok(vm.dict(this(vm, &args[0])?.copy()).into_value()),
        "Return a shallow copy of the dict.",
    ),
    native(
        "__reversed__(self, /)",
        |vm, args| Ok(dict_views::reverse_iter(vm, &owned(vm, &args[0])?, What::Keys)),
        "Return a reverse iterator over the dict keys.",
    ),
    native(
        "__sizeof__(self, /)",
        |vm, args| Ok(vm.int(48 + this(vm, &args[0])?.block_size() as i64)),
        "Return the size of the dict in memory.",
    ),
    native(
        "__class_getitem__(cls, object, /)",
        |vm, args| vm.generic_alias(&args[0], &args[1]),
        "See PEP 585",
    )
    .class(),
];

/// A dict of a type that is `dict` or a subclass, without calling its `__init__`.
pub fn dict_of_type(vm: &Vm, ty: &TypeRef, table: Dict) -> Ref<Dict> {
    vm.alloc(ty, table)
}
