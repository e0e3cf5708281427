//! `re.Match`.

use smallvec::SmallVec;

use super::machine::UNSET;
use super::pattern::Pattern;
use super::subject::{Hunt, Subject};
use super::template;
use crate::runtime::builtins::tools::member;
use crate::runtime::error::PyResult;
use crate::runtime::gc::heap::type_flag;
use crate::runtime::object::args::Args;
use crate::runtime::object::typedef::{Native, TypeSpec, getter, native, native_raw};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{LockCell, Obj, Payload, Ref, Value};

/// A match.
pub struct Match {
    string: LockCell<Value>,
    pattern: Ref<Pattern>,
    /// Byte offsets of start and end, of the whole and of each group.
    spans: SmallVec<[(usize, usize); 3]>,
    pos: usize,
    endpos: usize,
    /// The group that was closed last; zero if none was.
    last: u32,
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

/// The match that a hunt found.
pub fn made(vm: &Vm, pattern: &Obj<Pattern>, string: &Value, hunt: &Hunt, span: (usize, usize)) -> Value {
    let mut spans = SmallVec::with_capacity(1 + pattern.groups);
    spans.push(span);
    spans.extend((1..=pattern.groups).map(|group| hunt.scratch.group(group).unwrap_or((UNSET, UNSET))));
    vm.alloc_spec(
        &MATCH,
        Match {
            string: LockCell::new(string.clone()),
            pattern: pattern.to_ref(),
            spans,
            pos: hunt.bounds.pos,
            endpos: hunt.bounds.endpos,
            last: hunt.scratch.last,
        },
    )
}

impl Obj<Match> {
    /// What a group holds, `default` if it did not match.
    pub fn group_value(&self, vm: &Vm, group: usize, default: &Value) -> PyResult<Value> {
        match self.spans.get(group) {
            None => Err(vm.index_error("no such group")),
            Some((UNSET, _)) => Ok(default.clone()),
            Some((start, end)) => {
                let string = self.string.cloned();
                Ok(Subject::any(vm, &string)?.slice(vm, *start, *end))
            }
        }
    }
    /// A group's span in code points or bytes.
    fn span(&self, group: usize) -> (i64, i64) {
        let (start, end) = self.spans[group];
        if start == UNSET {
            return (-1, -1);
        }
        let string = self.string.get();
        // Only offsets of text are not indices; nothing but text is asked, whose memory no one else changes.
        let Some(text) = string.as_str().filter(|text| !text.is_ascii()) else {
            return (start as i64, end as i64);
        };
        text.offset_index();
        let start_index = text.index_of(start);
        let length = crate::runtime::text::wtf8::count(&text.bytes()[start..end]);
        (start_index as i64, (start_index + length) as i64)
    }
    fn group_number(&self, vm: &Vm, key: &Value) -> PyResult<usize> {
        let number = if key.as_small().is_some() || key.ty(vm).slots.get().index.is_some() {
            vm.clamped_index(key)?
        } else {
            match self.pattern.groupindex.as_dict() {
                Some(dict) => match dict.get(vm, key)? {
                    Some(number) if number.as_int().is_some() => vm.to_ssize(&number)?,
                    _ => -1,
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
        Ok(self.span(number))
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
                for (name, _) in index.entries() {
                    let value = this.group_value(vm, this.group_number(vm, &name)?, default)?;
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
            template::expanded(vm, this.pattern.value(), &args[1], this)
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
        member(
            "string",
            |vm, value| Ok(found(vm, value)?.string.cloned()),
            "The string passed to match() or search().",
        ),
        member(
            "re",
            |vm, value| Ok(found(vm, value)?.pattern.value().clone()),
            "The regular expression object.",
        ),
        member(
            "pos",
            |vm, value| Ok(vm.int_usize(found(vm, value)?.pos)),
            "The index into the string at which the RE engine started looking for a match.",
        ),
        member(
            "endpos",
            |vm, value| Ok(vm.int_usize(found(vm, value)?.endpos)),
            "The index into the string beyond which the RE engine will not go.",
        ),
        getter(
            "lastindex",
            |vm, value| {
                Ok(match found(vm, value)?.last {
                    0 => Value::NONE,
                    at => vm.int(at.into()),
                })
            },
            "The integer index of the last matched capturing group.",
        ),
        getter(
            "lastgroup",
            |vm, value| {
                let this = found(vm, value)?;
                if this.last == 0 {
                    return Ok(Value::NONE);
                }
                let names = this.pattern.indexgroup.as_tuple();
                let name = names.and_then(|names| names.items().get(this.last as usize).cloned());
                Ok(name.unwrap_or(Value::NONE))
            },
            "The name of the last matched capturing group.",
        ),
        getter(
            "regs",
            |vm, value| {
                let this = found(vm, value)?;
                let spans = (0..this.spans.len()).map(|group| pair(vm, this.span(group)));
                Ok(vm.tuple(spans.collect()))
            },
            "",
        ),
    ]);
