//! `combinations`, `combinations_with_replacement`, `permutations` and `product`.
//!
//! Each keeps the pool of items and the indices of what it gave last; no Python runs while it steps.

use std::cell::Cell;

use super::{iterator, state};
use crate::runtime::error::PyResult;
use crate::runtime::gc::heap::type_flag;
use crate::runtime::object::args::{Args, Signature};
use crate::runtime::object::typedef::{TypeSpec, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{LockCell, Payload, Value};

/// What the next call does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    First,
    Running,
    Ended,
}

state!(/** Indices into one pool. */ Pooled, "itertools selection";; pool;
    indices: LockCell<Vec<usize>>, cycles: LockCell<Vec<usize>>, phase: Cell<Phase>);

impl Pooled {
    fn new(pool: Vec<Value>, indices: Vec<usize>, cycles: Vec<usize>, ended: bool) -> Pooled {
        Pooled {
            pool: LockCell::new(pool),
            indices: LockCell::new(indices),
            cycles: LockCell::new(cycles),
            phase: Cell::new(if ended { Phase::Ended } else { Phase::First }),
        }
    }

    /// Steps with `step` (unless it is the first call), and gives the selected `count` items.
    fn next(
        &self,
        vm: &Vm,
        count: usize,
        step: impl FnOnce(&mut [usize], &mut [usize], usize) -> bool,
    ) -> Option<Value> {
        match self.phase.get() {
            Phase::Ended => return None,
            Phase::First => self.phase.set(Phase::Running),
            Phase::Running => {
                if !step(self.indices.get_mut(), self.cycles.get_mut(), self.pool.get().len()) {
                    self.phase.set(Phase::Ended);
                    return None;
                }
            }
        }
        let pool = self.pool.get();
        let indices = &self.indices.get()[..count];
        if count == 0 {
            return Some(vm.interp().empty_tuple.clone());
        }
        Some(vm.tuple_from(&vm.interp().tuple_type, indices.iter().map(|&at| pool[at].clone())))
    }
}

fn length_of(vm: &Vm, value: &Value) -> PyResult<usize> {
    let r = vm.to_index(value)?;
    if r < 0 {
        return Err(vm.value_error("r must be non-negative"));
    }
    Ok(r as usize)
}

/// `combinations`
pub static COMBINATIONS: TypeSpec = TypeSpec::new("itertools.combinations", Pooled::layout)
    .flags(type_flag::BASE)
    .doc("(iterable, r)", "Return successive r-length combinations of elements in the iterable.\n\ncombinations(range(4), 3) --> (0,1,2), (0,1,3), (0,2,3), (1,2,3)")
    .slots(|s| {
        iterator(s);
        s.new = Some(|vm, ty, args| {
            const SIGNATURE: Signature = Signature::parse("combinations(iterable, r)");
            let [iterable, r] = vm.bind_args(&SIGNATURE, args)?;
            let r = vm.to_index(&r)?;
            let pool = vm.collect(&iterable)?;
            let r = length_of(vm, &vm.int(r as i64))?;
            let ended = r > pool.len();
            let indices = if ended { vec![] } else { (0..r).collect() };
            Ok(vm.alloc(ty, Pooled::new(pool, indices, vec![], ended)).into_value())
        });
        s.next = Some(|vm, iter| {
            let this = vm.cast::<Pooled>(iter)?;
            let r = this.indices.get().len();
            Ok(this.next(vm, r, |indices, _, n| {
                let Some(at) = (0..r).rev().find(|&i| indices[i] != i + n - r) else { return false };
                indices[at] += 1;
                for i in at + 1..r {
                    indices[i] = indices[i - 1] + 1;
                }
                true
            }))
        });
    });

/// `combinations_with_replacement`
pub static COMBINATIONS_WITH_REPLACEMENT: TypeSpec =
    TypeSpec::new("itertools.combinations_with_replacement", Pooled::layout)
        .flags(type_flag::BASE)
        .doc("(iterable, r)", "Return successive r-length combinations of elements in the iterable allowing individual elements to have successive repeats.\n\ncombinations_with_replacement('ABC', 2) --> ('A','A'), ('A','B'), ('A','C'), ('B','B'), ('B','C'), ('C','C')")
        .slots(|s| {
            iterator(s);
            s.new = Some(|vm, ty, args| {
                const SIGNATURE: Signature = Signature::parse("combinations_with_replacement(iterable, r)");
                let [iterable, r] = vm.bind_args(&SIGNATURE, args)?;
                let r = vm.to_index(&r)?;
                let pool = vm.collect(&iterable)?;
                let r = length_of(vm, &vm.int(r as i64))?;
                let ended = r > 0 && pool.is_empty();
                vm.room_for::<usize>(r)?;
                let indices = if ended { vec![] } else { vec![0; r] };
                Ok(vm.alloc(ty, Pooled::new(pool, indices, vec![], ended)).into_value())
            });
            s.next = Some(|vm, iter| {
                let this = vm.cast::<Pooled>(iter)?;
                let r = this.indices.get().len();
                Ok(this.next(vm, r, |indices, _, n| {
                    let Some(at) = (0..r).rev().find(|&i| indices[i] != n - 1) else { return false };
                    let new = indices[at] + 1;
                    indices[at..].fill(new);
                    true
                }))
            });
        });

/// `permutations`
pub static PERMUTATIONS: TypeSpec = TypeSpec::new("itertools.permutations", Pooled::layout)
    .flags(type_flag::BASE)
    .doc("(iterable, r=None)", "Return successive r-length permutations of elements in the iterable.\n\npermutations(range(3), 2) --> (0,1), (0,2), (1,0), (1,2), (2,0), (2,1)")
    .slots(|s| {
        iterator(s);
        s.new = Some(|vm, ty, args| {
            const SIGNATURE: Signature = Signature::parse("permutations(iterable, r=None)");
            let [iterable, r] = vm.bind_args(&SIGNATURE, args)?;
            let pool = vm.collect(&iterable)?;
            let n = pool.len();
            let r = match r.some() {
                None => n,
                Some(r) if vm.is_int(r) => length_of(vm, r)?,
                Some(_) => return Err(vm.type_error("Expected int as r")),
            };
            let ended = r > n;
            let cycles = if ended { vec![] } else { (0..r).map(|i| n - i).collect() };
            Ok(vm.alloc(ty, Pooled::new(pool, (0..n).collect(), cycles, ended)).into_value())
        });
        s.next = Some(|vm, iter| {
            let this = vm.cast::<Pooled>(iter)?;
            let r = this.cycles.get().len();
            Ok(this.next(vm, r, |indices, cycles, n| {
                for i in (0..r).rev() {
                    cycles[i] -= 1;
                    if cycles[i] == 0 {
                        indices[i..].rotate_left(1);
                        cycles[i] = n - i;
                    } else {
                        let j = n - cycles[i];
                        indices.swap(i, j);
                        return true;
                    }
                }
                false
            }))
        });
    });

// ------------------------------------------------------------------------------------------------ product

/// `product`
pub struct Product {
    pools: LockCell<Vec<Vec<Value>>>,
    indices: LockCell<Vec<usize>>,
    phase: Cell<Phase>,
}

crate::payload!(Product, "product", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        for pool in self.pools.get() {
            for item in pool {
                visit(item);
            }
        }
    }
    fn clear(&self) {
        self.phase.set(Phase::Ended);
        drop(self.pools.take());
    }
});

/// `product`
pub static PRODUCT: TypeSpec = TypeSpec::new("itertools.product", Product::layout)
    .flags(type_flag::BASE)
    .doc("", "Cartesian product of input iterables.  Equivalent to nested for-loops.\n\nFor example, product(A, B) returns the same as:  ((x,y) for x in A for y in B).\nThe leftmost iterators are in the outermost for-loop, so the output tuples\ncycle in a manner similar to an odometer (with the rightmost element changing\non every iteration).\n\nTo compute the product of an iterable with itself, specify the number\nof repetitions with the optional repeat keyword argument. For example,\nproduct(A, repeat=4) means the same as product(A, A, A, A).\n\nproduct('ab', range(3)) --> ('a',0) ('a',1) ('a',2) ('b',0) ('b',1) ('b',2)\nproduct((0,1), (0,1), (0,1)) --> (0,0,0) (0,0,1) (0,1,0) (0,1,1) (1,0,0) ...")
    .slots(|s| {
        iterator(s);
        s.new = Some(|vm, ty, args| {
            let repeat = repeat_of(vm, args)?;
            let mut pools = Vec::new();
            if repeat > 0 {
                for iterable in args.pos() {
                    pools.push(vm.collect(iterable)?);
                }
            }
            let Some(count) = pools.len().checked_mul(repeat).filter(|n| *n < isize::MAX as usize / 8) else {
                return Err(vm.overflow_error("repeat argument too large"));
            };
            if count > 1 << 28 {
                return Err(vm.memory_error());
            }
            let one = pools.len();
            for at in one..count {
                pools.push(pools[at - one].clone());
            }
            let phase = if pools.iter().any(Vec::is_empty) { Phase::Ended } else { Phase::First };
            let product = Product {
                pools: LockCell::new(pools),
                indices: LockCell::new(vec![0; count]),
                phase: Cell::new(phase),
            };
            Ok(vm.alloc(ty, product).into_value())
        });
        s.next = Some(|vm, iter| {
            let this = vm.cast::<Product>(iter)?;
            let (pools, indices) = (this.pools.get(), this.indices.get_mut());
            match this.phase.get() {
                Phase::Ended => return Ok(None),
                Phase::First => this.phase.set(Phase::Running),
                Phase::Running => {
                    let mut at = indices.len();
                    loop {
                        if at == 0 {
                            this.phase.set(Phase::Ended);
                            return Ok(None);
                        }
                        at -= 1;
                        indices[at] += 1;
                        if indices[at] < pools[at].len() {
                            break;
                        }
                        indices[at] = 0;
                    }
                }
            }
            if pools.is_empty() {
                return Ok(Some(vm.interp().empty_tuple.clone()));
            }
            let items = indices.iter().zip(pools).map(|(&at, pool)| pool[at].clone());
            Ok(Some(vm.tuple_from(&vm.interp().tuple_type, items)))
        });
    })
    .methods(&[native("__sizeof__(self, /)", |vm, args| {
        let this = vm.cast::<Product>(&args[0])?;
        Ok(vm.int_usize(vm.object_size(&args[0]) + 8 * this.indices.get().len()))
    }, "Returns size in memory, in bytes.")]);

fn repeat_of(vm: &Vm, args: Args) -> PyResult<usize> {
    let mut repeat = 1;
    for (key, value) in args.keywords() {
        if !key.as_str().is_some_and(|k| k.bytes() == b"repeat") {
            return Err(vm.type_error(format!(
                "product() got an unexpected keyword argument '{}'",
                vm.to_string(key)?
            )));
        }
        repeat = vm.to_index(value)?;
    }
    if repeat < 0 {
        return Err(vm.value_error("repeat argument cannot be negative"));
    }
    Ok(repeat as usize)
}
