//! The sort behind `list.sort` and `sorted`: stable, adaptive, few comparisons.
//!
//! # Model
//!
//! What is sorted are small copyable records that end in the number of the item: the key itself where all keys are
//! ints, floats or strings (comparing them runs no Python), else the number alone, compared through `<`. Afterwards the
//! items are moved by these numbers. The general sort is a merge sort over natural runs that are merged in the order
//! which powersort gives; short runs are extended by binary insertion.
//!
//! A comparison that raises stops the sort; the numbers are then still a permutation (`merge` puts the rest of its copy
//! back), so that no item is lost.

use crate::runtime::error::PyResult;
use crate::runtime::object::dict::exact_str;
use crate::runtime::object::typedef::{Cmp, kind};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{Obj, Value};

/// Sorts items in place by `<` of their keys. On an error the items are all there, in some order.
pub fn sort(vm: &Vm, items: &mut Vec<Value>, key: Option<&Value>, reverse: bool) -> PyResult<()> {
    let keys = match key {
        None => None,
        Some(key) => {
            let mut keys = Vec::with_capacity(items.len());
            for item in items.iter() {
                keys.push(vm.call1(key, item)?);
            }
            Some(keys)
        }
    };
    if items.len() < 2 {
        return Ok(());
    }
    if u32::try_from(items.len()).is_err() {
        return Err(vm.memory_error());
    }
    if keys.is_none() && sorted_ints(items, reverse) {
        return Ok(());
    }
    let (order, result) = match &keys {
        Some(keys) => order_of(vm, keys, reverse),
        None => order_of(vm, items, reverse),
    };
    let mut source = std::mem::take(items);
    items.reserve_exact(source.len());
    for at in order {
        items.push(std::mem::replace(&mut source[at as usize], Value::UNBOUND));
    }
    result
}

/// Small ints without keys: equal ones are the same word, so any sort will do.
fn sorted_ints(items: &mut [Value], reverse: bool) -> bool {
    if !items.iter().all(|item| item.as_small().is_some()) {
        return false;
    }
    // The words have the order of their numbers.
    let word = |item: &Value| item.to_bits() as i64;
    if reverse {
        items.sort_by_key(|item| std::cmp::Reverse(word(item)));
    } else {
        items.sort_by_key(word);
    }
    true
}

/// The first eight bytes of a string, comparable as a number.
fn prefix(bytes: &[u8]) -> u64 {
    let mut word = [0; 8];
    let length = bytes.len().min(8);
    word[..length].copy_from_slice(&bytes[..length]);
    u64::from_be_bytes(word)
}

/// The order that sorts the keys: numbers of items, and whether a comparison raised.
fn order_of(vm: &Vm, keys: &[Value], reverse: bool) -> (Vec<u32>, PyResult<()>) {
    if let Some(mut numbers) = numbered(keys, Value::as_small) {
        if reverse {
            numbers.sort_by(|a, b| b.0.cmp(&a.0));
        } else {
            numbers.sort_by(|a, b| a.0.cmp(&b.0));
        }
        return (numbers.into_iter().map(|(_, at)| at).collect(), Ok(()));
    }
    if let Some(mut numbers) = numbered(keys, |v| plain_float(vm, v).filter(|x| !x.is_nan())) {
        let ordering = |a: &f64, b: &f64| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal);
        if reverse {
            numbers.sort_by(|a, b| ordering(&b.0, &a.0));
        } else {
            numbers.sort_by(|a, b| ordering(&a.0, &b.0));
        }
        return (numbers.into_iter().map(|(_, at)| at).collect(), Ok(()));
    }
    if let Some(mut texts) = numbered(keys, |v| exact_str(v).map(|t| (prefix(t.bytes()), t))) {
        let ordering = |a: &(u64, &Obj<_>), b: &(u64, &Obj<crate::runtime::object::str::Str>)| {
            a.0.cmp(&b.0).then_with(|| Obj::<crate::runtime::object::str::Str>::bytes(a.1).cmp(b.1.bytes()))
        };
        if reverse {
            texts.sort_by(|a, b| ordering(&b.0, &a.0));
        } else {
            texts.sort_by(|a, b| ordering(&a.0, &b.0));
        }
        return (texts.into_iter().map(|(_, at)| at).collect(), Ok(()));
    }
    let mut order: Vec<u32> = (0..keys.len() as u32).collect();
    if reverse {
        order.reverse();
    }
    let result =
        if keys.iter().all(|k| k.kind() == kind::TUPLE && k.as_tuple().is_some_and(|t| !t.is_empty())) {
            merge_sort(&mut order, |a, b| tuple_less(vm, &keys[*a as usize], &keys[*b as usize]))
        } else {
            merge_sort(&mut order, |a, b| vm.compare_bool(&keys[*a as usize], &keys[*b as usize], Cmp::Lt))
        };
    if reverse {
        order.reverse();
    }
    (order, result)
}

fn numbered<'a, T>(keys: &'a [Value], read: impl Fn(&'a Value) -> Option<T>) -> Option<Vec<(T, u32)>> {
    read(&keys[0])?;
    keys.iter().enumerate().map(|(at, key)| Some((read(key)?, at as u32))).collect()
}

/// The float of a value that is exactly a float.
fn plain_float(vm: &Vm, value: &Value) -> Option<f64> {
    match value.as_tagged_float() {
        Some(x) => Some(x),
        None if value.kind() == kind::FLOAT => vm.to_f64(value).ok(),
        None => None,
    }
}

/// `a < b` of exact, non-empty tuples: the first items decide mostly, and cheaply if both are ints or strings.
/// `a < b` of tuples, without Python code as long as their items are plain.
fn tuple_less(vm: &Vm, a: &Value, b: &Value) -> PyResult<bool> {
    if let (Some(x), Some(y)) = (a.as_tuple(), b.as_tuple()) {
        for (x, y) in x.items().iter().zip(y.items()) {
            if x.is(y) {
                continue;
            }
            if let (Some(x), Some(y)) = (x.as_small_or_bool(), y.as_small_or_bool()) {
                if x == y {
                    continue;
                }
                return Ok(x < y);
            }
            let (Some(x), Some(y)) = (exact_str(x), exact_str(y)) else {
                return vm.compare_bool(a, b, Cmp::Lt);
            };
            if x.bytes() != y.bytes() {
                return Ok(x.bytes() < y.bytes());
            }
        }
        return Ok(x.len() < y.len());
    }
    vm.compare_bool(a, b, Cmp::Lt)
}

/// Runs shorter than this are extended by insertion.
const MIN_MERGE: usize = 64;

struct Run {
    start: usize,
    length: usize,
    /// Depth in the merge tree of the boundary to the next run.
    power: u32,
}

/// The shortest run for `n` items: `n` divided by powers of two until it is below 64, rounded up.
fn min_run(mut n: usize) -> usize {
    let mut odd = 0;
    while n >= MIN_MERGE {
        odd |= n & 1;
        n >>= 1;
    }
    n + odd
}

/// Sorts by a `<` that may raise.
pub fn merge_sort<T: Copy>(items: &mut [T], mut less: impl FnMut(&T, &T) -> PyResult<bool>) -> PyResult<()> {
    let n = items.len();
    if n < 2 {
        return Ok(());
    }
    let shortest = min_run(n);
    let mut pending: Vec<Run> = Vec::new();
    let mut spare: Vec<T> = Vec::new();
    let mut start = 0;
    while start < n {
        let mut length = natural_run(&mut items[start..], &mut less)?;
        if length < shortest {
            let forced = shortest.min(n - start);
            insert_rest(&mut items[start..start + forced], length, &mut less)?;
            length = forced;
        }
        if let Some(last) = pending.last() {
            let power = node_power(last.start, last.length, length, n);
            while pending.len() > 1 && pending[pending.len() - 2].power > power {
                merge_top(items, &mut pending, &mut spare, &mut less)?;
            }
            if let Some(last) = pending.last_mut() {
                last.power = power;
            }
        }
        pending.push(Run { start, length, power: 0 });
        start += length;
    }
    while pending.len() > 1 {
        merge_top(items, &mut pending, &mut spare, &mut less)?;
    }
    Ok(())
}

/// How deep the boundary between two neighbouring runs lies in a perfectly balanced tree over all items.
fn node_power(start: usize, first: usize, second: usize, n: usize) -> u32 {
    let mut a = 2 * start as u128 + first as u128;
    let mut b = a + first as u128 + second as u128;
    let n2 = n as u128;
    let mut power = 0;
    loop {
        power += 1;
        if a >= n2 {
            a -= n2;
            b -= n2;
        } else if b >= n2 {
            return power;
        }
        a <<= 1;
        b <<= 1;
    }
}

/// Length of the run at the start; a strictly falling one is turned round.
fn natural_run<T: Copy>(items: &mut [T], less: &mut impl FnMut(&T, &T) -> PyResult<bool>) -> PyResult<usize> {
    if items.len() < 2 {
        return Ok(items.len());
    }
    let mut length = 2;
    if less(&items[1], &items[0])? {
        while length < items.len() && less(&items[length], &items[length - 1])? {
            length += 1;
        }
        items[..length].reverse();
    } else {
        while length < items.len() && !less(&items[length], &items[length - 1])? {
            length += 1;
        }
    }
    Ok(length)
}

/// Binary insertion of everything behind the sorted first part.
fn insert_rest<T: Copy>(
    items: &mut [T],
    sorted: usize,
    less: &mut impl FnMut(&T, &T) -> PyResult<bool>,
) -> PyResult<()> {
    for at in sorted.max(1)..items.len() {
        let pivot = items[at];
        let (mut low, mut high) = (0, at);
        while low < high {
            let middle = low + (high - low) / 2;
            if less(&pivot, &items[middle])? {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        items.copy_within(low..at, low + 1);
        items[low] = pivot;
    }
    Ok(())
}

/// Number of leading items that a key goes behind: those with `!(key < item)`. Steps grow from the start.
fn gallop_right<T: Copy>(
    key: &T,
    items: &[T],
    less: &mut impl FnMut(&T, &T) -> PyResult<bool>,
) -> PyResult<usize> {
    let (mut low, mut step) = (0, 1);
    let mut high = items.len();
    while low + step <= items.len() {
        if less(key, &items[low + step - 1])? {
            high = low + step - 1;
            break;
        }
        low += step;
        step *= 2;
    }
    while low < high {
        let middle = low + (high - low) / 2;
        if less(key, &items[middle])? {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    Ok(low)
}

/// Number of leading items with `item < key`. Steps grow from the end.
fn gallop_left<T: Copy>(
    key: &T,
    items: &[T],
    less: &mut impl FnMut(&T, &T) -> PyResult<bool>,
) -> PyResult<usize> {
    let (mut low, mut high) = (0, items.len());
    let mut step = 1;
    while high >= step {
        if less(&items[high - step], key)? {
            low = high - step + 1;
            break;
        }
        high -= step;
        step *= 2;
    }
    while low < high {
        let middle = low + (high - low) / 2;
        if less(&items[middle], key)? {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    Ok(low)
}

fn merge_top<T: Copy>(
    items: &mut [T],
    pending: &mut Vec<Run>,
    spare: &mut Vec<T>,
    less: &mut impl FnMut(&T, &T) -> PyResult<bool>,
) -> PyResult<()> {
    let Some(second) = pending.pop() else { return Ok(()) };
    let Some(first) = pending.last_mut() else { return Ok(()) };
    let all = &mut items[first.start..second.start + second.length];
    let middle = first.length;
    first.length += second.length;
    first.power = second.power;
    merge(all, middle, spare, less)
}

/// Merges two sorted neighbours.
fn merge<T: Copy>(
    items: &mut [T],
    middle: usize,
    spare: &mut Vec<T>,
    less: &mut impl FnMut(&T, &T) -> PyResult<bool>,
) -> PyResult<()> {
    // What stands right already at both ends is left out.
    let start = gallop_right(&items[middle], &items[..middle], less)?;
    if start == middle {
        return Ok(());
    }
    let end = middle + gallop_left(&items[middle - 1], &items[middle..], less)?;
    let items = &mut items[start..end];
    let middle = middle - start;
    if middle <= items.len() - middle {
        merge_forward(items, middle, spare, less)
    } else {
        merge_backward(items, middle, spare, less)
    }
}

/// How many wins in a row make a merge look for the end of the streak by growing steps.
const STREAK: usize = 7;

fn merge_forward<T: Copy>(
    items: &mut [T],
    middle: usize,
    spare: &mut Vec<T>,
    less: &mut impl FnMut(&T, &T) -> PyResult<bool>,
) -> PyResult<()> {
    spare.clear();
    spare.extend_from_slice(&items[..middle]);
    let (mut left, mut right, mut out) = (0, middle, 0);
    let (mut left_wins, mut right_wins) = (0, 0);
    let result = loop {
        if left == spare.len() || right == items.len() {
            break Ok(());
        }
        let step = (|| {
            if left_wins >= STREAK {
                let count = gallop_right(&items[right], &spare[left..], less)?;
                return Ok((count, false));
            }
            if right_wins >= STREAK {
                // Steps grow from the front here: the streak usually ends soon.
                let mut count = 0;
                let mut step = 1;
                while right + count + step <= items.len()
                    && less(&items[right + count + step - 1], &spare[left])?
                {
                    count += step;
                    step *= 2;
                }
                return Ok((count.max(1), count > 0));
            }
            Ok((1, less(&items[right], &spare[left])?))
        })();
        match step {
            Err(raised) => break Err(raised),
            Ok((count, true)) => {
                items.copy_within(right..right + count, out);
                right += count;
                out += count;
                left_wins = 0;
                right_wins = if count == 1 && right_wins >= STREAK { 0 } else { right_wins + count };
            }
            Ok((0, false)) => {
                // The streak is over: the next one on the right is smaller.
                items[out] = items[right];
                right += 1;
                out += 1;
                left_wins = 0;
                right_wins = 1;
            }
            Ok((count, false)) => {
                items[out..out + count].copy_from_slice(&spare[left..left + count]);
                left += count;
                out += count;
                right_wins = 0;
                left_wins += count;
            }
        }
    };
    // The rest of the copy fills the gap exactly.
    let rest = spare.len() - left;
    items[out..out + rest].copy_from_slice(&spare[left..]);
    result
}

fn merge_backward<T: Copy>(
    items: &mut [T],
    middle: usize,
    spare: &mut Vec<T>,
    less: &mut impl FnMut(&T, &T) -> PyResult<bool>,
) -> PyResult<()> {
    spare.clear();
    spare.extend_from_slice(&items[middle..]);
    let (mut left, mut right, mut out) = (middle, spare.len(), items.len());
    let (mut left_wins, mut right_wins) = (0, 0);
    let result = loop {
        if left == 0 || right == 0 {
            break Ok(());
        }
        let step = (|| {
            if right_wins >= STREAK {
                let count = right - gallop_left(&items[left - 1], &spare[..right], less)?;
                return Ok((count, false));
            }
            if left_wins >= STREAK {
                let mut count = 0;
                let mut step = 1;
                while left >= count + step && less(&spare[right - 1], &items[left - count - step])? {
                    count += step;
                    step *= 2;
                }
                return Ok((count.max(1), count > 0));
            }
            Ok((1, less(&spare[right - 1], &items[left - 1])?))
        })();
        match step {
            Err(raised) => break Err(raised),
            Ok((count, true)) => {
                items.copy_within(left - count..left, out - count);
                left -= count;
                out -= count;
                right_wins = 0;
                left_wins = if count == 1 && left_wins >= STREAK { 0 } else { left_wins + count };
            }
            Ok((0, false)) => {
                items[out - 1] = items[left - 1];
                left -= 1;
                out -= 1;
                right_wins = 0;
                left_wins = 1;
            }
            Ok((count, false)) => {
                items[out - count..out].copy_from_slice(&spare[right - count..right]);
                right -= count;
                out -= count;
                left_wins = 0;
                right_wins += count;
            }
        }
    };
    items[out - right..out].copy_from_slice(&spare[..right]);
    result
}

#[cfg(test)]
mod tests {
    use super::merge_sort;

    #[test]
    fn sorts_stably_like_the_standard_sort() {
        let mut seed = 0x2545_f491_4f6c_dd1d_u64;
        let mut next = || {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            seed
        };
        for round in 0..400 {
            let length = (next() % 700) as usize;
            let spread = 1 + next() % 300;
            let mut items: Vec<(u64, usize)> = (0..length).map(|at| (next() % spread, at)).collect();
            match round % 4 {
                1 => items.sort_by_key(|item| item.0),
                2 => items.sort_by_key(|item| u64::MAX - item.0),
                3 => {
                    let half = items.len() / 2;
                    items[..half].sort();
                    items[half..].sort();
                }
                _ => {}
            }
            for (at, item) in items.iter_mut().enumerate() {
                item.1 = at;
            }
            let mut expected = items.clone();
            expected.sort_by_key(|item| item.0);
            assert!(merge_sort(&mut items, |a, b| Ok(a.0 < b.0)).is_ok());
            assert_eq!(items, expected);
        }
    }
}
