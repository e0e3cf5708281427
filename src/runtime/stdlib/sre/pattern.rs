//! `re.Pattern`, and the scanner that goes through a text step by step.

use std::cell::{Cell, OnceCell};

use super::build::{Program, build};
use super::codes::{self, Tree};
use super::machine::Scratch;
use super::matches;
use super::subject::{Bounds, How, Hunt, Subject, limits};
use super::template;
use crate::runtime::builtins::ints::IntView;
use crate::runtime::builtins::memoryviews::Lent;
use crate::runtime::builtins::tools::{member, wrong_argument};
use crate::runtime::error::PyResult;
use crate::runtime::gc::heap::type_flag;
use crate::runtime::object::typedef::{Cmp, TypeSpec, getter, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{LockCell, Obj, Payload, Ref, Value};

const FLAG_LOCALE: i64 = 4;
pub const FLAG_UNICODE: i64 = 32;

/// A compiled pattern.
pub struct Pattern {
    pattern: Value,
    flags: i64,
    pub code: Vec<u32>,
    tree: Tree,
    /// Made when the first text, or the first bytes, are matched.
    text_program: OnceCell<Box<Program>>,
    byte_program: OnceCell<Box<Program>>,
    pub groups: usize,
    pub groupindex: Value,
    pub indexgroup: Value,
    pub is_bytes: Option<bool>,
    /// What the last match worked with.
    pub scratch: LockCell<Scratch>,
}

crate::payload!(Pattern, "re.Pattern", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(&self.pattern);
        visit(&self.groupindex);
        visit(&self.indexgroup);
    }
});

impl Pattern {
    /// The program for text or for bytes.
    pub fn program(&self, is_text: bool) -> &Program {
        let program = if is_text { &self.text_program } else { &self.byte_program };
        program.get_or_init(|| Box::new(build(&self.tree, &self.code, is_text)))
    }
}

/// `_sre.compile(pattern, flags, code, groups, groupindex, indexgroup)`
pub fn compile(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let wrong = |name: &str, want: &str, value: &Value| {
        wrong_argument(vm, &format!("compile() argument '{name}'"), want, value)
    };
    let flags = vm.to_i32(&args[1])?.into();
    let Some(words) = vm.list_items(&args[2]) else { return Err(wrong("code", "list", &args[2])) };
    let groups = vm.to_ssize(&args[3])?;
    if args[4].as_dict().is_none() {
        return Err(wrong("groupindex", "dict", &args[4]));
    }
    if args[5].as_tuple().is_none() {
        return Err(wrong("indexgroup", "tuple", &args[5]));
    }
    let mut code = Vec::with_capacity(words.get().len());
    for word in words.get() {
        // No conversion runs any Python code while the list is looked at.
        let word = match word.as_int() {
            Some(word) if word.is_negative() => -1,
            Some(IntView::Big(word)) if u64::try_from(word).is_err() => {
                return Err(vm.overflow_error("Python int too large to convert to C unsigned long"));
            }
            Some(word) => word.small().unwrap_or(i64::MAX),
            None => return Err(vm.type_error("an integer is required")),
        };
        code.push(match u32::try_from(word) {
            Ok(word) => word,
            Err(_) if word < 0 => {
                return Err(vm.overflow_error("can't convert negative value to unsigned int"));
            }
            Err(_) => return Err(vm.overflow_error("regular expression code size limit exceeded")),
        });
    }
    let is_bytes = match &args[0] {
        pattern if pattern.is_none() => None,
        pattern => Some(!Subject::any(vm, pattern)?.is_text()),
    };
    let tree = usize::try_from(groups).ok().and_then(|groups| codes::read(&code, groups));
    let Some(tree) = tree else { return Err(vm.runtime_error("invalid SRE code")) };
    let pattern = Pattern {
        pattern: args[0].clone(),
        flags,
        code,
        groups: tree.groups,
        tree,
        text_program: OnceCell::new(),
        byte_program: OnceCell::new(),
        groupindex: args[4].clone(),
        indexgroup: args[5].clone(),
        is_bytes,
        scratch: LockCell::new(Scratch::default()),
    };
    Ok(vm.alloc_spec(&PATTERN, pattern))
}

/// The pattern that a value is.
pub fn this<'a>(vm: &Vm, value: &'a Value) -> PyResult<&'a Obj<Pattern>> {
    vm.cast::<Pattern>(value)
}

fn single(vm: &Vm, args: &[Value], how: How) -> PyResult<Value> {
    let pattern = this(vm, &args[0])?;
    let limits = limits(vm, &args[2], &args[3])?;
    let subject = Subject::new(vm, pattern, &args[1])?;
    let bounds = subject.bounds(limits);
    // Where one pattern is tried after the other most fail by their first byte.
    if how != How::Search
        && let Some(text) = subject.bytes().get(bounds.start..bounds.end)
        && !pattern.program(subject.is_text()).plan.begins.fits(text)
    {
        return Ok(Value::NONE);
    }
    let mut hunt = Hunt::new(pattern, &subject, bounds);
    Ok(match hunt.next(vm, how)? {
        Some(span) => matches::made(vm, pattern, &args[1], &hunt, span),
        None => Value::NONE,
    })
}

fn findall(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let pattern = this(vm, &args[0])?;
    let limits = limits(vm, &args[2], &args[3])?;
    let subject = Subject::new(vm, pattern, &args[1])?;
    let mut hunt = Hunt::new(pattern, &subject, subject.bounds(limits));
    let empty = subject.slice(vm, 0, 0);
    let mut found = Vec::new();
    while let Some((start, end)) = hunt.next(vm, How::Search)? {
        let group = |group| hunt.group(vm, group).unwrap_or_else(|| empty.clone());
        found.push(match pattern.groups {
            0 => subject.slice(vm, start, end),
            1 => group(1),
            count => vm.tuple((1..=count).map(group).collect()),
        });
    }
    Ok(vm.list(found))
}

fn split(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let pattern = this(vm, &args[0])?;
    let most = match args[2].given() {
        Some(n) => vm.to_ssize(n)?,
        None => 0,
    };
    let subject = Subject::new(vm, pattern, &args[1])?;
    let mut hunt = Hunt::new(pattern, &subject, subject.all());
    let mut parts = Vec::new();
    let (mut last, mut count) = (0, 0);
    while (most == 0 || count < most)
        && let Some((start, end)) = hunt.next(vm, How::Search)?
    {
        parts.push(subject.slice(vm, last, start));
        parts.extend((1..=pattern.groups).map(|group| hunt.group(vm, group).unwrap_or(Value::NONE)));
        last = end;
        count += 1;
    }
    parts.push(subject.slice(vm, last, subject.bytes().len()));
    Ok(vm.list(parts))
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
        native("sub(self, /, repl, string, count=0)", |vm, args| template::substitute(vm, args, false), "Return the string obtained by replacing the leftmost non-overlapping occurrences of pattern in string by the replacement repl."),
        native("subn(self, /, repl, string, count=0)", |vm, args| template::substitute(vm, args, true), "Return the tuple (new_string, number_of_subs_made) found by replacing the leftmost non-overlapping occurrences of pattern with the replacement repl."),
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
        member("pattern", |vm, value| Ok(this(vm, value)?.pattern.clone()), "The pattern string from which the RE object was compiled."),
        member("flags", |vm, value| Ok(vm.int(this(vm, value)?.flags)), "The regex matching flags."),
        member("groups", |vm, value| Ok(vm.int_usize(this(vm, value)?.groups)), "The number of capturing groups in the pattern."),
        getter("groupindex", |vm, value| {
            let index = this(vm, value)?.groupindex.clone();
            let proxy = vm.import("types")?;
            let proxy = vm.getattr_str(&proxy, "MappingProxyType")?;
            vm.call1(&proxy, &index)
        }, "A dictionary mapping group names to group numbers."),
    ]);

// ------------------------------------------------------------------------------------------------ Scanner

/// Where a search in steps stands.
pub struct Scanner {
    pattern: Ref<Pattern>,
    string: Value,
    /// Memory that Python code may change, of whatever is no text and no bytes.
    lent: Option<Lent>,
    bounds: Bounds,
    /// A byte offset.
    from: Cell<usize>,
    advance: Cell<bool>,
    ended: Cell<bool>,
}

crate::payload!(Scanner, "_sre.SRE_Scanner", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(self.pattern.value());
        visit(&self.string);
        if let Some(lent) = &self.lent {
            lent.traverse(visit);
        }
    }
});

fn scanner(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let pattern = this(vm, &args[0])?;
    let limits = limits(vm, &args[2], &args[3])?;
    let subject = Subject::new(vm, pattern, &args[1])?;
    let bounds = subject.bounds(limits);
    Ok(vm.alloc_spec(
        &SCANNER,
        Scanner {
            pattern: pattern.to_ref(),
            string: args[1].clone(),
            lent: subject.into_lent(),
            bounds,
            from: Cell::new(bounds.start),
            advance: Cell::new(false),
            ended: Cell::new(false),
        },
    ))
}

fn scan(vm: &Vm, args: &[Value], how: How) -> PyResult<Value> {
    let this = vm.cast::<Scanner>(&args[0])?;
    if this.ended.get() {
        return Ok(Value::NONE);
    }
    let subject = Subject::again(vm, &this.string, this.lent.as_ref())?;
    let mut hunt = Hunt::new(&this.pattern, &subject, this.bounds);
    (hunt.from, hunt.advance) = (this.from.get(), this.advance.get());
    match hunt.next(vm, how)? {
        Some(span) => {
            this.from.set(hunt.from);
            this.advance.set(hunt.advance);
            Ok(matches::made(vm, &this.pattern, &this.string, &hunt, span))
        }
        None => {
            this.ended.set(true);
            Ok(Value::NONE)
        }
    }
}

static SCANNER: TypeSpec = TypeSpec::new("_sre.SRE_Scanner", Scanner::layout)
    .flags(type_flag::NO_NEW)
    .methods(&[
        native("match(self, /)", |vm, args| scan(vm, args, How::Match), "").handed_class(),
        native("search(self, /)", |vm, args| scan(vm, args, How::Search), "").handed_class(),
    ])
    .getset(&[member("pattern", |vm, value| Ok(vm.cast::<Scanner>(value)?.pattern.value().clone()), "")]);
