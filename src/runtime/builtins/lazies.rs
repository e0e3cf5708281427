//! `enumerate`, `zip`, `map` and `filter`: iterators over what other iterators give.

use crate::runtime::error::{PyResult, Raised};
use crate::runtime::gc::heap::type_flag;
use crate::runtime::object::args::Args;
use crate::runtime::object::ops;
use crate::runtime::object::typedef::{Slots, TypeRef, TypeSpec, kind, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{LockCell, Payload, Value};

// ------------------------------------------------------------------------------------------------ enumerate

/// The payload of `enumerate`.
pub struct Enumerate {
    /// The iterator.
    pub iter: LockCell<Value>,
    /// The next number.
    pub index: LockCell<Value>,
}

crate::payload!(Enumerate, "enumerate", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(self.iter.get());
        visit(self.index.get());
    }
    fn clear(&self) {
        self.iter.set(Value::NONE);
    }
});

impl Enumerate {
    /// The next number and item.
    pub fn next_parts(&self, vm: &Vm) -> PyResult<Option<[Value; 2]>> {
        let inner = self.iter.cloned();
        let Some(item) = vm.next(&inner)? else { return Ok(None) };
        let index = self.index.cloned();
        let after = match index.as_small() {
            Some(i) => vm.int(i + 1),
            None => vm.binary(&index, &vm.int(1), &ops::ADD)?,
        };
        self.index.set(after);
        Ok(Some([index, item]))
    }
}

/// `enumerate`
pub static ENUMERATE: TypeSpec = TypeSpec::new("enumerate", Enumerate::layout)
    .kind(kind::ENUMERATE)
    .flags(type_flag::BASE)
    .doc(
        "(iterable, start=0)",
        "Return an enumerate object.\n\n  iterable\n    an object supporting iteration\n\nThe enumerate object yields pairs containing a count (from start, which\ndefaults to zero) and a value yielded by the iterable argument.\n\nenumerate is useful for obtaining an indexed list:\n    (0, seq[0]), (1, seq[1]), (2, seq[2]), ...",
    )
    .slots(|s| {
        s.new = Some(enumerate_new);
        s.iter = Some(|_, iter| Ok(iter.clone()));
        s.next = Some(|vm, iter| {
            let parts = vm.cast::<Enumerate>(iter)?.next_parts(vm)?;
            Ok(parts.map(|parts| vm.tuple_from(&vm.interp().tuple_type, parts.into_iter())))
        });
    })
    .methods(&[
        native("__reduce__(self, /)", |vm, args| {
            let this = vm.cast::<Enumerate>(&args[0])?;
            let parts = vm.tuple(vec![this.iter.cloned(), this.index.cloned()]);
            Ok(vm.tuple(vec![args[0].ty(vm).to_value(), parts]))
        }, "Return state information for pickling."),
        native("__class_getitem__(cls, object, /)", |vm, args| vm.generic_alias(&args[0], &args[1]), "See PEP 585")
            .class(),
    ]);

fn enumerate_new(vm: &Vm, ty: &TypeRef, args: Args) -> PyResult<Value> {
    let pos = args.pos();
    if pos.len() + args.names.len() > 2 {
        return Err(vm.type_error(format!(
            "enumerate() takes at most 2 arguments ({} given)",
            pos.len() + args.names.len()
        )));
    }
    for (key, _) in args.keywords() {
        let known = key.as_str().is_some_and(|k| matches!(k.bytes(), b"iterable" | b"start"));
        if !known {
            return Err(vm.type_error(format!(
                "'{}' is an invalid keyword argument for enumerate()",
                vm.to_string(key)?
            )));
        }
    }
    if pos.len() == 2 && !args.names.is_empty() || pos.len() == 1 && args.keyword("iterable").is_some() {
        return Err(vm.type_error("'iterable' is an invalid keyword argument for enumerate()"));
    }
    let Some(iterable) = pos.first().or_else(|| args.keyword("iterable")) else {
        return Err(vm.type_error("enumerate() missing required argument 'iterable'"));
    };
    let index = match pos.get(1).or_else(|| args.keyword("start")) {
        Some(start) => vm.index(start)?,
        None => vm.int(0),
    };
    let iter = vm.iter(iterable)?;
    Ok(vm.alloc(ty, Enumerate { iter: LockCell::new(iter), index: LockCell::new(index) }).into_value())
}

// ------------------------------------------------------------------------------------------------ zip

/// The payload of `zip`.
pub struct Zip {
    /// The iterators; empty at the end.
    pub iters: LockCell<Vec<Value>>,
    /// Must all end together?
    pub strict: LockCell<bool>,
}

crate::payload!(Zip, "zip", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        self.iters.get().iter().for_each(visit);
    }
    fn clear(&self) {
        drop(self.iters.take());
    }
});

impl Zip {
    /// The next items of two iterators that need not end together, the usual case, for which no list is needed.
    pub fn next_two(&self, vm: &Vm) -> Option<PyResult<Option<[Value; 2]>>> {
        if *self.strict.get() {
            return None;
        }
        let [a, b] = self.iters.get().as_slice() else { return None };
        let (a, b) = (a.clone(), b.clone());
        let step = || {
            let Some(x) = vm.next(&a)? else { return Ok(None) };
            let Some(y) = vm.next(&b)? else { return Ok(None) };
            Ok(Some([x, y]))
        };
        Some(step())
    }
}

/// `zip`
pub static ZIP: TypeSpec = TypeSpec::new("zip", Zip::layout)
    .kind(kind::ZIP)
    .flags(type_flag::BASE)
    .doc(
        "(*iterables, strict=False)",
        "The zip object yields n-length tuples, where n is the number of iterables\npassed as positional arguments to zip().  The i-th element in every tuple\ncomes from the i-th iterable argument to zip().  This continues until the\nshortest argument is exhausted.\n\nIf strict is true and one of the arguments is exhausted before the others,\nraise a ValueError.\n\n   >>> list(zip('abcdefg', range(3), range(4)))\n   [('a', 0, 0), ('b', 1, 1), ('c', 2, 2)]",
    )
    .slots(zip_slots)
    .methods(&[
        native("__reduce__(self, /)", |vm, args| {
            let this = vm.cast::<Zip>(&args[0])?;
            let mut parts = vec![args[0].ty(vm).to_value(), vm.tuple(this.iters.cloned())];
            if *this.strict.get() {
                parts.push(Value::TRUE);
            }
            Ok(vm.tuple(parts))
        }, "Return state information for pickling."),
        native("__setstate__(self, state, /)", |vm, args| {
            let strict = vm.truth(&args[1])?;
            vm.cast::<Zip>(&args[0])?.strict.set(strict);
            Ok(Value::NONE)
        }, "Set state information for unpickling."),
    ]);

/// The `strict` keyword of `zip` and `map`; other keywords are errors.
fn strict_keyword(vm: &Vm, function: &str, args: Args) -> PyResult<bool> {
    let mut strict = false;
    for (key, value) in args.keywords() {
        if key.as_str().is_some_and(|k| k.bytes() == b"strict") {
            strict = vm.truth(value)?;
        } else {
            return Err(vm.type_error(format!(
                "{function}() got an unexpected keyword argument '{}'",
                vm.to_string(key)?
            )));
        }
    }
    Ok(strict)
}

/// The error that argument `at` (from 0) ended before or after those in front of it.
#[cold]
fn uneven(vm: &Vm, function: &str, at: usize, how: &str) -> Raised {
    let others = if at == 1 { " 1".to_owned() } else { format!("s 1-{at}") };
    vm.value_error(format!("{function}() argument {} is {how} than argument{others}", at + 1))
}

/// The next item of every iterator; `None` when one has ended.
fn next_of_all(
    vm: &Vm,
    iters: &LockCell<Vec<Value>>,
    strict: bool,
    function: &str,
    items: &mut Vec<Value>,
) -> PyResult<bool> {
    let mut at = 0;
    while let Some(iter) = iters.get().get(at).cloned() {
        match vm.next(&iter)? {
            Some(item) => items.push(item),
            None => {
                if !strict {
                    return Ok(false);
                }
                if at > 0 {
                    return Err(uneven(vm, function, at, "shorter"));
                }
                // The first has ended, so all have to.
                let mut other = 1;
                while let Some(iter) = iters.get().get(other).cloned() {
                    if vm.next(&iter)?.is_some() {
                        return Err(uneven(vm, function, other, "longer"));
                    }
                    other += 1;
                }
                return Ok(false);
            }
        }
        at += 1;
    }
    Ok(true)
}

fn zip_slots(s: &mut Slots) {
    s.new = Some(|vm, ty, args| {
        let strict = strict_keyword(vm, "zip", args)?;
        let mut iters = Vec::with_capacity(args.pos().len());
        for iterable in args.pos() {
            iters.push(vm.iter(iterable)?);
        }
        Ok(vm.alloc(ty, Zip { iters: LockCell::new(iters), strict: LockCell::new(strict) }).into_value())
    });
    s.iter = Some(|_, iter| Ok(iter.clone()));
    s.next = Some(|vm, iter| {
        let this = vm.cast::<Zip>(iter)?;
        if let Some(step) = this.next_two(vm) {
            let parts = step?;
            return Ok(parts.map(|parts| vm.tuple_from(&vm.interp().tuple_type, parts.into_iter())));
        }
        let strict = *this.strict.get();
        let count = this.iters.get().len();
        if count == 0 {
            return Ok(None);
        }
        let mut items = Vec::with_capacity(count);
        if next_of_all(vm, &this.iters, strict, "zip", &mut items)? {
            return Ok(Some(vm.tuple(items)));
        }
        Ok(None)
    });
}

// ------------------------------------------------------------------------------------------------ map

/// The payload of `map`.
pub struct Map {
    /// The function.
    pub function: LockCell<Value>,
    /// The iterators.
    pub iters: LockCell<Vec<Value>>,
    /// Must all end together?
    pub strict: LockCell<bool>,
}

crate::payload!(Map, "map", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(self.function.get());
        self.iters.get().iter().for_each(visit);
    }
    fn clear(&self) {
        self.function.set(Value::NONE);
        drop(self.iters.take());
    }
});

/// `map`
pub static MAP: TypeSpec = TypeSpec::new("map", Map::layout)
    .flags(type_flag::BASE)
    .doc(
        "(function, iterable, /, *iterables, strict=False)",
        "Make an iterator that computes the function using arguments from\neach of the iterables.  Stops when the shortest iterable is exhausted.\n\nIf strict is true and one of the arguments is exhausted before the others,\nraise a ValueError.",
    )
    .slots(|s| {
        s.new = Some(|vm, ty, args| {
            let strict = strict_keyword(vm, "map", args)?;
            let [function, iterables @ ..] = args.pos() else {
                return Err(vm.type_error("map() must have at least two arguments."));
            };
            if iterables.is_empty() {
                return Err(vm.type_error("map() must have at least two arguments."));
            }
            let mut iters = Vec::with_capacity(iterables.len());
            for iterable in iterables {
                iters.push(vm.iter(iterable)?);
            }
            let map = Map {
                function: LockCell::new(function.clone()),
                iters: LockCell::new(iters),
                strict: LockCell::new(strict),
            };
            Ok(vm.alloc(ty, map).into_value())
        });
        s.iter = Some(|_, iter| Ok(iter.clone()));
        s.next = Some(|vm, iter| {
            let this = vm.cast::<Map>(iter)?;
            let function = this.function.cloned();
            if let [only] = this.iters.get().as_slice() {
                let only = only.clone();
                return match vm.next(&only)? {
                    Some(item) => vm.end_of_iteration(vm.call1(&function, &item)),
                    None => Ok(None),
                };
            }
            let mut items = Vec::with_capacity(this.iters.get().len());
            if next_of_all(vm, &this.iters, *this.strict.get(), "map", &mut items)? && !items.is_empty() {
                return vm.end_of_iteration(vm.call_args(&function, &items));
            }
            Ok(None)
        });
    })
    .methods(&[
        native("__reduce__(self, /)", |vm, args| {
            let this = vm.cast::<Map>(&args[0])?;
            let mut parts = vec![this.function.cloned()];
            parts.extend(this.iters.cloned());
            let mut all = vec![args[0].ty(vm).to_value(), vm.tuple(parts)];
            if *this.strict.get() {
                all.push(Value::TRUE);
            }
            Ok(vm.tuple(all))
        }, "Return state information for pickling."),
        native("__setstate__(self, state, /)", |vm, args| {
            let strict = vm.truth(&args[1])?;
            vm.cast::<Map>(&args[0])?.strict.set(strict);
            Ok(Value::NONE)
        }, "Set state information for unpickling."),
    ]);

// ------------------------------------------------------------------------------------------------ filter

/// The payload of `filter`.
pub struct Filter {
    /// The test; `None` for the item's own truth.
    pub function: LockCell<Value>,
    /// The iterator.
    pub iter: LockCell<Value>,
}

crate::payload!(Filter, "filter", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(self.function.get());
        visit(self.iter.get());
    }
    fn clear(&self) {
        self.function.set(Value::NONE);
        self.iter.set(Value::NONE);
    }
});

/// `filter`
pub static FILTER: TypeSpec = TypeSpec::new("filter", Filter::layout)
    .flags(type_flag::BASE)
    .doc(
        "(function, iterable, /)",
        "Return an iterator yielding those items of iterable for which function(item)\nis true. If function is None, return the items that are true.",
    )
    .slots(|s| {
        s.new = Some(|vm, ty, args| {
            let init = ty.slots.get().init.map(|f| f as usize);
            if init == vm.typ(&FILTER).slots.get().init.map(|f| f as usize) {
                args.no_keywords(vm, "filter")?;
            }
            let pos = Args::positional(args.pos()).count(vm, "filter", 2, 2)?;
            let iter = vm.iter(&pos[1])?;
            let filter = Filter { function: LockCell::new(pos[0].clone()), iter: LockCell::new(iter) };
            Ok(vm.alloc(ty, filter).into_value())
        });
        s.iter = Some(|_, iter| Ok(iter.clone()));
        s.next = Some(|vm, iter| {
            let this = vm.cast::<Filter>(iter)?;
            let (function, inner) = (this.function.cloned(), this.iter.cloned());
            let plain = function.is_none() || function.to_bits() == vm.typ(&crate::runtime::builtins::ints::BOOL).address();
            while let Some(item) = vm.next(&inner)? {
                let good = if plain {
                    vm.truth(&item)?
                } else {
                    // A function may end the iteration.
                    let Some(result) = vm.end_of_iteration(vm.call1(&function, &item))? else {
                        return Ok(None);
                    };
                    vm.truth(&result)?
                };
                if good {
                    return Ok(Some(item));
                }
            }
            Ok(None)
        });
    })
    .methods(&[native("__reduce__(self, /)", |vm, args| {
        let this = vm.cast::<Filter>(&args[0])?;
        let parts = vm.tuple(vec![this.function.cloned(), this.iter.cloned()]);
        Ok(vm.tuple(vec![args[0].ty(vm).to_value(), parts]))
    }, "Return state information for pickling.")]);
