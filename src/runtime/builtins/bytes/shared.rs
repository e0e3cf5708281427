//! The methods that `bytes` and `bytearray` have in common.
//!
//! A result is of the receiver's kind: `made` makes it, `part` gives an exact `bytes` itself back if nothing changed.
//! Arguments are converted, and buffers copied, before the receiver's content is looked at, because conversions can run
//! Python code that changes a `bytearray`.

use std::borrow::Cow;

use crate::runtime::builtins::bytearrays::ByteArray;
use crate::runtime::builtins::strs::codecs;
use crate::runtime::error::PyResult;
use crate::runtime::object::typedef::{Cmp, kind};
use crate::runtime::object::vm::Vm;
use crate::runtime::text::strip::{self, Ends};
use crate::runtime::text::{Bytes as ByteUnit, pad, search, wtf8};
use crate::runtime::value::Value;

/// The content of a receiver.
pub fn data<'a>(vm: &Vm, value: &'a Value) -> PyResult<&'a [u8]> {
    match value.as_bytes() {
        Some(this) => Ok(this.bytes()),
        None => Ok(vm.cast::<ByteArray>(value)?.content.get()),
    }
}

/// While it lives the content of a `bytearray` keeps its size: conversions of arguments that change it are refused.
pub struct Hold<'a>(Option<&'a ByteArray>);

impl Drop for Hold<'_> {
    fn drop(&mut self) {
        if let Some(array) = self.0 {
            array.exports.set(array.exports.get().saturating_sub(1));
        }
    }
}

/// Holds a receiver's content.
pub fn hold(value: &Value) -> Hold<'_> {
    let array = value.as_bytearray().map(|array| &array.data);
    if let Some(array) = array {
        array.exports.set(array.exports.get() + 1);
    }
    Hold(array)
}

/// Bytes of the kind of `like`.
pub fn made(vm: &Vm, like: &Value, bytes: Vec<u8>) -> Value {
    if like.as_bytes().is_some() { vm.bytes(&bytes) } else { vm.bytearray(bytes) }
}

/// A part of `like`'s content; an exact `bytes` itself if it is all of it.
pub fn part(vm: &Vm, like: &Value, part: &[u8], whole: usize) -> Value {
    if part.len() == whole && like.kind() == kind::BYTES {
        return like.clone();
    }
    if like.as_bytes().is_some() { vm.bytes(part) } else { vm.bytearray(part.to_vec()) }
}

/// A bytes-like argument.
pub fn buffer<'a>(vm: &Vm, value: &'a Value) -> PyResult<Cow<'a, [u8]>> {
    match value.as_bytes() {
        Some(this) => Ok(Cow::Borrowed(this.bytes())),
        None => vm.buffer_bytes(value).map(Cow::Owned),
    }
}

/// What is searched for: bytes or one of them.
fn needle<'a>(vm: &Vm, value: &'a Value) -> PyResult<Cow<'a, [u8]>> {
    if vm.has_buffer(value) {
        return buffer(vm, value);
    }
    if value.ty(vm).slots.get().index.is_none() {
        return Err(vm.type_error(format!(
            "argument should be integer or bytes-like object, not '{}'",
            value.type_name(vm)
        )));
    }
    Ok(Cow::Owned(vec![vm.to_byte(value, "byte")?]))
}

/// `item in bytes`
pub fn contains(vm: &Vm, value: &Value, item: &Value) -> PyResult<bool> {
    let _hold = hold(value);
    if item.ty(vm).slots.get().index.is_some() && !vm.has_buffer(item) {
        let byte = vm.to_byte(item, "byte")?;
        return Ok(memchr::memchr(byte, data(vm, value)?).is_some());
    }
    let needle = buffer(vm, item)?;
    Ok(search::find(data(vm, value)?, &needle).is_some())
}

/// The byte at a place, from the end if that is negative; nothing if there is none.
#[inline(always)]
pub fn item(bytes: &[u8], at: i64) -> Option<u8> {
    let at = if at < 0 { at + bytes.len() as i64 } else { at };
    bytes.get(usize::try_from(at).ok()?).copied()
}

/// `bytes[key]`; `name` is what the type calls its indices.
pub fn getitem(vm: &Vm, value: &Value, key: &Value, name: &str, out_of_range: &str) -> PyResult<Value> {
    if key.kind() == kind::SLICE {
        let bytes = data(vm, value)?;
        if let Some(range) = crate::runtime::builtins::slices::plain_range(key, bytes.len()) {
            return Ok(part(vm, value, &bytes[range], bytes.len()));
        }
        let (start, stop, step) = vm.slice_unpack(key)?;
        let bytes = data(vm, value)?;
        let span = crate::runtime::builtins::slices::span(start, stop, step, bytes.len());
        if span.count == 0 {
            return Ok(made(vm, value, Vec::new()));
        }
        let first = span.start as usize;
        if span.step == 1 {
            return Ok(part(vm, value, &bytes[first..first + span.count], bytes.len()));
        }
        return Ok(made(vm, value, wtf8::slice_bytes(bytes, first, span.step, span.count)));
    }
    let at = match key.as_small() {
        Some(at) => at as isize,
        None if key.ty(vm).slots.get().index.is_some() => vm.to_index(key)?,
        None => {
            return Err(vm.type_error(format!(
                "{name} indices must be integers or slices, not {}",
                key.type_name(vm)
            )));
        }
    };
    let bytes = data(vm, value)?;
    let at = if at < 0 { at + bytes.len() as isize } else { at };
    match usize::try_from(at).ok().and_then(|at| bytes.get(at)) {
        Some(&byte) => Ok(vm.int(i64::from(byte))),
        None => Err(vm.index_error(out_of_range)),
    }
}

/// The other side is no `bytes`: with `-b`, comparisons with text and ints warn.
pub fn compare_foreign(vm: &Vm, a: &Value, b: &Value, op: Cmp) -> PyResult<Value> {
    let _ = a;
    if vm.interp().bytes_warning.get() > 0 && matches!(op, Cmp::Eq | Cmp::Ne) {
        let what = if b.as_str().is_some() {
            Some("string")
        } else if vm.is_int(b) {
            Some("int")
        } else {
            None
        };
        if let Some(what) = what {
            let message = format!("Comparison between bytes and {what}");
            vm.warn(&crate::runtime::builtins::exceptions::BYTES_WARNING, &message, 1)?;
        }
    }
    Ok(Value::NOT_IMPLEMENTED)
}

// ------------------------------------------------------------------------------------------------ searching

type Bounds = (Option<isize>, Option<isize>);

fn bounds(vm: &Vm, start: &Value, end: &Value) -> PyResult<Bounds> {
    let bound = |value: &Value| match value.some() {
        None => Ok(None),
        Some(value) => vm.slice_bound(value),
    };
    Ok((bound(start)?, bound(end)?))
}

/// The part of `bytes` within the bounds and where it starts; `None` if it starts behind the end.
fn within(bytes: &[u8], (start, end): Bounds) -> Option<(&[u8], usize)> {
    let length = bytes.len() as isize;
    let (start, end) = (start.unwrap_or(0), end.unwrap_or(isize::MAX));
    let end = if end < 0 { (end + length).max(0) } else { end.min(length) };
    let start = if start < 0 { (start + length).max(0) } else { start };
    if start > end { None } else { Some((&bytes[start as usize..end as usize], start as usize)) }
}

fn locate(vm: &Vm, args: &[Value], search: fn(&[u8], &[u8]) -> Option<usize>) -> PyResult<Option<usize>> {
    let _hold = hold(&args[0]);
    let needle = needle(vm, &args[1])?;
    let bounds = bounds(vm, &args[2], &args[3])?;
    let Some((bytes, from)) = within(data(vm, &args[0])?, bounds) else { return Ok(None) };
    Ok(search(bytes, &needle).map(|at| from + at))
}

pub fn find(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    Ok(vm.int(locate(vm, args, search::find)?.map_or(-1, |at| at as i64)))
}

pub fn rfind(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    Ok(vm.int(locate(vm, args, search::rfind)?.map_or(-1, |at| at as i64)))
}

pub fn index(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    match locate(vm, args, search::find)? {
        Some(at) => Ok(vm.int_usize(at)),
        None => Err(vm.value_error("subsection not found")),
    }
}

pub fn rindex(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    match locate(vm, args, search::rfind)? {
        Some(at) => Ok(vm.int_usize(at)),
        None => Err(vm.value_error("subsection not found")),
    }
}

pub fn count(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let _hold = hold(&args[0]);
    let needle = needle(vm, &args[1])?;
    let bounds = bounds(vm, &args[2], &args[3])?;
    let Some((bytes, _)) = within(data(vm, &args[0])?, bounds) else { return Ok(vm.int(0)) };
    Ok(vm.int_usize(search::count::<ByteUnit>(bytes, &needle)))
}

fn fits(vm: &Vm, args: &[Value], name: &str, test: fn(&[u8], &[u8]) -> bool) -> PyResult<Value> {
    let bounds = bounds(vm, &args[2], &args[3])?;
    let check = |affix: &[u8]| -> PyResult<bool> {
        Ok(within(data(vm, &args[0])?, bounds).is_some_and(|(bytes, _)| test(bytes, affix)))
    };
    if let Some(tuple) = args[1].as_tuple() {
        for item in tuple.items() {
            if check(&buffer(vm, item)?)? {
                return Ok(Value::TRUE);
            }
        }
        return Ok(Value::FALSE);
    }
    if !vm.has_buffer(&args[1]) {
        return Err(vm.type_error(format!(
            "{name} first arg must be bytes or a tuple of bytes, not {}",
            args[1].type_name(vm)
        )));
    }
    Ok(Value::bool(check(&buffer(vm, &args[1])?)?))
}

pub fn startswith(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    fits(vm, args, "startswith", |bytes, affix| bytes.starts_with(affix))
}

pub fn endswith(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    fits(vm, args, "endswith", |bytes, affix| bytes.ends_with(affix))
}

// ------------------------------------------------------------------------------------------------ cutting

fn limit(vm: &Vm, value: &Value) -> PyResult<usize> {
    match value.given() {
        None => Ok(usize::MAX),
        Some(value) => Ok(usize::try_from(vm.to_ssize(value)?).unwrap_or(usize::MAX)),
    }
}

fn cut(vm: &Vm, args: &[Value], from_right: bool) -> PyResult<Value> {
    let _hold = hold(&args[0]);
    let max = limit(vm, &args[2])?;
    let sep = args[1].some().map(|sep| buffer(vm, sep)).transpose()?;
    if sep.as_ref().is_some_and(|sep| sep.is_empty()) {
        return Err(vm.value_error("empty separator"));
    }
    let bytes = data(vm, &args[0])?;
    let parts = match (&sep, from_right) {
        (None, false) => search::split_space::<ByteUnit>(bytes, max),
        (None, true) => search::rsplit_space::<ByteUnit>(bytes, max),
        (Some(sep), false) => search::split(bytes, sep, max),
        (Some(sep), true) => search::rsplit(bytes, sep, max),
    };
    Ok(vm.list(parts.into_iter().map(|piece| part(vm, &args[0], piece, bytes.len())).collect()))
}

pub fn split(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    cut(vm, args, false)
}

pub fn rsplit(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    cut(vm, args, true)
}

pub fn splitlines(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let keep = args[1].given().map_or(Ok(false), |keep| vm.truth(keep))?;
    let bytes = data(vm, &args[0])?;
    let lines = search::split_lines::<ByteUnit>(bytes, keep);
    Ok(vm.list(lines.into_iter().map(|line| part(vm, &args[0], line, bytes.len())).collect()))
}

fn around(vm: &Vm, args: &[Value], last: bool) -> PyResult<Value> {
    let sep = buffer(vm, &args[1])?;
    if sep.is_empty() {
        return Err(vm.value_error("empty separator"));
    }
    let this = &args[0];
    let bytes = data(vm, this)?;
    let found = if last { search::rpartition(bytes, &sep) } else { search::partition(bytes, &sep) };
    let empty = || made(vm, this, Vec::new());
    Ok(vm.tuple(match found {
        Some((before, after)) => {
            let middle = if this.as_bytes().is_some() && args[1].kind() == kind::BYTES {
                args[1].clone()
            } else {
                made(vm, this, sep.to_vec())
            };
            vec![made(vm, this, before.to_vec()), middle, made(vm, this, after.to_vec())]
        }
        None if last => vec![empty(), empty(), part(vm, this, bytes, bytes.len())],
        None => vec![part(vm, this, bytes, bytes.len()), empty(), empty()],
    }))
}

pub fn partition(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    around(vm, args, false)
}

pub fn rpartition(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    around(vm, args, true)
}

pub fn stripped(vm: &Vm, args: &[Value], ends: Ends) -> PyResult<Value> {
    let set = args[1].some().map(|set| buffer(vm, set)).transpose()?;
    let bytes = data(vm, &args[0])?;
    let rest = match &set {
        None => strip::strip_space::<ByteUnit>(bytes, ends),
        Some(set) => strip::strip_set::<ByteUnit>(bytes, set, ends),
    };
    Ok(part(vm, &args[0], rest, bytes.len()))
}

pub fn removeprefix(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let prefix = buffer(vm, &args[1])?;
    let bytes = data(vm, &args[0])?;
    Ok(part(vm, &args[0], bytes.strip_prefix(&*prefix).unwrap_or(bytes), bytes.len()))
}

pub fn removesuffix(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let suffix = buffer(vm, &args[1])?;
    let bytes = data(vm, &args[0])?;
    Ok(part(vm, &args[0], bytes.strip_suffix(&*suffix).unwrap_or(bytes), bytes.len()))
}

// ------------------------------------------------------------------------------------------------ making anew

pub fn replace(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let (old, new) = (buffer(vm, &args[1])?, buffer(vm, &args[2])?);
    let max = limit(vm, &args[3])?;
    let bytes = data(vm, &args[0])?;
    match search::replace::<ByteUnit>(bytes, &old, &new, max) {
        Ok(Some(result)) => Ok(made(vm, &args[0], result)),
        Ok(None) => Ok(part(vm, &args[0], bytes, bytes.len())),
        Err(fault) => Err(vm.fault(fault)),
    }
}

pub fn join(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let slots = args[1].ty(vm).slots.get();
    if slots.iter.is_none() && slots.getitem.is_none() {
        return Err(vm.type_error("can only join an iterable"));
    }
    let _hold = hold(&args[0]);
    let items = vm.collect(&args[1])?;
    if let [only] = &items[..]
        && only.kind() == kind::BYTES
        && args[0].as_bytes().is_some()
    {
        return Ok(only.clone());
    }
    // Nothing but bytes: no Python code runs, and none has to be held.
    if args[0].as_bytes().is_some()
        && let Some(total) =
            items.iter().try_fold(0usize, |sum, item| sum.checked_add(item.as_bytes()?.len()))
        && !items.is_empty()
    {
        let sep = data(vm, &args[0])?;
        let Some(total) = sep.len().checked_mul(items.len() - 1).and_then(|seps| seps.checked_add(total))
        else {
            return Err(vm.overflow_error("join() result is too long"));
        };
        if Vec::<u8>::new().try_reserve_exact(total).is_err() {
            return Err(vm.memory_error());
        }
        let write = |mut out: &mut [u8]| {
            let mut put = |bytes: &[u8]| {
                let (place, rest) = std::mem::take(&mut out).split_at_mut(bytes.len());
                place.copy_from_slice(bytes);
                out = rest;
            };
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    put(sep);
                }
                put(item.as_bytes().map_or(&[], |item| item.bytes()));
            }
        };
        return Ok(vm.bytes_filled(total, write).0);
    }
    let mut pieces = Vec::with_capacity(items.len());
    for (at, item) in items.iter().enumerate() {
        if !vm.has_buffer(item) {
            return Err(vm.type_error(format!(
                "sequence item {at}: expected a bytes-like object, {} found",
                item.type_name(vm)
            )));
        }
        pieces.push(buffer(vm, item)?);
        if vm.list_items(&args[1]).is_some_and(|list| list.get().len() != items.len()) {
            return Err(vm.runtime_error("sequence changed size during iteration"));
        }
    }
    let sep = data(vm, &args[0])?;
    let total: usize = pieces.iter().map(|piece| piece.len()).sum();
    let total = total + sep.len() * items.len().saturating_sub(1);
    let mut out = Vec::new();
    if out.try_reserve_exact(total).is_err() {
        return Err(vm.memory_error());
    }
    for (at, piece) in pieces.iter().enumerate() {
        if at > 0 {
            out.extend_from_slice(sep);
        }
        out.extend_from_slice(piece);
    }
    Ok(made(vm, &args[0], out))
}

pub fn aligned(
    vm: &Vm,
    args: &[Value],
    name: &str,
    margins: fn(usize, usize) -> (usize, usize),
) -> PyResult<Value> {
    let width = vm.to_ssize(&args[1])?.max(0) as usize;
    let fill = match args[2].given() {
        None => b' ',
        Some(fill) => {
            if fill.as_bytes().is_none() && fill.as_bytearray().is_none() {
                return Err(vm.type_error(format!(
                    "{name}() argument 2 must be a byte string of length 1, not {}",
                    fill.type_name(vm)
                )));
            }
            match data(vm, fill)? {
                [byte] => *byte,
                other => {
                    return Err(vm.type_error(format!(
                        "{name}(): argument 2 must be a byte string of length 1, not a {} object of length {}",
                        fill.type_name(vm),
                        other.len()
                    )));
                }
            }
        }
    };
    let bytes = data(vm, &args[0])?;
    if width <= bytes.len() {
        return Ok(part(vm, &args[0], bytes, bytes.len()));
    }
    let (left, right) = margins(bytes.len(), width);
    pad::pad(bytes, left, right, &[fill]).map(|out| made(vm, &args[0], out)).map_err(|fault| vm.fault(fault))
}

pub fn zfill(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let width = vm.to_ssize(&args[1])?.max(0) as usize;
    let bytes = data(vm, &args[0])?;
    match pad::zfill(bytes, bytes.len(), width) {
        Ok(Some(out)) => Ok(made(vm, &args[0], out)),
        Ok(None) => Ok(part(vm, &args[0], bytes, bytes.len())),
        Err(fault) => Err(vm.fault(fault)),
    }
}

pub fn expandtabs(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let size = args[1].given().map_or(Ok(8), |size| vm.to_i32(size))?.max(0) as usize;
    let out = pad::expand_tabs::<ByteUnit>(data(vm, &args[0])?, size).map_err(|fault| vm.fault(fault))?;
    Ok(made(vm, &args[0], out))
}

pub fn translate(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let table = args[1].some().map(|table| buffer(vm, table)).transpose()?;
    if table.as_ref().is_some_and(|table| table.len() != 256) {
        return Err(vm.value_error("translation table must be 256 characters long"));
    }
    let delete = args[2].given().map(|delete| buffer(vm, delete)).transpose()?;
    let mut gone = [false; 256];
    for &byte in delete.iter().flat_map(|delete| delete.iter()) {
        gone[byte as usize] = true;
    }
    let bytes = data(vm, &args[0])?;
    // The table has 256 bytes, which the compiler is to know.
    let table = match table.as_deref().and_then(|table| <&[u8; 256]>::try_from(table).ok()) {
        Some(table) => table,
        None => &std::array::from_fn(|byte| byte as u8),
    };
    if !gone.contains(&true) {
        let map = |out: &mut [u8]| {
            for (byte, place) in bytes.iter().zip(out) {
                *place = table[usize::from(*byte)];
            }
        };
        if args[0].as_bytes().is_none() {
            let mut out = vec![0; bytes.len()];
            map(&mut out);
            return Ok(vm.bytearray(out));
        }
        let same =
            args[0].kind() == kind::BYTES && bytes.iter().all(|byte| table[usize::from(*byte)] == *byte);
        return Ok(if same { args[0].clone() } else { vm.bytes_filled(bytes.len(), map).0 });
    }
    let mut out = Vec::new();
    for chunk in bytes.chunks(16) {
        // Who asks whether anything is left finds mostly nothing.
        if chunk.iter().fold(true, |all, byte| all & gone[usize::from(*byte)]) {
            continue;
        }
        let kept = chunk.iter().filter(|byte| !gone[usize::from(**byte)]);
        out.extend(kept.map(|byte| table[usize::from(*byte)]));
    }
    if out == bytes {
        return Ok(part(vm, &args[0], bytes, bytes.len()));
    }
    Ok(made(vm, &args[0], out))
}

pub fn maketrans(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let (from, to) = (buffer(vm, &args[0])?, buffer(vm, &args[1])?);
    if from.len() != to.len() {
        return Err(vm.value_error("maketrans arguments must have same length"));
    }
    let mut table: Vec<u8> = (0..=255).collect();
    for (&a, &b) in from.iter().zip(to.iter()) {
        table[a as usize] = b;
    }
    Ok(vm.bytes(&table))
}

// ------------------------------------------------------------------------------------------------ case

/// The content mapped byte by byte.
pub fn mapped(vm: &Vm, args: &[Value], mut map: impl FnMut(u8) -> u8) -> PyResult<Value> {
    let bytes = data(vm, &args[0])?;
    if args[0].as_bytes().is_none() {
        return Ok(vm.bytearray(bytes.iter().map(|&byte| map(byte)).collect()));
    }
    let write = |out: &mut [u8]| bytes.iter().zip(out).for_each(|(&byte, place)| *place = map(byte));
    Ok(vm.bytes_filled(bytes.len(), write).0)
}

pub fn capitalize(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let mut first = true;
    mapped(vm, args, |byte| {
        if std::mem::take(&mut first) { byte.to_ascii_uppercase() } else { byte.to_ascii_lowercase() }
    })
}

pub fn title(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let mut inside = false;
    mapped(vm, args, |byte| {
        let was = std::mem::replace(&mut inside, byte.is_ascii_alphabetic());
        if was { byte.to_ascii_lowercase() } else { byte.to_ascii_uppercase() }
    })
}

pub fn swapcase(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    mapped(vm, args, |byte| if byte.is_ascii_alphabetic() { byte ^ 0x20 } else { byte })
}

/// Do all bytes satisfy the test, and is there one?
pub fn all(vm: &Vm, args: &[Value], test: fn(&u8) -> bool) -> PyResult<Value> {
    let bytes = data(vm, &args[0])?;
    Ok(Value::bool(!bytes.is_empty() && bytes.iter().all(test)))
}

/// Is a cased byte there, and none of the wrong case?
pub fn cased(vm: &Vm, args: &[Value], right: fn(&u8) -> bool, wrong: fn(&u8) -> bool) -> PyResult<Value> {
    let bytes = data(vm, &args[0])?;
    Ok(Value::bool(bytes.iter().any(right) && !bytes.iter().any(wrong)))
}

pub fn istitle(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let (mut inside, mut seen) = (false, false);
    for &byte in data(vm, &args[0])? {
        if (byte.is_ascii_uppercase() && inside) || (byte.is_ascii_lowercase() && !inside) {
            return Ok(Value::FALSE);
        }
        inside = byte.is_ascii_alphabetic();
        seen |= inside;
    }
    Ok(Value::bool(seen))
}

// ------------------------------------------------------------------------------------------------ text

pub fn decode(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let (encoding, errors) = codecs::names(vm, args, "decode")?;
    let bytes = buffer(vm, &args[0])?;
    vm.decode(&bytes, encoding, errors)
}

/// Hexadecimal digits of bytes, in groups.
pub fn hex_text(bytes: &[u8], sep: Option<u8>, group: i32) -> Vec<u8> {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let size = group.unsigned_abs() as usize;
    if sep.is_none() || size == 0 {
        let mut out = vec![0; bytes.len() * 2];
        write_hex(bytes, &mut out);
        return out;
    }
    let mut out = Vec::with_capacity(bytes.len() * 3);
    for (at, &byte) in bytes.iter().enumerate() {
        if let Some(sep) = sep
            && at > 0
            && size > 0
        {
            // Groups are counted from the right unless the number is negative.
            let place = if group > 0 { bytes.len() - at } else { at };
            if place % size == 0 {
                out.push(sep);
            }
        }
        out.extend_from_slice(&[DIGITS[byte as usize >> 4], DIGITS[byte as usize & 15]]);
    }
    out
}

/// Writes two hexadecimal digits for each byte.
pub fn write_hex(bytes: &[u8], out: &mut [u8]) {
    const PAIRS: [[u8; 2]; 256] = {
        let digits = b"0123456789abcdef";
        let mut pairs = [[0; 2]; 256];
        let mut at = 0;
        while at < 256 {
            pairs[at] = [digits[at >> 4], digits[at & 15]];
            at += 1;
        }
        pairs
    };
    for (byte, place) in bytes.iter().zip(out.as_chunks_mut().0) {
        *place = PAIRS[usize::from(*byte)];
    }
}

/// Of no hexadecimal digit.
const NO_NIBBLE: u8 = 0xff;

/// The values of hexadecimal digits, or [`NO_NIBBLE`].
static NIBBLES: [u8; 256] = {
    let mut nibbles = [NO_NIBBLE; 256];
    let mut at = 0;
    while at < 16 {
        nibbles[b"0123456789abcdef"[at] as usize] = at as u8;
        nibbles[b"0123456789ABCDEF"[at] as usize] = at as u8;
        at += 1;
    }
    nibbles
};

/// Writes a byte for each two hexadecimal digits; false if there is anything else.
pub fn write_unhex(text: &[u8], out: &mut [u8]) -> bool {
    let (pairs, rest) = text.as_chunks::<2>();
    let mut seen = 0;
    for (pair, place) in pairs.iter().zip(out) {
        let (high, low) = (NIBBLES[usize::from(pair[0])], NIBBLES[usize::from(pair[1])]);
        seen |= high | low;
        *place = high << 4 | low;
    }
    rest.is_empty() && seen < 16
}

/// The separator and group size of `hex`; one that makes text needs an ASCII separator.
pub fn hex_layout(vm: &Vm, sep: &Value, group: &Value, is_text: bool) -> PyResult<(Option<u8>, i32)> {
    let group = group.given().map_or(Ok(1), |group| vm.to_i32(group))?;
    let Some(sep) = sep.given() else { return Ok((None, group)) };
    if vm.len(sep)? != 1 {
        return Err(vm.value_error("sep must be length 1."));
    }
    // What a class says of its length need not be so; behind the last one CPython finds a zero.
    let first = if let Some(text) = sep.as_str() {
        wtf8::code_points(text.bytes()).next().unwrap_or(0)
    } else if let Some(bytes) = vm.bytes_of(sep) {
        bytes.first().map_or(0, |byte| u32::from(*byte))
    } else {
        return Err(vm.type_error("sep must be str or bytes."));
    };
    match u8::try_from(first) {
        Ok(byte) if byte < 0x80 || !is_text => Ok((Some(byte), group)),
        _ => Err(vm.value_error("sep must be ASCII.")),
    }
}

pub fn hex(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let _hold = hold(&args[0]);
    let (sep, group) = hex_layout(vm, &args[1], &args[2], true)?;
    Ok(vm.str_ascii(&hex_text(data(vm, &args[0])?, sep, group)))
}

/// The bytes that hexadecimal digits stand for.
pub fn from_hex(vm: &Vm, value: &Value) -> PyResult<Vec<u8>> {
    let text: Cow<[u8]> = if let Some(text) = value.as_str() {
        Cow::Borrowed(text.bytes())
    } else if vm.has_buffer(value) {
        buffer(vm, value)?
    } else {
        return Err(vm.type_error(format!(
            "fromhex() argument must be str or bytes-like, not {}",
            value.type_name(vm)
        )));
    };
    let digit = |at: usize| text.get(at).and_then(|&byte| char::from(byte).to_digit(16));
    let wrong = |at: usize| {
        if at >= text.len() {
            return vm.value_error("fromhex() arg must contain an even number of hexadecimal digits");
        }
        let place = if value.as_str().is_some() { wtf8::count(&text[..at]) } else { at };
        vm.value_error(format!("non-hexadecimal number found in fromhex() arg at position {place}"))
    };
    // Nothing but digits goes without looking at each.
    let mut out = vec![0; text.len() / 2];
    if write_unhex(&text, &mut out) {
        return Ok(out);
    }
    out.clear();
    let mut at = 0;
    loop {
        while text.get(at).is_some_and(|byte| matches!(byte, b' ' | 0x09..=0x0d)) {
            at += 1;
        }
        if at >= text.len() {
            return Ok(out);
        }
        let high = digit(at).ok_or_else(|| wrong(at))?;
        let low = digit(at + 1).ok_or_else(|| wrong(at + 1))?;
        out.push((high << 4 | low) as u8);
        at += 2;
    }
}

pub fn fromhex(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let bytes = from_hex(vm, &args[1])?;
    let class = &args[0];
    if class.is(vm.typ(&super::BYTES).value()) {
        return Ok(vm.bytes(&bytes));
    }
    if class.is(vm.typ(&crate::runtime::builtins::bytearrays::BYTEARRAY).value()) {
        return Ok(vm.bytearray(bytes));
    }
    let mutable = class
        .as_type()
        .is_some_and(|ty| ty.is_subtype(vm.typ(&crate::runtime::builtins::bytearrays::BYTEARRAY)));
    let bytes = if mutable { vm.bytearray(bytes) } else { vm.bytes(&bytes) };
    vm.call1(class, &bytes)
}

/// The table of the common methods, with further rows.
macro_rules! byte_methods {
    ($($extra:expr,)*) => {{
        use $crate::runtime::builtins::bytes::shared::*;
        use $crate::runtime::object::typedef::native;
        use $crate::runtime::text::{pad, strip::Ends};
        &[
            native("capitalize(self, /)", capitalize, "A copy with its first byte in upper case and the rest in lower case (ASCII)."),
            native("center(self, width, fillchar=b' ', /)", |vm, args| aligned(vm, args, "center", pad::center_margins), "The bytes in the middle of a field of the width."),
            native("count(self, sub, start=None, end=None, /)", count, "How often sub (bytes or an int) occurs in self[start:end], without overlaps."),
            native("decode(self, /, encoding='utf-8', errors='strict')", decode, "The text that the bytes stand for in an encoding; errors names the handler for what is\nno text."),
            native("endswith(self, suffix, start=None, end=None, /)", endswith, "Does self[start:end] end with the suffix, or one of a tuple of them?"),
            native("expandtabs(self, /, tabsize=8)", expandtabs, "A copy with tabs expanded to spaces."),
            native("find(self, sub, start=None, end=None, /)", find, "The lowest index in self[start:end] where sub is found, or -1."),
            native("fromhex(cls, string, /)", fromhex, "Bytes of a string of hexadecimal digits; spaces between pairs are ignored.").class(),
            native("hex(self, /, sep=<unrepresentable>, bytes_per_sep=1)", hex, "The bytes in hexadecimal digits, with sep between groups of bytes_per_sep bytes, counted\nfrom the right, or from the left if negative."),
            native("index(self, sub, start=None, end=None, /)", index, "The lowest index in self[start:end] where sub is found, or ValueError."),
            native("isalnum(self, /)", |vm, args| all(vm, args, u8::is_ascii_alphanumeric), "Are all bytes ASCII letters or digits, and is there one?"),
            native("isalpha(self, /)", |vm, args| all(vm, args, u8::is_ascii_alphabetic), "Are all bytes ASCII letters, and is there one?"),
            native("isascii(self, /)", |vm, args| Ok($crate::runtime::value::Value::bool(data(vm, &args[0])?.is_ascii())), "Are all bytes ASCII? True for none."),
            native("isdigit(self, /)", |vm, args| all(vm, args, u8::is_ascii_digit), "Are all bytes ASCII digits, and is there one?"),
            native("islower(self, /)", |vm, args| cased(vm, args, u8::is_ascii_lowercase, u8::is_ascii_uppercase), "Are all ASCII letters in lower case, and is there one?"),
            native("isspace(self, /)", |vm, args| all(vm, args, |byte| matches!(byte, b' ' | 0x09..=0x0d)), "Are all bytes ASCII white space, and is there one?"),
            native("istitle(self, /)", istitle, "Do all words start in upper case and go on in lower case, and is there one?"),
            native("isupper(self, /)", |vm, args| cased(vm, args, u8::is_ascii_uppercase, u8::is_ascii_lowercase), "Are all ASCII letters in upper case, and is there one?"),
            native("join(self, iterable_of_bytes, /)", join, "Concatenate any number of bytes-like objects, with these bytes between them."),
            native("ljust(self, width, fillchar=b' ', /)", |vm, args| aligned(vm, args, "ljust", |len, width| (0, width.saturating_sub(len))), "The bytes at the left of a field of the width."),
            native("lower(self, /)", |vm, args| mapped(vm, args, |byte| byte.to_ascii_lowercase()), "A copy with ASCII letters in lower case."),
            native("lstrip(self, bytes=None, /)", |vm, args| stripped(vm, args, Ends::Left), "A copy without leading white space, or without leading bytes of the argument."),
            native("maketrans(frm, to, /)", maketrans, "A table for translate() that maps each byte of frm to the one in to.").of_static(),
            native("partition(self, sep, /)", partition, "What stands before the first separator, the separator, and what stands after it."),
            native("replace(self, old, new, count=-1, /)", replace, "A copy with all, or the first count, occurrences of old replaced by new."),
            native("removeprefix(self, prefix, /)", removeprefix, "A copy without the prefix, if it has it."),
            native("removesuffix(self, suffix, /)", removesuffix, "A copy without the suffix, if it has it."),
            native("rfind(self, sub, start=None, end=None, /)", rfind, "The highest index in self[start:end] where sub is found, or -1."),
            native("rindex(self, sub, start=None, end=None, /)", rindex, "The highest index in self[start:end] where sub is found, or ValueError."),
            native("rjust(self, width, fillchar=b' ', /)", |vm, args| aligned(vm, args, "rjust", |len, width| (width.saturating_sub(len), 0)), "The bytes at the right of a field of the width."),
            native("rpartition(self, sep, /)", rpartition, "What stands before the last separator, the separator, and what stands after it."),
            native("rsplit(self, /, sep=None, maxsplit=-1)", rsplit, "The parts between separators, or between runs of white space; at most maxsplit cuts,\nfrom the right."),
            native("rstrip(self, bytes=None, /)", |vm, args| stripped(vm, args, Ends::Right), "A copy without trailing white space, or without trailing bytes of the argument."),
            native("split(self, /, sep=None, maxsplit=-1)", split, "The parts between separators, or between runs of white space; at most maxsplit cuts,\nfrom the left."),
            native("splitlines(self, /, keepends=False)", splitlines, "The lines, with their ends if keepends is true."),
            native("startswith(self, prefix, start=None, end=None, /)", startswith, "Does self[start:end] start with the prefix, or one of a tuple of them?"),
            native("strip(self, bytes=None, /)", |vm, args| stripped(vm, args, Ends::Both), "A copy without white space at both ends, or without bytes of the argument there."),
            native("swapcase(self, /)", swapcase, "A copy with the case of ASCII letters changed."),
            native("title(self, /)", title, "A copy whose words start in upper case and go on in lower case (ASCII)."),
            native("translate(self, table, /, delete=b'')", translate, "A copy without the bytes in delete and with the others mapped by the table of 256 bytes,\nor left alone if it is None."),
            native("upper(self, /)", |vm, args| mapped(vm, args, |byte| byte.to_ascii_uppercase()), "A copy with ASCII letters in upper case."),
            native("zfill(self, width, /)", zfill, "A copy padded with zeros on the left, after a sign, to fill a field of the width."),
            $($extra,)*
        ]
    }};
}
pub(in crate::runtime::builtins) use byte_methods;
