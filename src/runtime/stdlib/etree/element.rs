//! `Element`: a tag, attributes, two texts and children.
//!
//! Whoever looks through the children while Python may run takes one at a time by its number: they may change meanwhile.

use std::cell::Cell;

use crate::runtime::builtins::lists::pick;
use crate::runtime::builtins::slices::adjust;
use crate::runtime::builtins::tools::wrong_argument;
use crate::runtime::error::{PyResult, Raised};
use crate::runtime::gc::heap::type_flag;
use crate::runtime::object::args::Args;
use crate::runtime::object::dict::Dict;
use crate::runtime::object::typedef::{GetSet, Native, Slots, TypeSpec, getset, kind, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{LockCell, Obj, Payload, Value};

use super::{copy, iter};

/// The text is a list of strings that nobody has asked for yet.
pub const TEXT_IS_LIST: u8 = 1;
/// The same of the tail.
pub const TAIL_IS_LIST: u8 = 2;

/// The payload of `Element`.
pub struct Element {
    /// `tag`
    pub tag: LockCell<Value>,
    /// `text`, or the list of its pieces.
    pub text: LockCell<Value>,
    /// `tail`, or the list of its pieces.
    pub tail: LockCell<Value>,
    /// `attrib`; unbound until somebody wants it.
    pub attrib: LockCell<Value>,
    /// Elements.
    pub children: LockCell<Vec<Value>>,
    /// `TEXT_IS_LIST` and `TAIL_IS_LIST`.
    pub lists: Cell<u8>,
}

crate::payload!(Element, "Element", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(self.tag.get());
        visit(self.text.get());
        visit(self.tail.get());
        visit(self.attrib.get());
        self.children.get().iter().for_each(visit);
    }
    fn clear(&self) {
        drop(self.children.take());
        drop(self.attrib.replace(Value::UNBOUND));
        self.lists.set(0);
        drop(self.text.replace(Value::NONE));
        drop(self.tail.replace(Value::NONE));
        drop(self.tag.replace(Value::NONE));
    }
});

/// `Element`
pub static ELEMENT: TypeSpec = TypeSpec::new("xml.etree.ElementTree.Element", Element::layout)
    .flags(type_flag::BASE | type_flag::WEAKREF | type_flag::NUMBERED)
    .slots(slots)
    .methods(METHODS)
    .getset(ATTRIBUTES)
    // Elements have no `__iter__`: their own iterator is only quicker than asking for items by number.
    .extra(|vm, ty| drop(ty.dict.remove_str(&vm.names().__iter__)));

/// The element that a value is.
pub fn this<'a>(vm: &Vm, value: &'a Value) -> PyResult<&'a Obj<Element>> {
    vm.cast::<Element>(value)
}

/// Is it of the type itself, no subclass?
#[inline(always)]
pub fn is_exact(vm: &Vm, value: &Value) -> bool {
    value.is_object() && vm.typ(&ELEMENT).is(value.ty(vm))
}

#[cold]
fn no_element(vm: &Vm, value: &Value) -> Raised {
    vm.type_error(format!("expected an Element, not \"{}\"", value.type_name(vm)))
}

#[cold]
fn wrong_attributes(vm: &Vm, value: &Value) -> Raised {
    vm.type_error(format!("attrib must be dict, not {}", value.type_name(vm)))
}

/// The error unless it is an element.
pub fn want_element(vm: &Vm, value: &Value) -> PyResult<()> {
    if value.downcast::<Element>().is_some() { Ok(()) } else { Err(no_element(vm, value)) }
}

fn element_argument(vm: &Vm, value: &Value, place: &str) -> PyResult<()> {
    match value.downcast::<Element>() {
        Some(_) => Ok(()),
        None => Err(wrong_argument(vm, place, "xml.etree.ElementTree.Element", value)),
    }
}

/// A dict as argument.
pub fn dict_argument<'a>(vm: &Vm, value: &'a Value, place: &str) -> PyResult<&'a Obj<Dict>> {
    value.as_dict().ok_or_else(|| wrong_argument(vm, place, "dict", value))
}

fn bare(tag: Value, attrib: Value) -> Element {
    Element {
        tag: LockCell::new(tag),
        text: LockCell::new(Value::NONE),
        tail: LockCell::new(Value::NONE),
        attrib: LockCell::new(attrib),
        children: LockCell::new(Vec::new()),
        lists: Cell::new(0),
    }
}

/// A new element; an empty dict of attributes is left out.
pub fn make(vm: &Vm, tag: Value, attrib: Option<Value>) -> Value {
    let attrib = match attrib {
        Some(attrib) if !attrib.as_dict().is_some_and(|dict| dict.is_empty()) => attrib,
        _ => Value::UNBOUND,
    };
    vm.alloc_spec(&ELEMENT, bare(tag, attrib))
}

/// What `Element` and `SubElement` make of their dict and keywords.
pub fn attributes(vm: &Vm, given: Option<&Value>, args: &Args) -> PyResult<Option<Value>> {
    if given.is_none() && args.names.is_empty() {
        return Ok(None);
    }
    let mut keywords = args.keywords();
    let dict = match given {
        Some(given) => match given.as_dict() {
            Some(dict) => vm.dict(dict.copy()),
            None => return Err(wrong_attributes(vm, given)),
        },
        None => match args.keyword("attrib") {
            Some(attrib) => match attrib.as_dict() {
                Some(dict) => vm.dict(dict.copy()),
                None => return Err(wrong_attributes(vm, attrib)),
            },
            None => vm.new_dict(),
        },
    };
    keywords.try_for_each(|(key, value)| {
        if given.is_none() && key.as_str().is_some_and(|key| key.bytes() == b"attrib") {
            return Ok(());
        }
        dict.insert(vm, key.clone(), value.clone()).map(drop)
    })?;
    Ok(Some(dict.into_value()))
}

/// The error of `Element()` and `SubElement()` for too few or many positional arguments.
pub fn count_arguments<'a>(
    vm: &Vm,
    args: &Args<'a>,
    function: &str,
    least: usize,
    most: usize,
) -> PyResult<&'a [Value]> {
    let given = args.pos();
    let n = given.len();
    if n < least || n > most {
        let (bound, limit) = if n < least { ("at least", least) } else { ("at most", most) };
        let s = if limit == 1 { "" } else { "s" };
        return Err(vm.type_error(format!("{function}() takes {bound} {limit} argument{s} ({n} given)")));
    }
    Ok(given)
}

/// A tag that is a path (or may be one): `ElementPath` has to look at it.
fn is_path(path: &Value, vm: &Vm) -> bool {
    let bytes = match (path.as_str(), vm.bytes_of(path)) {
        (Some(text), _) => text.bytes(),
        (None, Some(bytes)) => bytes,
        (None, None) => return true,
    };
    if bytes.len() >= 3 && (bytes.starts_with(b"{}") || bytes.starts_with(b"{*}")) {
        return true;
    }
    let mut outside = true;
    bytes.iter().any(|byte| match byte {
        b'{' => {
            outside = false;
            false
        }
        b'}' => {
            outside = true;
            false
        }
        b'/' | b'*' | b'[' | b'@' | b'.' => outside,
        _ => false,
    })
}

fn by_path(vm: &Vm, method: &str, args: &[Value]) -> PyResult<Value> {
    let none = |value: &Value| value.given().cloned().unwrap_or(Value::NONE);
    let args: Vec<Value> = args.iter().map(none).collect();
    vm.call_method_str(&super::element_path(vm)?, method, &args)
}

impl Obj<Element> {
    /// A child.
    #[inline(always)]
    pub fn child(&self, at: usize) -> Option<Value> {
        self.children.get().get(at).cloned()
    }
    /// Adds a child that is known to be an element.
    #[inline]
    pub fn push(&self, child: Value) {
        self.children.get_mut().push(child);
    }
    /// The attributes, if there are any.
    #[inline(always)]
    pub fn attributes(&self) -> Option<Value> {
        self.attrib.get().given().cloned()
    }
    /// The attributes.
    pub fn attributes_made(&self, vm: &Vm) -> Value {
        match self.attributes() {
            Some(attrib) => attrib,
            None => {
                let new = vm.new_dict().into_value();
                drop(self.attrib.replace(new.clone()));
                new
            }
        }
    }
    /// `text` or `tail`, joined if it is a list of pieces.
    #[inline]
    pub fn joined(&self, vm: &Vm, which: u8) -> PyResult<Value> {
        let place = if which == TEXT_IS_LIST { &self.text } else { &self.tail };
        let value = place.cloned();
        if self.lists.get() & which == 0 {
            return Ok(value);
        }
        let text = super::join(vm, &value)?;
        self.lists.set(self.lists.get() & !which);
        drop(place.replace(text.clone()));
        Ok(text)
    }
    /// Sets `text` or `tail`.
    pub fn set_text(&self, which: u8, value: Value, is_list: bool) {
        let place = if which == TEXT_IS_LIST { &self.text } else { &self.tail };
        let lists = self.lists.get() & !which;
        self.lists.set(if is_list { lists | which } else { lists });
        drop(place.replace(value));
    }
    /// Gives each child with that tag to a function until it says stop.
    fn each_tagged(&self, vm: &Vm, tag: &Value, mut found: impl FnMut(Value) -> bool) -> PyResult<()> {
        let mut at = 0;
        while let Some(child) = self.child(at) {
            let its = this(vm, &child)?.tag.cloned();
            if vm.equal(&its, tag)? && found(child) {
                break;
            }
            at += 1;
        }
        Ok(())
    }
}

fn first_tagged(vm: &Vm, args: &[Value]) -> PyResult<Option<Value>> {
    let mut first = None;
    this(vm, &args[0])?.each_tagged(vm, &args[1], |child| {
        first = Some(child);
        true
    })?;
    Ok(first)
}

fn wrong_index(vm: &Vm) -> Raised {
    vm.type_error("element indices must be integers")
}

fn is_index(vm: &Vm, key: &Value) -> bool {
    key.as_small().is_some() || key.ty(vm).slots.get().index.is_some()
}

fn getitem(vm: &Vm, value: &Value, key: &Value) -> PyResult<Value> {
    let element = this(vm, value)?;
    if is_index(vm, key) {
        let index = vm.to_index(key)?;
        let length = element.children.get().len();
        let at = if index < 0 { index + length as isize } else { index };
        return match usize::try_from(at).ok().and_then(|at| element.child(at)) {
            Some(child) => Ok(child),
            None => Err(vm.index_error("child index out of range")),
        };
    }
    if key.kind() != kind::SLICE {
        return Err(wrong_index(vm));
    }
    let span = vm.slice_span_of(key, || element.children.get().len())?;
    Ok(vm.list(pick(element.children.get(), span)))
}

fn setitem(vm: &Vm, value: &Value, key: &Value, new: Option<&Value>) -> PyResult<()> {
    let element = this(vm, value)?;
    if is_index(vm, key) {
        // The length counts that is left when `__index__` has run.
        let index = vm.int(vm.to_index(key)? as i64);
        let Some(at) = vm.subscript_position(&index, element.children.get().len())? else {
            return Err(vm.index_error("child assignment index out of range"));
        };
        if let Some(new) = new {
            want_element(vm, new)?;
        }
        let old = match new {
            Some(new) => std::mem::replace(&mut element.children.get_mut()[at], new.clone()),
            None => element.children.get_mut().remove(at),
        };
        drop(old);
        return Ok(());
    }
    if key.kind() != kind::SLICE {
        return Err(wrong_index(vm));
    }
    let old = match new {
        None => cut(vm, element, key)?,
        Some(new) => replace(vm, element, key, new)?,
    };
    drop(old);
    Ok(())
}

/// Takes a slice's children out.
fn cut(vm: &Vm, element: &Obj<Element>, key: &Value) -> PyResult<Vec<Value>> {
    let span = vm.slice_span_of(key, || element.children.get().len())?.ascending();
    if span.count == 0 {
        return Ok(Vec::new());
    }
    let (start, step) = (span.start as usize, span.step as usize);
    let children = element.children.get_mut();
    if step == 1 {
        return Ok(children.drain(start..start + span.count).collect());
    }
    let mut old = Vec::with_capacity(span.count);
    let mut kept = Vec::with_capacity(children.len() - span.count);
    for (at, child) in std::mem::take(children).into_iter().enumerate() {
        let goes = at >= start && (at - start) % step == 0 && old.len() < span.count;
        if goes { old.push(child) } else { kept.push(child) }
    }
    *children = kept;
    Ok(old)
}

/// Puts other children in a slice's place.
fn replace(vm: &Vm, element: &Obj<Element>, key: &Value, new: &Value) -> PyResult<Vec<Value>> {
    let unpacked = vm.slice_unpack(key)?;
    let new = sequence(vm, new, "assignment expects an iterable")?;
    let (start, stop, step) = unpacked;
    let children = element.children.get_mut();
    let span = adjust(start, stop, step, children.len() as isize);
    if span.step != 1 && new.len() != span.count {
        return Err(vm.value_error(format!(
            "attempt to assign sequence of size {} to extended slice of size {}",
            new.len(),
            span.count
        )));
    }
    for child in &new {
        want_element(vm, child)?;
    }
    if span.step == 1 {
        let start = span.start as usize;
        return Ok(children.splice(start..start + span.count, new).collect());
    }
    Ok(span.positions().zip(new).map(|(at, child)| std::mem::replace(&mut children[at], child)).collect())
}

/// The items of an iterable; TypeError with the words if it is none.
pub fn sequence(vm: &Vm, value: &Value, words: &str) -> PyResult<Vec<Value>> {
    let slots = value.ty(vm).slots.get();
    if slots.iter.is_none() && slots.getitem.is_none() {
        return Err(vm.type_error(words));
    }
    vm.collect(value)
}

fn slots(s: &mut Slots) {
    s.new = Some(|vm, ty, _| Ok(vm.alloc(ty, bare(Value::NONE, Value::UNBOUND)).into_value()));
    s.init = Some(|vm, value, args| {
        let given = count_arguments(vm, &args, "Element", 1, 2)?;
        let attrib = given.get(1);
        if let Some(attrib) = attrib {
            dict_argument(vm, attrib, "Element() argument 2")?;
        }
        let attrib = attributes(vm, attrib, &args)?;
        let element = this(vm, value)?;
        if let Some(attrib) = attrib
            && !attrib.as_dict().is_some_and(|dict| dict.is_empty())
        {
            drop(element.children.take());
            drop(element.attrib.replace(attrib));
        }
        drop(element.tag.replace(given[0].clone()));
        element.set_text(TEXT_IS_LIST, Value::NONE, false);
        element.set_text(TAIL_IS_LIST, Value::NONE, false);
        Ok(())
    });
    s.repr = Some(|vm, value| {
        let Some(_guard) = vm.enter_repr(value) else {
            let name = value.type_name(vm);
            return Err(vm.runtime_error(format!("reentrant call inside {name}.__repr__")));
        };
        let tag = this(vm, value)?.tag.cloned();
        let mut text = b"<Element ".to_vec();
        text.extend(vm.repr_string(&tag)?);
        text.extend(format!(" at 0x{:x}>", value.to_bits()).bytes());
        Ok(vm.str_bytes(&text))
    });
    s.bool = Some(|vm, value| {
        vm.warn_deprecated(
            "Testing an element's truth value will always return True in future versions.  Use specific 'len(elem)' or 'elem is not None' test instead.",
        )?;
        Ok(!this(vm, value)?.children.get().is_empty())
    });
    s.len = Some(|vm, value| Ok(this(vm, value)?.children.get().len()));
    s.iter = Some(|vm, value| Ok(iter::children(vm, value)));
    s.getitem = Some(getitem);
    s.setitem = Some(setitem);
}

fn remove(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    element_argument(vm, &args[1], "remove() argument")?;
    let element = this(vm, &args[0])?;
    let mut at = 0;
    loop {
        let Some(child) = element.child(at) else {
            return Err(vm.value_error("Element.remove(x): element not found"));
        };
        if vm.equal(&child, &args[1])? {
            break;
        }
        at += 1;
    }
    // The comparison may have taken children away: then there is nothing left to remove.
    let children = element.children.get_mut();
    if at < children.len() {
        let old = children.remove(at);
        drop(old);
    }
    Ok(Value::NONE)
}

static METHODS: &[Native] = &[
    native(
        "append(self, subelement, /)",
        |vm, args| {
            element_argument(vm, &args[1], "append() argument 1")?;
            this(vm, &args[0])?.push(args[1].clone());
            Ok(Value::NONE)
        },
        "Add an element behind the last child.",
    )
    .handed_class(),
    native(
        "clear(self, /)",
        |vm, args| {
            let element = this(vm, &args[0])?;
            let old = (element.children.take(), element.attrib.replace(Value::UNBOUND));
            element.set_text(TEXT_IS_LIST, Value::NONE, false);
            element.set_text(TAIL_IS_LIST, Value::NONE, false);
            drop(old);
            Ok(Value::NONE)
        },
        "Let go of children, attributes, text and tail.",
    ),
    native(
        "extend(self, elements, /)",
        |vm, args| {
            for child in sequence(vm, &args[1], "'elements' must be an iterable")? {
                want_element(vm, &child)?;
                this(vm, &args[0])?.push(child);
            }
            Ok(Value::NONE)
        },
        "Add elements behind the last child.",
    )
    .handed_class(),
    native(
        "find(self, /, path, namespaces=None)",
        |vm, args| {
            if args[2].some().is_some() || is_path(&args[1], vm) {
                return by_path(vm, "find", args);
            }
            Ok(first_tagged(vm, args)?.unwrap_or(Value::NONE))
        },
        "Return the first element that a path leads to, or None.",
    ),
    native(
        "findall(self, /, path, namespaces=None)",
        |vm, args| {
            if args[2].some().is_some() || is_path(&args[1], vm) {
                return by_path(vm, "findall", args);
            }
            let mut all = Vec::new();
            this(vm, &args[0])?.each_tagged(vm, &args[1], |child| {
                all.push(child);
                false
            })?;
            Ok(vm.list(all))
        },
        "Return the list of all elements that a path leads to.",
    ),
    native(
        "findtext(self, /, path, default=None, namespaces=None)",
        |vm, args| {
            if args[3].some().is_some() || is_path(&args[1], vm) {
                return by_path(vm, "findtext", args);
            }
            let Some(found) = first_tagged(vm, args)? else {
                return Ok(args[2].given().cloned().unwrap_or(Value::NONE));
            };
            let text = this(vm, &found)?.joined(vm, TEXT_IS_LIST)?;
            Ok(if text.is_none() { vm.str("") } else { text })
        },
        "Return the text of the first element that a path leads to ('' if it has none), or the default.",
    ),
    native(
        "get(self, /, key, default=None)",
        |vm, args| {
            if let Some(attrib) = this(vm, &args[0])?.attributes()
                && let Some(dict) = attrib.as_dict()
                && let Some(found) = dict.get(vm, &args[1])?
            {
                return Ok(found);
            }
            Ok(args[2].given().cloned().unwrap_or(Value::NONE))
        },
        "Return an attribute, or the default.",
    ),
    native(
        "insert(self, index, subelement, /)",
        |vm, args| {
            let index = vm.to_ssize(&args[1])?;
            element_argument(vm, &args[2], "insert() argument 2")?;
            let element = this(vm, &args[0])?;
            let children = element.children.get_mut();
            let length = children.len();
            let at = if index < 0 { (index + length as isize).max(0) } else { index };
            children.insert((at as usize).min(length), args[2].clone());
            Ok(Value::NONE)
        },
        "Put an element before the child at a position.",
    ),
    native(
        "items(self, /)",
        |vm, args| {
            let Some(attrib) = this(vm, &args[0])?.attributes() else { return Ok(vm.list(Vec::new())) };
            let entries = attrib.as_dict().map(|dict| dict.entries()).unwrap_or_default();
            Ok(vm.list(entries.into_iter().map(|(key, value)| vm.tuple_of(&[key, value])).collect()))
        },
        "Return the attributes as list of pairs.",
    ),
    native(
        "iter(self, /, tag=None)",
        iter::start,
        "Return an iterator over the element and all below it, in the order of the document, with that tag ('*' or None: any).",
    ),
    native(
        "iterfind(self, /, path, namespaces=None)",
        |vm, args| by_path(vm, "iterfind", args),
        "Return an iterator over all elements that a path leads to.",
    ),
    native(
        "itertext(self, /)",
        |vm, args| iter::texts(vm, &args[0]),
        "Return an iterator over all inner text.",
    )
    .handed_class(),
    native(
        "keys(self, /)",
        |vm, args| {
            let attrib = this(vm, &args[0])?.attributes();
            Ok(vm.list(attrib.as_ref().and_then(Value::as_dict).map(|dict| dict.keys()).unwrap_or_default()))
        },
        "Return the list of the attributes' names.",
    ),
    native(
        "makeelement(self, tag, attrib, /)",
        |vm, args| {
            let dict = dict_argument(vm, &args[2], "makeelement() argument 2")?;
            let attrib = vm.dict(dict.copy()).into_value();
            Ok(make(vm, args[1].clone(), Some(attrib)))
        },
        "Return a new element with a copy of the attributes.",
    )
    .handed_class(),
    native(
        "remove(self, subelement, /)",
        remove,
        "Remove the first child that is equal.\n\nRaises ValueError if there is none.",
    ),
    native(
        "set(self, key, value, /)",
        |vm, args| {
            let element = this(vm, &args[0])?;
            let attrib = element.attributes_made(vm);
            if let Some(dict) = attrib.as_dict() {
                drop(dict.insert(vm, args[1].clone(), args[2].clone())?);
            }
            Ok(Value::NONE)
        },
        "Set an attribute.",
    ),
    native("__copy__(self, /)", copy::shallow, "").handed_class(),
    native("__deepcopy__(self, memo, /)", copy::deep, ""),
    native("__getstate__(self, /)", copy::state, ""),
    native("__setstate__(self, state, /)", copy::set_state, "").handed_class(),
    native(
        "__sizeof__(self, /)",
        |vm, args| {
            let room = this(vm, &args[0])?.children.get().capacity() * size_of::<Value>();
            Ok(vm.int_usize(size_of::<Obj<Element>>() + room))
        },
        "",
    ),
];

fn wanted<'a>(vm: &Vm, value: Option<&'a Value>) -> PyResult<&'a Value> {
    value.ok_or_else(|| vm.attribute_error("can't delete element attribute"))
}

static ATTRIBUTES: &[GetSet] = &[
    getset(
        "tag",
        |vm, element| Ok(this(vm, element)?.tag.cloned()),
        |vm, element, value| {
            let value = wanted(vm, value)?;
            drop(this(vm, element)?.tag.replace(value.clone()));
            Ok(())
        },
        "A string identifying what kind of data this element represents",
    ),
    getset(
        "text",
        |vm, element| this(vm, element)?.joined(vm, TEXT_IS_LIST),
        |vm, element, value| {
            this(vm, element)?.set_text(TEXT_IS_LIST, wanted(vm, value)?.clone(), false);
            Ok(())
        },
        "A string of text directly after the start tag, or None",
    ),
    getset(
        "tail",
        |vm, element| this(vm, element)?.joined(vm, TAIL_IS_LIST),
        |vm, element, value| {
            this(vm, element)?.set_text(TAIL_IS_LIST, wanted(vm, value)?.clone(), false);
            Ok(())
        },
        "A string of text directly after the end tag, or None",
    ),
    getset(
        "attrib",
        |vm, element| Ok(this(vm, element)?.attributes_made(vm)),
        |vm, element, value| {
            let value = wanted(vm, value)?;
            if value.as_dict().is_none() {
                return Err(wrong_attributes(vm, value));
            }
            let element = this(vm, element)?;
            drop(element.attrib.replace(value.clone()));
            Ok(())
        },
        "A dictionary containing the element's attributes",
    ),
];

/// `SubElement(parent, tag, attrib={}, **extra)`
pub fn sub_element(vm: &Vm, args: Args) -> PyResult<Value> {
    let given = count_arguments(vm, &args, "SubElement", 2, 3)?;
    element_argument(vm, &given[0], "SubElement() argument 1")?;
    let attrib = given.get(2);
    if let Some(attrib) = attrib {
        dict_argument(vm, attrib, "SubElement() argument 3")?;
    }
    let attrib = attributes(vm, attrib, &args)?;
    let new = make(vm, given[1].clone(), attrib);
    this(vm, &given[0])?.push(new.clone());
    Ok(new)
}
