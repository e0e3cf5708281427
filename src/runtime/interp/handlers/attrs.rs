//! Attributes, items, appending.

use crate::runtime::builtins::lists::List;
use crate::runtime::builtins::props::Wrapper;
use crate::runtime::builtins::sets::Set;
use crate::runtime::builtins::strs;
use crate::runtime::bytecode::ops::Op;
use crate::runtime::gc::heap::{self, TypeHead, type_flag};
use crate::runtime::interp::dispatch::At;
use crate::runtime::interp::forms;
use crate::runtime::interp::frame::Frame;
use crate::runtime::interp::handlers::handlers;
use crate::runtime::interp::machine::{self, Machine, State, Table, counted, counted_object};
use crate::runtime::interp::ops::{attr, build, known};
use crate::runtime::object::dict::Dict;
use crate::runtime::object::str::Str;
use crate::runtime::object::tuple::Tuple;
use crate::runtime::object::typedef::kind;
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{Header, Obj, Value, bits, is_int_bits, is_object_bits};

#[inline(always)]
unsafe fn type_of<'a>(bits: u64) -> &'a Obj<TypeHead> {
    // SAFETY: the caller has seen that the word is a pointer to a live object.
    unsafe { heap::type_head(&*(bits as *const Header)) }
}

/// The version of a type object that a word points to.
#[inline(always)]
unsafe fn type_version(bits: u64) -> u32 {
    // SAFETY: the caller has seen that the object is a type, whose payload begins with the head.
    unsafe { &*(bits as *const Obj<TypeHead>) }.version.get()
}

/// Has the object in B the type whose version is cached? (Word 1.)
#[inline(always)]
unsafe fn is_cached(m: Machine, object: u64) -> bool {
    // SAFETY: the type of a live object.
    unsafe { is_object_bits(object) && type_of(object).version.get() == m.extra(1) }
}

/// Is it the class whose version and whose metaclass's are cached? (Words 1 and 2.)
#[inline(always)]
unsafe fn is_cached_class(m: Machine, object: u64) -> bool {
    // SAFETY: a live object; a type if its type's flag says so.
    unsafe {
        is_object_bits(object) && {
            let meta = type_of(object);
            meta.flags.get() & type_flag::TYPE != 0
                && type_version(object) == m.extra(1)
                && meta.version.get() == m.extra(2)
        }
    }
}

/// Is it a module whose namespace has the cached version? (Word 1.)
#[inline(always)]
unsafe fn is_cached_module(m: Machine, object: u64) -> bool {
    // SAFETY: a live object; a module if its kind says so.
    unsafe {
        is_object_bits(object)
            && type_of(object).kind.get() == kind::MODULE
            && attr::module_version(object) == m.extra(1)
    }
}

/// A 32-bit word at an offset in an object.
#[inline(always)]
unsafe fn word_at(object: u64, offset: usize) -> u32 {
    // SAFETY: the caller has compared the version of the object's type, which tells its layout.
    unsafe { *((object as usize + offset) as *const u32) }
}

/// The dictionary of an instance whose type is the cached one and has room for attributes, if it has one.
#[inline(always)]
unsafe fn cached_dict<'a>(m: Machine, object: u64) -> Option<&'a Dict> {
    // SAFETY: the instructions that ask are only written for types with an attribute area.
    unsafe {
        if !is_cached(m, object) {
            return None;
        }
        let word = heap::attrs_word(&*(object as *const Header)).get();
        if heap::shape_of(word).is_some() { None } else { Some(&*(word as *const Obj<Dict>)) }
    }
}

/// Writes a method and its receiver, which was taken from B, into dead temporaries.
#[inline(always)]
unsafe fn put_method(m: Machine, method: u64) -> State {
    // SAFETY: the registers are the instruction's.
    unsafe {
        let receiver = m.take(m.b());
        m.fill(m.a(), counted_object(method));
        m.fill(m.a() + 1, receiver);
        m.next(5)
    }
}

/// Writes a function that is called without a receiver into dead temporaries; B is used up.
#[inline(always)]
unsafe fn put_function(m: Machine, function: u64) -> State {
    // SAFETY: as in `put_method`.
    unsafe {
        let used = m.used(m.b());
        m.fill(m.a(), counted(function));
        m.fill(m.a() + 1, bits::UNBOUND);
        m.drop_next(5, used)
    }
}

/// Writes what the cached class method wraps, and the class, into dead temporaries; B is used up.
#[inline(always)]
unsafe fn put_class_method(m: Machine, class: u64) -> State {
    // SAFETY: as in `put_method`; the type has the class method as long as it has the version that was compared.
    unsafe {
        let wrapper = &*(m.extra_pair(3) as *const Obj<Wrapper>);
        let receiver = counted(class);
        let used = m.used(m.b());
        m.fill(m.a(), counted(wrapper.callable.get().to_bits()));
        m.fill(m.a() + 1, receiver);
        m.drop_next(5, used)
    }
}

/// The items of the list or tuple in B, if they are as many as C says; none otherwise.
#[inline(always)]
unsafe fn unpacked<'a>(m: Machine<'a>) -> &'a [Value] {
    // SAFETY: the kinds say what the object is; it stays as long as its register does.
    unsafe {
        let source = m.bits(m.b());
        if !is_object_bits(source) {
            return &[];
        }
        let items: &[Value] = match type_of(source).kind.get() {
            kind::TUPLE => (&*(source as *const Obj<Tuple>)).items(),
            kind::LIST => (&*(source as *const Obj<List>)).items.get(),
            _ => &[],
        };
        if items.len() == m.n8() as usize { items } else { &[] }
    }
}

/// The rest of an `UnpackMoves` of a list or tuple, from an item on whose register holds the last reference to something,
/// maybe to the source.
#[inline(never)]
unsafe fn unpack_rest(pc: *const u32, base: *mut Value, source: u64, from: usize) -> State {
    // SAFETY: a handler's promise.
    unsafe {
        let at = At { base, pc };
        Frame(base).set_pc(pc);
        let count = at.c() as u8 as usize;
        // What is dropped may change the list, or let go of the tuple.
        let rest: smallvec::SmallVec<[Value; 16]> = {
            let items = match type_of(source).kind.get() {
                kind::TUPLE => (&*(source as *const Obj<Tuple>)).items(),
                _ => (&*(source as *const Obj<List>)).items.get(),
            };
            items[from..count].iter().cloned().collect()
        };
        for (nth, item) in rest.into_iter().enumerate() {
            at.set((*pc.add(from + nth) >> 8) as i8, item);
        }
        at.done(at.b());
        State { pc: pc.add(count), base }
    }
}

/// The item at a place of the object in B, if its type tells that quickly.
#[inline(always)]
unsafe fn item(m: Machine, at: i64) -> Option<Value> {
    // SAFETY: the caller has seen that B holds an object. An item may take memory, and so look at frames.
    unsafe {
        let object = m.value(m.b());
        if object.kind() == kind::STR {
            let text = &*(object.to_bits() as *const Obj<Str>);
            if text.is_ascii() {
                return strs::ascii_item(m.vm, text, at).cloned();
            }
        }
        let ty = object.ty(m.vm);
        let quick = ty.slots.get().item.filter(|_| !ty.is_heap())?;
        m.frame().set_pc(m.pc);
        quick(m.vm, object, at)
    }
}

/// One time in so many an instruction whose form does not fit looks for a better one although the table knows the attribute.
const LOOK: u32 = 64;

/// Counts an instruction whose form does not fit its object; says whether the table of known attributes shall be asked.
#[inline(always)]
fn asks_table(m: Machine) -> bool {
    let misses = m.vm.misses.get().wrapping_add(1);
    m.vm.misses.set(misses);
    !misses.is_multiple_of(LOOK)
}

/// A form of `LoadAttr` that does not fit the object.
#[inline(never)]
unsafe fn load_attr_known(pc: *const u32, base: *mut Value, vm: &Vm, table: &Table) -> State {
    let m = Machine { pc, base, vm, table };
    // SAFETY: a handler's promise.
    unsafe {
        if asks_table(m)
            && let Some(value) = known::load(vm, m.value(m.b()), m.at().name(m.extra(0) as usize))
        {
            return m.put_used(value.into_bits(), 5);
        }
        m.slow(5, attr::load_attr)
    }
}

/// A form of `StoreAttr` that does not fit the object.
#[inline(never)]
unsafe fn store_attr_known(pc: *const u32, base: *mut Value, vm: &Vm, table: &Table) -> State {
    let m = Machine { pc, base, vm, table };
    // SAFETY: a handler's promise; the place is one of the object's values.
    unsafe {
        if asks_table(m)
            && let Some(place) = known::place(vm, m.value(m.a()), m.at().name(m.extra(0) as usize))
        {
            let value = m.take(m.b());
            let old = place.cast::<u64>().replace(value);
            let used = m.used(m.a());
            return m.drop_two_next(5, old, used);
        }
        m.slow(5, attr::store_attr)
    }
}

/// A form of `LoadMethod` that does not fit the object.
#[inline(never)]
unsafe fn load_method_known(pc: *const u32, base: *mut Value, vm: &Vm, table: &Table) -> State {
    let m = Machine { pc, base, vm, table };
    // SAFETY: a handler's promise.
    unsafe {
        if asks_table(m)
            && let Some(method) = known::method(vm, m.value(m.b()), m.at().name(m.extra(0) as usize))
        {
            return put_method(m, method);
        }
        m.slow(5, attr::load_method)
    }
}

handlers! {
    /// `A = B.name`
    load_attr(m) {
        // It waits before it looks for a form.
        if m.extra(1) != 0 {
            return load_attr_known(m.pc, m.base, m.vm, m.table);
        }
        m.slow(5, attr::load_attr)
    }
    /// An inline value of the cached shape.
    load_attr_shape(m) {
        let object = m.bits(m.b());
        if !is_cached(m, object) || word_at(object, m.extra(4) as usize) != m.extra(2) {
            return load_attr_known(m.pc, m.base, m.vm, m.table);
        }
        let value = *((object as usize + m.extra(3) as usize) as *const u64);
        m.put_used(counted(value), 5)
    }
    /// An inline value of the cached shape of what a local holds, into a dead temporary.
    load_attr_shape_local(m) {
        let object = m.bits(m.b());
        if !is_cached(m, object) || word_at(object, m.extra(4) as usize) != m.extra(2) {
            return load_attr_known(m.pc, m.base, m.vm, m.table);
        }
        let value = *((object as usize + m.extra(3) as usize) as *const u64);
        m.fill(m.a(), counted(value));
        m.next(5)
    }
    /// The same, and what follows: it is stored as an attribute of what a local holds.
    load_store_attr(m) {
        let object = m.bits(m.b());
        if !is_cached(m, object) || word_at(object, m.extra(4) as usize) != m.extra(2) {
            return load_attr_known(m.pc, m.base, m.vm, m.table);
        }
        let value = counted(*((object as usize + m.extra(3) as usize) as *const u64));
        let next = Machine { pc: m.pc.add(6), ..m };
        if *m.pc.add(5).cast::<u8>().add(machine::OPCODE) == Op::StoreAttrShapeLocal as u8 {
            let target = next.bits(next.a());
            // The same object, and the same version and shape: that was compared.
            let same = next.a() == m.b() && next.extra_pair(1) == m.extra_pair(1);
            if same || is_cached(next, target) && word_at(target, next.extra(3) as usize) == next.extra(2) {
                let old = ((target as usize + next.extra(4) as usize) as *mut u64).replace(value);
                return next.drop_next(5, old);
            }
        }
        m.fill(m.a(), value);
        m.next(5)
    }
    /// A name at the cached position of the instance's dictionary.
    load_attr_dict(m) {
        if let Some(dict) = cached_dict(m, m.bits(m.b()))
            && let Some(place) = dict.place(m.extra(2) as usize, m.extra_pair(3))
        {
            return m.put_used(counted((*place).to_bits()), 5);
        }
        load_attr_known(m.pc, m.base, m.vm, m.table)
    }
    /// The same, written.
    store_attr_dict(m) {
        if let Some(dict) = cached_dict(m, m.bits(m.a()))
            && let Some(place) = dict.place(m.extra(2) as usize, m.extra_pair(3))
        {
            let value = m.take(m.b());
            let old = place.cast::<u64>().replace(value);
            let used = m.used(m.a());
            return m.drop_two_next(5, old, used);
        }
        store_attr_known(m.pc, m.base, m.vm, m.table)
    }
    /// A property whose getter is a Python function, which runs in a frame above.
    load_attr_property(m) {
        if !is_cached(m, m.bits(m.b())) {
            return load_attr_known(m.pc, m.base, m.vm, m.table);
        }
        m.slow_call(5, attr::call_property)
    }
    /// What a native function reads.
    load_attr_native(m) {
        if !is_cached(m, m.bits(m.b())) {
            return load_attr_known(m.pc, m.base, m.vm, m.table);
        }
        m.slow(5, attr::load_native)
    }
    /// A word of `__slots__`.
    load_attr_slot(m) {
        let object = m.bits(m.b());
        if is_cached(m, object) {
            let value = *((object as usize + m.extra(3) as usize) as *const u64);
            if value != bits::UNBOUND {
                return m.put_used(counted(value), 5);
            }
        }
        load_attr_known(m.pc, m.base, m.vm, m.table)
    }
    /// A class attribute that binds nothing.
    load_attr_class(m) {
        let object = m.bits(m.b());
        if is_cached(m, object) {
            let area = type_of(object).attrs_offset.get() as usize;
            if area == 0 || word_at(object, area + 4) == m.extra(2) {
                return m.put_used(counted(m.extra_pair(3)), 5);
            }
        }
        load_attr_known(m.pc, m.base, m.vm, m.table)
    }
    /// A name in a module.
    load_attr_module(m) {
        if !is_cached_module(m, m.bits(m.b())) {
            return load_attr_known(m.pc, m.base, m.vm, m.table);
        }
        m.put_used(counted(*(m.extra_pair(3) as *const u64)), 5)
    }
    /// A class's attribute.
    load_attr_type(m) {
        if !is_cached_class(m, m.bits(m.b())) {
            return load_attr_known(m.pc, m.base, m.vm, m.table);
        }
        m.put_used(counted(m.extra_pair(3)), 5)
    }
    /// `A.name = B`, an inline value that is there already.
    store_attr_shape(m) {
        let object = m.bits(m.a());
        if !is_cached(m, object) || word_at(object, m.extra(3) as usize) != m.extra(2) {
            return store_attr_known(m.pc, m.base, m.vm, m.table);
        }
        let value = m.take(m.b());
        let old = ((object as usize + m.extra(4) as usize) as *mut u64).replace(value);
        let used = m.used(m.a());
        m.drop_two_next(5, old, used)
    }
    /// The same of what a local holds.
    store_attr_shape_local(m) {
        let object = m.bits(m.a());
        if !is_cached(m, object) || word_at(object, m.extra(3) as usize) != m.extra(2) {
            return store_attr_known(m.pc, m.base, m.vm, m.table);
        }
        let value = m.take(m.b());
        let old = ((object as usize + m.extra(4) as usize) as *mut u64).replace(value);
        m.drop_next(5, old)
    }
    /// A word of `__slots__`.
    store_attr_slot(m) {
        let object = m.bits(m.a());
        if !is_cached(m, object) {
            return store_attr_known(m.pc, m.base, m.vm, m.table);
        }
        let value = m.take(m.b());
        let old = ((object as usize + m.extra(3) as usize) as *mut u64).replace(value);
        let used = m.used(m.a());
        m.drop_two_next(5, old, used)
    }
    /// `A.name = B`, a new inline value.
    store_attr(m) {
        let object = m.bits(m.a());
        if is_object_bits(object) && !type_of(object).version.get() == m.extra(1) {
            let area = type_of(object).attrs_offset.get() as usize;
            let place = m.extra(4) as usize;
            if word_at(object, area + 4) == m.extra(2)
                && place < area + 8 + 8 * heap::inline_values(&*(object as *const Header))
            {
                let value = m.take(m.b());
                let old = ((object as usize + place) as *mut u64).replace(value);
                ((object as usize + area + 4) as *mut u32).write(m.extra(3));
                let used = m.used(m.a());
                return m.drop_two_next(5, old, used);
            }
        }
        m.slow(5, attr::store_attr)
    }
    /// `del A.name`
    delete_attr(m) { m.slow(1, attr::delete_attr) }

    /// `A, A+1 = method and self of B.name`
    load_method(m) {
        if m.extra(1) != 0 {
            return load_method_known(m.pc, m.base, m.vm, m.table);
        }
        m.slow(5, attr::load_method)
    }
    /// Of an object without attributes of its own.
    load_method_plain(m) {
        if !is_cached(m, m.bits(m.b())) {
            return load_method_known(m.pc, m.base, m.vm, m.table);
        }
        put_method(m, m.extra_pair(3))
    }
    /// Of an instance of the cached shape.
    load_method_shape(m) {
        let object = m.bits(m.b());
        if !is_cached(m, object)
            || word_at(object, type_of(object).attrs_offset.get() as usize + 4) != m.extra(2)
        {
            return load_method_known(m.pc, m.base, m.vm, m.table);
        }
        put_method(m, m.extra_pair(3))
    }
    /// Of an instance whose dictionary has nothing of that name.
    load_method_dict(m) {
        match cached_dict(m, m.bits(m.b())) {
            Some(dict) if dict.position_str(m.at().name(m.extra(0) as usize)).is_none() => {
                put_method(m, m.extra_pair(3))
            }
            _ => load_method_known(m.pc, m.base, m.vm, m.table),
        }
    }
    /// Of a class.
    load_method_type(m) {
        if !is_cached_class(m, m.bits(m.b())) {
            return load_method_known(m.pc, m.base, m.vm, m.table);
        }
        put_function(m, m.extra_pair(3))
    }
    /// A class method, by an instance.
    load_class_method(m) {
        let object = m.bits(m.b());
        if !is_cached(m, object) {
            return load_method_known(m.pc, m.base, m.vm, m.table);
        }
        let ty = type_of(object);
        let area = ty.attrs_offset.get() as usize;
        if area != 0 && word_at(object, area + 4) != m.extra(2) {
            return load_method_known(m.pc, m.base, m.vm, m.table);
        }
        put_class_method(m, std::ptr::from_ref(ty) as u64)
    }
    /// A class method, by a class.
    load_class_method_type(m) {
        let class = m.bits(m.b());
        if !is_cached_class(m, class) {
            return load_method_known(m.pc, m.base, m.vm, m.table);
        }
        put_class_method(m, class)
    }
    /// Of a module.
    load_method_module(m) {
        if !is_cached_module(m, m.bits(m.b())) {
            return load_method_known(m.pc, m.base, m.vm, m.table);
        }
        put_function(m, *(m.extra_pair(3) as *const u64))
    }
    /// `A = super(B…).name`
    load_super_attr(m) { m.slow(1, attr::load_super_attr) }
    /// `A, A+1 = method and self of super(B…).name`
    load_super_method(m) { m.slow(1, attr::load_super_method) }

    /// `A = B[C]`
    subscr(m) {
        let (object, key) = (m.bits(m.b()), m.bits(m.c()));
        if is_object_bits(object) {
            if let Some(value) = build::subscr_fast(object, key) {
                if type_of(object).kind.get() == kind::LIST {
                    let near = m.b() < 0 && m.a() >= 0;
                    forms::rewrite(m.at(), if near { Op::SubscrListLocal } else { Op::SubscrList });
                }
                // The key is a small int: nothing is to be dropped.
                return m.put_used(value, 0);
            }
            if type_of(object).kind.get() == kind::DICT {
                return subscr_dict(m.pc, m.base, m.vm, m.table);
            }
            if is_int_bits(key) {
                return subscr_item(m.pc, m.base, m.vm, m.table);
            }
        }
        m.slow_call(0, build::subscr)
    }
    /// Of a list.
    subscr_list(m) {
        let (object, key) = (m.bits(m.b()), m.bits(m.c()));
        if is_object_bits(object)
            && is_int_bits(key)
            && let Some(slot) = build::list_slot(object, key)
        {
            return m.put_used(counted(*slot.cast::<u64>()), 0);
        }
        subscr_again(m.pc, m.base, m.vm, m.table)
    }
    /// Of a list in a local, into a temporary.
    subscr_list_local(m) {
        let (object, key) = (m.bits(m.b()), m.bits(m.c()));
        if is_object_bits(object)
            && is_int_bits(key)
            && let Some(slot) = build::list_slot(object, key)
        {
            m.fill(m.a(), counted(*slot.cast::<u64>()));
            return m.next(0);
        }
        subscr_again(m.pc, m.base, m.vm, m.table)
    }
    /// `A = B[small int]`
    subscr_i(m) {
        let object = m.bits(m.b());
        if is_object_bits(object) {
            if let Some(value) = build::subscr_fast(object, ((m.c() as u64) << 1) | 1) {
                return m.put_used(value, 0);
            }
            return subscr_small_item(m.pc, m.base, m.vm, m.table);
        }
        m.slow_call(0, build::subscr_small)
    }
    /// The C temporaries from A on = the items of B; looks what follows.
    unpack_sequence(m) { m.slow(0, build::unpack_first) }
    /// The C temporaries from A on = the items of B.
    unpack_plain(m) {
        let items = unpacked(m);
        if items.is_empty() {
            return m.slow(0, build::unpack_sequence);
        }
        let used = m.used(m.b());
        let first = m.a();
        let mut at = 0;
        while at < items.len() {
            m.fill(first + at as isize, counted(items.as_ptr().cast::<u64>().add(at).read()));
            at += 1;
        }
        m.drop_next(0, used)
    }
    /// The same, with the moves that follow.
    unpack_moves(m) {
        let source = m.bits(m.b());
        let items = unpacked(m);
        if items.is_empty() {
            return m.slow(0, build::unpack_sequence);
        }
        let mut at = 0;
        while at < items.len() {
            let to = (*m.pc.add(at) >> 8) as i8 as isize;
            let old = m.bits(to);
            if is_object_bits(old) {
                let head = &*(old as *const Header);
                if head.count.get() == 1 {
                    return unpack_rest(m.pc, m.base, source, at);
                }
                head.count.set(head.count.get() - 1);
            }
            *m.base.offset(to).cast::<u64>() = counted(items.as_ptr().cast::<u64>().add(at).read());
            at += 1;
        }
        let used = m.used(m.b());
        m.drop_next(items.len(), used)
    }
    /// `A[B] = C`
    store_subscr(m) {
        let (object, key) = (m.bits(m.a()), m.bits(m.b()));
        if is_object_bits(object)
            && is_int_bits(key)
            && let Some(slot) = build::list_slot(object, key)
        {
            if m.a() < 0 {
                forms::rewrite(m.at(), Op::StoreSubscrList);
            }
            let value = m.take(m.c());
            let old = slot.cast::<u64>().replace(value);
            let used = m.used(m.a());
            return m.drop_two_next(0, old, used);
        }
        if is_object_bits(object) && type_of(object).kind.get() == kind::DICT {
            return store_subscr_dict(m.pc, m.base, m.vm, m.table);
        }
        m.slow(0, build::store_subscr)
    }
    /// Of a list that a local holds.
    store_subscr_list(m) {
        let (object, key) = (m.bits(m.a()), m.bits(m.b()));
        if m.a() < 0
            && is_object_bits(object)
            && is_int_bits(key)
            && let Some(slot) = build::list_slot(object, key)
        {
            let value = m.take(m.c());
            let old = slot.cast::<u64>().replace(value);
            return m.drop_next(0, old);
        }
        store_subscr_again(m.pc, m.base, m.vm, m.table)
    }
    /// Appends B to list A.
    list_append(m) {
        let list = m.bits(m.a());
        if is_object_bits(list) && type_of(list).kind.get() == kind::LIST {
            let items = (&*(list as *const Obj<List>)).items.get_mut();
            if items.len() < items.capacity() {
                let value = m.take(m.b());
                items.as_mut_ptr().add(items.len()).cast::<u64>().write(value);
                items.set_len(items.len() + 1);
                return m.next(0);
            }
        }
        m.slow(0, build::list_append)
    }
}

handlers! {
    /// Adds B to set A.
    #[inline(never)]
    set_add(m) {
        let set = m.bits(m.a());
        if is_object_bits(set)
            && type_of(set).kind.get() == kind::SET
            && (&*(set as *const Obj<Set>)).table.add_small(m.value(m.b()))
        {
            // A small int: its register may keep it.
            return m.next(0);
        }
        m.slow(0, build::set_add)
    }
    /// A `SubscrList` of something else.
    #[inline(never)]
    subscr_again(m) {
        forms::rewrite(m.at(), Op::Subscr);
        subscr(m.pc, m.base, m.vm, m.table)
    }
    /// `A = B[C]` of an object, by a small int.
    #[inline(never)]
    subscr_item(m) {
        if let Some(item) = item(m, m.bits(m.c()) as i64 >> 1) {
            return m.put_used(item.into_bits(), 0);
        }
        m.slow_call(0, build::subscr)
    }
    /// `A = B[small int]` of an object.
    #[inline(never)]
    subscr_small_item(m) {
        if let Some(item) = item(m, m.c() as i64) {
            return m.put_used(item.into_bits(), 0);
        }
        m.slow_call(0, build::subscr_small)
    }
    /// A `StoreSubscrList` of something else.
    #[inline(never)]
    store_subscr_again(m) {
        forms::rewrite(m.at(), Op::StoreSubscr);
        store_subscr(m.pc, m.base, m.vm, m.table)
    }
    /// `A = B[C]` of a dict, if the key is found without running Python code.
    #[inline(never)]
    subscr_dict(m) {
        let dict = &*(m.bits(m.b()) as *const Obj<Dict>);
        let Some(at) = dict.quick(m.value(m.c())) else { return m.slow_call(0, build::subscr) };
        let value = counted((*dict.quick_value(at)).to_bits());
        let key = m.used(m.c());
        let used = m.used(m.b());
        let old = m.swap(m.a(), value);
        if is_object_bits(key) || is_object_bits(old) {
            return m.drop_three_next(0, old, used, key);
        }
        m.drop_next(0, used)
    }
    /// `A[B] = C` of a dict that has the key, if that is found without running Python code.
    #[inline(never)]
    store_subscr_dict(m) {
        let dict = &*(m.bits(m.a()) as *const Obj<Dict>);
        let Some(at) = dict.quick(m.value(m.b())) else { return m.slow(0, build::store_subscr) };
        let value = m.take(m.c());
        let old = dict.quick_value(at).cast::<u64>().replace(value);
        let key = m.used(m.b());
        let used = m.used(m.a());
        if is_object_bits(key) || is_object_bits(old) {
            return m.drop_three_next(0, old, used, key);
        }
        m.drop_next(0, used)
    }
}
