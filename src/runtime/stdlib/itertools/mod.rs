//! `itertools`: the types live in `flow` (over one or many iterators), `combine` (combinatorics) and `shared` (`groupby`
//! and `tee`, whose iterators share state).
//!
//! As in CPython 3.14 none of them can be pickled or copied.

use crate::runtime::object::typedef::{Slots, native};
use crate::runtime::stdlib::NativeModule;

mod combine;
mod flow;
mod shared;

/// `itertools`
pub static MODULE: NativeModule = NativeModule {
    name: "itertools",
    doc: "Functional tools for creating and using iterators.",
    functions: &[native("tee(iterable, n=2, /)", shared::tee, "Returns a tuple of n independent iterators.")],
    init: |vm, dict| {
        for spec in [
            &flow::ACCUMULATE,
            &flow::BATCHED,
            &flow::CHAIN,
            &combine::COMBINATIONS,
            &combine::COMBINATIONS_WITH_REPLACEMENT,
            &flow::COMPRESS,
            &flow::COUNT,
            &flow::CYCLE,
            &flow::DROPWHILE,
            &flow::FILTERFALSE,
            &shared::GROUPBY,
            &flow::ISLICE,
            &flow::PAIRWISE,
            &combine::PERMUTATIONS,
            &combine::PRODUCT,
            &flow::REPEAT,
            &flow::STARMAP,
            &flow::TAKEWHILE,
            &flow::ZIP_LONGEST,
            &shared::TEE,
            &shared::GROUPER,
            &shared::TEE_DATA,
        ] {
            vm.set_type_in(dict, spec);
        }
        Ok(())
    },
};

/// Declares a payload: values, then vectors of values, then anything that holds none.
macro_rules! state {
    ($(#[$doc:meta])* $type:ident, $name:literal; $($value:ident),*; $($items:ident),*; $($other:ident: $kind:ty),*) => {
        $(#[$doc])*
        pub struct $type {
            $($value: $crate::runtime::value::LockCell<$crate::runtime::value::Value>,)*
            $($items: $crate::runtime::value::LockCell<Vec<$crate::runtime::value::Value>>,)*
            $($other: $kind,)*
        }
        $crate::payload!($type, $name, gc {
            #[allow(unused_variables)]
            fn traverse(&self, visit: &mut dyn FnMut(&$crate::runtime::value::Value)) {
                $(visit(self.$value.get());)*
                $(for item in self.$items.get() { visit(item); })*
            }
            fn clear(&self) {
                $(self.$value.set($crate::runtime::value::Value::NONE);)*
                $(drop(self.$items.take());)*
            }
        });
    };
}
pub(crate) use state;

/// `iter(x)` is `x`.
fn iterator(s: &mut Slots) {
    s.iter = Some(|_, iter| Ok(iter.clone()));
}
