//! `OrderedDict`: a dict with a ring of its keys, so that a key can be moved to either end.
//!
//! The values stand in the table of `dict`; the ring holds keys. `places` finds the link of a table entry by the entry's
//! position and is made anew when the table says that positions have changed (`Dict::moves`).
//!
//! # Invariants
//!
//! 1. Link 0 is the ring's root. Numbers in `spare` are in no ring and in no place.
//! 2. `state` changes whenever a link comes, goes or moves: who goes through the ring while Python may run compares it.
//! 3. A key can be in the table and not in the ring, or the other way round, if somebody used `dict`'s own methods:
//!    a link counts as that of an entry only if both have the same key object.

use std::cell::Cell;

use crate::runtime::builtins::dict_views::{self, DICT_ITEMS, DICT_KEYS, DICT_VALUES, DictView, What};
use crate::runtime::builtins::dicts::DICT;
use crate::runtime::builtins::types::DICT_GETSET_COPY;
use crate::runtime::error::{PyResult, Raised};
use crate::runtime::gc::heap::type_flag;
use crate::runtime::object::args::Args;
use crate::runtime::object::dict::{Dict, exact_str};
use crate::runtime::object::typedef::{Cmp, Native, Slots, TypeSpec, kind, native, native_raw};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{LockCell, Obj, Payload, Value};

struct Link {
    key: Value,
    hash: u64,
    before: u32,
    after: u32,
}

/// The payload of `OrderedDict`.
#[repr(C)]
pub struct Ordered {
    dict: Dict,
    links: LockCell<Vec<Link>>,
    spare: LockCell<Vec<u32>>,
    places: LockCell<Vec<u32>>,
    /// `Dict::moves` that `places` is made for.
    moves: Cell<u32>,
    state: Cell<u64>,
}

crate::payload!(Ordered, "OrderedDict", gc, extends Dict {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        self.dict.traverse(visit);
        self.links.get().iter().for_each(|link| visit(&link.key));
    }
    fn clear(&self) {
        self.forget_order();
        Payload::clear(&self.dict);
    }
});

fn root() -> Link {
    Link { key: Value::NONE, hash: 0, before: 0, after: 0 }
}

fn mutated(vm: &Vm) -> Raised {
    vm.runtime_error("OrderedDict mutated during iteration")
}

impl Ordered {
    fn new() -> Ordered {
        Ordered {
            dict: Dict::new(),
            links: LockCell::new(vec![root()]),
            spare: LockCell::new(Vec::new()),
            places: LockCell::new(Vec::new()),
            moves: Cell::new(0),
            state: Cell::new(0),
        }
    }

    fn touch(&self) {
        self.state.set(self.state.get().wrapping_add(1));
    }

    fn forget_order(&self) {
        self.touch();
        let old = self.links.replace(vec![root()]);
        drop(self.spare.take());
        drop(self.places.take());
        drop(old);
    }

    fn first(&self) -> u32 {
        self.links.get()[0].after
    }
    fn last(&self) -> u32 {
        self.links.get()[0].before
    }
    fn step(&self, at: u32, backward: bool) -> u32 {
        let link = &self.links.get()[at as usize];
        if backward { link.before } else { link.after }
    }
    fn key(&self, at: u32) -> (Value, u64) {
        let link = &self.links.get()[at as usize];
        (link.key.clone(), link.hash)
    }

    fn cut(&self, at: u32) {
        self.touch();
        let links = self.links.get_mut();
        let (before, after) = (links[at as usize].before, links[at as usize].after);
        links[before as usize].after = after;
        links[after as usize].before = before;
    }
    fn join(&self, at: u32, after: u32) {
        self.touch();
        let links = self.links.get_mut();
        let next = links[after as usize].after;
        links[after as usize].after = at;
        links[next as usize].before = at;
        links[at as usize].before = after;
        links[at as usize].after = next;
    }
    fn append(&self, key: Value, hash: u64) -> u32 {
        let link = Link { key, hash, before: 0, after: 0 };
        let links = self.links.get_mut();
        let at = match self.spare.get_mut().pop() {
            Some(at) => {
                let old = std::mem::replace(&mut links[at as usize], link);
                debug_assert!(old.key.is_none());
                at
            }
            None => {
                links.push(link);
                links.len() as u32 - 1
            }
        };
        self.join(at, self.last());
        at
    }
    /// Takes a link out of the ring; its key is the caller's to drop.
    fn remove(&self, at: u32) -> Value {
        self.cut(at);
        self.spare.get_mut().push(at);
        std::mem::replace(&mut self.links.get_mut()[at as usize].key, Value::NONE)
    }

    /// The link of the entry at a position, 0 for none.
    fn link_at(&self, position: usize) -> u32 {
        let at = self.places.get().get(position).copied().unwrap_or(0);
        let same = match self.dict.next_entry(position) {
            Some((found, key, _)) => found == position && key.is(&self.links.get()[at as usize].key),
            None => false,
        };
        if at != 0 && same { at } else { 0 }
    }
    fn set_place(&self, position: usize, at: u32) {
        let places = self.places.get_mut();
        if places.len() <= position {
            places.resize(position + 1, 0);
        }
        places[position] = at;
    }

    /// Makes `places` anew if the table has moved its entries.
    fn sync(&self, vm: &Vm) -> PyResult<()> {
        // Keys whose comparison changes the dict each time would keep this going.
        for _ in 0..100 {
            if self.moves.get() == self.dict.moves() || self.refill(vm)? {
                return Ok(());
            }
        }
        Err(mutated(vm))
    }
    /// `false` if a comparison changed the dict.
    #[cold]
    #[inline(never)]
    fn refill(&self, vm: &Vm) -> PyResult<bool> {
        let (moves, state) = (self.dict.moves(), self.state.get());
        let mut places = vec![0; self.dict.fill()];
        let (mut at, mut guess) = (self.first(), 0);
        while at != 0 {
            let (key, hash) = self.key(at);
            let next = self.dict.next_entry(guess).filter(|(_, found, _)| found.is(&key));
            let position = match next {
                Some((position, _, _)) => {
                    guess = position + 1;
                    Some(position)
                }
                None => {
                    let position = self.dict.position(vm, &key, hash)?;
                    if self.dict.moves() != moves || self.state.get() != state {
                        return Ok(false);
                    }
                    position
                }
            };
            if let Some(place) = position.and_then(|position| places.get_mut(position)) {
                *place = at;
            }
            at = self.step(at, false);
        }
        self.places.set(places);
        self.moves.set(moves);
        Ok(true)
    }

    /// Position and link of a key.
    fn find(&self, vm: &Vm, key: &Value, hash: u64) -> PyResult<(Option<usize>, u32)> {
        loop {
            self.sync(vm)?;
            let Some(position) = self.dict.position(vm, key, hash)? else { return Ok((None, 0)) };
            if self.moves.get() == self.dict.moves() {
                return Ok((Some(position), self.link_at(position)));
            }
        }
    }

    fn insert(&self, vm: &Vm, key: &Value, hash: u64, value: &Value) -> PyResult<()> {
        let (position, old) = self.dict.insert_position(vm, key.clone(), hash, value.clone())?;
        let moves = self.dict.moves();
        self.sync(vm)?;
        if self.dict.moves() == moves && self.link_at(position) == 0 {
            let key = match self.dict.next_entry(position) {
                Some((found, key, _)) if found == position => key.clone(),
                _ => key.clone(),
            };
            let at = self.append(key, hash);
            self.set_place(position, at);
        }
        drop(old);
        Ok(())
    }

    /// Removes a key and gives its value.
    fn take(&self, vm: &Vm, key: &Value, hash: u64) -> PyResult<Option<Value>> {
        let (position, at) = self.find(vm, key, hash)?;
        let Some(position) = position else {
            // The ring may have a key that the table has not.
            return Ok(None);
        };
        let old_key = if at == 0 { Value::NONE } else { self.remove(at) };
        self.set_place(position, 0);
        let (key, value) = self.dict.remove_at(position);
        drop((old_key, key));
        Ok(Some(value))
    }
}

fn hash_of(vm: &Vm, key: &Value) -> PyResult<u64> {
    match exact_str(key) {
        Some(text) => Ok(text.hash()),
        None => Ok(vm.hash(key)? as u64),
    }
}

fn this<'a>(vm: &Vm, value: &'a Value) -> PyResult<&'a Obj<Ordered>> {
    vm.cast::<Ordered>(value)
}

/// `OrderedDict`
pub static ORDERED_DICT: TypeSpec = TypeSpec::new("collections.OrderedDict", Ordered::layout)
    .base(&DICT)
    .flags(type_flag::BASE | type_flag::WEAKREF | type_flag::DICT_ATTR)
    .doc("", "A dict whose keys can be moved to its ends and whose equality looks at their order.")
    .slots(slots)
    .methods(METHODS)
    .getset(&[DICT_GETSET_COPY]);

fn is_exact(vm: &Vm, value: &Value) -> bool {
    value.ty(vm).address() == vm.typ(&ORDERED_DICT).address()
}

fn set_item(vm: &Vm, value: &Value, key: &Value, new: Option<&Value>) -> PyResult<()> {
    let ordered = this(vm, value)?;
    let hash = hash_of(vm, key)?;
    match new {
        Some(new) => ordered.insert(vm, key, hash, new),
        None => match ordered.take(vm, key, hash)? {
            Some(old) => {
                drop(old);
                Ok(())
            }
            None => Err(vm.key_error(key)),
        },
    }
}

/// `self[key] = value`, also of a subclass.
fn assign(vm: &Vm, target: &Value, key: &Value, value: &Value) -> PyResult<()> {
    vm.setitem(target, key, Some(value))
}

fn slots(s: &mut Slots) {
    s.new = Some(|vm, ty, _| Ok(vm.alloc(ty, Ordered::new()).into_value()));
    s.init = Some(|vm, value, args| {
        let pos = args.pos();
        if pos.len() > 1 {
            return Err(vm.type_error(format!("expected at most 1 argument, got {}", pos.len())));
        }
        update(vm, value, pos.first(), args)
    });
    s.iter = Some(|vm, value| iter(vm, value, What::Keys, false));
    s.setitem = Some(set_item);
    s.repr = Some(|vm, value| {
        if this(vm, value)?.dict.is_empty() {
            return Ok(vm.str(format!("{}()", value.ty(vm).name())));
        }
        let Some(_guard) = vm.enter_repr(value) else { return Ok(vm.str("...")) };
        let items = vm.call_method_str(value, "items", &[])?;
        let plain = vm.call1(vm.interp().dict_type.value(), &items)?;
        let mut text = format!("{}(", value.ty(vm).name()).into_bytes();
        text.extend(vm.repr_string(&plain)?);
        text.push(b')');
        Ok(vm.str_bytes(&text))
    });
    s.compare = Some(|vm, a, b, op| {
        if !matches!(op, Cmp::Eq | Cmp::Ne) || b.as_dict().is_none() {
            return Ok(Value::NOT_IMPLEMENTED);
        }
        let Some(compare) = vm.typ(&DICT).slots.get().compare else { return Ok(Value::NOT_IMPLEMENTED) };
        let same = compare(vm, a, b, Cmp::Eq)?;
        let mut equal = vm.truth(&same)?;
        if let (Some(x), Some(y), true) = (a.downcast::<Ordered>(), b.downcast::<Ordered>(), equal) {
            equal = same_order(vm, x, y)?;
        }
        Ok(Value::bool(equal == (op == Cmp::Eq)))
    });
    s.or = Some(|vm, a, b| {
        let own = if a.downcast::<Ordered>().is_some() { a } else { b };
        if a.as_dict().is_none() || b.as_dict().is_none() {
            return Ok(Value::NOT_IMPLEMENTED);
        }
        let new = vm.call1(&own.ty(vm).to_value(), a)?;
        update(vm, &new, Some(b), Args::NONE)?;
        Ok(new)
    });
    s.ior = Some(|vm, value, other| {
        update(vm, value, Some(other), Args::NONE)?;
        Ok(value.clone())
    });
}

fn same_order(vm: &Vm, a: &Obj<Ordered>, b: &Obj<Ordered>) -> PyResult<bool> {
    let states = (a.state.get(), b.state.get());
    let (mut x, mut y) = (a.first(), b.first());
    while x != 0 && y != 0 {
        let ((left, _), (right, _)) = (a.key(x), b.key(y));
        let same = vm.equal(&left, &right)?;
        if (a.state.get(), b.state.get()) != states {
            return Err(mutated(vm));
        }
        if !same {
            return Ok(false);
        }
        (x, y) = (a.step(x, false), b.step(y, false));
    }
    Ok(x == 0 && y == 0)
}

/// Sets items from a mapping or from pairs, then from keywords.
fn update(vm: &Vm, target: &Value, source: Option<&Value>, keywords: Args) -> PyResult<()> {
    if let Some(source) = source {
        update_from(vm, target, source)?;
    }
    for (name, value) in keywords.keywords() {
        assign(vm, target, name, value)?;
    }
    Ok(())
}

fn update_from(vm: &Vm, target: &Value, source: &Value) -> PyResult<()> {
    if source.kind() == kind::DICT
        && let Some(dict) = source.as_dict()
    {
        for (key, value) in dict.entries() {
            assign(vm, target, &key, &value)?;
        }
        return Ok(());
    }
    if let Some(keys) = vm.getattr_opt(source, vm.names().keys.value())? {
        let keys = vm.call0(&keys)?;
        return vm.for_each(&keys, |key| {
            let value = vm.getitem(source, &key)?;
            assign(vm, target, &key, &value)
        });
    }
    let pairs = match vm.getattr_opt(source, vm.intern("items").value())? {
        Some(items) => vm.call0(&items)?,
        None => source.clone(),
    };
    vm.for_each(&pairs, |pair| {
        let iter = vm.iter(&pair)?;
        let Some(key) = vm.next(&iter)? else {
            return Err(vm.value_error("need more than 0 values to unpack"));
        };
        let Some(value) = vm.next(&iter)? else {
            return Err(vm.value_error("need more than 1 value to unpack"));
        };
        if vm.next(&iter)?.is_some() {
            return Err(vm.value_error("too many values to unpack (expected 2)"));
        }
        assign(vm, target, &key, &value)
    })
}

fn copy(vm: &Vm, value: &Value) -> PyResult<Value> {
    let ordered = this(vm, value)?;
    let exact = is_exact(vm, value);
    let new = if exact {
        vm.alloc_spec(&ORDERED_DICT, Ordered::new())
    } else {
        vm.call0(&value.ty(vm).to_value())?
    };
    let state = ordered.state.get();
    let mut at = ordered.first();
    while at != 0 {
        let (key, hash) = ordered.key(at);
        if exact {
            let Some(item) = ordered.dict.get(vm, &key)? else { return Err(vm.key_error(&key)) };
            this(vm, &new)?.insert(vm, &key, hash, &item)?;
        } else {
            let item = vm.getitem(value, &key)?;
            assign(vm, &new, &key, &item)?;
        }
        if ordered.state.get() != state {
            return Err(mutated(vm));
        }
        at = ordered.step(at, false);
    }
    Ok(new)
}

fn from_keys(vm: &Vm, class: &Value, iterable: &Value, value: &Value) -> PyResult<Value> {
    let new = vm.call0(class)?;
    vm.for_each(iterable, |key| assign(vm, &new, &key, value))?;
    Ok(new)
}

fn is_true_or_not_given(vm: &Vm, value: &Value) -> PyResult<bool> {
    value.given().map_or(Ok(true), |value| vm.truth(value))
}

const METHODS: &[Native] = &[
    native(
        "fromkeys(cls, iterable, value=None)",
        |vm, args| from_keys(vm, &args[0], &args[1], args[2].given().unwrap_or(&Value::NONE)),
        "A new ordered dict with the items of an iterable as keys, all with the same value.",
    )
    .class(),
    native(
        "pop(self, /, key, default=<unrepresentable>)",
        |vm, args| {
            let hash = hash_of(vm, &args[1])?;
            match this(vm, &args[0])?.take(vm, &args[1], hash)? {
                Some(value) => Ok(value),
                None => match args[2].given() {
                    Some(default) => Ok(default.clone()),
                    None => Err(vm.key_error(&args[1])),
                },
            }
        },
        "Remove a key and return its value; default, or KeyError, if it is not there.",
    ),
    native(
        "popitem(self, /, last=True)",
        |vm, args| {
            let last = is_true_or_not_given(vm, &args[1])?;
            let ordered = this(vm, &args[0])?;
            let at = if last { ordered.last() } else { ordered.first() };
            if at == 0 {
                let text = vm.str("dictionary is empty");
                return Err(vm.key_error(&text));
            }
            let (key, hash) = ordered.key(at);
            match ordered.take(vm, &key, hash)? {
                Some(value) => Ok(vm.tuple(vec![key, value])),
                None => Err(vm.key_error(&key)),
            }
        },
        "Remove the last (or first) key and return it with its value; KeyError if there is none.",
    ),
    native(
        "move_to_end(self, /, key, last=True)",
        |vm, args| {
            let last = is_true_or_not_given(vm, &args[2])?;
            let ordered = this(vm, &args[0])?;
            let hash = hash_of(vm, &args[1])?;
            let (_, at) = ordered.find(vm, &args[1], hash)?;
            if at == 0 {
                return Err(vm.key_error(&args[1]));
            }
            if at != if last { ordered.last() } else { ordered.first() } {
                ordered.cut(at);
                ordered.join(at, if last { ordered.last() } else { 0 });
            }
            Ok(Value::NONE)
        },
        "Move a key to the end, or to the beginning if last is false; KeyError if it is not there.",
    ),
    native(
        "setdefault(self, /, key, default=None)",
        |vm, args| {
            let (value, key) = (&args[0], &args[1]);
            let default = &args[2].given().cloned().unwrap_or(Value::NONE);
            if is_exact(vm, value) {
                let ordered = this(vm, value)?;
                if let Some(found) = ordered.dict.get(vm, key)? {
                    return Ok(found);
                }
                let hash = hash_of(vm, key)?;
                ordered.insert(vm, key, hash, default)?;
                return Ok(default.clone());
            }
            if vm.contains(value, key)? {
                return vm.getitem(value, key);
            }
            assign(vm, value, key, default)?;
            Ok(default.clone())
        },
        "The value of a key, which is set to default if it was not there.",
    ),
    native_raw(
        "update(self, /, *args, **kwds)",
        |vm, args| {
            let pos = args.pos();
            if pos.len() > 2 {
                return Err(vm.type_error(format!(
                    "update() takes at most 1 positional argument ({} given)",
                    pos.len() - 1
                )));
            }
            update(vm, &pos[0], pos.get(1), args)?;
            Ok(Value::NONE)
        },
        "",
    ),
    native(
        "clear(self, /)",
        |vm, args| {
            let ordered = this(vm, &args[0])?;
            let _alive = args[0].clone();
            ordered.forget_order();
            ordered.dict.clear();
            Ok(Value::NONE)
        },
        "Remove all keys.",
    ),
    native("copy(self, /)", |vm, args| copy(vm, &args[0]), "A copy that shares keys and values."),
    native("keys(self, /)", |vm, args| view(vm, &args[0], &KEYS, What::Keys), ""),
    native("items(self, /)", |vm, args| view(vm, &args[0], &ITEMS, What::Items), ""),
    native("values(self, /)", |vm, args| view(vm, &args[0], &VALUES, What::Values), ""),
    native(
        "__reversed__(self, /)",
        |vm, args| iter(vm, &args[0], What::Keys, true),
        "The keys from the last to the first.",
    ),
    native(
        "__reduce__(self, /)",
        |vm, args| {
            let state = vm.call_method_str(&args[0], "__getstate__", &[])?;
            let items = vm.call_method_str(&args[0], "items", &[])?;
            let items = vm.iter(&items)?;
            let ty = args[0].ty(vm).to_value();
            Ok(vm.tuple(vec![ty, vm.tuple(vec![]), state, Value::NONE, items]))
        },
        "Return state information for pickling",
    ),
    native(
        "__sizeof__(self, /)",
        |vm, args| {
            let ordered = this(vm, &args[0])?;
            let order =
                ordered.links.get().capacity() * size_of::<Link>() + ordered.places.get().capacity() * 4;
            Ok(vm.int_usize(size_of::<Obj<Ordered>>() + ordered.dict.block_size() + order))
        },
        "",
    ),
];

// ------------------------------------------------------------------------------------------------ views

const fn view_spec(name: &'static str, base: &'static TypeSpec) -> TypeSpec {
    TypeSpec::new(name, DictView::layout)
        .base(base)
        .flags(type_flag::NO_NEW)
        .slots(|s| s.iter = Some(|vm, view| view_iter(vm, view, false)))
        .methods(VIEW_METHODS)
}

static KEYS: TypeSpec = view_spec("odict_keys", &DICT_KEYS);
static ITEMS: TypeSpec = view_spec("odict_items", &DICT_ITEMS);
static VALUES: TypeSpec = view_spec("odict_values", &DICT_VALUES);

const VIEW_METHODS: &[Native] =
    &[native("__reversed__(self, /)", |vm, args| view_iter(vm, &args[0], true), "")];

fn view(vm: &Vm, value: &Value, spec: &'static TypeSpec, what: What) -> PyResult<Value> {
    this(vm, value)?;
    let Some(dict) = value.downcast_ref::<Dict>() else { return Err(vm.type_error("not a dict")) };
    Ok(vm.alloc_spec(spec, DictView { dict, what }))
}

fn view_iter(vm: &Vm, view: &Value, backward: bool) -> PyResult<Value> {
    let view = vm.cast::<DictView>(view)?;
    match view.dict.value().downcast::<Ordered>() {
        Some(_) => iter(vm, view.dict.value(), view.what, backward),
        None if backward => Ok(dict_views::reverse_iter(vm, &view.dict, view.what)),
        None => Ok(dict_views::iter(vm, &view.dict, view.what)),
    }
}

// ------------------------------------------------------------------------------------------------ iterator

/// The payload of `odict_iterator`.
struct OrderedIter {
    /// The dict, while there is more to come.
    owner: LockCell<Value>,
    at: Cell<u32>,
    state: Cell<u64>,
    size: usize,
    what: What,
    backward: bool,
}

crate::payload!(OrderedIter, "odict_iterator", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(self.owner.get());
    }
    fn clear(&self) {
        self.owner.set(Value::NONE);
    }
});

static ITER: TypeSpec = TypeSpec::new("odict_iterator", OrderedIter::layout)
    .flags(type_flag::NO_NEW)
    .slots(|s| {
        s.iter = Some(|_, iter| Ok(iter.clone()));
        s.next = Some(|vm, iter| vm.cast::<OrderedIter>(iter)?.next(vm));
    })
    .methods(&[native(
        "__reduce__(self, /)",
        |vm, args| {
            // The rest, of a copy: the iterator itself stays where it is.
            let iter = vm.cast::<OrderedIter>(&args[0])?;
            let copy = OrderedIter {
                owner: LockCell::new(iter.owner.cloned()),
                at: iter.at.clone(),
                state: iter.state.clone(),
                size: iter.size,
                what: iter.what,
                backward: iter.backward,
            };
            let mut rest = Vec::new();
            while let Some(item) = copy.next(vm)? {
                rest.push(item);
            }
            vm.reduce_to_iter(rest)
        },
        "Return state information for pickling",
    )]);

impl OrderedIter {
    fn next(&self, vm: &Vm) -> PyResult<Option<Value>> {
        let owner = self.owner.cloned();
        let Some(ordered) = owner.downcast::<Ordered>() else { return Ok(None) };
        if ordered.state.get() != self.state.get() {
            self.owner.set(Value::NONE);
            return Err(mutated(vm));
        }
        if ordered.dict.len() != self.size {
            self.owner.set(Value::NONE);
            return Err(vm.runtime_error("OrderedDict changed size during iteration"));
        }
        let at = self.at.get();
        if at == 0 {
            self.owner.set(Value::NONE);
            return Ok(None);
        }
        let (key, _) = ordered.key(at);
        self.at.set(ordered.step(at, self.backward));
        if self.what == What::Keys {
            return Ok(Some(key));
        }
        let Some(value) = ordered.dict.get(vm, &key)? else {
            self.owner.set(Value::NONE);
            return Err(vm.key_error(&key));
        };
        Ok(Some(match self.what {
            What::Items => vm.tuple_from(&vm.interp().tuple_type, [key, value].into_iter()),
            _ => value,
        }))
    }
}

fn iter(vm: &Vm, value: &Value, what: What, backward: bool) -> PyResult<Value> {
    let ordered = this(vm, value)?;
    let at = if backward { ordered.last() } else { ordered.first() };
    let iter = OrderedIter {
        owner: LockCell::new(value.clone()),
        at: Cell::new(at),
        state: Cell::new(ordered.state.get()),
        size: ordered.dict.len(),
        what,
        backward,
    };
    Ok(vm.alloc_spec(&ITER, iter))
}
