//! `list`: the payload, its slots and methods. Sorting is in `sorting`, the list iterator in `iters`.
//!
//! Whatever may run Python (comparison, repr, iteration, the drop of an item) works on clones: no borrow of the items
//! is alive meanwhile, and each step looks at the length anew.

use crate::runtime::builtins::slices::{Span, plain_range};
use crate::runtime::builtins::sorting;
use crate::runtime::error::{PyResult, Raised};
use crate::runtime::gc::heap::type_flag;
use crate::runtime::number::int_text::Decimal;
use crate::runtime::object::args::Args;
use crate::runtime::object::ops::quick_equal;
use crate::runtime::object::protocol::MOST_HINTED;
use crate::runtime::object::typedef::{Cmp, Native, Slots, TypeRef, TypeSpec, kind, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{LockCell, Obj, Payload, Ref, Value, clone_all, drop_backwards};

/// The payload of `list`.
#[repr(C)]
pub struct List {
    /// The items.
    pub items: LockCell<Vec<Value>>,
}

crate::payload!(List, "list", gc {
    const CONTIGUOUS: bool = true;
    fn values(&self) -> &[Value] {
        self.items.get()
    }
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        self.items.get().iter().for_each(visit);
    }
    fn clear(&self) {
        // Destructors show the order, which is CPython's.
        drop_backwards(self.items.take());
    }
});

impl Drop for List {
    fn drop(&mut self) {
        drop_backwards(self.items.take());
    }
}

impl List {
    /// A payload of these items.
    pub const fn new(items: Vec<Value>) -> List {
        List { items: LockCell::new(items) }
    }
    /// Number of items.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.items.get().len()
    }
    /// Has it no items?
    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.items.get().is_empty()
    }
    /// A clone of an item.
    #[inline(always)]
    pub fn get(&self, at: usize) -> Option<Value> {
        self.items.get().get(at).cloned()
    }
    /// Adds an item at the end.
    #[inline(always)]
    pub fn push(&self, item: Value) {
        self.items.get_mut().push(item);
    }
}

/// `list`
pub static LIST: TypeSpec = TypeSpec::new("list", List::layout)
    .kind(kind::LIST)
    .flags(type_flag::BASE | type_flag::LIST | type_flag::SEQUENCE | type_flag::MATCH_SELF)
    .doc(
        "(iterable=(), /)",
        "Built-in mutable sequence.\n\nIf no argument is given, the constructor creates a new empty list.\nThe argument must be an iterable if specified.",
    )
    .slots(list_slots)
    .methods(LIST_METHODS);

impl Vm {
    /// A new list.
    #[inline]
    pub fn list(&self, items: Vec<Value>) -> Value {
        self.alloc_spec(&LIST, List::new(items))
    }
    /// As [`Vm::list`], typed.
    pub fn list_ref(&self, items: Vec<Value>) -> Ref<List> {
        self.alloc(self.typ(&LIST), List::new(items))
    }
    /// The items, if it is a list (or of a subclass).
    #[inline(always)]
    pub fn list_items<'a>(&self, value: &'a Value) -> Option<&'a LockCell<Vec<Value>>> {
        value.downcast::<List>().map(|list| &list.data.items)
    }

    /// The position that an integer subscript means in a sequence of `length` items; `None` if there is none.
    #[inline]
    pub fn subscript_position(&self, key: &Value, length: usize) -> PyResult<Option<usize>> {
        let index = self.to_index(key)?;
        let at = if index < 0 { index + length as isize } else { index };
        Ok(usize::try_from(at).ok().filter(|at| *at < length))
    }

    /// An argument that is a slice bound but not `None`: `list.index(x, start, stop)`. Large ones are clamped.
    pub fn position_bound(&self, value: &Value) -> PyResult<i64> {
        if let Some(index) = value.as_small() {
            return Ok(index);
        }
        if value.ty(self).slots.get().index.is_none() {
            return Err(self.type_error("slice indices must be integers or have an __index__ method"));
        }
        let index = self.index(value)?;
        Ok(match index.as_small() {
            Some(index) => index,
            None if self.is_negative(&index) => i64::MIN / 4,
            None => i64::MAX / 4,
        })
    }

    /// The range that `start` and `stop` arguments of `index` methods mean.
    pub fn index_range(&self, start: &Value, stop: &Value, length: usize) -> PyResult<(usize, usize)> {
        let clamp = |bound: i64| {
            let bound = if bound < 0 { bound + length as i64 } else { bound };
            usize::try_from(bound).unwrap_or(0)
        };
        let start = match start.given() {
            Some(start) => clamp(self.position_bound(start)?),
            None => 0,
        };
        let stop = match stop.given() {
            Some(stop) => clamp(self.position_bound(stop)?),
            None => usize::MAX,
        };
        Ok((start, stop))
    }

    /// `[..., ...]` of the items with brackets around, the shared form of list's and tuple's repr.
    pub fn repr_items(
        &self,
        open: &[u8],
        close: &[u8],
        mut item: impl FnMut(usize) -> Option<Value>,
    ) -> PyResult<Value> {
        let mut text = open.to_vec();
        let mut at = 0;
        while let Some(value) = item(at) {
            if at > 0 {
                text.extend_from_slice(b", ");
            }
            at += 1;
            if let Some(i) = value.as_small() {
                text.extend_from_slice(Decimal::of(i).text());
                continue;
            }
            let repr = self.repr(&value)?;
            if let Some(repr) = repr.as_str() {
                text.extend_from_slice(repr.bytes());
            }
        }
        text.extend_from_slice(close);
        Ok(self.str_bytes(&text))
    }

    /// Copies of a sequence's items, repeated; MemoryError if they cannot be that many.
    pub fn repeated(&self, items: &[Value], count: isize) -> PyResult<Vec<Value>> {
        let count = usize::try_from(count).unwrap_or(0);
        let total = match items.len().checked_mul(count) {
            Some(total) if total <= isize::MAX as usize / 16 => total,
            _ => return Err(self.memory_error()),
        };
        let mut all = Vec::new();
        if all.try_reserve_exact(total).is_err() {
            return Err(self.memory_error());
        }
        if let [only] = items {
            all.resize(total, only.clone());
        } else {
            for _ in 0..count {
                all.extend_from_slice(items);
            }
        }
        Ok(all)
    }

    /// The slots' comparison of two sequences, item by item; those before `from` are known to be equal.
    pub fn compare_items(
        &self,
        op: Cmp,
        from: usize,
        lengths: impl Fn() -> (usize, usize),
        item: impl Fn(usize) -> Option<(Value, Value)>,
    ) -> PyResult<Value> {
        let (a, b) = lengths();
        if a != b && matches!(op, Cmp::Eq | Cmp::Ne) {
            return Ok(Value::bool(op == Cmp::Ne));
        }
        let mut at = from;
        while let Some((x, y)) = item(at) {
            if !self.equal(&x, &y)? {
                // The comparison may have emptied one of them: then their lengths decide.
                let (a, b) = lengths();
                if at >= a || at >= b {
                    break;
                }
                return match op {
                    Cmp::Eq => Ok(Value::FALSE),
                    Cmp::Ne => Ok(Value::TRUE),
                    _ => self.compare(&x, &y, op),
                };
            }
            at += 1;
        }
        let (a, b) = lengths();
        Ok(Value::bool(op.holds(a.cmp(&b))))
    }
}

/// How many items at the start of both are equal, as far as that can be told without running Python code.
#[inline]
pub fn equal_start(a: &[Value], b: &[Value]) -> usize {
    a.iter().zip(b).take_while(|(x, y)| quick_equal(x, y) == Some(true)).count()
}

#[inline(always)]
fn this<'a>(vm: &Vm, value: &'a Value) -> PyResult<&'a Obj<List>> {
    vm.cast::<List>(value)
}

#[cold]
fn wrong_index(vm: &Vm, key: &Value) -> Raised {
    vm.type_error(format!("list indices must be integers or slices, not {}", key.type_name(vm)))
}

fn list_slots(s: &mut Slots) {
    s.new = Some(list_new);
    s.init = Some(list_init);
    s.repr = Some(|vm, value| {
        let list = this(vm, value)?;
        if list.is_empty() {
            return Ok(vm.str("[]"));
        }
        let Some(_guard) = vm.enter_repr(value) else { return Ok(vm.str("[...]")) };
        vm.repr_items(b"[", b"]", |at| list.get(at))
    });
    s.compare = Some(|vm, a, b, op| {
        let (Some(x), Some(y)) = (a.downcast::<List>(), b.downcast::<List>()) else {
            return Ok(Value::NOT_IMPLEMENTED);
        };
        if x.len() != y.len() && matches!(op, Cmp::Eq | Cmp::Ne) {
            return Ok(Value::bool(op == Cmp::Ne));
        }
        let from = equal_start(x.items.get(), y.items.get());
        vm.compare_items(op, from, || (x.len(), y.len()), |at| Some((x.get(at)?, y.get(at)?)))
    });
    s.iter = Some(|vm, value| Ok(vm.list_iter(this(vm, value)?.to_ref())));
    s.len = Some(|vm, value| Ok(this(vm, value)?.len()));
    s.getitem = Some(getitem);
    s.setitem = Some(setitem);
    s.contains = Some(|vm, value, item| {
        let list = this(vm, value)?;
        let mut at = 0;
        while let Some(other) = list.get(at) {
            if vm.equal(&other, item)? {
                return Ok(true);
            }
            at += 1;
        }
        Ok(false)
    });
    s.concat = Some(|vm, a, b| {
        let Some(other) = b.downcast::<List>() else {
            return Err(
                vm.type_error(format!("can only concatenate list (not \"{}\") to list", b.type_name(vm)))
            );
        };
        let list = this(vm, a)?;
        let mut items = Vec::with_capacity(list.len() + other.len());
        items.extend_from_slice(list.items.get());
        items.extend_from_slice(other.items.get());
        Ok(vm.list(items))
    });
    s.repeat = Some(|vm, value, count| {
        let items = vm.repeated(this(vm, value)?.items.get(), count)?;
        Ok(vm.list(items))
    });
    s.iconcat = Some(|vm, value, other| {
        extend(vm, this(vm, value)?, other)?;
        Ok(value.clone())
    });
    s.irepeat = Some(|vm, value, count| {
        let list = this(vm, value)?;
        let items = vm.repeated(list.items.get(), count)?;
        drop_backwards(list.items.replace(items));
        Ok(value.clone())
    });
}

fn list_new(vm: &Vm, ty: &TypeRef, _: Args) -> PyResult<Value> {
    Ok(vm.alloc(ty, List::new(Vec::new())).into_value())
}

fn list_init(vm: &Vm, value: &Value, args: Args) -> PyResult<()> {
    let list = this(vm, value)?;
    if value.ty(vm).slots.get().new.is_some_and(|f| f as usize == list_new as *const () as usize) {
        args.no_keywords(vm, "list")?;
    }
    let args = Args::positional(args.pos()).count(vm, "list", 0, 1)?;
    drop_backwards(list.items.take());
    match args.first() {
        Some(iterable) => extend(vm, list, iterable),
        None => Ok(()),
    }
}

/// `list.extend`: items are added as they come, so that an error leaves those before it.
pub fn extend(vm: &Vm, list: &Obj<List>, iterable: &Value) -> PyResult<()> {
    if matches!(iterable.kind(), kind::LIST | kind::TUPLE) {
        let new = vm.collect(iterable)?;
        list.items.get_mut().extend(new);
        return Ok(());
    }
    let iter = vm.iter(iterable)?;
    let hint = vm.length_hint(iterable, 8)?;
    if hint > 8 {
        // As in CPython, what would be too many together is no reason to doubt: the hint may be wrong.
        let together = hint.saturating_add(list.len());
        if hint > MOST_HINTED && together <= isize::MAX as usize {
            vm.room_for::<Value>(together)?;
        }
        list.items.get_mut().reserve(hint.min(MOST_HINTED));
    }
    while let Some(item) = vm.next(&iter)? {
        list.push(item);
    }
    Ok(())
}

fn getitem(vm: &Vm, value: &Value, key: &Value) -> PyResult<Value> {
    let list = this(vm, value)?;
    if key.kind() == kind::SLICE {
        if let Some(range) = plain_range(key, list.len()) {
            return Ok(vm.list(clone_all(&list.items.get()[range])));
        }
        let span = vm.slice_span_of(key, || list.len())?;
        return Ok(vm.list(pick(list.items.get(), span)));
    }
    if key.as_small().is_none() && key.ty(vm).slots.get().index.is_none() {
        return Err(wrong_index(vm, key));
    }
    match vm.subscript_position(key, list.len())?.and_then(|at| list.get(at)) {
        Some(item) => Ok(item),
        None => Err(vm.index_error("list index out of range")),
    }
}

/// Clones of the items that a slice picks; it was fitted to their number.
pub fn pick(items: &[Value], span: Span) -> Vec<Value> {
    if span.count == 0 {
        return Vec::new();
    }
    if span.step == 1 {
        return clone_all(&items[span.start as usize..span.start as usize + span.count]);
    }
    span.positions().map(|at| items[at].clone()).collect()
}

fn setitem(vm: &Vm, value: &Value, key: &Value, new: Option<&Value>) -> PyResult<()> {
    let list = this(vm, value)?;
    if key.kind() == kind::SLICE {
        return match new {
            Some(new) => assign_slice(vm, list, key, new),
            None => delete_slice(vm, list, key),
        };
    }
    if key.as_small().is_none() && key.ty(vm).slots.get().index.is_none() {
        return Err(wrong_index(vm, key));
    }
    // An `__index__` may change the list: it runs before the length is looked at, and nothing has run since.
    let index = if key.as_small().is_some() { key.clone() } else { vm.int(vm.to_index(key)? as i64) };
    let Some(at) = vm.subscript_position(&index, list.len())? else {
        return Err(vm.index_error("list assignment index out of range"));
    };
    let old = match new {
        Some(new) => std::mem::replace(&mut list.items.get_mut()[at], new.clone()),
        None => list.items.get_mut().remove(at),
    };
    drop(old);
    Ok(())
}

fn assign_slice(vm: &Vm, list: &Obj<List>, key: &Value, new: &Value) -> PyResult<()> {
    let slots = new.ty(vm).slots.get();
    if slots.iter.is_none() && slots.getitem.is_none() {
        return Err(vm.type_error("must assign iterable to extended slice"));
    }
    let new = vm.collect(new)?;
    // Collecting may have changed the list, so its length is looked at afterwards.
    let span = vm.slice_span_of(key, || list.len())?;
    if span.step == 1 {
        let start = span.start as usize;
        let stop = span.stop.max(span.start) as usize;
        let old: Vec<Value> = list.items.get_mut().splice(start..stop, new).collect();
        drop_backwards(old);
        return Ok(());
    }
    if new.len() != span.count {
        return Err(vm.value_error(format!(
            "attempt to assign sequence of size {} to extended slice of size {}",
            new.len(),
            span.count
        )));
    }
    let items = list.items.get_mut();
    let old: Vec<Value> =
        span.positions().zip(new).map(|(at, item)| std::mem::replace(&mut items[at], item)).collect();
    drop(old);
    Ok(())
}

fn delete_slice(vm: &Vm, list: &Obj<List>, key: &Value) -> PyResult<()> {
    let span = vm.slice_span_of(key, || list.len())?.ascending();
    if span.count == 0 {
        return Ok(());
    }
    let items = list.items.get_mut();
    let (start, step) = (span.start as usize, span.step as usize);
    if step == 1 {
        let old: Vec<Value> = items.drain(start..start + span.count).collect();
        drop_backwards(old);
        return Ok(());
    }
    let mut old = Vec::with_capacity(span.count);
    let mut kept = Vec::with_capacity(items.len() - span.count);
    for (at, item) in std::mem::take(items).into_iter().enumerate() {
        let gone = at >= start && (at - start) % step == 0 && old.len() < span.count;
        if gone { old.push(item) } else { kept.push(item) }
    }
    *items = kept;
    drop(old);
    Ok(())
}

static LIST_METHODS: &[Native] = &[
    native(
        "append(self, object, /)",
        |vm, args| {
            this(vm, &args[0])?.push(args[1].clone());
            Ok(Value::NONE)
        },
        "Append object to the end of the list.",
    ),
    native(
        "clear(self, /)",
        |vm, args| {
            drop_backwards(this(vm, &args[0])?.items.take());
            Ok(Value::NONE)
        },
        "Remove all items from list.",
    ),
    native(
        "copy(self, /)",
        |vm, args| {
            let items = clone_all(this(vm, &args[0])?.items.get());
            Ok(vm.list(items))
        },
        "Return a shallow copy of the list.",
    ),
    native(
        "count(self, value, /)",
        |vm, args| {
            let list = this(vm, &args[0])?;
            let (mut at, mut count) = (0, 0);
            while let Some(item) = list.get(at) {
                if vm.equal(&item, &args[1])? {
                    count += 1;
                }
                at += 1;
            }
            Ok(vm.int(count))
        },
        "Return number of occurrences of value.",
    ),
    native(
        "extend(self, iterable, /)",
        |vm, args| {
            extend(vm, this(vm, &args[0])?, &args[1])?;
            Ok(Value::NONE)
        },
        "Extend list by appending elements from the iterable.",
    ),
    native(
        "index(self, value, start=0, stop=sys.maxsize, /)",
        |vm, args| {
            let list = this(vm, &args[0])?;
            let (mut at, stop) = vm.index_range(&args[2], &args[3], list.len())?;
            while at < stop
                && let Some(item) = list.get(at)
            {
                if vm.equal(&item, &args[1])? {
                    return Ok(vm.int(at as i64));
                }
                at += 1;
            }
            Err(vm.value_error("list.index(x): x not in list"))
        },
        "Return first index of value.\n\nRaises ValueError if the value is not present.",
    ),
    native(
        "insert(self, index, object, /)",
        |vm, args| {
            let list = this(vm, &args[0])?;
            let index = vm.to_ssize(&args[1])?;
            let length = list.len() as isize;
            let at = if index < 0 { (index + length).max(0) } else { index.min(length) };
            list.items.get_mut().insert(at as usize, args[2].clone());
            Ok(Value::NONE)
        },
        "Insert object before index.",
    ),
    native(
        "pop(self, index=-1, /)",
        |vm, args| {
            let list = this(vm, &args[0])?;
            let Some(index) = args[1].given() else {
                return match list.items.get_mut().pop() {
                    Some(item) => Ok(item),
                    None => Err(vm.index_error("pop from empty list")),
                };
            };
            let index = vm.to_ssize(index)?;
            let length = list.len() as isize;
            if length == 0 {
                return Err(vm.index_error("pop from empty list"));
            }
            let at = if index < 0 { index.saturating_add(length) } else { index };
            if at < 0 || at >= length {
                return Err(vm.index_error("pop index out of range"));
            }
            Ok(list.items.get_mut().remove(at as usize))
        },
        "Remove and return item at index (default last).\n\nRaises IndexError if list is empty or index is out of range.",
    ),
    native(
        "remove(self, value, /)",
        |vm, args| {
            let list = this(vm, &args[0])?;
            let mut at = 0;
            while let Some(item) = list.get(at) {
                if vm.equal(&item, &args[1])? {
                    // The comparison may have shortened the list.
                    let items = list.items.get_mut();
                    let old = if at < items.len() { Some(items.remove(at)) } else { None };
                    drop(old);
                    return Ok(Value::NONE);
                }
                at += 1;
            }
            Err(vm.value_error("list.remove(x): x not in list"))
        },
        "Remove first occurrence of value.\n\nRaises ValueError if the value is not present.",
    ),
    native(
        "reverse(self, /)",
        |vm, args| {
            this(vm, &args[0])?.items.get_mut().reverse();
            Ok(Value::NONE)
        },
        "Reverse *IN PLACE*.",
    ),
    native(
        "sort(self, /, *, key=None, reverse=False)",
        |vm, args| {
            let reverse = match args[2].given() {
                Some(flag) => vm.truth(flag)?,
                None => false,
            };
            sort(vm, this(vm, &args[0])?, args[1].some(), reverse)?;
            Ok(Value::NONE)
        },
        "Sort the list in ascending order and return None.\n\nThe sort is in-place (i.e. the list itself is modified) and stable (i.e. the\norder of two equal elements is maintained).\n\nIf a key function is given, apply it once to each list item and sort them,\nascending or descending, according to their function values.\n\nThe reverse flag can be set to sort in descending order.",
    ),
    native(
        "__reversed__(self, /)",
        |vm, args| Ok(vm.list_reverse_iter(this(vm, &args[0])?.to_ref())),
        "Return a reverse iterator over the list.",
    ),
    native(
        "__sizeof__(self, /)",
        |vm, args| Ok(vm.int(40 + 8 * this(vm, &args[0])?.items.get().capacity() as i64)),
        "Return the size of the list in memory, in bytes.",
    ),
    native(
        "__class_getitem__(cls, object, /)",
        |vm, args| vm.generic_alias(&args[0], &args[1]),
        "See PEP 585",
    )
    .class(),
];

/// `list.sort`: the list is empty meanwhile, so that nobody sees it half sorted.
pub fn sort(vm: &Vm, list: &Obj<List>, key: Option<&Value>, reverse: bool) -> PyResult<()> {
    let mut items = list.items.take();
    let result = sorting::sort(vm, &mut items, key, reverse);
    let touched = list.items.replace(items);
    let modified = touched.capacity() != 0;
    drop(touched);
    result?;
    if modified {
        return Err(vm.value_error("list modified during sort"));
    }
    Ok(())
}

/// A list of a type that is `list` or a subclass, without calling its `__init__`.
pub fn list_of_type(vm: &Vm, ty: &TypeRef, items: Vec<Value>) -> Value {
    vm.alloc(ty, List::new(items)).into_value()
}
