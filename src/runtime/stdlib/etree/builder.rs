//! `TreeBuilder`: starts, ends and data become a tree.
//!
//! What came of data since the last start or end waits in `DATA`: one value as it is, several as a list, which the element joins when
//! somebody asks for its text.

use std::cell::Cell;

use crate::runtime::builtins::exceptions as exc;
use crate::runtime::error::PyResult;
use crate::runtime::gc::heap::type_flag;
use crate::runtime::object::args::Signature;
use crate::runtime::object::ops;
use crate::runtime::object::typedef::{Slots, TypeSpec, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::stdlib::collections::deque::append_exact;
use crate::runtime::value::{LockCell, Obj, Payload, Value};

use super::element::{
    TAIL_IS_LIST, TEXT_IS_LIST, dict_argument, is_exact, make, this as element, want_element,
};

/// The values of a builder by number; one that is not there is unbound.
const ROOT: usize = 0;
const THIS: usize = 1;
const LAST: usize = 2;
const LAST_FOR_TAIL: usize = 3;
const DATA: usize = 4;
const ELEMENT_FACTORY: usize = 5;
const COMMENT_FACTORY: usize = 6;
const PI_FACTORY: usize = 7;
const APPEND: usize = 8;
/// The names of the events that are reported, in the order of [`EVENTS`].
const FIRST_EVENT: usize = 9;
/// Whose method `APPEND` is.
const QUEUE: usize = 15;
const VALUES: usize = 16;

/// What can be reported.
pub const EVENTS: [&str; 6] = ["start", "end", "start-ns", "end-ns", "comment", "pi"];
const START: usize = 0;
const END: usize = 1;
/// Of [`EVENTS`].
pub const START_NS: usize = 2;
/// Of [`EVENTS`].
pub const END_NS: usize = 3;
const COMMENT: usize = 4;
const PI: usize = 5;

/// The payload of `TreeBuilder`.
pub struct Builder {
    values: [LockCell<Value>; VALUES],
    stack: LockCell<Vec<Value>>,
    insert_comments: Cell<bool>,
    insert_pis: Cell<bool>,
}

crate::payload!(Builder, "TreeBuilder", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        for value in &self.values {
            visit(value.get());
        }
        self.stack.get().iter().for_each(visit);
    }
    fn clear(&self) {
        for value in &self.values {
            drop(value.replace(Value::UNBOUND));
        }
        drop(self.stack.take());
    }
});

/// `TreeBuilder`
pub static BUILDER: TypeSpec = TypeSpec::new("xml.etree.ElementTree.TreeBuilder", Builder::layout)
    .flags(type_flag::BASE)
    .slots(slots)
    .methods(&[
        native("close(self, /)", |vm, args| Ok(this(vm, &args[0])?.root()), "Return the root element."),
        native(
            "comment(self, text, /)",
            |vm, args| this(vm, &args[0])?.comment(vm, &args[1]),
            "Make a comment.",
        ),
        native(
            "data(self, data, /)",
            |vm, args| {
                this(vm, &args[0])?.data(vm, args[1].clone());
                Ok(Value::NONE)
            },
            "Add text to the current element.",
        ),
        native(
            "end(self, tag, /)",
            |vm, args| this(vm, &args[0])?.end(vm),
            "Close the current element and return it.",
        ),
        native(
            "pi(self, target, text=None, /)",
            |vm, args| this(vm, &args[0])?.instruction(vm, &args[1], args[2].given().unwrap_or(&Value::NONE)),
            "Make a processing instruction.",
        ),
        native(
            "start(self, tag, attrs, /)",
            |vm, args| {
                dict_argument(vm, &args[2], "start() argument 2")?;
                this(vm, &args[0])?.start(vm, args[1].clone(), Some(args[2].clone()))
            },
            "Open a new element and return it.",
        ),
    ]);

fn this<'a>(vm: &Vm, value: &'a Value) -> PyResult<&'a Obj<Builder>> {
    vm.cast::<Builder>(value)
}

/// The builder, if the value is one and of no subclass.
#[inline(always)]
pub fn exact<'a>(vm: &Vm, value: &'a Value) -> Option<&'a Obj<Builder>> {
    if value.is_object() && vm.typ(&BUILDER).is(value.ty(vm)) { value.downcast::<Builder>() } else { None }
}

fn empty() -> Builder {
    let builder = Builder {
        values: [const { LockCell::new(Value::UNBOUND) }; VALUES],
        stack: LockCell::new(Vec::new()),
        insert_comments: Cell::new(false),
        insert_pis: Cell::new(false),
    };
    drop(builder.values[THIS].replace(Value::NONE));
    drop(builder.values[LAST].replace(Value::NONE));
    builder
}

/// A builder as `TreeBuilder.__new__` makes it, without factories.
pub fn plain(vm: &Vm) -> Value {
    vm.alloc_spec(&BUILDER, empty())
}

fn slots(s: &mut Slots) {
    s.new = Some(|vm, ty, _| Ok(vm.alloc(ty, empty()).into_value()));
    s.init = Some(|vm, value, args| {
        const SIGNATURE: Signature = Signature::parse(
            "TreeBuilder(element_factory=None, *, comment_factory=None, pi_factory=None, insert_comments=False, insert_pis=False)",
        );
        let [factory, comment, instruction, comments, pis] = vm.bind_args(&SIGNATURE, args)?;
        let truth = |value: &Value| value.given().map_or(Ok(false), |value| vm.truth(value));
        let (comments, pis) = (truth(&comments)?, truth(&pis)?);
        let (known_comment, known_instruction) = super::factories(vm);
        let or = |given: Value, known: Value| match given.some().or(known.some()) {
            Some(factory) => factory.clone(),
            None => Value::UNBOUND,
        };
        let this = this(vm, value)?;
        this.set(ELEMENT_FACTORY, or(factory, Value::UNBOUND));
        this.set(COMMENT_FACTORY, or(comment, known_comment));
        this.set(PI_FACTORY, or(instruction, known_instruction));
        this.insert_comments.set(comments && this.get(COMMENT_FACTORY).is_some());
        this.insert_pis.set(pis && this.get(PI_FACTORY).is_some());
        Ok(())
    });
}

impl Builder {
    #[inline(always)]
    fn get(&self, which: usize) -> Option<Value> {
        self.values[which].get().given().cloned()
    }
    #[inline(always)]
    fn set(&self, which: usize, value: Value) {
        drop(self.values[which].replace(value));
    }
    fn has(&self, which: usize) -> bool {
        !self.values[which].get().is_unbound()
    }

    /// The root element, or None.
    pub fn root(&self) -> Value {
        self.get(ROOT).unwrap_or(Value::NONE)
    }

    /// Are events of that number reported?
    pub fn reports(&self, event: usize) -> bool {
        self.has(APPEND) && self.has(FIRST_EVENT + event)
    }

    /// Would a processing instruction be seen by anybody?
    pub fn wants_instructions(&self) -> bool {
        self.reports(PI) || self.insert_pis.get()
    }

    /// Reports go to that queue's method from now on; none is asked for yet.
    pub fn report_to(&self, queue: &Value, append: Value) {
        self.set(QUEUE, queue.clone());
        self.set(APPEND, append);
        for event in 0..EVENTS.len() {
            self.set(FIRST_EVENT + event, Value::UNBOUND);
        }
    }

    /// Asks for reports of an event under a name.
    pub fn report(&self, event: usize, name: Value) {
        self.set(FIRST_EVENT + event, name);
    }

    /// Reports an event, if it is asked for.
    #[inline]
    pub fn tell(&self, vm: &Vm, event: usize, node: &Value) -> PyResult<()> {
        let Some(name) = self.get(FIRST_EVENT + event) else { return Ok(()) };
        let pair = vm.tuple_of(&[name, node.clone()]);
        // A full queue drops an item, which may run anything.
        let queue = self.values[QUEUE].cloned();
        if append_exact(vm, &queue, &pair) {
            return Ok(());
        }
        let append = self.get(APPEND).unwrap_or(Value::NONE);
        vm.call1(&append, &pair).map(drop)
    }

    /// More data of the current element.
    pub fn data(&self, vm: &Vm, data: Value) {
        let place = &self.values[DATA];
        if place.get().is_unbound() {
            // What comes before the first element is nobody's.
            if !self.values[LAST].get().is_none() {
                drop(place.replace(data));
            }
            return;
        }
        let so_far = place.cloned();
        match vm.list_items(&so_far).filter(|_| so_far.ty(vm).is_exact_builtin()) {
            Some(items) => items.get_mut().push(data),
            None => drop(place.replace(vm.list(vec![so_far, data]))),
        }
    }

    /// Gives the data to the element that it belongs to.
    fn flush(&self, vm: &Vm) -> PyResult<()> {
        if !self.has(DATA) {
            return Ok(());
        }
        let (owner, which, name) = match self.get(LAST_FOR_TAIL) {
            Some(owner) => (owner, TAIL_IS_LIST, "tail"),
            None => (self.get(LAST).unwrap_or(Value::NONE), TEXT_IS_LIST, "text"),
        };
        let data = self.values[DATA].replace(Value::UNBOUND);
        if is_exact(vm, &owner) {
            let owner = element(vm, &owner)?;
            let place = if which == TEXT_IS_LIST { owner.text.cloned() } else { owner.tail.cloned() };
            if place.is_none() {
                let is_list = vm.list_items(&data).is_some() && data.ty(vm).is_exact_builtin();
                owner.set_text(which, data, is_list);
                return Ok(());
            }
        }
        let name = vm.intern(name);
        let added = (|| {
            let before = vm.getattr(&owner, name.value())?;
            let joined = super::join(vm, &data)?;
            let whole = if before.is_none() { joined } else { vm.binary(&before, &joined, &ops::ADD)? };
            vm.setattr(&owner, name.value(), Some(&whole))
        })();
        if added.is_err() {
            self.set(DATA, data);
        }
        added
    }

    fn add(&self, vm: &Vm, parent: &Value, child: &Value) -> PyResult<()> {
        if is_exact(vm, parent) {
            want_element(vm, child)?;
            element(vm, parent)?.push(child.clone());
            return Ok(());
        }
        vm.call_method_str(parent, "append", std::slice::from_ref(child)).map(drop)
    }

    /// A start tag.
    pub fn start(&self, vm: &Vm, tag: Value, attrib: Option<Value>) -> PyResult<Value> {
        self.flush(vm)?;
        let node = match self.get(ELEMENT_FACTORY) {
            None => make(vm, tag, attrib),
            Some(factory) => {
                let attrib = attrib.unwrap_or_else(|| vm.new_dict().into_value());
                vm.call_args(&factory, &[tag, attrib])?
            }
        };
        let parent = self.get(THIS).unwrap_or(Value::NONE);
        self.set(LAST_FOR_TAIL, Value::UNBOUND);
        if !parent.is_none() {
            self.add(vm, &parent, &node)?;
        } else if self.has(ROOT) {
            let class = vm.exception_class("xml.etree.ElementTree.ParseError", &exc::SYNTAX_ERROR)?;
            let exception = vm.call1(&class, &vm.str("multiple elements on top level"))?;
            return Err(vm.raise_value(exception));
        } else {
            self.set(ROOT, node.clone());
        }
        self.stack.get_mut().push(parent);
        self.set(THIS, node.clone());
        self.set(LAST, node.clone());
        self.tell(vm, START, &node)?;
        Ok(node)
    }

    /// An end tag.
    pub fn end(&self, vm: &Vm) -> PyResult<Value> {
        self.flush(vm)?;
        let Some(parent) = self.stack.get_mut().pop() else {
            return Err(vm.index_error("pop from empty stack"));
        };
        let node = self.values[THIS].replace(parent);
        self.set(LAST, node.clone());
        self.set(LAST_FOR_TAIL, node.clone());
        self.tell(vm, END, &node)?;
        Ok(node)
    }

    /// A comment.
    pub fn comment(&self, vm: &Vm, text: &Value) -> PyResult<Value> {
        self.flush(vm)?;
        let node = match self.get(COMMENT_FACTORY) {
            Some(factory) => {
                let node = vm.call1(&factory, text)?;
                self.insert(vm, &node, self.insert_comments.get())?;
                node
            }
            None => text.clone(),
        };
        if self.has(APPEND) {
            self.tell(vm, COMMENT, &node)?;
        }
        Ok(node)
    }

    /// A processing instruction.
    pub fn instruction(&self, vm: &Vm, target: &Value, text: &Value) -> PyResult<Value> {
        self.flush(vm)?;
        let node = match self.get(PI_FACTORY) {
            Some(factory) => {
                let node = vm.call_args(&factory, &[target.clone(), text.clone()])?;
                self.insert(vm, &node, self.insert_pis.get())?;
                node
            }
            None => vm.tuple(vec![target.clone(), text.clone()]),
        };
        if self.has(APPEND) {
            self.tell(vm, PI, &node)?;
        }
        Ok(node)
    }

    fn insert(&self, vm: &Vm, node: &Value, wanted: bool) -> PyResult<()> {
        let parent = self.get(THIS).unwrap_or(Value::NONE);
        if wanted && !parent.is_none() {
            self.add(vm, &parent, node)?;
            self.set(LAST_FOR_TAIL, node.clone());
        }
        Ok(())
    }
}
