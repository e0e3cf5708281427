//! The iterators that pass on what one or several others give.

use std::cell::Cell;

use super::{iterator, state};
use crate::runtime::builtins::exceptions as exc;
use crate::runtime::error::PyResult;
use crate::runtime::gc::heap::type_flag;
use crate::runtime::object::args::{Args, Signature};
use crate::runtime::object::ops;
use crate::runtime::object::typedef::{Type, TypeSpec, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{LockCell, Payload, Value};

fn cell(value: Value) -> LockCell<Value> {
    LockCell::new(value)
}

// ------------------------------------------------------------------------------------------------ accumulate

state!(/** `accumulate` */ Accumulate, "accumulate"; iter, function, total, initial;;);

/// `accumulate`
pub static ACCUMULATE: TypeSpec = TypeSpec::new("itertools.accumulate", Accumulate::layout)
    .flags(type_flag::BASE)
    .doc(
        "(iterable, func=None, *, initial=None)",
        "Return series of accumulated sums (or other binary function results).",
    )
    .slots(|s| {
        iterator(s);
        s.new = Some(|vm, ty, args| {
            const SIGNATURE: Signature = Signature::parse("accumulate(iterable, func=None, *, initial=None)");
            let [iterable, function, initial] = vm.bind_args(&SIGNATURE, args)?;
            let iter = vm.iter(&iterable)?;
            let function = function.some().cloned().unwrap_or(Value::NONE);
            let initial = initial.some().cloned().unwrap_or(Value::UNBOUND);
            Ok(vm
                .alloc(
                    ty,
                    Accumulate {
                        iter: cell(iter),
                        function: cell(function),
                        total: cell(Value::UNBOUND),
                        initial: cell(initial),
                    },
                )
                .into_value())
        });
        s.next = Some(|vm, iter| {
            let this = vm.cast::<Accumulate>(iter)?;
            let initial = this.initial.replace(Value::UNBOUND);
            if !initial.is_unbound() {
                this.total.set(initial.clone());
                return Ok(Some(initial));
            }
            let inner = this.iter.cloned();
            let Some(item) = vm.next(&inner)? else { return Ok(None) };
            let total = this.total.cloned();
            if total.is_unbound() {
                this.total.set(item.clone());
                return Ok(Some(item));
            }
            let function = this.function.cloned();
            let new = if function.is_none() {
                vm.binary(&total, &item, &ops::ADD)?
            } else {
                match vm.end_of_iteration(vm.call_args(&function, &[total, item]))? {
                    Some(new) => new,
                    None => return Ok(None),
                }
            };
            this.total.set(new.clone());
            Ok(Some(new))
        });
    });

// ------------------------------------------------------------------------------------------------ batched

state!(/** `batched` */ Batched, "batched"; iter;; size: usize, strict: bool);

/// `batched`
pub static BATCHED: TypeSpec = TypeSpec::new("itertools.batched", Batched::layout)
    .flags(type_flag::BASE)
    .doc("(iterable, n, *, strict=False)", "Batch data into tuples of length n. The last batch may be shorter than n.\n\nLoops over the input iterable and accumulates data into tuples\nup to size n.  The input is consumed lazily, just enough to\nfill a batch.  The result is yielded as soon as a batch is full\nor when the input iterable is exhausted.\n\n    >>> for batch in batched('ABCDEFG', 3):\n    ...     print(batch)\n    ...\n    ('A', 'B', 'C')\n    ('D', 'E', 'F')\n    ('G',)\n\nIf \"strict\" is True, raises a ValueError if the final batch is shorter\nthan n.")
    .slots(|s| {
        iterator(s);
        s.new = Some(|vm, ty, args| {
            const SIGNATURE: Signature = Signature::parse("batched(iterable, n, *, strict=False)");
            let [iterable, size, strict] = vm.bind_args(&SIGNATURE, args)?;
            let size = vm.to_index(&size)?;
            let strict = match strict.given() {
                Some(strict) => vm.truth(strict)?,
                None => false,
            };
            if size < 1 {
                return Err(vm.value_error("n must be at least one"));
            }
            let iter = vm.iter(&iterable)?;
            Ok(vm.alloc(ty, Batched { iter: cell(iter), size: size as usize, strict }).into_value())
        });
        s.next = Some(|vm, iter| {
            let this = vm.cast::<Batched>(iter)?;
            let inner = this.iter.cloned();
            if inner.is_none() {
                return Ok(None);
            }
            let mut items = Vec::with_capacity(this.size.min(1024));
            while items.len() < this.size {
                match vm.next(&inner)? {
                    Some(item) => items.push(item),
                    None => {
                        this.iter.set(Value::NONE);
                        break;
                    }
                }
            }
            if items.is_empty() {
                return Ok(None);
            }
            if items.len() < this.size && this.strict {
                return Err(vm.value_error("batched(): incomplete batch"));
            }
            Ok(Some(vm.tuple(items)))
        });
    });

// ------------------------------------------------------------------------------------------------ chain

state!(/** `chain` */ Chain, "chain"; source, active;;);

/// `chain`
pub static CHAIN: TypeSpec = TypeSpec::new("itertools.chain", Chain::layout)
    .flags(type_flag::BASE)
    .doc("(*iterables)", "Return a chain object whose .__next__() method returns elements from the\nfirst iterable until it is exhausted, then elements from the next\niterable, until all of the iterables are exhausted.")
    .slots(|s| {
        iterator(s);
        s.new = Some(|vm, ty, args| {
            let init = ty.slots.get().init.map(|f| f as usize);
            if init == vm.typ(&CHAIN).slots.get().init.map(|f| f as usize) {
                args.no_keywords(vm, "chain")?;
            }
            let source = vm.iter(&vm.tuple_of(args.pos()))?;
            Ok(vm.alloc(ty, Chain { source: cell(source), active: cell(Value::NONE) }).into_value())
        });
        s.next = Some(|vm, iter| {
            let this = vm.cast::<Chain>(iter)?;
            loop {
                let active = this.active.cloned();
                if !active.is_none() {
                    if let Some(item) = vm.next(&active)? {
                        return Ok(Some(item));
                    }
                    this.active.set(Value::NONE);
                }
                let source = this.source.cloned();
                if source.is_none() {
                    return Ok(None);
                }
                let found = match vm.next(&source) {
                    Ok(Some(found)) => vm.iter(&found),
                    Ok(None) => {
                        this.source.set(Value::NONE);
                        return Ok(None);
                    }
                    Err(raised) => Err(raised),
                };
                match found {
                    Ok(found) => this.active.set(found),
                    Err(raised) => {
                        this.source.set(Value::NONE);
                        return Err(raised);
                    }
                }
            }
        });
    })
    .methods(&[
        native("from_iterable(cls, iterable, /)", |vm, args| {
            let source = vm.iter(&args[1])?;
            let Some(ty) = args[0].downcast_ref::<Type>() else { return Err(vm.type_error("not a type")) };
            Ok(vm.alloc(&ty, Chain { source: cell(source), active: cell(Value::NONE) }).into_value())
        }, "Alternative chain() constructor taking a single iterable argument that evaluates lazily.").class(),
        native("__class_getitem__(cls, object, /)", |vm, args| vm.generic_alias(&args[0], &args[1]), "See PEP 585").class(),
    ]);

// ------------------------------------------------------------------------------------------------ compress

state!(/** `compress` */ Compress, "compress"; items, selectors;;);

/// `compress`
pub static COMPRESS: TypeSpec = TypeSpec::new("itertools.compress", Compress::layout)
    .flags(type_flag::BASE)
    .doc("(data, selectors)", "Return data elements corresponding to true selector elements.\n\nForms a shorter iterator from selected data elements using the selectors to\nchoose the data elements.")
    .slots(|s| {
        iterator(s);
        s.new = Some(|vm, ty, args| {
            const SIGNATURE: Signature = Signature::parse("compress(data, selectors)");
            let [data, selectors] = vm.bind_args(&SIGNATURE, args)?;
            let (data, selectors) = (vm.iter(&data)?, vm.iter(&selectors)?);
            Ok(vm.alloc(ty, Compress { items: cell(data), selectors: cell(selectors) }).into_value())
        });
        s.next = Some(|vm, iter| {
            let this = vm.cast::<Compress>(iter)?;
            let (data, selectors) = (this.items.cloned(), this.selectors.cloned());
            loop {
                let Some(item) = vm.next(&data)? else { return Ok(None) };
                let Some(selector) = vm.next(&selectors)? else { return Ok(None) };
                if vm.truth(&selector)? {
                    return Ok(Some(item));
                }
            }
        });
    });

// ------------------------------------------------------------------------------------------------ count

state!(/** `count` */ Count, "count"; number, step;;);

/// `count`
pub static COUNT: TypeSpec = TypeSpec::new("itertools.count", Count::layout)
    .flags(type_flag::BASE)
    .doc("(start=0, step=1)", "Return a count object whose .__next__() method returns consecutive values.\n\nEquivalent to:\n    def count(firstval=0, step=1):\n        x = firstval\n        while 1:\n            yield x\n            x += step")
    .slots(|s| {
        iterator(s);
        s.new = Some(|vm, ty, args| {
            const SIGNATURE: Signature = Signature::parse("count(start=0, step=1)");
            let [start, step] = vm.bind_args(&SIGNATURE, args)?;
            for value in [&start, &step] {
                if let Some(value) = value.given()
                    && !is_number(vm, value)
                {
                    return Err(vm.type_error("a number is required"));
                }
            }
            let number = start.given().cloned().unwrap_or_else(|| vm.int(0));
            let step = step.given().cloned().unwrap_or_else(|| vm.int(1));
            Ok(vm.alloc(ty, Count { number: cell(number), step: cell(step) }).into_value())
        });
        s.next = Some(|vm, iter| {
            let this = vm.cast::<Count>(iter)?;
            let (number, step) = (this.number.cloned(), this.step.cloned());
            let after = match (number.as_small(), step.as_small()) {
                (Some(a), Some(b)) => vm.int(a + b),
                _ => vm.binary(&number, &step, &ops::ADD)?,
            };
            this.number.set(after);
            Ok(Some(number))
        });
        s.repr = Some(|vm, iter| {
            let this = vm.cast::<Count>(iter)?;
            let (number, step) = (this.number.cloned(), this.step.cloned());
            let name = iter.ty(vm).name();
            let number = vm.repr_text(&number)?;
            if step.as_small() == Some(1) {
                return Ok(vm.str(format!("{name}({number})")));
            }
            Ok(vm.str(format!("{name}({number}, {})", vm.repr_text(&step)?)))
        });
    });

fn is_number(vm: &Vm, value: &Value) -> bool {
    let slots = value.ty(vm).slots.get();
    slots.index.is_some() || slots.int.is_some() || slots.float.is_some() || value.as_complex().is_some()
}

// ------------------------------------------------------------------------------------------------ cycle

state!(/** `cycle` */ Cycle, "cycle"; iter; saved; at: Cell<usize>);

/// `cycle`
pub static CYCLE: TypeSpec = TypeSpec::new("itertools.cycle", Cycle::layout)
    .flags(type_flag::BASE)
    .doc(
        "(iterable, /)",
        "Return elements from the iterable until it is exhausted. Then repeat the sequence indefinitely.",
    )
    .slots(|s| {
        iterator(s);
        s.new = Some(|vm, ty, args| {
            let iterable = only_positional(vm, ty, &CYCLE, args, "cycle", 1)?;
            let iter = vm.iter(&iterable[0])?;
            Ok(vm
                .alloc(ty, Cycle { iter: cell(iter), saved: LockCell::new(Vec::new()), at: Cell::new(0) })
                .into_value())
        });
        s.next = Some(|vm, iter| {
            let this = vm.cast::<Cycle>(iter)?;
            let inner = this.iter.cloned();
            if !inner.is_none() {
                if let Some(item) = vm.next(&inner)? {
                    this.saved.get_mut().push(item.clone());
                    return Ok(Some(item));
                }
                this.iter.set(Value::NONE);
            }
            let saved = this.saved.get();
            let at = this.at.get();
            let Some(item) = saved.get(at) else { return Ok(None) };
            this.at.set(if at + 1 >= saved.len() { 0 } else { at + 1 });
            Ok(Some(item.clone()))
        });
    });

/// Exactly `count` positional arguments; keywords only in subclasses that have an `__init__` for them.
fn only_positional<'a>(
    vm: &Vm,
    ty: &crate::runtime::object::typedef::TypeRef,
    spec: &'static TypeSpec,
    args: Args<'a>,
    name: &str,
    count: usize,
) -> PyResult<&'a [Value]> {
    let init = ty.slots.get().init.map(|f| f as usize);
    if init == vm.typ(spec).slots.get().init.map(|f| f as usize) {
        args.no_keywords(vm, name)?;
    }
    Args::positional(args.pos()).count(vm, name, count, count)
}

// ------------------------------------------------------------------------------------------------ dropwhile, takewhile, ...

state!(/** A function and an iterator. */ Guarded, "itertools function iterator"; function, iter;; done: Cell<bool>);

macro_rules! guarded {
    ($(#[$doc:meta])* $spec:ident, $name:literal, $text:literal, $signature:literal, $next:expr) => {
        $(#[$doc])*
        pub static $spec: TypeSpec = TypeSpec::new(concat!("itertools.", $name), Guarded::layout)
            .flags(type_flag::BASE)
            .doc($signature, $text)
            .slots(|s| {
                iterator(s);
                s.new = Some(|vm, ty, args| {
                    let pos = only_positional(vm, ty, &$spec, args, $name, 2)?;
                    let iter = vm.iter(&pos[1])?;
                    Ok(vm.alloc(ty, Guarded { function: cell(pos[0].clone()), iter: cell(iter), done: Cell::new(false) }).into_value())
                });
                s.next = Some($next);
            });
    };
}

guarded!(/** `dropwhile` */ DROPWHILE, "dropwhile",
"Drop items from the iterable while predicate(item) is true.\n\nAfterwards, return every element until the iterable is exhausted.", "(predicate, iterable, /)",
|vm, iter| {
    let this = vm.cast::<Guarded>(iter)?;
    let inner = this.iter.cloned();
    loop {
        let Some(item) = vm.next(&inner)? else { return Ok(None) };
        if this.done.get() {
            return Ok(Some(item));
        }
        let function = this.function.cloned();
        let Some(result) = vm.end_of_iteration(vm.call1(&function, &item))? else { return Ok(None) };
        if !vm.truth(&result)? {
            this.done.set(true);
            return Ok(Some(item));
        }
    }
});

guarded!(/** `takewhile` */ TAKEWHILE, "takewhile",
"Return successive entries from an iterable as long as the predicate evaluates to true for each entry.", "(predicate, iterable, /)",
|vm, iter| {
    let this = vm.cast::<Guarded>(iter)?;
    if this.done.get() {
        return Ok(None);
    }
    let inner = this.iter.cloned();
    let Some(item) = vm.next(&inner)? else { return Ok(None) };
    let function = this.function.cloned();
    let Some(result) = vm.end_of_iteration(vm.call1(&function, &item))? else { return Ok(None) };
    if vm.truth(&result)? {
        return Ok(Some(item));
    }
    this.done.set(true);
    Ok(None)
});

guarded!(/** `filterfalse` */ FILTERFALSE, "filterfalse",
"Return those items of iterable for which function(item) is false.\n\nIf function is None, return the items that are false.", "(function, iterable, /)",
|vm, iter| {
    let this = vm.cast::<Guarded>(iter)?;
    let (inner, function) = (this.iter.cloned(), this.function.cloned());
    let plain = function.is_none() || function.to_bits() == vm.typ(&crate::runtime::builtins::ints::BOOL).address();
    while let Some(item) = vm.next(&inner)? {
        let result = if plain { Some(item.clone()) } else { vm.end_of_iteration(vm.call1(&function, &item))? };
        let Some(result) = result else { return Ok(None) };
        if !vm.truth(&result)? {
            return Ok(Some(item));
        }
    }
    Ok(None)
});

guarded!(/** `starmap` */ STARMAP, "starmap",
"Return an iterator whose values are returned from the function evaluated with an argument tuple taken from the given sequence.", "(function, iterable, /)",
|vm, iter| {
    let this = vm.cast::<Guarded>(iter)?;
    let inner = this.iter.cloned();
    let Some(item) = vm.next(&inner)? else { return Ok(None) };
    let items = vm.collect(&item)?;
    let function = this.function.cloned();
    vm.end_of_iteration(vm.call_args(&function, &items))
});

// ------------------------------------------------------------------------------------------------ islice

state!(/** `islice` */ Islice, "islice"; iter;; next: Cell<isize>, stop: isize, step: isize, count: Cell<isize>);

/// `islice`
pub static ISLICE: TypeSpec = TypeSpec::new("itertools.islice", Islice::layout)
    .flags(type_flag::BASE)
    .doc("", "islice(iterable, stop) --> islice object\nislice(iterable, start, stop[, step]) --> islice object\n\nReturn an iterator whose next() method returns selected values from an\niterable.  If start is specified, will skip all preceding elements;\notherwise, start defaults to zero.  Step defaults to one.  If\nspecified as another value, step determines how many values are\nskipped between successive calls.  Works like a slice() on a list\nbut returns an iterator.")
    .slots(|s| {
        iterator(s);
        s.new = Some(|vm, ty, args| {
            let init = ty.slots.get().init.map(|f| f as usize);
            if init == vm.typ(&ISLICE).slots.get().init.map(|f| f as usize) {
                args.no_keywords(vm, "islice")?;
            }
            let pos = Args::positional(args.pos()).count(vm, "islice", 2, 4)?;
            let bound = |value: &Value, default: isize| -> PyResult<Option<isize>> {
                if value.is_none() {
                    return Ok(Some(default));
                }
                match vm.to_index_or(value, &exc::OVERFLOW_ERROR) {
                    Ok(n) => Ok(Some(n)),
                    Err(raised) => {
                        drop(vm.take_raised(raised));
                        Ok(None)
                    }
                }
            };
            let good = |n: Option<isize>| n.filter(|n| *n >= 0);
            const STOP: &str = "Stop argument for islice() must be None or an integer: 0 <= x <= sys.maxsize.";
            const INDICES: &str = "Indices for islice() must be None or an integer: 0 <= x <= sys.maxsize.";
            let (mut start, stop);
            if pos.len() == 2 {
                start = 0;
                stop = if pos[1].is_none() {
                    -1
                } else {
                    match bound(&pos[1], -1)? {
                        None | Some(-1) => return Err(vm.value_error(STOP)),
                        Some(stop) if stop < 0 => return Err(vm.value_error(INDICES)),
                        Some(stop) => stop,
                    }
                };
            } else {
                let first = bound(&pos[1], 0)?;
                let last = if pos[2].is_none() {
                    -1
                } else {
                    match bound(&pos[2], -1)? {
                        None | Some(-1) => return Err(vm.value_error(STOP)),
                        Some(last) if last < 0 => return Err(vm.value_error(INDICES)),
                        Some(last) => last,
                    }
                };
                start = good(first).ok_or_else(|| vm.value_error(INDICES))?;
                stop = last;
            }
            let step = match pos.get(3) {
                None => 1,
                Some(step) => bound(step, 1)?
                    .filter(|n| *n >= 1)
                    .ok_or_else(|| vm.value_error("Step for islice() must be a positive integer or None."))?,
            };
            if start < 0 {
                start = 0;
            }
            let iter = vm.iter(&pos[0])?;
            Ok(vm.alloc(ty, Islice { iter: cell(iter), next: Cell::new(start), stop, step, count: Cell::new(0) }).into_value())
        });
        s.next = Some(|vm, iter| {
            let this = vm.cast::<Islice>(iter)?;
            let inner = this.iter.cloned();
            if inner.is_none() {
                return Ok(None);
            }
            let next = this.next.get();
            while this.count.get() < next {
                if vm.next(&inner)?.is_none() {
                    this.iter.set(Value::NONE);
                    return Ok(None);
                }
                this.count.set(this.count.get() + 1);
            }
            if this.stop != -1 && this.count.get() >= this.stop {
                this.iter.set(Value::NONE);
                return Ok(None);
            }
            let Some(item) = vm.next(&inner)? else {
                this.iter.set(Value::NONE);
                return Ok(None);
            };
            this.count.set(this.count.get() + 1);
            let after = next.checked_add(this.step);
            this.next.set(match (after, this.stop) {
                (Some(after), stop) if stop == -1 || after <= stop => after,
                (None, -1) => isize::MAX,
                (_, stop) => stop,
            });
            Ok(Some(item))
        });
    });

// ------------------------------------------------------------------------------------------------ pairwise

state!(/** `pairwise` */ Pairwise, "pairwise"; iter, old;;);

/// `pairwise`
pub static PAIRWISE: TypeSpec = TypeSpec::new("itertools.pairwise", Pairwise::layout)
    .flags(type_flag::BASE)
    .doc("(iterable, /)", "Return an iterator of overlapping pairs taken from the input iterator.\n\n    s -> (s0,s1), (s1,s2), (s2, s3), ...")
    .slots(|s| {
        iterator(s);
        s.new = Some(|vm, ty, args| {
            let pos = only_positional(vm, ty, &PAIRWISE, args, "pairwise", 1)?;
            let iter = vm.iter(&pos[0])?;
            Ok(vm.alloc(ty, Pairwise { iter: cell(iter), old: cell(Value::UNBOUND) }).into_value())
        });
        s.next = Some(|vm, iter| {
            let this = vm.cast::<Pairwise>(iter)?;
            let inner = this.iter.cloned();
            if inner.is_none() {
                return Ok(None);
            }
            let end = || {
                this.iter.set(Value::NONE);
                this.old.set(Value::UNBOUND);
            };
            let mut old = this.old.cloned();
            if old.is_unbound() {
                let Some(first) = vm.next(&inner)? else {
                    end();
                    return Ok(None);
                };
                this.old.set(first.clone());
                if this.iter.get().is_none() {
                    this.old.set(Value::UNBOUND);
                    return Ok(None);
                }
                old = first;
            }
            match vm.next(&inner) {
                Ok(Some(new)) => {
                    this.old.set(new.clone());
                    Ok(Some(vm.tuple_from(&vm.interp().tuple_type, [old, new].into_iter())))
                }
                Ok(None) => {
                    end();
                    Ok(None)
                }
                Err(raised) => {
                    end();
                    Err(raised)
                }
            }
        });
    });

// ------------------------------------------------------------------------------------------------ repeat

state!(/** `repeat` */ Repeat, "repeat"; element;; left: Cell<isize>);

/// `repeat`
pub static REPEAT: TypeSpec = TypeSpec::new("itertools.repeat", Repeat::layout)
    .flags(type_flag::BASE)
    .doc("", "repeat(object [,times]) -> create an iterator which returns the object\nfor the specified number of times.  If not specified, returns the object\nendlessly.")
    .slots(|s| {
        iterator(s);
        s.new = Some(|vm, ty, args| {
            const SIGNATURE: Signature = Signature::parse("repeat(object, times=None)");
            let [element, times] = vm.bind_args(&SIGNATURE, args)?;
            let left = match times.given() {
                None => -1,
                Some(times) => vm.to_index(times)?.max(0),
            };
            Ok(vm.alloc(ty, Repeat { element: cell(element), left: Cell::new(left) }).into_value())
        });
        s.next = Some(|vm, iter| {
            let this = vm.cast::<Repeat>(iter)?;
            let left = this.left.get();
            if left == 0 {
                return Ok(None);
            }
            if left > 0 {
                this.left.set(left - 1);
            }
            Ok(Some(this.element.cloned()))
        });
        s.repr = Some(|vm, iter| {
            let this = vm.cast::<Repeat>(iter)?;
            let element = this.element.cloned();
            let name = iter.ty(vm).name();
            let text = vm.repr_text(&element)?;
            Ok(vm.str(match this.left.get() {
                -1 => format!("{name}({text})"),
                left => format!("{name}({text}, {left})"),
            }))
        });
    })
    .methods(&[native("__length_hint__(self, /)", |vm, args| match vm.cast::<Repeat>(&args[0])?.left.get() {
        -1 => Err(vm.type_error("len() of unsized object")),
        left => Ok(vm.int(left as i64)),
    }, "Private method returning an estimate of len(list(it)).")]);

// ------------------------------------------------------------------------------------------------ zip_longest

state!(/** `zip_longest` */ ZipLongest, "zip_longest"; fill; iters; active: Cell<usize>);

/// `zip_longest`
pub static ZIP_LONGEST: TypeSpec = TypeSpec::new("itertools.zip_longest", ZipLongest::layout)
    .flags(type_flag::BASE)
    .doc("", "Return a zip_longest object whose .__next__() method returns a tuple where\nthe i-th element comes from the i-th iterable argument.  The .__next__()\nmethod continues until the longest iterable in the argument sequence\nis exhausted and then it raises StopIteration.  When the shorter iterables\nare exhausted, the fillvalue is substituted in their place.  The fillvalue\ndefaults to None or can be specified by a keyword argument.")
    .slots(|s| {
        iterator(s);
        s.new = Some(|vm, ty, args| {
            let mut fill = Value::NONE;
            for (key, value) in args.keywords() {
                if !key.as_str().is_some_and(|k| k.bytes() == b"fillvalue") {
                    return Err(vm.type_error("zip_longest() got an unexpected keyword argument"));
                }
                fill = value.clone();
            }
            let mut iters = Vec::with_capacity(args.pos().len());
            for iterable in args.pos() {
                iters.push(vm.iter(iterable)?);
            }
            let active = Cell::new(iters.len());
            Ok(vm.alloc(ty, ZipLongest { fill: cell(fill), iters: LockCell::new(iters), active }).into_value())
        });
        s.next = Some(|vm, iter| {
            let this = vm.cast::<ZipLongest>(iter)?;
            let count = this.iters.get().len();
            if count == 0 || this.active.get() == 0 {
                return Ok(None);
            }
            let fill = this.fill.cloned();
            let mut items = Vec::with_capacity(count);
            for at in 0..count {
                let Some(inner) = this.iters.get().get(at).cloned() else { return Ok(None) };
                if inner.is_none() {
                    items.push(fill.clone());
                    continue;
                }
                match vm.next(&inner) {
                    Ok(Some(item)) => items.push(item),
                    Ok(None) => {
                        this.active.set(this.active.get().saturating_sub(1));
                        if this.active.get() == 0 {
                            return Ok(None);
                        }
                        if let Some(place) = this.iters.get_mut().get_mut(at) {
                            let old = std::mem::replace(place, Value::NONE);
                            drop(old);
                        }
                        items.push(fill.clone());
                    }
                    Err(raised) => {
                        this.active.set(0);
                        return Err(raised);
                    }
                }
            }
            Ok(Some(vm.tuple(items)))
        });
    });
