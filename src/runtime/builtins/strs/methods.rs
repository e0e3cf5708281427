//! The methods of `str`, one table row each.

use crate::runtime::error::PyResult;
use crate::runtime::number::Fault;
use crate::runtime::object::str::Str;
use crate::runtime::object::typedef::{Native, kind, native, native_raw};
use crate::runtime::object::vm::Vm;
use crate::runtime::text::strip::Ends;
use crate::runtime::text::{Points, format_value, pad, search, strip, unicode, unicode_case, wtf8};
use crate::runtime::value::{Obj, Value};

use super::{char_index, codecs, format, this, translate};

/// All of them.
pub static METHODS: &[Native] = &[
    native(
        "encode(self, /, encoding='utf-8', errors='strict')",
        codecs::encode_method,
        "The text as bytes in an encoding; errors names the handler for what it cannot hold.",
    ),
    native("replace(self, old, new, /, count=-1)", replace, "A copy with all, or the first count, occurrences of old replaced by new."),
    native("split(self, /, sep=None, maxsplit=-1)", |vm, args| split(vm, args, false), "The parts between separators, or between runs of white space without one; at most maxsplit cuts, from the left."),
    native("rsplit(self, /, sep=None, maxsplit=-1)", |vm, args| split(vm, args, true), "The parts between separators, or between runs of white space without one; at most maxsplit cuts, from the right."),
    native("join(self, iterable, /)", join, "Concatenate any number of strings.\n\nThe text stands between them.\n\nExample: '.'.join(['ab', 'pq', 'rs']) -> 'ab.pq.rs'"),
    native("capitalize(self, /)", |vm, args| {
        let text = this(vm, &args[0])?;
        Ok(vm.str_like(text, &unicode_case::capitalize(text.bytes())))
    }, "A copy with its first character in title case and the rest in lower case."),
    native("casefold(self, /)", |vm, args| {
        let text = this(vm, &args[0])?;
        Ok(vm.str_like(text, &unicode_case::casefold(text.bytes())))
    }, "A version suitable for comparisons without regard to case."),
    native("title(self, /)", |vm, args| {
        let text = this(vm, &args[0])?;
        Ok(vm.str_like(text, &unicode_case::title(text.bytes())))
    }, "A version whose words start in title case and go on in lower case."),
    native("center(self, width, fillchar=' ', /)", |vm, args| aligned(vm, args, pad::center_margins), "The text in the middle of a field of the width."),
    native("count(self, sub, start=None, end=None, /)", count, "How often sub occurs in self[start:end], without overlaps."),
    native("expandtabs(self, /, tabsize=8)", |vm, args| {
        let text = this(vm, &args[0])?;
        let size = args[1].given().map_or(Ok(8), |size| vm.to_i32(size))?.max(0) as usize;
        let bytes = pad::expand_tabs::<Points>(text.bytes(), size).map_err(|fault| vm.fault(fault))?;
        Ok(vm.str_like(text, &bytes))
    }, "A copy with tabs expanded to spaces."),
    native("find(self, sub, start=None, end=None, /)", |vm, args| Ok(vm.int(locate(vm, args, "find", search::find)?.map_or(-1, |at| at as i64))), "The lowest index in self[start:end] where sub is found, or -1."),
    native("partition(self, sep, /)", |vm, args| partition(vm, args, false), "What stands before the first separator, the separator, and what stands after it; the text and two empty strings if there is none."),
    native("index(self, sub, start=None, end=None, /)", |vm, args| match locate(vm, args, "index", search::find)? {
        Some(at) => Ok(vm.int_usize(at)),
        None => Err(vm.value_error("substring not found")),
    }, "The lowest index in self[start:end] where sub is found, or ValueError."),
    native("ljust(self, width, fillchar=' ', /)", |vm, args| aligned(vm, args, |len, width| (0, width.saturating_sub(len))), "The text at the left of a field of the width."),
    native("lower(self, /)", |vm, args| {
        let text = this(vm, &args[0])?;
        Ok(vm.str_like(text, &unicode_case::lower(text.bytes())))
    }, "Return a copy of the string converted to lowercase."),
    native("lstrip(self, chars=None, /)", |vm, args| stripped(vm, args, Ends::Left, "lstrip"), "A copy without leading white space, or without leading characters of chars."),
    native("rfind(self, sub, start=None, end=None, /)", |vm, args| Ok(vm.int(locate(vm, args, "rfind", search::rfind)?.map_or(-1, |at| at as i64))), "The highest index in self[start:end] where sub is found, or -1."),
    native("rindex(self, sub, start=None, end=None, /)", |vm, args| match locate(vm, args, "rindex", search::rfind)? {
        Some(at) => Ok(vm.int_usize(at)),
        None => Err(vm.value_error("substring not found")),
    }, "The highest index in self[start:end] where sub is found, or ValueError."),
    native("rjust(self, width, fillchar=' ', /)", |vm, args| aligned(vm, args, |len, width| (width.saturating_sub(len), 0)), "The text at the right of a field of the width."),
    native("rstrip(self, chars=None, /)", |vm, args| stripped(vm, args, Ends::Right, "rstrip"), "A copy without trailing white space, or without trailing characters of chars."),
    native("rpartition(self, sep, /)", |vm, args| partition(vm, args, true), "What stands before the last separator, the separator, and what stands after it; two empty strings and the text if there is none."),
    native("splitlines(self, /, keepends=False)", |vm, args| {
        let text = this(vm, &args[0])?;
        let keep = args[1].given().map_or(Ok(false), |keep| vm.truth(keep))?;
        Ok(vm.str_list(text, &search::split_lines::<Points>(text.bytes(), keep)))
    }, "The lines, with their ends if keepends is true."),
    native("strip(self, chars=None, /)", |vm, args| stripped(vm, args, Ends::Both, "strip"), "A copy without white space at both ends, or without characters of chars there."),
    native("swapcase(self, /)", |vm, args| {
        let text = this(vm, &args[0])?;
        Ok(vm.str_like(text, &unicode_case::swapcase(text.bytes())))
    }, "A copy with lower case made upper and upper case made lower."),
    native("translate(self, table, /)", translate::translate, "A copy with each character replaced by what table[ord(character)] says: a code point, a\nstring, or None to delete it. LookupError leaves it."),
    native("upper(self, /)", |vm, args| {
        let text = this(vm, &args[0])?;
        Ok(vm.str_like(text, &unicode_case::upper(text.bytes())))
    }, "Return a copy of the string converted to uppercase."),
    native("startswith(self, prefix, start=None, end=None, /)", |vm, args| fits(vm, args, "startswith", |text, part| text.starts_with(part)), "Does self[start:end] start with the prefix, or one of a tuple of them?"),
    native("endswith(self, suffix, start=None, end=None, /)", |vm, args| fits(vm, args, "endswith", |text, part| text.ends_with(part)), "Does self[start:end] end with the suffix, or one of a tuple of them?"),
    native("removeprefix(self, prefix, /)", |vm, args| {
        let text = this(vm, &args[0])?;
        let prefix = vm.text(&args[1], "removeprefix() argument")?;
        let rest = text.bytes().strip_prefix(prefix.bytes()).unwrap_or(text.bytes());
        Ok(vm.str_part(&args[0], text, rest))
    }, "A copy without the prefix, if it has it."),
    native("removesuffix(self, suffix, /)", |vm, args| {
        let text = this(vm, &args[0])?;
        let suffix = vm.text(&args[1], "removesuffix() argument")?;
        let rest = text.bytes().strip_suffix(suffix.bytes()).unwrap_or(text.bytes());
        Ok(vm.str_part(&args[0], text, rest))
    }, "A copy without the suffix, if it has it."),
    native("isascii(self, /)", |vm, args| Ok(Value::bool(this(vm, &args[0])?.is_ascii())), "Are all characters ASCII? True for the empty string."),
    native("islower(self, /)", |vm, args| Ok(Value::bool(unicode::text_is_lower(this(vm, &args[0])?.bytes()))), "Are all cased characters in lower case, and is there one?"),
    native("isupper(self, /)", |vm, args| Ok(Value::bool(unicode::text_is_upper(this(vm, &args[0])?.bytes()))), "Are all cased characters in upper case, and is there one?"),
    native("istitle(self, /)", |vm, args| Ok(Value::bool(unicode::text_is_title(this(vm, &args[0])?.bytes()))), "Do all words start in title case and go on in lower case, and is there one?"),
    native("isspace(self, /)", |vm, args| all(vm, args, unicode::is_space), "Are all characters white space, and is there one?"),
    native("isdecimal(self, /)", |vm, args| all(vm, args, unicode::is_decimal), "Are all characters decimal digits, and is there one?"),
    native("isdigit(self, /)", |vm, args| all(vm, args, unicode::is_digit), "Are all characters digits, and is there one?"),
    native("isnumeric(self, /)", |vm, args| all(vm, args, unicode::is_numeric), "Are all characters numeric, and is there one?"),
    native("isalpha(self, /)", |vm, args| all(vm, args, unicode::is_alpha), "Are all characters letters, and is there one?"),
    native("isalnum(self, /)", |vm, args| all(vm, args, unicode::is_alnum), "Are all characters letters or digits, and is there one?"),
    native("isidentifier(self, /)", |vm, args| Ok(Value::bool(vm.is_identifier(this(vm, &args[0])?))), "Could it be a name? keyword.iskeyword() tells reserved ones."),
    native("isprintable(self, /)", |vm, args| Ok(Value::bool(unicode::text_is_printable(this(vm, &args[0])?.bytes()))), "Does repr() show all characters as they are? True for the empty string."),
    native("zfill(self, width, /)", |vm, args| {
        let text = this(vm, &args[0])?;
        let width = vm.to_ssize(&args[1])?.max(0) as usize;
        let filled = pad::zfill(text.bytes(), text.len(), width).map_err(|fault| vm.fault(fault))?;
        Ok(match filled {
            Some(bytes) => vm.str_with_len(&bytes, width),
            None => vm.plain_str(&args[0]),
        })
    }, "A copy padded with zeros on the left, after a sign, to fill a field of the width."),
    native_raw("format(self, /, *args, **kwargs)", format::format_method, "A copy with the replacement fields in braces filled from the arguments."),
    native("format_map(self, mapping, /)", format::format_map, "A copy with the replacement fields in braces filled from the mapping."),
    native("__format__(self, format_spec, /)", |vm, args| {
        let spec = vm.text(&args[1], "__format__() argument")?;
        if spec.is_empty() {
            return if args[0].kind() == crate::runtime::object::typedef::kind::STR { Ok(args[0].clone()) } else { vm.to_str(&args[0]) };
        }
        format_with(vm, &args[0], spec)
    }, "Return a formatted version of the string as described by format_spec."),
    native_raw("maketrans(x, y=<unrepresentable>, z=<unrepresentable>, /)", translate::make_table, "A table for translate(): of a dict, or of two strings of equal length and, perhaps, a\nstring of characters to delete.").of_static(),
    native("__sizeof__(self, /)", |vm, args| Ok(vm.int_usize(size_of(this(vm, &args[0])?))), "Return the size of the string in memory, in bytes."),
    native("__getnewargs__(self, /)", |vm, args| {
        let text = this(vm, &args[0])?;
        Ok(vm.tuple(vec![vm.str_with_len(text.bytes(), text.len())]))
    }, ""),
];

/// What CPython's compact strings take.
fn size_of(text: &Obj<Str>) -> usize {
    if text.is_ascii() {
        return 41 + text.len();
    }
    let widest = wtf8::code_points(text.bytes()).max().unwrap_or(0);
    match widest {
        0..0x100 => 57 + text.len(),
        0x100..0x10000 => 58 + 2 * text.len(),
        _ => 60 + 4 * text.len(),
    }
}

/// `start` and `end` of a search as code points: `None` if the part begins behind the end of the text.
fn bounds(vm: &Vm, start: &Value, end: &Value, length: usize) -> PyResult<Option<(usize, usize)>> {
    let bound = |value: &Value| match value.some() {
        None => Ok(None),
        Some(value) => vm.slice_bound(value),
    };
    let (start, end) = (bound(start)?.unwrap_or(0), bound(end)?.unwrap_or(isize::MAX));
    let length = length as isize;
    let end = if end < 0 { (end + length).max(0) } else { end.min(length) };
    let start = if start < 0 { (start + length).max(0) } else { start };
    Ok(if start > end { None } else { Some((start as usize, end as usize)) })
}

/// Where `sub` stands, by code points.
fn locate(
    vm: &Vm,
    args: &[Value],
    name: &str,
    search: fn(&[u8], &[u8]) -> Option<usize>,
) -> PyResult<Option<usize>> {
    let text = this(vm, &args[0])?;
    let Some(needle) = args[1].as_str() else {
        return Err(vm.type_error(format!("{name}() argument 1 must be str, not {}", args[1].type_name(vm))));
    };
    let Some((start, end)) = bounds(vm, &args[2], &args[3], text.len())? else { return Ok(None) };
    let (from, to) = (text.offset(start), text.offset(end));
    Ok(search(&text.bytes()[from..to], needle.bytes()).map(|at| char_index(text, from + at)))
}

fn count(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let text = this(vm, &args[0])?;
    let needle = vm.text(&args[1], "count() argument 1")?;
    let Some((start, end)) = bounds(vm, &args[2], &args[3], text.len())? else { return Ok(vm.int(0)) };
    let (from, to) = (text.offset(start), text.offset(end));
    Ok(vm.int_usize(search::count::<Points>(&text.bytes()[from..to], needle.bytes())))
}

fn fits(vm: &Vm, args: &[Value], name: &str, test: fn(&[u8], &[u8]) -> bool) -> PyResult<Value> {
    let text = this(vm, &args[0])?;
    let range = bounds(vm, &args[2], &args[3], text.len())?;
    let part = range.map(|(start, end)| &text.bytes()[text.offset(start)..text.offset(end)]);
    let check = |affix: &Obj<Str>| part.is_some_and(|part| test(part, affix.bytes()));
    if let Some(affix) = args[1].as_str() {
        return Ok(Value::bool(check(affix)));
    }
    let Some(tuple) = args[1].as_tuple() else {
        return Err(vm.type_error(format!(
            "{name} first arg must be str or a tuple of str, not {}",
            args[1].type_name(vm)
        )));
    };
    for item in tuple.items() {
        let Some(affix) = item.as_str() else {
            return Err(
                vm.type_error(format!("tuple for {name} must only contain str, not {}", item.type_name(vm)))
            );
        };
        if check(affix) {
            return Ok(Value::TRUE);
        }
    }
    Ok(Value::FALSE)
}

fn all(vm: &Vm, args: &[Value], test: fn(u32) -> bool) -> PyResult<Value> {
    Ok(Value::bool(unicode::all(this(vm, &args[0])?.bytes(), test)))
}

/// How many cuts or replacements: no limit if negative.
fn limit(vm: &Vm, value: &Value) -> PyResult<usize> {
    match value.given() {
        None => Ok(usize::MAX),
        Some(value) => Ok(usize::try_from(vm.to_ssize(value)?).unwrap_or(usize::MAX)),
    }
}

fn replace(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let text = this(vm, &args[0])?;
    let old = vm.text(&args[1], "replace() argument 1")?;
    let new = vm.text(&args[2], "replace() argument 2")?;
    let max = limit(vm, &args[3])?;
    match search::replace::<Points>(text.bytes(), old.bytes(), new.bytes(), max) {
        Ok(None) => Ok(vm.plain_str(&args[0])),
        Ok(Some(bytes)) if text.is_ascii() && new.is_ascii() => Ok(vm.str_ascii(&bytes)),
        Ok(Some(bytes)) => Ok(vm.str_bytes(&bytes)),
        Err(fault) => Err(vm.fault(fault)),
    }
}

fn split(vm: &Vm, args: &[Value], from_right: bool) -> PyResult<Value> {
    let text = this(vm, &args[0])?;
    let max = limit(vm, &args[2])?;
    let bytes = text.bytes();
    let parts = match args[1].some() {
        None if from_right => search::rsplit_space::<Points>(bytes, max),
        None => search::split_space::<Points>(bytes, max),
        Some(sep) => {
            let Some(sep) = sep.as_str() else {
                return Err(vm.type_error(format!("must be str or None, not {}", sep.type_name(vm))));
            };
            if sep.is_empty() {
                return Err(vm.value_error("empty separator"));
            }
            if from_right {
                search::rsplit(bytes, sep.bytes(), max)
            } else {
                search::split(bytes, sep.bytes(), max)
            }
        }
    };
    if let [only] = parts[..]
        && only.len() == bytes.len()
    {
        return Ok(vm.list(vec![vm.plain_str(&args[0])]));
    }
    Ok(vm.str_list(text, &parts))
}

fn partition(vm: &Vm, args: &[Value], last: bool) -> PyResult<Value> {
    let text = this(vm, &args[0])?;
    let Some(sep) = args[1].as_str() else {
        return Err(vm.type_error(format!("must be str, not {}", args[1].type_name(vm))));
    };
    if sep.is_empty() {
        return Err(vm.value_error("empty separator"));
    }
    let found = if last {
        search::rpartition(text.bytes(), sep.bytes())
    } else {
        search::partition(text.bytes(), sep.bytes())
    };
    let empty = || vm.interp().empty_str.clone();
    Ok(vm.tuple(match found {
        Some((before, after)) => {
            vec![vm.str_like(text, before), vm.plain_str(&args[1]), vm.str_like(text, after)]
        }
        None if last => vec![empty(), empty(), vm.plain_str(&args[0])],
        None => vec![vm.plain_str(&args[0]), empty(), empty()],
    }))
}

/// `str.__format__` with a spec that is not empty.
pub fn format_with(vm: &Vm, value: &Value, spec: &Obj<Str>) -> PyResult<Value> {
    let name = value.type_name(vm);
    let text = format_value::format_str(this(vm, value)?.bytes(), spec.bytes(), &name)
        .map_err(|fault| vm.fault(fault))?;
    Ok(vm.str_bytes(&text))
}

fn stripped(vm: &Vm, args: &[Value], ends: Ends, name: &str) -> PyResult<Value> {
    let text = this(vm, &args[0])?;
    let is_seen = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_graphic);
    let rest = match args[1].some() {
        // Mostly there is nothing to strip.
        None if is_seen(text.bytes().first()) && is_seen(text.bytes().last()) => {
            return Ok(vm.plain_str(&args[0]));
        }
        None => strip::strip_space::<Points>(text.bytes(), ends),
        Some(set) => match set.as_str() {
            Some(set) => strip::strip_set::<Points>(text.bytes(), set.bytes(), ends),
            None => return Err(vm.type_error(format!("{name} arg must be None or str"))),
        },
    };
    Ok(vm.str_part(&args[0], text, rest))
}

fn aligned(vm: &Vm, args: &[Value], margins: fn(usize, usize) -> (usize, usize)) -> PyResult<Value> {
    let text = this(vm, &args[0])?;
    let width = vm.to_ssize(&args[1])?.max(0) as usize;
    let fill: &[u8] = match args[2].given() {
        None => b" ",
        Some(fill) => match fill.as_str() {
            None => {
                return Err(vm.type_error(format!(
                    "The fill character must be a unicode character, not {}",
                    fill.type_name(vm)
                )));
            }
            Some(fill) if fill.len() == 1 => fill.bytes(),
            Some(_) => return Err(vm.type_error("The fill character must be exactly one character long")),
        },
    };
    if width <= text.len() {
        return Ok(vm.plain_str(&args[0]));
    }
    let (left, right) = margins(text.len(), width);
    let bytes = pad::pad(text.bytes(), left, right, fill).map_err(|fault: Fault| vm.fault(fault))?;
    Ok(vm.str_with_len(&bytes, width))
}

fn join(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let sep = this(vm, &args[0])?;
    let iterable = &args[1];
    let slots = iterable.ty(vm).slots.get();
    if slots.iter.is_none() && slots.getitem.is_none() {
        return Err(vm.type_error("can only join an iterable"));
    }
    // Joining runs no Python code, so items of a list can be looked at where they are.
    if iterable.kind() == kind::LIST
        && let Some(list) = vm.list_items(iterable)
    {
        return vm.str_join(sep, list.get());
    }
    if iterable.kind() == kind::TUPLE
        && let Some(tuple) = iterable.as_tuple()
    {
        return vm.str_join(sep, tuple.items());
    }
    vm.str_join(sep, &vm.collect(iterable)?)
}

impl Vm {
    /// Texts with a separator between them.
    pub fn str_join(&self, sep: &Obj<Str>, items: &[Value]) -> PyResult<Value> {
        let (mut length, mut chars) = (0usize, 0usize);
        for (at, item) in items.iter().enumerate() {
            let Some(text) = item.as_str() else {
                return Err(self.type_error(format!(
                    "sequence item {at}: expected str instance, {} found",
                    item.type_name(self)
                )));
            };
            length += text.bytes().len();
            chars += text.len();
        }
        match items {
            [] => return Ok(self.interp().empty_str.clone()),
            [only] => return Ok(self.plain_str(only)),
            _ => {}
        }
        let gaps = items.len() - 1;
        let total = gaps.checked_mul(sep.bytes().len()).and_then(|n| n.checked_add(length));
        let Some(total) = total.filter(|&n| n < isize::MAX as usize) else {
            return Err(self.overflow_error("join() result is too long for a Python string"));
        };
        // Whether there is that much memory is asked where it may be doubted.
        if total > 1 << 20 && !crate::runtime::sys::has_room(total) {
            return Err(self.memory_error());
        }
        let chars = chars + gaps * sep.len();
        Ok(self.str_filled(total, chars, |room| {
            for (at, text) in items.iter().filter_map(Value::as_str).enumerate() {
                if at > 0 {
                    room.put(sep.bytes());
                }
                room.put(text.bytes());
            }
        }))
    }
}
