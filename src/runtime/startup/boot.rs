//! The first objects: five types that everything else is made of, then the interpreter around them.

use std::ptr::NonNull;

use crate::runtime::api::{Config, HashSeed};
use crate::runtime::builtins::types::{OBJECT, TYPE, raw_type};
use crate::runtime::builtins::{dicts, strs, tuples};
use crate::runtime::gc::heap::{self, Heap};
use crate::runtime::object::dict::Dict;
use crate::runtime::object::hash;
use crate::runtime::object::str::string_of;
use crate::runtime::object::tuple::{Tuple, tuple_of_type};
use crate::runtime::object::typedef::{self, Namespace, TypeRef, TypeSpec};
use crate::runtime::object::vm::{Interp, Vm};
use crate::runtime::value::Ref;

/// An interpreter with its first types; `finish` completes them when a thread has entered it.
pub fn interpreter(config: &Config) -> &'static Interp {
    hash::set_key(match config.hash_seed {
        HashSeed::Fixed(seed) => hash::key_of_seed(seed),
        HashSeed::Random => [(); 2].map(|()| {
            let mut bytes = [0; 8];
            crate::runtime::sys::random_bytes(&mut bytes);
            u64::from_le_bytes(bytes)
        }),
    });
    let heap = Heap::new();
    heap::enter(heap);
    let specs: [&'static TypeSpec; 5] = [&TYPE, &OBJECT, &strs::STR, &tuples::TUPLE, &dicts::DICT];
    // SAFETY: the metaclass's address is corrected right below; no type is looked into before it is complete, but for
    // its head, which `unfinished` writes.
    let types: [TypeRef; 5] = unsafe {
        let types = specs.map(|spec| typedef::unfinished(NonNull::dangling(), (spec.layout)(), spec.kind));
        for ty in &types {
            ty.head.ty.set(types[0].head_ptr());
        }
        types
    };
    let [_, object_type, str_type, tuple_type, dict_type] = &types;
    let string = |text: &str| string_of(str_type, text.as_bytes(), text.chars().count());
    let tuple = |items: Vec<crate::runtime::value::Value>| -> Ref<Tuple> {
        let value = tuple_of_type(tuple_type, items.into_iter());
        // SAFETY: made by `tuple_of_type`.
        unsafe { Ref::from_value_unchecked(value) }
    };
    let dict = || typedef::allocate(dict_type, Dict::new());
    for (ty, spec) in types.iter().zip(specs) {
        let is_root = std::ptr::eq(spec, &OBJECT);
        let base = (!is_root).then(|| object_type.clone());
        let bases = tuple(base.iter().map(|b| b.value().clone()).collect());
        let mut mro = vec![ty.value().clone()];
        mro.extend(base.iter().map(|b| b.value().clone()));
        let raw = raw_type(
            (string(spec.short_name()), string(spec.short_name())),
            (spec.layout)(),
            (base, bases, tuple(mro)),
            Namespace::of(dict()),
            Some(spec),
        );
        // SAFETY: each is completed once.
        unsafe { typedef::complete(ty, raw) };
    }
    let make = |bytes: &[u8]| string_of(str_type, bytes, bytes.len()).into_value();
    let empty_tuple = tuple(Vec::new()).into_value();
    let interp = Interp::assemble(heap, types.clone(), make, empty_tuple, dict);
    Box::leak(Box::new(interp))
}

/// Slots and methods of the first types.
pub fn finish(vm: &'static Vm) {
    let interp = vm.interp();
    let firsts: [(&'static TypeSpec, &TypeRef); 5] = [
        (&OBJECT, &interp.object_type),
        (&TYPE, &interp.type_type),
        (&strs::STR, &interp.str_type),
        (&tuples::TUPLE, &interp.tuple_type),
        (&dicts::DICT, &interp.dict_type),
    ];
    for (spec, ty) in firsts {
        vm.set_spec_type(spec, ty.clone());
    }
    for (spec, ty) in firsts {
        vm.finish_spec_type(ty, &interp.object_type, spec);
    }
    vm.install_hooks();
    let _ = crate::runtime::sys::file::MISSING.set(crate::runtime::import::library::missing);
    crate::runtime::sys::watch_signals(vm.wanted_word(), vm.call_limit_cell());
    crate::runtime::sys::set_signal(libc::SIGINT, crate::runtime::sys::Disposition::Note);
    crate::runtime::sys::set_signal(libc::SIGPIPE, crate::runtime::sys::Disposition::Ignore);
    // The language's runtime looks at these two first, for stacks that are not the program's; such a signal that was only sent
    // would be swallowed once.
    for fault in [libc::SIGSEGV, libc::SIGBUS] {
        crate::runtime::sys::set_signal(fault, crate::runtime::sys::Disposition::Default);
    }
}
