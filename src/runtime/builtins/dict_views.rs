//! The views of a dict, `dict_keys`, `dict_values` and `dict_items`, and the iterators over a dict in both directions.

use std::cell::Cell;

use crate::runtime::builtins::sets;
use crate::runtime::error::PyResult;
use crate::runtime::object::dict::Dict;
use crate::runtime::object::typedef::{Cmp, GetSet, Native, Slots, TypeSpec, getter, kind, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{LockCell, Obj, Payload, Ref, Value};

/// What of the entries is meant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum What {
    Keys,
    Values,
    Items,
}

fn part(vm: &Vm, what: What, key: &Value, value: &Value) -> Value {
    match what {
        What::Keys => key.clone(),
        What::Values => value.clone(),
        What::Items => vm.tuple_from(&vm.interp().tuple_type, [key.clone(), value.clone()].into_iter()),
    }
}

// ------------------------------------------------------------------------------------------------ iterators

/// The payload of dict iterators.
pub struct DictIter {
    /// The dict, while there is more to come.
    pub dict: LockCell<Option<Ref<Dict>>>,
    /// Position of the next entry; for reverse iterators one behind it.
    pub at: Cell<usize>,
    /// Length of the dict that the iterator expects.
    pub used: Cell<usize>,
    /// Entries still to come.
    pub left: Cell<usize>,
    what: What,
}

crate::payload!(DictIter, "dict_iterator", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        if let Some(dict) = self.dict.get() {
            visit(dict.value());
        }
    }
    fn clear(&self) {
        self.dict.set(None);
    }
});

/// `dict_keyiterator`
pub static KEY_ITER: TypeSpec = iter_spec("dict_keyiterator", kind::DICT_KEY_ITER).slots(forward_slots);
/// `dict_valueiterator`
pub static VALUE_ITER: TypeSpec = iter_spec("dict_valueiterator", kind::DICT_VALUE_ITER).slots(forward_slots);
/// `dict_itemiterator`
pub static ITEM_ITER: TypeSpec = iter_spec("dict_itemiterator", kind::DICT_ITEM_ITER).slots(forward_slots);
/// `dict_reversekeyiterator`
pub static REVERSE_KEY_ITER: TypeSpec =
    iter_spec("dict_reversekeyiterator", kind::OTHER).slots(backward_slots);
/// `dict_reversevalueiterator`
pub static REVERSE_VALUE_ITER: TypeSpec =
    iter_spec("dict_reversevalueiterator", kind::OTHER).slots(backward_slots);
/// `dict_reverseitemiterator`
pub static REVERSE_ITEM_ITER: TypeSpec =
    iter_spec("dict_reverseitemiterator", kind::OTHER).slots(backward_slots);

const fn iter_spec(name: &'static str, kind: u16) -> TypeSpec {
    TypeSpec::new(name, DictIter::layout).kind(kind).methods(ITER_METHODS)
}

fn new_iter(vm: &Vm, spec: &'static TypeSpec, dict: &Ref<Dict>, what: What, at: usize) -> Value {
    let (used, left) = (Cell::new(dict.len()), Cell::new(dict.len()));
    vm.alloc_spec(
        spec,
        DictIter { dict: LockCell::new(Some(dict.clone())), at: Cell::new(at), used, left, what },
    )
}

/// An iterator over a dict.
pub fn iter(vm: &Vm, dict: &Ref<Dict>, what: What) -> Value {
    let spec = match what {
        What::Keys => &KEY_ITER,
        What::Values => &VALUE_ITER,
        What::Items => &ITEM_ITER,
    };
    new_iter(vm, spec, dict, what, 0)
}

/// A reverse iterator over a dict.
pub fn reverse_iter(vm: &Vm, dict: &Ref<Dict>, what: What) -> Value {
    let spec = match what {
        What::Keys => &REVERSE_KEY_ITER,
        What::Values => &REVERSE_VALUE_ITER,
        What::Items => &REVERSE_ITEM_ITER,
    };
    new_iter(vm, spec, dict, what, dict.fill())
}

impl DictIter {
    /// The next entry of a forward iterator; `None` also if the dict has changed.
    #[inline(always)]
    pub fn next_entry(&self) -> Option<(&Value, &Value)> {
        let dict = self.dict.get().as_ref()?;
        let left = self.left.get();
        if dict.len() != self.used.get() || left == 0 {
            return None;
        }
        let (at, key, value) = dict.next_entry(self.at.get())?;
        self.at.set(at + 1);
        self.left.set(left - 1);
        Some((key, value))
    }

    /// The next entry.
    fn step(&self, vm: &Vm, backward: bool) -> PyResult<Option<Value>> {
        let Some(dict) = self.dict.get() else { return Ok(None) };
        if dict.len() != self.used.get() {
            self.used.set(usize::MAX);
            return Err(vm.runtime_error("dictionary changed size during iteration"));
        }
        let found = match backward {
            // The place where it stood is gone: the dict was emptied and filled again.
            true if self.at.get() > dict.fill() => None,
            true => dict.previous_entry(self.at.get()),
            false => dict.next_entry(self.at.get()),
        };
        let Some((at, key, value)) = found else {
            self.dict.set(None);
            return Ok(None);
        };
        if self.left.get() == 0 {
            self.dict.set(None);
            return Err(vm.runtime_error("dictionary keys changed during iteration"));
        }
        let result = part(vm, self.what, key, value);
        self.at.set(if backward { at } else { at + 1 });
        self.left.set(self.left.get() - 1);
        Ok(Some(result))
    }

    fn remaining(&self) -> usize {
        match self.dict.get() {
            Some(dict) if dict.len() == self.used.get() => self.left.get(),
            _ => 0,
        }
    }
}

fn forward_slots(s: &mut Slots) {
    s.iter = Some(|_, iter| Ok(iter.clone()));
    s.next = Some(|vm, iter| vm.cast::<DictIter>(iter)?.step(vm, false));
}

fn backward_slots(s: &mut Slots) {
    s.iter = Some(|_, iter| Ok(iter.clone()));
    s.next = Some(|vm, iter| vm.cast::<DictIter>(iter)?.step(vm, true));
}

static ITER_METHODS: &[Native] = &[
    native(
        "__length_hint__(self, /)",
        |vm, args| Ok(vm.int(vm.cast::<DictIter>(&args[0])?.remaining() as i64)),
        "Private method returning an estimate of len(list(it)).",
    ),
    native(
        "__reduce__(self, /)",
        |vm, args| {
            // Looking it up may run Python code, which may exhaust the iterator.
            vm.builtin("iter")?;
            // The rest, of a copy: the iterator itself stays where it is.
            let this = vm.cast::<DictIter>(&args[0])?;
            let backward = this.at.get() > 0
                && !matches!(
                    args[0].kind(),
                    kind::DICT_KEY_ITER | kind::DICT_VALUE_ITER | kind::DICT_ITEM_ITER
                );
            let copy = DictIter {
                dict: LockCell::new(this.dict.cloned()),
                at: this.at.clone(),
                used: this.used.clone(),
                left: this.left.clone(),
                what: this.what,
            };
            let mut rest = Vec::new();
            while let Some(item) = copy.step(vm, backward)? {
                rest.push(item);
            }
            vm.reduce_to_iter(rest)
        },
        "Return state information for pickling.",
    ),
];

// ------------------------------------------------------------------------------------------------ views

/// The payload of the views.
pub struct DictView {
    /// The dict.
    pub dict: Ref<Dict>,
    /// What of its entries the view shows.
    pub what: What,
}

crate::payload!(DictView, "dict_view", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(self.dict.value());
    }
});

/// `dict_keys`
pub static DICT_KEYS: TypeSpec =
    TypeSpec::new("dict_keys", DictView::layout).slots(set_slots).methods(SET_METHODS).getset(VIEW_GETSET);
/// `dict_items`
pub static DICT_ITEMS: TypeSpec =
    TypeSpec::new("dict_items", DictView::layout).slots(set_slots).methods(SET_METHODS).getset(VIEW_GETSET);
/// `dict_values`
pub static DICT_VALUES: TypeSpec = TypeSpec::new("dict_values", DictView::layout)
    .slots(view_slots)
    .methods(VALUES_METHODS)
    .getset(VIEW_GETSET);

/// A view of a dict.
pub fn view(vm: &Vm, dict: &Ref<Dict>, what: What) -> Value {
    let spec = match what {
        What::Keys => &DICT_KEYS,
        What::Values => &DICT_VALUES,
        What::Items => &DICT_ITEMS,
    };
    vm.alloc_spec(spec, DictView { dict: dict.clone(), what })
}

#[inline(always)]
fn this<'a>(vm: &Vm, value: &'a Value) -> PyResult<&'a Obj<DictView>> {
    vm.cast::<DictView>(value)
}

fn view_slots(s: &mut Slots) {
    s.iter = Some(|vm, value| {
        let view = this(vm, value)?;
        Ok(iter(vm, &view.dict, view.what))
    });
    s.len = Some(|vm, value| Ok(this(vm, value)?.dict.len()));
    s.repr = Some(|vm, value| {
        let Some(_guard) = vm.enter_repr(value) else { return Ok(vm.str("...")) };
        let items = vm.collect(value)?;
        let list = vm.list(items);
        let text = vm.repr_string(&list)?;
        let name = value.type_name(vm);
        Ok(vm.str_bytes(&[name.as_bytes(), b"(", &text, b")"].concat()))
    });
}

/// A new set of what is on the left of an operator; of the keys of a dictionary it is made as of the dictionary.
fn members(vm: &Vm, left: &Value) -> PyResult<Value> {
    match left.downcast::<DictView>() {
        Some(view) if view.what == What::Keys && view.dict.value().kind() == kind::DICT => {
            vm.set_from(view.dict.value())
        }
        _ => vm.set_from(left),
    }
}

fn set_slots(s: &mut Slots) {
    view_slots(s);
    s.contains = Some(|vm, value, item| {
        let view = this(vm, value)?;
        match view.what {
            What::Keys => view.dict.contains(vm, item),
            _ => contains_item(vm, &view.dict, item),
        }
    });
    s.compare = Some(compare);
    s.sub = Some(|vm, a, b| {
        let result = members(vm, a)?;
        vm.call_method_str(&result, "difference_update", std::slice::from_ref(b))?;
        Ok(result)
    });
    s.or = Some(|vm, a, b| {
        let result = members(vm, a)?;
        sets::extend(vm, &result, b)?;
        Ok(result)
    });
    s.xor = Some(|vm, a, b| {
        let result = members(vm, a)?;
        vm.call_method_str(&result, "symmetric_difference_update", std::slice::from_ref(b))?;
        Ok(result)
    });
    s.and = Some(|vm, a, b| {
        // The slot is asked for both orders.
        let (mut view, mut other) = if a.downcast::<DictView>().is_some() { (a, b) } else { (b, a) };
        if other.downcast::<DictView>().is_some_and(|o| o.what != What::Values)
            && vm.len(other)? > vm.len(view)?
        {
            std::mem::swap(&mut view, &mut other);
        }
        let result = vm.new_set();
        vm.for_each(other, |item| {
            if vm.contains(view, &item)? {
                vm.set_add(&result, item)?;
            }
            Ok(())
        })?;
        Ok(result)
    });
}

fn contains_item(vm: &Vm, dict: &Ref<Dict>, item: &Value) -> PyResult<bool> {
    let Some([key, value]) = item.as_tuple().map(|t| t.items()) else { return Ok(false) };
    match dict.get(vm, key)? {
        Some(found) => vm.equal(&found, value),
        None => Ok(false),
    }
}

fn is_set_like(vm: &Vm, value: &Value) -> bool {
    value.downcast::<DictView>().is_some_and(|view| view.what != What::Values) || vm.is_any_set(value)
}

fn compare(vm: &Vm, a: &Value, b: &Value, op: Cmp) -> PyResult<Value> {
    if !is_set_like(vm, b) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let (x, y) = (vm.len(a)?, vm.len(b)?);
    let all_in = |container: &Value, items: &Value| -> PyResult<bool> {
        let iter = vm.iter(items)?;
        while let Some(item) = vm.next(&iter)? {
            if !vm.contains(container, &item)? {
                return Ok(false);
            }
        }
        Ok(true)
    };
    Ok(Value::bool(match op {
        Cmp::Eq => x == y && all_in(b, a)?,
        Cmp::Ne => !(x == y && all_in(b, a)?),
        Cmp::Lt => x < y && all_in(b, a)?,
        Cmp::Le => x <= y && all_in(b, a)?,
        Cmp::Gt => x > y && all_in(a, b)?,
        Cmp::Ge => x >= y && all_in(a, b)?,
    }))
}

static VIEW_GETSET: &[GetSet] = &[getter(
    "mapping",
    |vm, value| vm.mapping_proxy(this(vm, value)?.dict.value().clone()),
    "dictionary that this view refers to",
)];

const REVERSED: Native = native(
    "__reversed__(self, /)",
    |vm, args| {
        let view = this(vm, &args[0])?;
        Ok(reverse_iter(vm, &view.dict, view.what))
    },
    "Return a reverse iterator over the dict entries.",
);

static VALUES_METHODS: &[Native] = &[REVERSED];

static SET_METHODS: &[Native] = &[
    REVERSED,
    native(
        "isdisjoint(self, other, /)",
        |vm, args| {
            let (mut view, mut other) = (&args[0], &args[1]);
            if view.is(other) {
                return Ok(Value::bool(vm.len(view)? == 0));
            }
            if is_set_like(vm, other) && vm.len(other)? > vm.len(view)? {
                std::mem::swap(&mut view, &mut other);
            }
            let iter = vm.iter(other)?;
            while let Some(item) = vm.next(&iter)? {
                if vm.contains(view, &item)? {
                    return Ok(Value::FALSE);
                }
            }
            Ok(Value::TRUE)
        },
        "Return True if the view and the given iterable have a null intersection.",
    ),
];

/// All types of this file, for whoever registers abstract base classes.
pub static ALL: &[&TypeSpec] = &[
    &DICT_KEYS,
    &DICT_ITEMS,
    &DICT_VALUES,
    &KEY_ITER,
    &VALUE_ITER,
    &ITEM_ITER,
    &REVERSE_KEY_ITER,
    &REVERSE_VALUE_ITER,
    &REVERSE_ITEM_ITER,
];
