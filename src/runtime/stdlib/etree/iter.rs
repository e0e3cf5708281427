//! `Element.iter` and `itertext`: a walk with a stack of its own, so that neither depth nor changes matter.

use crate::runtime::error::PyResult;
use crate::runtime::gc::heap::type_flag;
use crate::runtime::object::typedef::TypeSpec;
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
            Step::Into(element) => this(vm, &element)?.joined(vm, TEXT_IS_LIST)?,
            Step::Behind(element) => this(vm, &element)?.joined(vm, TAIL_IS_LIST)?,
        };
        if !text.is_none() && vm.truth(&text)? {
            return Ok(Some(text));
        }
    }
    Ok(None)
}
