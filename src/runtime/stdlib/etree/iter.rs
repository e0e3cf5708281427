//! Iterators: over an element's children, and `Element.iter` and `itertext`, a walk with a stack of its own, so that neither depth nor
//! changes matter.

use std::cell::Cell;

use crate::runtime::error::PyResult;
use crate::runtime::gc::heap::type_flag;
use crate::runtime::object::typedef::{TypeSpec, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{LockCell, Payload, Value};

use super::element::{TAIL_IS_LIST, TEXT_IS_LIST, this};

/// The payload of the iterator.
pub struct Walk {
    /// Where it begins, until it has begun; then unbound.
    root: LockCell<Value>,
    /// Elements on the way down and which of their children comes next.
    stack: LockCell<Vec<(Value, usize)>>,
    tag: Value,
    texts: bool,
}

crate::payload!(Walk, "_element_iterator", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(self.root.get());
        visit(&self.tag);
        for (element, _) in self.stack.get() {
            visit(element);
        }
    }
    fn clear(&self) {
        drop(self.root.replace(Value::UNBOUND));
        drop(self.stack.take());
    }
});

/// `_elementtree._element_iterator`
pub static WALK: TypeSpec =
    TypeSpec::new("_elementtree._element_iterator", Walk::layout).flags(type_flag::NO_NEW).slots(|s| {
        s.iter = Some(|_, value| Ok(value.clone()));
        s.next = Some(next);
    });

fn make(vm: &Vm, root: &Value, tag: Value, texts: bool) -> Value {
    let walk = Walk { root: LockCell::new(root.clone()), stack: LockCell::new(Vec::new()), tag, texts };
    vm.alloc_spec(&WALK, walk)
}

/// `Element.iter(tag=None)`
pub fn start(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let (element, tag) = (&args[0], &args[1]);
    this(vm, element)?;
    let tag = tag.some().cloned().unwrap_or(Value::NONE);
    let any = tag.as_str().is_some_and(|tag| tag.bytes() == b"*")
        || vm.bytes_of(&tag).is_some_and(|tag| tag == b"*");
    Ok(make(vm, element, if any { Value::NONE } else { tag }, false))
}

/// `Element.itertext()`
pub fn texts(vm: &Vm, element: &Value) -> PyResult<Value> {
    this(vm, element)?;
    Ok(make(vm, element, Value::NONE, true))
}

/// The next element in the order of the document, or the tail behind one that is done.
enum Step {
    Into(Value),
    Behind(Value),
}

fn step(vm: &Vm, walk: &Walk) -> PyResult<Option<Step>> {
    loop {
        let stack = walk.stack.get_mut();
        let Some((parent, at)) = stack.last_mut() else {
            let root = walk.root.replace(Value::UNBOUND);
            if root.is_unbound() {
                return Ok(None);
            }
            stack.push((root.clone(), 0));
            return Ok(Some(Step::Into(root)));
        };
        if let Some(child) = this(vm, parent)?.child(*at) {
            *at += 1;
            stack.push((child.clone(), 0));
            return Ok(Some(Step::Into(child)));
        }
        let done = stack.pop();
        let inner = !stack.is_empty();
        match done {
            Some((done, _)) if walk.texts && inner => return Ok(Some(Step::Behind(done))),
            done => drop(done),
        }
    }
}

fn next(vm: &Vm, value: &Value) -> PyResult<Option<Value>> {
    let walk = vm.cast::<Walk>(value)?;
    while let Some(step) = step(vm, walk)? {
        if !walk.texts {
            let Step::Into(element) = step else { continue };
            if walk.tag.is_none() {
                return Ok(Some(element));
            }
            let tag = this(vm, &element)?.tag.cloned();
            if vm.equal(&tag, &walk.tag)? {
                return Ok(Some(element));
            }
            continue;
        }
        let text = match step {
            Step::Into(element) => {
                let element = this(vm, &element)?;
                // Comments and the like have functions as tags; what they say is no text.
                let has_text = { element.tag.get().is_none() || element.tag.get().as_str().is_some() };
                if has_text { element.joined(vm, TEXT_IS_LIST)? } else { continue }
            }
            Step::Behind(element) => this(vm, &element)?.joined(vm, TAIL_IS_LIST)?,
        };
        if !text.is_none() && vm.truth(&text)? {
            return Ok(Some(text));
        }
    }
    Ok(None)
}

/// The payload of an iterator over children.
pub struct Children {
    /// Unbound at the end.
    element: LockCell<Value>,
    at: Cell<usize>,
}

crate::payload!(Children, "iterator", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(self.element.get());
    }
    fn clear(&self) {
        drop(self.element.replace(Value::UNBOUND));
    }
});

/// What `iter` of an element gives: it shows itself as the iterator of anything with numbered items.
static CHILDREN: TypeSpec = TypeSpec::new("iterator", Children::layout)
    .flags(type_flag::NO_NEW)
    .slots(|s| {
        s.iter = Some(|_, value| Ok(value.clone()));
        s.next = Some(|vm, value| {
            let children = vm.cast::<Children>(value)?;
            let at = children.at.get();
            let next = match children.element.get().given() {
                Some(element) => this(vm, element)?.child(at),
                None => None,
            };
            match &next {
                Some(_) => children.at.set(at + 1),
                None => drop(children.element.replace(Value::UNBOUND)),
            }
            Ok(next)
        });
    })
    .methods(&[
        native(
            "__length_hint__(self, /)",
            |vm, args| {
                let children = vm.cast::<Children>(&args[0])?;
                let length = match children.element.get().given() {
                    Some(element) => this(vm, element)?.children.get().len(),
                    None => 0,
                };
                Ok(vm.int_usize(length.saturating_sub(children.at.get())))
            },
            "Private method returning an estimate of len(list(it)).",
        ),
        native(
            "__reduce__(self, /)",
            |vm, args| {
                let iter = vm.builtin("iter")?;
                let children = vm.cast::<Children>(&args[0])?;
                let element = children.element.cloned();
                if element.is_unbound() {
                    return Ok(vm.reduce_ended(iter));
                }
                Ok(vm.tuple(vec![iter, vm.tuple(vec![element]), vm.int_usize(children.at.get())]))
            },
            "Return state information for pickling.",
        ),
        native(
            "__setstate__(self, state, /)",
            |vm, args| {
                if args[1].as_int().is_none() {
                    return Err(vm.type_error("an integer is required"));
                }
                let at = vm.to_ssize(&args[1])?;
                vm.cast::<Children>(&args[0])?.at.set(usize::try_from(at).unwrap_or(0));
                Ok(Value::NONE)
            },
            "Set state information for unpickling.",
        ),
    ]);

/// `iter(element)`
pub fn children(vm: &Vm, element: &Value) -> Value {
    let children = Children { element: LockCell::new(element.clone()), at: Cell::new(0) };
    vm.alloc_spec(&CHILDREN, children)
}
