//! `memoryview`, and the buffer protocol that native code and other types take part in.
//!
//! # Model
//!
//! An exporter lends its memory by an [`Access`]: functions that give the bytes of the object. Its `buffer` slot calls
//! [`Vm::export`] with that and with the shape of the memory, and gets a `memoryview` back. All views made from that one
//! share a [`Lease`]; when the last of them goes or is released, the exporter is told.
//!
//! A Python class joins with `__buffer__`, which returns a memoryview; its lease is wrapped so that
//! `__release_buffer__` is called at the end.
//!
//! # Invariants
//!
//! 1. An exporter keeps its memory in place and its size while a lease is alive. (`ByteArray::resizable` and the like.)
//!
//! Not here: single items (`items`), indexing, comparison and casts (`ops`), the table of methods (`methods`).

pub mod items;
pub mod methods;
pub mod ops;

use std::borrow::Cow;
use std::cell::Cell;

use crate::runtime::error::{PyResult, Raised};
use crate::runtime::gc::heap::type_flag;
use crate::runtime::object::typedef::{TypeSpec, native};
use crate::runtime::object::vm::{Vm, vm};
use crate::runtime::value::{LockCell, Obj, Payload, Ref, Value};

/// How native code reaches the memory that an object lends.
pub struct Access {
    /// All of it.
    pub bytes: for<'a> fn(&'a Value) -> &'a [u8],
    /// All of it for writing, unless it is read-only.
    pub bytes_mut: Option<for<'a> fn(&'a Value) -> &'a mut [u8]>,
    /// A lease has ended.
    pub release: fn(&Vm, &Value),
}

/// Bit of the flags: the memory is to be written.
pub const WRITABLE: u32 = 1;

/// What an exporter says of its memory.
pub struct Export {
    /// How to reach it.
    pub access: &'static Access,
    /// May it not be written?
    pub readonly: bool,
    /// Format of an item, as of the module `struct`.
    pub format: Cow<'static, str>,
    /// Size of an item in bytes.
    pub itemsize: usize,
    /// Items in each dimension; `None`: one dimension of as many as there are.
    pub shape: Option<Vec<usize>>,
    /// Distance in bytes of neighbours in each dimension; `None`: they lie side by side in C's order.
    pub strides: Option<Vec<isize>>,
    /// Where the first item is.
    pub offset: usize,
}

impl Export {
    /// Plain bytes.
    pub fn bytes(access: &'static Access, readonly: bool) -> Export {
        Export::items(access, readonly, "B", 1)
    }
    /// Items side by side, as many as there is room for.
    pub fn items(
        access: &'static Access,
        readonly: bool,
        format: impl Into<Cow<'static, str>>,
        itemsize: usize,
    ) -> Export {
        Export { access, readonly, format: format.into(), itemsize, shape: None, strides: None, offset: 0 }
    }
}

/// A claim on an exporter's memory, shared by views.
pub struct Lease {
    /// The exporter as `obj` shows it.
    pub shown: Value,
    /// The object whose memory it is; a memoryview if `shown` is of a Python class.
    pub source: Value,
    access: &'static Access,
}

crate::payload!(Lease, "managedbuffer", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(&self.shown);
        visit(&self.source);
    }
});

impl Drop for Lease {
    fn drop(&mut self) {
        (self.access.release)(vm(), &self.source);
        if !self.shown.is(&self.source) {
            release_python(vm(), &self.shown, &self.source);
        }
    }
}

/// Tells the instance of a Python class that its buffer is not used any more.
fn release_python(vm: &Vm, shown: &Value, view: &Value) {
    let result = vm.call_special(shown, &vm.names().__release_buffer__, std::slice::from_ref(view));
    if let Err(raised) = result {
        vm.write_unraisable(raised, shown);
    }
    if let Some(view) = view.downcast::<MemoryView>() {
        view.lease.set(None);
    }
}

static LEASE: TypeSpec = TypeSpec::new("managedbuffer", Lease::layout).flags(type_flag::NO_NEW);

/// Shape and place of what a view sees.
#[derive(Clone, Debug)]
pub struct View {
    /// May it not be written?
    pub readonly: bool,
    /// Format of an item.
    pub format: Cow<'static, str>,
    /// Size of an item in bytes.
    pub itemsize: usize,
    /// Items in each dimension.
    pub shape: Vec<usize>,
    /// Distance in bytes of neighbours in each dimension.
    pub strides: Vec<isize>,
    /// Where the first item is in the exporter's memory.
    pub offset: usize,
}

impl View {
    /// Number of items.
    pub fn count(&self) -> usize {
        self.shape.iter().product()
    }
    /// Size of all items in bytes.
    pub fn size(&self) -> usize {
        self.count() * self.itemsize
    }
    /// Do the items lie side by side in C's order?
    pub fn is_c_contiguous(&self) -> bool {
        self.count() == 0 || self.strides_fit(self.shape.iter().zip(&self.strides).rev())
    }
    /// Do the items lie side by side in Fortran's order?
    pub fn is_f_contiguous(&self) -> bool {
        self.count() == 0 || self.strides_fit(self.shape.iter().zip(&self.strides))
    }
    fn strides_fit<'a>(&self, dimensions: impl Iterator<Item = (&'a usize, &'a isize)>) -> bool {
        let mut expected = self.itemsize as isize;
        for (&length, &stride) in dimensions {
            if length != 1 && stride != expected {
                return false;
            }
            expected *= length as isize;
        }
        true
    }
    /// Calls `each` with the place of every item, in C's order.
    pub fn for_each_item(&self, each: &mut dyn FnMut(usize)) {
        fn walk(view: &View, dimension: usize, at: isize, each: &mut dyn FnMut(usize)) {
            if dimension == view.shape.len() {
                return each(at as usize);
            }
            for nth in 0..view.shape[dimension] {
                walk(view, dimension + 1, at + nth as isize * view.strides[dimension], each);
            }
        }
        if self.count() > 0 {
            walk(self, 0, self.offset as isize, each);
        }
    }
    /// All items side by side, in C's order, out of the exporter's memory.
    pub fn gather<'a>(&self, memory: &'a [u8]) -> Cow<'a, [u8]> {
        if self.is_c_contiguous() {
            return Cow::Borrowed(memory.get(self.offset..self.offset + self.size()).unwrap_or_default());
        }
        let mut out = Vec::with_capacity(self.size());
        self.for_each_item(&mut |at| out.extend_from_slice(item_at(memory, at, self.itemsize)));
        Cow::Owned(out)
    }
}

/// Bytes of the item at a place; none if the memory is too short.
pub fn item_at(memory: &[u8], at: usize, size: usize) -> &[u8] {
    memory.get(at..at + size).unwrap_or_default()
}

/// Strides of items side by side in C's order.
pub fn c_strides(shape: &[usize], itemsize: usize) -> Vec<isize> {
    let mut strides = vec![0; shape.len()];
    let mut stride = itemsize as isize;
    for (place, &length) in strides.iter_mut().zip(shape).rev() {
        *place = stride;
        stride *= length as isize;
    }
    strides
}

/// A view of an object's memory.
pub struct MemoryView {
    /// The claim; nothing after `release()`.
    pub lease: LockCell<Option<Ref<Lease>>>,
    /// What it sees.
    pub view: View,
    hash: Cell<Option<i64>>,
    /// How often its memory is in use while Python code may run: it is not released then.
    held: Cell<usize>,
}

/// While it lives the view cannot be released.
pub struct Held<'a>(&'a MemoryView);

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.held.set(self.0.held.get() - 1);
    }
}

/// The memory of an object, lent until this is dropped: its size stays as it is, but Python code may change its bytes.
pub struct Lent {
    view: Ref<MemoryView>,
    lease: Ref<Lease>,
    /// The memoryview whose memory it is: it is not released meanwhile.
    held: Option<Ref<MemoryView>>,
}

impl Lent {
    /// The bytes as they are now. Nothing may run Python code while they are looked at.
    pub fn bytes(&self) -> &[u8] {
        let View { offset, .. } = self.view.view;
        self.lease.memory().get(offset..offset + self.view.view.size()).unwrap_or_default()
    }
    /// Number of bytes.
    pub fn len(&self) -> usize {
        self.view.view.size()
    }
    /// Has it no bytes?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Writes bytes at a place, those for which there is room; only into what came from [`Vm::lend_mut`].
    pub fn write(&self, at: usize, bytes: &[u8]) {
        let View { offset, .. } = self.view.view;
        let Some(memory) = self.lease.memory_mut() else { return };
        if let Some(place) = memory.get_mut(offset..offset + self.len()).and_then(|all| all.get_mut(at..)) {
            let n = bytes.len().min(place.len());
            place[..n].copy_from_slice(&bytes[..n]);
        }
    }
    /// Shows what it refers to.
    pub fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(self.view.value());
        visit(self.lease.value());
        if let Some(held) = &self.held {
            visit(held.value());
        }
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let Some(held) = &self.held {
            held.held.set(held.held.get() - 1);
        }
    }
}

impl MemoryView {
    /// Keeps the view from being released.
    pub fn hold(&self) -> Held<'_> {
        self.held.set(self.held.get() + 1);
        Held(self)
    }

    /// `release()`
    pub fn release(&self, vm: &Vm) -> PyResult<()> {
        match self.held.get() {
            0 => {
                self.lease.set(None);
                Ok(())
            }
            n => {
                let s = if n == 1 { "" } else { "s" };
                Err(vm.buffer_error(format!("memoryview has {n} exported buffer{s}")))
            }
        }
    }
}

crate::payload!(MemoryView, "memoryview", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        if let Some(lease) = self.lease.get() {
            visit(lease.value());
        }
    }
    fn clear(&self) {
        self.lease.set(None);
    }
});

impl Obj<MemoryView> {
    /// The claim, or ValueError after `release()`.
    pub fn alive(&self, vm: &Vm) -> PyResult<Ref<Lease>> {
        match self.lease.get() {
            Some(lease) => Ok(lease.clone()),
            None => Err(vm.value_error("operation forbidden on released memoryview object")),
        }
    }
}

impl Lease {
    /// The exporter's memory.
    pub fn memory(&self) -> &[u8] {
        match python_inner(&self.source, &self.shown) {
            Some(inner) => inner.memory(),
            None => (self.access.bytes)(&self.source),
        }
    }
    /// The exporter's memory for writing.
    #[allow(clippy::mut_from_ref)]
    pub fn memory_mut(&self) -> Option<&mut [u8]> {
        match python_inner(&self.source, &self.shown) {
            Some(inner) => inner.memory_mut(),
            None => self.access.bytes_mut.map(|f| f(&self.source)),
        }
    }
}

/// The lease behind the memoryview that a `__buffer__` gave.
fn python_inner<'a>(source: &'a Value, shown: &Value) -> Option<&'a Obj<Lease>> {
    if source.is(shown) {
        return None;
    }
    source.downcast::<MemoryView>()?.lease.get().as_deref()
}

/// Access of leases whose memory belongs to another view.
static FORWARD: Access = Access { bytes: |_| &[], bytes_mut: None, release: |_, _| {} };

impl Vm {
    /// A memoryview over memory that an object lends; for `buffer` slots.
    pub fn export(&self, owner: &Value, export: Export, flags: u32) -> PyResult<Value> {
        if flags & WRITABLE != 0 && export.readonly {
            return Err(self.buffer_error("Object is not writable."));
        }
        let shape =
            export.shape.unwrap_or_else(|| vec![(export.access.bytes)(owner).len() / export.itemsize.max(1)]);
        let strides = export.strides.unwrap_or_else(|| c_strides(&shape, export.itemsize));
        let view = View {
            readonly: export.readonly,
            format: export.format,
            itemsize: export.itemsize,
            shape,
            strides,
            offset: export.offset,
        };
        let lease = Lease { shown: owner.clone(), source: owner.clone(), access: export.access };
        let lease = self.alloc(self.typ(&LEASE), lease);
        Ok(self.view_of(lease, view))
    }

    /// A memoryview that shares a lease.
    pub fn view_of(&self, lease: Ref<Lease>, view: View) -> Value {
        let this =
            MemoryView { lease: LockCell::new(Some(lease)), view, hash: Cell::new(None), held: Cell::new(0) };
        self.alloc_spec(&MEMORYVIEW, this)
    }

    /// Does the object lend its memory?
    #[inline]
    pub fn has_buffer(&self, value: &Value) -> bool {
        value.ty(self).slots.get().buffer.is_some()
    }

    /// A memoryview over the object's memory, or TypeError.
    pub fn buffer_view(&self, value: &Value, flags: u32) -> PyResult<Ref<MemoryView>> {
        let Some(buffer) = value.ty(self).slots.get().buffer else { return Err(self.no_buffer(value)) };
        let found = buffer(self, value, flags)?;
        let view = Ref::<MemoryView>::from_value(found)
            .map_err(|_| self.type_error("__buffer__ returned non-memoryview object"))?;
        let lease = view.alive(self)?;
        // A native type knows whose memory it shows; what `__buffer__` returns is shown as the object's.
        if value.ty(self).spec.is_some() || value.downcast::<MemoryView>().is_some() || lease.shown.is(value)
        {
            return Ok(view);
        }
        if flags & WRITABLE != 0 && view.view.readonly {
            return Err(self.buffer_error("memoryview: underlying buffer is not writable"));
        }
        let shape = view.view.clone();
        let wrapper = Lease { shown: value.clone(), source: view.into_value(), access: &FORWARD };
        let wrapped = self.view_of(self.alloc(self.typ(&LEASE), wrapper), shape);
        Ref::from_value(wrapped).map_err(|_| self.system_error("no memoryview"))
    }

    #[cold]
    fn no_buffer(&self, value: &Value) -> Raised {
        self.type_error(format!("a bytes-like object is required, not '{}'", value.type_name(self)))
    }

    /// Borrows the memory of an object for longer; `None` if it has none, or none whose bytes are side by side.
    pub fn lend(&self, value: &Value) -> PyResult<Option<Lent>> {
        if !self.has_buffer(value) {
            return Ok(None);
        }
        let view = self.buffer_view(value, 0)?;
        if !view.view.is_c_contiguous() {
            return Ok(None);
        }
        self.lent(value, view).map(Some)
    }

    fn lent(&self, value: &Value, view: Ref<MemoryView>) -> PyResult<Lent> {
        let lease = view.alive(self)?;
        let held = value.downcast::<MemoryView>().map(Obj::to_ref);
        if let Some(held) = &held {
            held.held.set(held.held.get() + 1);
        }
        Ok(Lent { view, lease, held })
    }

    /// Borrows the memory of an object to write into it; `what` begins the message of TypeError, as in
    /// `"readinto() argument"`.
    pub fn lend_mut(&self, value: &Value, what: &str) -> PyResult<Lent> {
        let wrong = || {
            self.type_error(format!(
                "{what} must be read-write bytes-like object, not {}",
                value.type_name(self)
            ))
        };
        if !self.has_buffer(value) {
            return Err(wrong());
        }
        let view = self.buffer_view(value, 0)?;
        if view.view.readonly || !view.view.is_c_contiguous() {
            return Err(wrong());
        }
        let lent = self.lent(value, view)?;
        if lent.lease.memory_mut().is_none() { Err(wrong()) } else { Ok(lent) }
    }

    /// Runs `body` on the bytes of a bytes-like object.
    ///
    /// While it runs a `bytearray` keeps its size, but its bytes may be changed by Python code: `body` should run none.
    pub fn with_buffer<R>(&self, value: &Value, body: impl FnOnce(&[u8]) -> R) -> PyResult<R> {
        if let Some(bytes) = self.bytes_of(value) {
            return Ok(body(bytes));
        }
        let view = self.buffer_view(value, 0)?;
        let lease = view.alive(self)?;
        Ok(body(&view.view.gather(lease.memory())))
    }

    /// The bytes of a bytes-like object, copied.
    pub fn buffer_bytes(&self, value: &Value) -> PyResult<Vec<u8>> {
        self.with_buffer(value, <[u8]>::to_vec)
    }

    /// Number of bytes of a bytes-like object.
    pub fn buffer_len(&self, value: &Value) -> PyResult<usize> {
        if let Some(bytes) = self.bytes_of(value) {
            return Ok(bytes.len());
        }
        Ok(self.buffer_view(value, 0)?.view.size())
    }
}

/// `memoryview`
pub static MEMORYVIEW: TypeSpec = TypeSpec::new("memoryview", MemoryView::layout)
    .flags(type_flag::SEQUENCE | type_flag::WEAKREF)
    .doc("(object)", "Create a new memoryview object which references the given object.")
    .slots(ops::slots)
    .methods(methods::METHODS)
    .getset(methods::GETSET);

// ------------------------------------------------------------------------------------------------ iteration

/// An iterator over the items of a one-dimensional view.
pub struct MemoryIter {
    view: LockCell<Value>,
    index: Cell<usize>,
}

crate::payload!(MemoryIter, "memory_iterator", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(self.view.get());
    }
});

static MEMORY_ITER: TypeSpec = TypeSpec::new("memory_iterator", MemoryIter::layout)
    .flags(type_flag::NO_NEW)
    .slots(|s| {
        s.iter = Some(|_, iter| Ok(iter.clone()));
        s.next = Some(|vm, iter| {
            let this = vm.cast::<MemoryIter>(iter)?;
            let held = this.view.cloned();
            let Some(view) = held.downcast::<MemoryView>() else { return Ok(None) };
            let at = this.index.get();
            if at >= view.view.shape.first().copied().unwrap_or(0) {
                this.view.set(Value::NONE);
                return Ok(None);
            }
            this.index.set(at + 1);
            ops::item(vm, view, at as isize).map(Some)
        });
    })
    .methods(&[native(
        "__length_hint__(self, /)",
        |vm, args| {
            let this = vm.cast::<MemoryIter>(&args[0])?;
            let held = this.view.cloned();
            let length =
                held.downcast::<MemoryView>().and_then(|v| v.view.shape.first().copied()).unwrap_or(0);
            Ok(vm.int_usize(length.saturating_sub(this.index.get())))
        },
        "",
    )]);

/// `iter(view)`
pub fn memory_iter(vm: &Vm, value: &Value) -> PyResult<Value> {
    let this = vm.cast::<MemoryView>(value)?;
    this.alive(vm)?;
    match this.view.shape.len() {
        0 => return Err(vm.type_error("invalid indexing of 0-dim memory")),
        1 => {}
        _ => return Err(vm.not_implemented_error("multi-dimensional sub-views are not implemented")),
    }
    Ok(vm.alloc_spec(&MEMORY_ITER, MemoryIter { view: LockCell::new(value.clone()), index: Cell::new(0) }))
}
