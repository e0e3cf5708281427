//! `_sre`: patterns, matches and scanners around the matching engine of the crate `rustpython-sre_engine`.
//!
//! Positions are code points, as Python sees them; ASCII text is matched as bytes.

use std::cell::Cell;

use rustpython_sre_engine::{
    CODESIZE, MAXGROUPS, MAXREPEAT, Request, SRE_MAGIC, State, StrDrive, StringCursor,
};
use rustpython_wtf8::Wtf8;

use crate::runtime::error::PyResult;
use crate::runtime::gc::heap::type_flag;
use crate::runtime::object::args::Args;
use crate::runtime::object::str::Str;
use crate::runtime::object::typedef::{Cmp, Native, TypeSpec, getter, native, native_raw};
use crate::runtime::object::vm::Vm;
use crate::runtime::stdlib::NativeModule;
use crate::runtime::text::unicode_case;
use crate::runtime::value::{LockCell, Obj, Payload, Ref, Value};

const FLAG_LOCALE: i64 = 4;
const FLAG_UNICODE: i64 = 32;

fn point(vm: &Vm, value: &Value) -> PyResult<u32> {
    Ok(vm.to_i32(value)? as u32)
}

fn ascii_lower(c: u32) -> u32 {
    if (65..=90).contains(&c) { c + 32 } else { c }
}

/// `_sre`
pub static MODULE: NativeModule = NativeModule {
    name: "_sre",
    doc: "",
    functions: &[
        native("compile(pattern, flags, code, groups, groupindex, indexgroup)", compile, ""),
        native("template(pattern, template, /)", template, ""),
        native("getcodesize()", |vm, _| Ok(vm.int_usize(CODESIZE)), ""),
        native(
            "ascii_iscased(character, /)",
            |vm, args| {
                let c = point(vm, &args[0])?;
                Ok(Value::bool(c < 128 && char::from(c as u8).is_ascii_alphabetic()))
            },
            "",
        ),
        native(
            "unicode_iscased(character, /)",
            |vm, args| {
                let c = point(vm, &args[0])?;
                // The first of several characters counts: `ﬅ` is cased, though no other character is its upper case.
                Ok(Value::bool(unicode_case::lower_point(c)[0] != c || unicode_case::upper_point(c)[0] != c))
            },
            "",
        ),
        native(
            "ascii_tolower(character, /)",
            |vm, args| Ok(vm.int(ascii_lower(point(vm, &args[0])?).into())),
            "",
        ),
        native(
            "unicode_tolower(character, /)",
            |vm, args| Ok(vm.int(unicode_case::simple_lower(point(vm, &args[0])?).into())),
            "",
        ),
        native(
            "getlower(character, flags, /)",
            |vm, args| {
                let c = point(vm, &args[0])?;
                let flags = vm.to_i64(&args[1])?;
                let lower =
                    if flags & FLAG_UNICODE != 0 { unicode_case::simple_lower(c) } else { ascii_lower(c) };
                Ok(vm.int(lower.into()))
            },
            "",
        ),
    ],
    init: |vm, dict| {
        vm.set_ints_in(
            dict,
            &[
                ("MAGIC", SRE_MAGIC as i64),
                ("CODESIZE", CODESIZE as i64),
                ("MAXREPEAT", MAXREPEAT as i64),
                ("MAXGROUPS", MAXGROUPS as i64),
            ],
        );
        vm.set_in(dict, "copyright", vm.str(" SRE 2.2.2 Copyright (c) 1997-2002 by Secret Labs AB "));
        Ok(())
    },
};

// ------------------------------------------------------------------------------------------------ the subject

/// What is matched against.
enum Subject<'a> {
    Ascii(&'a [u8]),
    Text(Points<'a>),
    Bytes(std::borrow::Cow<'a, [u8]>),
}

/// A text of which not every code point is a byte. Its own table of offsets finds a position; the crate would walk from the start.
#[derive(Clone, Copy)]
struct Points<'a>(&'a Obj<Str>);

impl StrDrive for Points<'_> {
    fn count(&self) -> usize {
        self.0.len()
    }

    fn create_cursor(&self, n: usize) -> StringCursor {
        let bytes = self.0.bytes();
        let mut cursor = (&bytes[self.0.offset(n)..]).create_cursor(0);
        cursor.position = n;
        cursor
    }

    fn adjust_cursor(&self, cursor: &mut StringCursor, n: usize) {
        *cursor = self.create_cursor(n);
    }

    #[inline]
    fn advance(cursor: &mut StringCursor) -> u32 {
        <&Wtf8>::advance(cursor)
    }

    #[inline]
    fn peek(cursor: &StringCursor) -> u32 {
        <&Wtf8>::peek(cursor)
    }

    #[inline]
    fn skip(cursor: &mut StringCursor, n: usize) {
        <&Wtf8>::skip(cursor, n);
    }

    #[inline]
    fn back_advance(cursor: &mut StringCursor) -> u32 {
        <&Wtf8>::back_advance(cursor)
    }

    #[inline]
    fn back_peek(cursor: &StringCursor) -> u32 {
        <&Wtf8>::back_peek(cursor)
    }

    #[inline]
    fn back_skip(cursor: &mut StringCursor, n: usize) {
        <&Wtf8>::back_skip(cursor, n);
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum How {
    Match,
    Full,
    Search,
}

fn subject<'a>(vm: &Vm, pattern: &Obj<Pattern>, value: &'a Value) -> PyResult<(Subject<'a>, usize)> {
    if let Some(text) = value.as_str() {
        if pattern.is_bytes == Some(true) {
            return Err(vm.type_error("cannot use a bytes pattern on a string-like object"));
        }
        if text.is_ascii() {
            return Ok((Subject::Ascii(text.bytes()), text.len()));
        }
        return Ok((Subject::Text(Points(text)), text.len()));
    }
    let bytes = match vm.bytes_of(value) {
        Some(bytes) => std::borrow::Cow::Borrowed(bytes),
        None if vm.has_buffer(value) => std::borrow::Cow::Owned(vm.buffer_bytes(value)?),
        None => {
            return Err(
                vm.type_error(format!("expected string or bytes-like object, got '{}'", value.type_name(vm)))
            );
        }
    };
    if pattern.is_bytes == Some(false) {
        return Err(vm.type_error("cannot use a string pattern on a bytes-like object"));
    }
    let length = bytes.len();
    Ok((Subject::Bytes(bytes), length))
}

fn run_on<S: StrDrive>(string: S, codes: &[u32], state: &mut State, run: Run) -> bool {
    let request = Request {
        string,
        start: run.start,
        end: run.end,
        pattern_codes: codes,
        match_all: run.how == How::Full,
        must_advance: run.must_advance,
    };
    state.reset(&request, run.start);
    if run.how == How::Search { state.search(request) } else { state.py_match(&request) }
}

#[derive(Clone, Copy)]
struct Run {
    how: How,
    start: usize,
    end: usize,
    must_advance: bool,
}

fn run(subject: &Subject, pattern: &Obj<Pattern>, state: &mut State, run: Run) -> bool {
    if run.start > run.end {
        return false;
    }
    match subject {
        Subject::Ascii(bytes) => run_on(*bytes, &pattern.code, state, run),
        Subject::Text(text) => run_on(*text, &pattern.code, state, run),
        Subject::Bytes(bytes) => run_on(&**bytes, &pattern.code, state, run),
    }
}

/// A part of the subject, of its kind.
fn slice(vm: &Vm, string: &Value, start: usize, end: usize) -> PyResult<Value> {
    if let Some(text) = string.as_str() {
        if start == 0 && end == text.len() && string.kind() == crate::runtime::object::typedef::kind::STR {
            return Ok(string.clone());
        }
        return Ok(vm.str_with_len(&text.bytes()[text.offset(start)..text.offset(end)], end - start));
    }
    if let Some(bytes) = vm.bytes_of(string) {
        return Ok(vm.bytes(&bytes[start.min(bytes.len())..end.min(bytes.len())]));
    }
    let bytes = vm.buffer_bytes(string)?;
    Ok(vm.bytes(&bytes[start.min(bytes.len())..end.min(bytes.len())]))
}

fn bounds(vm: &Vm, pos: &Value, endpos: &Value, length: usize) -> PyResult<(usize, usize)> {
    let clamp = |value: &Value, default: usize| -> PyResult<usize> {
        match value.given() {
            None => Ok(default),
            Some(value) => Ok(vm.clamped_index(value)?.clamp(0, length as isize) as usize),
        }
    };
    Ok((clamp(pos, 0)?, clamp(endpos, length)?))
}

// ------------------------------------------------------------------------------------------------ Pattern

/// A compiled pattern.
pub struct Pattern {
    pattern: Value,
    flags: i64,
    code: Vec<u32>,
    groups: usize,
    groupindex: Value,
    indexgroup: Vec<Value>,
    is_bytes: Option<bool>,
}

crate::payload!(Pattern, "re.Pattern", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(&self.pattern);
        visit(&self.groupindex);
        self.indexgroup.iter().for_each(visit);
    }
});

fn compile(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let mut code = Vec::new();
    for word in vm.collect(&args[2])? {
        code.push(vm.to_u32(&word)?);
    }
    let is_bytes = if args[0].is_none() { None } else { Some(args[0].as_str().is_none()) };
    let pattern = Pattern {
        pattern: args[0].clone(),
        flags: vm.to_i64(&args[1])?,
        code,
        groups: vm.to_usize(&args[3])?,
        groupindex: args[4].clone(),
        indexgroup: vm.collect(&args[5])?,
        is_bytes,
    };
    Ok(vm.alloc_spec(&PATTERN, pattern))
}

fn this<'a>(vm: &Vm, value: &'a Value) -> PyResult<&'a Obj<Pattern>> {
    vm.cast::<Pattern>(value)
}

fn single(vm: &Vm, args: &[Value], how: How) -> PyResult<Value> {
    let pattern = this(vm, &args[0])?;
    let (subject, length) = subject(vm, pattern, &args[1])?;
    let (start, end) = bounds(vm, &args[2], &args[3], length)?;
    let mut state = State::default();
    if !run(&subject, pattern, &mut state, Run { how, start, end, must_advance: false }) {
        return Ok(Value::NONE);
    }
    Ok(made(vm, pattern, &args[1], &state, start, end))
}

fn made(vm: &Vm, pattern: &Obj<Pattern>, string: &Value, state: &State, pos: usize, endpos: usize) -> Value {
    let mut spans = vec![Some((state.start, state.cursor.position))];
    for group in 0..pattern.groups {
        let (start, end) = state.marks.get(group);
        let set = start.is_some() && end.is_some() && end.unpack() >= start.unpack();
        spans.push(set.then(|| (start.unpack(), end.unpack())));
    }
    vm.alloc_spec(
        &MATCH,
        Match {
            string: LockCell::new(string.clone()),
            pattern: pattern.to_ref(),
            spans,
            pos,
            endpos,
            lastindex: state.marks.last_index(),
        },
    )
}

/// Calls `each` with every match from left to right; it says whether to go on.
fn walk(
    subject: &Subject,
    pattern: &Obj<Pattern>,
    (start, end): (usize, usize),
    mut each: impl FnMut(&State) -> PyResult<bool>,
) -> PyResult<()> {
    let mut state = State::default();
    let mut at = Run { how: How::Search, start, end, must_advance: false };
    while run(subject, pattern, &mut state, at) {
        if !each(&state)? {
            break;
        }
        at.must_advance = state.cursor.position == state.start;
        at.start = state.cursor.position;
    }
    Ok(())
}

fn findall(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let pattern = this(vm, &args[0])?;
    let string = &args[1];
    let (subject, length) = subject(vm, pattern, string)?;
    let range = bounds(vm, &args[2], &args[3], length)?;
    let empty = slice(vm, string, 0, 0)?;
    let mut found = Vec::new();
    walk(&subject, pattern, range, |state| {
        let group = |group: usize| match state.marks.get(group) {
            (start, end) if start.is_some() && end.is_some() && end.unpack() >= start.unpack() => {
                slice(vm, string, start.unpack(), end.unpack())
            }
            _ => Ok(empty.clone()),
        };
        found.push(match pattern.groups {
            0 => slice(vm, string, state.start, state.cursor.position)?,
            1 => group(0)?,
            count => vm.tuple((0..count).map(group).collect::<PyResult<_>>()?),
        });
        Ok(true)
    })?;
    Ok(vm.list(found))
}

fn split(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let pattern = this(vm, &args[0])?;
    let string = &args[1];
    let most = match args[2].given() {
        Some(n) => vm.to_index(n)?,
        None => 0,
    };
    let (subject, length) = subject(vm, pattern, string)?;
    let mut parts = Vec::new();
    let (mut last, mut count) = (0, 0);
    if most >= 0 {
        walk(&subject, pattern, (0, length), |state| {
            parts.push(slice(vm, string, last, state.start)?);
            for group in 0..pattern.groups {
                let (start, end) = state.marks.get(group);
                parts.push(if start.is_some() && end.is_some() {
                    slice(vm, string, start.unpack(), end.unpack())?
                } else {
                    Value::NONE
                });
            }
            last = state.cursor.position;
            count += 1;
            Ok(most == 0 || count < most)
        })?;
    }
    parts.push(slice(vm, string, last, length)?);
    Ok(vm.list(parts))
}

/// What stands for a match.
enum Filter {
    Literal(Value),
    Call(Value),
    Template(Ref<Template>),
}

fn filter_of(vm: &Vm, pattern: &Value, repl: &Value) -> PyResult<Filter> {
    if vm.is_callable(repl) {
        return Ok(Filter::Call(repl.clone()));
    }
    let plain = match repl.as_str() {
        Some(text) => !text.bytes().contains(&b'\\'),
        None => vm.has_buffer(repl) && !vm.buffer_bytes(repl)?.contains(&b'\\'),
    };
    if plain {
        return Ok(Filter::Literal(repl.clone()));
    }
    Ok(Filter::Template(template_of(vm, pattern, repl)?))
}

fn template_of(vm: &Vm, pattern: &Value, repl: &Value) -> PyResult<Ref<Template>> {
    let module = vm.import("re")?;
    let function = vm.getattr_str(&module, "_compile_template")?;
    let template = vm.call_args(&function, &[pattern.clone(), repl.clone()])?;
    match template.downcast_ref::<Template>() {
        Some(template) => Ok(template),
        None => Err(vm.type_error("the result of _compile_template is not a template")),
    }
}

fn substitute(vm: &Vm, args: &[Value], with_count: bool) -> PyResult<Value> {
    let pattern = this(vm, &args[0])?;
    let (repl, string) = (&args[1], &args[2]);
    let most = match args[3].given() {
        Some(n) => vm.to_index(n)?,
        None => 0,
    };
    let filter = filter_of(vm, &args[0], repl)?;
    let (subject, length) = subject(vm, pattern, string)?;
    let is_text = string.as_str().is_some();
    let mut out: Vec<u8> = Vec::new();
    let (mut last, mut count) = (0, 0);
    if most >= 0 {
        walk(&subject, pattern, (0, length), |state| {
            push(vm, &mut out, &slice(vm, string, last, state.start)?, is_text)?;
            match &filter {
                Filter::Literal(text) => push(vm, &mut out, text, is_text)?,
                Filter::Template(template) => {
                    let found = made(vm, pattern, string, state, 0, length);
                    expand(vm, &mut out, template, vm.cast::<Match>(&found)?, is_text)?;
                }
                Filter::Call(function) => {
                    let found = made(vm, pattern, string, state, 0, length);
                    let text = vm.call1(function, &found)?;
                    if !text.is_none() {
                        push(vm, &mut out, &text, is_text)?;
                    }
                }
            }
            last = state.cursor.position;
            count += 1;
            Ok(most == 0 || count < most)
        })?;
    }
    let result = if count == 0 {
        slice(vm, string, 0, length)?
    } else {
        push(vm, &mut out, &slice(vm, string, last, length)?, is_text)?;
        if is_text { vm.str_bytes(&out) } else { vm.bytes(&out) }
    };
    Ok(if with_count { vm.tuple(vec![result, vm.int(count as i64)]) } else { result })
}

fn push(vm: &Vm, out: &mut Vec<u8>, part: &Value, is_text: bool) -> PyResult<()> {
    if is_text {
        match part.as_str() {
            Some(text) => out.extend_from_slice(text.bytes()),
            None => {
                return Err(vm.type_error(format!(
                    "sequence item 1: expected str instance, {} found",
                    part.type_name(vm)
                )));
            }
        }
    } else if vm.has_buffer(part) {
        vm.with_buffer(part, |bytes| out.extend_from_slice(bytes))?;
    } else {
        return Err(vm.type_error(format!(
            "sequence item 1: expected a bytes-like object, {} found",
            part.type_name(vm)
        )));
    }
    Ok(())
}

fn flags_text(flags: i64) -> String {
    const NAMES: [(&str, i64); 8] = [
        ("re.IGNORECASE", 2),
        ("re.LOCALE", 4),
        ("re.MULTILINE", 8),
        ("re.DOTALL", 16),
        ("re.UNICODE", 32),
        ("re.VERBOSE", 64),
        ("re.DEBUG", 128),
        ("re.ASCII", 256),
    ];
    let mut parts: Vec<String> =
        NAMES.iter().filter(|(_, bit)| flags & bit != 0).map(|(name, _)| (*name).to_owned()).collect();
    let rest = flags & !NAMES.iter().map(|(_, bit)| bit).sum::<i64>();
    if rest != 0 {
        parts.push(format!("0x{rest:x}"));
    }
    parts.join("|")
}

/// `re.Pattern`
pub static PATTERN: TypeSpec = TypeSpec::new("re.Pattern", Pattern::layout)
    .flags(type_flag::NO_NEW | type_flag::WEAKREF)
    .doc("", "Compiled regular expression object.")
    .slots(|s| {
        s.repr = Some(|vm, value| {
            let pattern = this(vm, value)?;
            let mut flags = pattern.flags;
            if pattern.is_bytes == Some(false) && flags & (FLAG_LOCALE | FLAG_UNICODE | 256) == FLAG_UNICODE {
                flags &= !FLAG_UNICODE;
            }
            let text = vm.repr_text(&pattern.pattern)?;
            let text: String = text.chars().take(200).collect();
            let flags = flags_text(flags);
            let comma = if flags.is_empty() { "" } else { ", " };
            Ok(vm.str(format!("re.compile({text}{comma}{flags})")))
        });
        s.compare = Some(|vm, a, b, op| {
            let (Some(x), Some(y)) = (a.downcast::<Pattern>(), b.downcast::<Pattern>()) else {
                return Ok(Value::NOT_IMPLEMENTED);
            };
            if !matches!(op, Cmp::Eq | Cmp::Ne) {
                return Ok(Value::NOT_IMPLEMENTED);
            }
            let same = a.is(b)
                || (x.flags == y.flags && x.is_bytes == y.is_bytes && x.code == y.code && vm.equal(&x.pattern, &y.pattern)?);
            Ok(Value::bool(same == (op == Cmp::Eq)))
        });
        s.hash = Some(|vm, value| {
            let pattern = this(vm, value)?;
            let hash = vm.hash(&pattern.pattern)?.wrapping_mul(31) ^ pattern.flags;
            Ok(if hash == -1 { -2 } else { hash })
        });
    })
    .methods(&[
        native("match(self, /, string, pos=0, endpos=sys.maxsize)", |vm, args| single(vm, args, How::Match), "Matches zero or more characters at the beginning of the string."),
        native("fullmatch(self, /, string, pos=0, endpos=sys.maxsize)", |vm, args| single(vm, args, How::Full), "Matches against all of the string."),
        native("search(self, /, string, pos=0, endpos=sys.maxsize)", |vm, args| single(vm, args, How::Search), "Scan through string looking for a match, and return a corresponding match object instance.\n\nReturn None if no position in the string matches."),
        native("sub(self, /, repl, string, count=0)", |vm, args| substitute(vm, args, false), "Return the string obtained by replacing the leftmost non-overlapping occurrences of pattern in string by the replacement repl."),
        native("subn(self, /, repl, string, count=0)", |vm, args| substitute(vm, args, true), "Return the tuple (new_string, number_of_subs_made) found by replacing the leftmost non-overlapping occurrences of pattern with the replacement repl."),
        native("findall(self, /, string, pos=0, endpos=sys.maxsize)", findall, "Return a list of all non-overlapping matches of pattern in string."),
        native("split(self, /, string, maxsplit=0)", split, "Split string by the occurrences of pattern."),
        native("finditer(self, /, string, pos=0, endpos=sys.maxsize)", |vm, args| {
            let scanner = scanner(vm, args)?;
            let search = vm.getattr_str(&scanner, "search")?;
            Ok(vm.call_iter(search, Value::NONE))
        }, "Return an iterator over all non-overlapping matches for the RE pattern in string.\n\nFor each match, the iterator returns a match object."),
        native("scanner(self, /, string, pos=0, endpos=sys.maxsize)", scanner, ""),
        native("__copy__(self, /)", |_, args| Ok(args[0].clone()), ""),
        native("__deepcopy__(self, memo, /)", |_, args| Ok(args[0].clone()), ""),
        native("__class_getitem__(cls, object, /)", |vm, args| vm.generic_alias(&args[0], &args[1]), "See PEP 585").class(),
    ])
    .getset(&[
        getter("pattern", |vm, value| Ok(this(vm, value)?.pattern.clone()), "The pattern string from which the RE object was compiled."),
        getter("flags", |vm, value| Ok(vm.int(this(vm, value)?.flags)), "The regex matching flags."),
        getter("groups", |vm, value| Ok(vm.int_usize(this(vm, value)?.groups)), "The number of capturing groups in the pattern."),
        getter("groupindex", |vm, value| {
            let index = this(vm, value)?.groupindex.clone();
            let proxy = vm.import("types")?;
            let proxy = vm.getattr_str(&proxy, "MappingProxyType")?;
            vm.call1(&proxy, &index)
        }, "A dictionary mapping group names to group numbers."),
    ]);

// ------------------------------------------------------------------------------------------------ templates

/// A parsed replacement: a literal, then groups each followed by a literal.
pub struct Template {
    first: Value,
    rest: Vec<(usize, Value)>,
}

crate::payload!(Template, "_sre.SRE_Template", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(&self.first);
        for (_, literal) in &self.rest {
            visit(literal);
        }
    }
});

static TEMPLATE: TypeSpec = TypeSpec::new("_sre.SRE_Template", Template::layout).flags(type_flag::NO_NEW);

fn template(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let parts = vm.collect(&args[1])?;
    let Some((first, rest)) = parts.split_first() else { return Err(vm.type_error("invalid template")) };
    if rest.len() % 2 != 0 {
        return Err(vm.type_error("invalid template"));
    }
    let mut pairs = Vec::new();
    for pair in rest.chunks_exact(2) {
        let group = vm.to_index(&pair[0])?;
        if group < 0 {
            return Err(vm.type_error("invalid template"));
        }
        pairs.push((group as usize, pair[1].clone()));
    }
    Ok(vm.alloc_spec(&TEMPLATE, Template { first: first.clone(), rest: pairs }))
}

fn expand(
    vm: &Vm,
    out: &mut Vec<u8>,
    template: &Template,
    found: &Obj<Match>,
    is_text: bool,
) -> PyResult<()> {
    let literal =
        |out: &mut Vec<u8>, part: &Value| if part.is_none() { Ok(()) } else { push(vm, out, part, is_text) };
    literal(out, &template.first)?;
    for (group, after) in &template.rest {
        let part = found.group_value(vm, *group, &Value::NONE)?;
        if !part.is_none() {
            push(vm, out, &part, is_text)?;
        }
        literal(out, after)?;
    }
    Ok(())
}

// ------------------------------------------------------------------------------------------------ Scanner

/// Where a search in steps stands.
pub struct Scanner {
    pattern: Ref<Pattern>,
    string: Value,
    start: Cell<usize>,
    end: usize,
    must_advance: Cell<bool>,
    ended: Cell<bool>,
    /// The engine's cursor can go on from where it is.
    state: LockCell<State>,
}

crate::payload!(Scanner, "_sre.SRE_Scanner", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(self.pattern.value());
        visit(&self.string);
    }
});

fn scanner(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let pattern = this(vm, &args[0])?;
    let (_, length) = subject(vm, pattern, &args[1])?;
    let (start, end) = bounds(vm, &args[2], &args[3], length)?;
    Ok(vm.alloc_spec(
        &SCANNER,
        Scanner {
            pattern: pattern.to_ref(),
            string: args[1].clone(),
            start: Cell::new(start),
            end,
            must_advance: Cell::new(false),
            ended: Cell::new(false),
            state: LockCell::new(State::default()),
        },
    ))
}

fn scan(vm: &Vm, args: &[Value], how: How) -> PyResult<Value> {
    let this = vm.cast::<Scanner>(&args[0])?;
    if this.ended.get() {
        return Ok(Value::NONE);
    }
    let (subject, _) = subject(vm, &this.pattern, &this.string)?;
    let start = this.start.get();
    let mut state = this.state.take();
    let step = Run { how, start, end: this.end, must_advance: this.must_advance.get() };
    if !run(&subject, &this.pattern, &mut state, step) {
        this.ended.set(true);
        return Ok(Value::NONE);
    }
    let found = made(vm, &this.pattern, &this.string, &state, start, this.end);
    this.must_advance.set(state.cursor.position == state.start);
    this.start.set(state.cursor.position);
    this.state.set(state);
    Ok(found)
}

static SCANNER: TypeSpec = TypeSpec::new("_sre.SRE_Scanner", Scanner::layout)
    .flags(type_flag::NO_NEW)
    .methods(&[
        native("match(self, /)", |vm, args| scan(vm, args, How::Match), ""),
        native("search(self, /)", |vm, args| scan(vm, args, How::Search), ""),
    ])
    .getset(&[getter("pattern", |vm, value| Ok(vm.cast::<Scanner>(value)?.pattern.value().clone()), "")]);

// ------------------------------------------------------------------------------------------------ Match

/// A match.
pub struct Match {
    string: LockCell<Value>,
    pattern: Ref<Pattern>,
    /// Of the whole and of each group.
    spans: Vec<Option<(usize, usize)>>,
    pos: usize,
    endpos: usize,
    lastindex: isize,
}

crate::payload!(Match, "re.Match", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(self.string.get());
        visit(self.pattern.value());
    }
    fn clear(&self) {
        self.string.set(Value::NONE);
    }
});

impl Obj<Match> {
    fn group_value(&self, vm: &Vm, group: usize, default: &Value) -> PyResult<Value> {
        match self.spans.get(group) {
            None => Err(vm.index_error("no such group")),
            Some(None) => Ok(default.clone()),
            Some(Some((start, end))) => slice(vm, &self.string.cloned(), *start, *end),
        }
    }
    fn group_number(&self, vm: &Vm, key: &Value) -> PyResult<usize> {
        let number = if key.as_small().is_some() || key.ty(vm).slots.get().index.is_some() {
            vm.clamped_index(key)?
        } else {
            match self.pattern.groupindex.as_dict() {
                Some(dict) => match dict.get(vm, key) {
                    Ok(Some(found)) => vm.to_index(&found)?,
                    Ok(None) => -1,
                    Err(raised) => {
                        drop(vm.take_raised(raised));
                        -1
                    }
                },
                None => -1,
            }
        };
        match usize::try_from(number) {
            Ok(number) if number < self.spans.len() => Ok(number),
            _ => Err(vm.index_error("no such group")),
        }
    }
    fn span_of(&self, vm: &Vm, key: &Value) -> PyResult<(i64, i64)> {
        let number = match key.given() {
            Some(key) => self.group_number(vm, key)?,
            None => 0,
        };
        Ok(self.spans[number].map_or((-1, -1), |(start, end)| (start as i64, end as i64)))
    }
}

fn found<'a>(vm: &Vm, value: &'a Value) -> PyResult<&'a Obj<Match>> {
    vm.cast::<Match>(value)
}

fn pair(vm: &Vm, (start, end): (i64, i64)) -> Value {
    vm.tuple(vec![vm.int(start), vm.int(end)])
}

fn group(vm: &Vm, args: Args) -> PyResult<Value> {
    args.no_keywords(vm, "group")?;
    let this = found(vm, &args.values[0])?;
    match &args.values[1..] {
        [] => this.group_value(vm, 0, &Value::NONE),
        [one] => this.group_value(vm, this.group_number(vm, one)?, &Value::NONE),
        many => {
            let mut all = Vec::with_capacity(many.len());
            for key in many {
                all.push(this.group_value(vm, this.group_number(vm, key)?, &Value::NONE)?);
            }
            Ok(vm.tuple(all))
        }
    }
}

const MATCH_METHODS: &[Native] = &[
    native_raw(
        "group(self, /, *args)",
        group,
        "group([group1, ...]) -> str or tuple.\nReturn subgroup(s) of the match by indices or names.\nFor 0 returns the entire match.",
    ),
    native(
        "start(self, group=0, /)",
        |vm, args| Ok(vm.int(found(vm, &args[0])?.span_of(vm, &args[1])?.0)),
        "Return index of the start of the substring matched by group.",
    ),
    native(
        "end(self, group=0, /)",
        |vm, args| Ok(vm.int(found(vm, &args[0])?.span_of(vm, &args[1])?.1)),
        "Return index of the end of the substring matched by group.",
    ),
    native(
        "span(self, group=0, /)",
        |vm, args| Ok(pair(vm, found(vm, &args[0])?.span_of(vm, &args[1])?)),
        "For match object m, return the 2-tuple (m.start(group), m.end(group)).",
    ),
    native(
        "groups(self, /, default=None)",
        |vm, args| {
            let this = found(vm, &args[0])?;
            let default = &args[1].given().cloned().unwrap_or(Value::NONE);
            let all: PyResult<Vec<Value>> =
                (1..this.spans.len()).map(|at| this.group_value(vm, at, default)).collect();
            Ok(vm.tuple(all?))
        },
        "Return a tuple containing all the subgroups of the match, from 1.\n\n  default\n    Is used for groups that did not participate in the match.",
    ),
    native(
        "groupdict(self, /, default=None)",
        |vm, args| {
            let this = found(vm, &args[0])?;
            let default = &args[1].given().cloned().unwrap_or(Value::NONE);
            let result = vm.new_dict();
            if let Some(index) = this.pattern.groupindex.as_dict() {
                for (name, at) in index.entries() {
                    let at = vm.to_usize(&at)?;
                    let value = this.group_value(vm, at, default)?;
                    drop(result.insert(vm, name, value)?);
                }
            }
            Ok(result.into_value())
        },
        "Return a dictionary containing all the named subgroups of the match, keyed by the subgroup name.\n\n  default\n    Is used for groups that did not participate in the match.",
    ),
    native(
        "expand(self, /, template)",
        |vm, args| {
            let this = found(vm, &args[0])?;
            let template = template_of(vm, this.pattern.value(), &args[1])?;
            let is_text = this.string.get().as_str().is_some();
            let mut out = Vec::new();
            expand(vm, &mut out, &template, this, is_text)?;
            Ok(if is_text { vm.str_bytes(&out) } else { vm.bytes(&out) })
        },
        "Return the string obtained by doing backslash substitution on the string template, as done by the sub() method.",
    ),
    native("__copy__(self, /)", |_, args| Ok(args[0].clone()), ""),
    native("__deepcopy__(self, memo, /)", |_, args| Ok(args[0].clone()), ""),
    native(
        "__class_getitem__(cls, object, /)",
        |vm, args| vm.generic_alias(&args[0], &args[1]),
        "See PEP 585",
    )
    .class(),
];

/// `re.Match`
pub static MATCH: TypeSpec = TypeSpec::new("re.Match", Match::layout)
    .flags(type_flag::NO_NEW)
    .doc("", "The result of re.match() and re.search().\nMatch objects always have a boolean value of True.")
    .slots(|s| {
        s.getitem = Some(|vm, value, key| {
            let this = found(vm, value)?;
            this.group_value(vm, this.group_number(vm, key)?, &Value::NONE)
        });
        s.repr = Some(|vm, value| {
            let this = found(vm, value)?;
            let (start, end) = this.span_of(vm, &Value::UNBOUND)?;
            let text = this.group_value(vm, 0, &Value::NONE)?;
            let text: String = vm.repr_text(&text)?.chars().take(50).collect();
            Ok(vm.str(format!("<re.Match object; span=({start}, {end}), match={text}>")))
        });
    })
    .methods(MATCH_METHODS)
    .getset(&[
        getter(
            "string",
            |vm, value| Ok(found(vm, value)?.string.cloned()),
            "The string passed to match() or search().",
        ),
        getter(
            "re",
            |vm, value| Ok(found(vm, value)?.pattern.value().clone()),
            "The regular expression object.",
        ),
        getter(
            "pos",
            |vm, value| Ok(vm.int_usize(found(vm, value)?.pos)),
            "The index into the string at which the RE engine started looking for a match.",
        ),
        getter(
            "endpos",
            |vm, value| Ok(vm.int_usize(found(vm, value)?.endpos)),
            "The index into the string beyond which the RE engine will not go.",
        ),
        getter(
            "lastindex",
            |vm, value| {
                Ok(match found(vm, value)?.lastindex {
                    at if at >= 0 => vm.int(at as i64),
                    _ => Value::NONE,
                })
            },
            "The integer index of the last matched capturing group.",
        ),
        getter(
            "lastgroup",
            |vm, value| {
                let this = found(vm, value)?;
                let name = usize::try_from(this.lastindex)
                    .ok()
                    .and_then(|at| this.pattern.indexgroup.get(at).cloned());
                Ok(name.unwrap_or(Value::NONE))
            },
            "The name of the last matched capturing group.",
        ),
        getter(
            "regs",
            |vm, value| {
                let this = found(vm, value)?;
                let spans = this
                    .spans
                    .iter()
                    .map(|span| pair(vm, span.map_or((-1, -1), |(a, b)| (a as i64, b as i64))));
                Ok(vm.tuple(spans.collect()))
            },
            "",
        ),
    ]);
