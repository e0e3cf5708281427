//! `_csv`: `dialect` says how fields are written; here are the reader, the writer and the functions.

use std::cell::Cell;

use dialect::{DIALECT, Dialect, quoting};

use crate::runtime::builtins::exceptions as exc;
use crate::runtime::builtins::tools::member;
use crate::runtime::error::{PyResult, Raised};
use crate::runtime::gc::heap::type_flag;
use crate::runtime::object::args::Args;
use crate::runtime::object::str::Str;
use crate::runtime::object::typedef::{TypeSpec, native, native_raw};
use crate::runtime::object::vm::Vm;
use crate::runtime::stdlib::NativeModule;
use crate::runtime::text::wtf8;
use crate::runtime::value::{LockCell, Payload, Ref, Value};

mod dialect;

/// `_csv`
pub static MODULE: NativeModule = NativeModule {
    name: "_csv",
    doc: "Reading and writing of comma-separated values.",
    functions: &[
        native_raw(
            "reader(iterable, /, dialect='excel', **fmtparams)",
            |vm, args| {
                let (source, dialect) = source_and_dialect(vm, "reader", args)?;
                let input = vm.iter(source)?;
                let dialect = dialect::of_args(vm, dialect, args)?;
                let reader = Reader {
                    input: LockCell::new(input),
                    dialect,
                    line_num: Cell::new(0),
                    begun: Cell::new(0),
                };
                Ok(vm.alloc_spec(&READER, reader))
            },
            "An iterator over the records of an iterable of lines, each a list of fields.\n\nThe dialect is an instance, a class or a name; keywords change it.",
        ),
        native_raw(
            "writer(fileobj, /, dialect='excel', **fmtparams)",
            |vm, args| {
                let (file, dialect) = source_and_dialect(vm, "writer", args)?;
                let dialect = dialect::of_args(vm, dialect, args)?;
                let write = vm.getattr_opt(file, vm.intern("write").value())?;
                let Some(write) = write.filter(|write| vm.is_callable(write)) else {
                    return Err(vm.type_error("argument 1 must have a \"write\" method"));
                };
                Ok(vm.alloc_spec(&WRITER, Writer { write: LockCell::new(write), dialect }))
            },
            "A writer of records to an object with a method write.\n\nThe dialect is an instance, a class or a name; keywords change it.",
        ),
        native(
            "list_dialects()",
            |vm, _| Ok(vm.list(dialect::registry(vm).keys())),
            "The names of all dialects.",
        ),
        native_raw(
            "register_dialect(name, /, dialect='excel', **fmtparams)",
            |vm, args| {
                let pos = Args::positional(args.pos()).count(vm, "register_dialect", 1, 2)?;
                if pos[0].as_str().is_none() {
                    return Err(vm.type_error("dialect name must be a string"));
                }
                let dialect = dialect::of_args(vm, pos.get(1), args)?;
                drop(dialect::registry(vm).insert(vm, pos[0].clone(), dialect.into_value())?);
                Ok(Value::NONE)
            },
            "Give a dialect a name.",
        ),
        native(
            "unregister_dialect(name)",
            |vm, args| match dialect::registry(vm).remove(vm, &args[0])? {
                Some(_) => Ok(Value::NONE),
                None => Err(error(vm, "unknown dialect")),
            },
            "Forget the dialect of a name.",
        ),
        native("get_dialect(name)", |vm, args| dialect::named(vm, &args[0]), "The dialect of a name."),
        native(
            "field_size_limit(new_limit=<unrepresentable>)",
            |vm, args| {
                let old = limit(vm);
                if let Some(new) = args[0].given() {
                    if !vm.is_int(new) {
                        return Err(vm.type_error("limit must be an integer"));
                    }
                    let new = vm.int(vm.to_i64(new)?);
                    let list = limit_list(vm);
                    if let Some(items) = vm.list_items(&list) {
                        items.set(vec![new]);
                    }
                }
                Ok(vm.int(old))
            },
            "Set how many characters a field may have; the old limit comes back.",
        ),
    ],
    init: |vm, dict| {
        vm.set_type_in(dict, &DIALECT);
        vm.set_in(dict, "Reader", vm.typ(&READER).value().clone());
        vm.set_in(dict, "Writer", vm.typ(&WRITER).value().clone());
        vm.set_in(dict, "Error", error_class(vm)?);
        vm.set_in(dict, "_dialects", dialect::registry(vm).into_value());
        vm.set_ints_in(
            dict,
            &[
                ("QUOTE_MINIMAL", quoting::MINIMAL),
                ("QUOTE_ALL", quoting::ALL),
                ("QUOTE_NONNUMERIC", quoting::NONNUMERIC),
                ("QUOTE_NONE", quoting::NONE),
                ("QUOTE_STRINGS", quoting::STRINGS),
                ("QUOTE_NOTNULL", quoting::NOTNULL),
            ],
        );
        Ok(())
    },
};

fn source_and_dialect<'a>(vm: &Vm, name: &str, args: Args<'a>) -> PyResult<(&'a Value, Option<&'a Value>)> {
    let pos = Args::positional(args.pos()).count(vm, name, 1, 2)?;
    Ok((&pos[0], pos.get(1)))
}

/// `_csv.Error`
fn error_class(vm: &Vm) -> PyResult<Value> {
    vm.exception_class("_csv.Error", &exc::EXCEPTION)
}

/// Raises `_csv.Error`.
#[cold]
fn error(vm: &Vm, message: &str) -> Raised {
    match error_class(vm).and_then(|class| vm.call1(&class, &vm.str(message))) {
        Ok(exception) => vm.raise_value(exception),
        Err(raised) => raised,
    }
}

/// Longest field unless a program says otherwise.
const DEFAULT_LIMIT: i64 = 128 * 1024;

/// A list whose only item is the limit.
fn limit_list(vm: &Vm) -> Value {
    vm.state("csv limit", |vm| vm.list(vec![vm.int(DEFAULT_LIMIT)]))
}
fn limit(vm: &Vm) -> i64 {
    let list = limit_list(vm);
    let limit = vm.list_items(&list).and_then(|items| items.get().first().and_then(Value::as_small));
    limit.unwrap_or(i64::MAX)
}

// ------------------------------------------------------------------------------------------------ reader

/// The payload of the reader.
struct Reader {
    input: LockCell<Value>,
    dialect: Ref<Dialect>,
    line_num: Cell<i64>,
    /// Counts the records that were begun.
    begun: Cell<u64>,
}

crate::payload!(Reader, "reader", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(self.input.get());
    }
    fn clear(&self) {
        self.input.set(Value::NONE);
    }
});

static READER: TypeSpec = TypeSpec::new("_csv.reader", Reader::layout)
    .flags(type_flag::NO_NEW)
    .doc("", "An iterator over the records of a file.")
    .slots(|s| {
        s.iter = Some(|_, reader| Ok(reader.clone()));
        s.next = Some(next_record);
    })
    .getset(&[
        member("dialect", |vm, value| Ok(vm.cast::<Reader>(value)?.dialect.clone().into_value()), ""),
        member("line_num", |vm, value| Ok(vm.int(vm.cast::<Reader>(value)?.line_num.get())), ""),
    ]);

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    StartRecord,
    StartField,
    Escaped,
    InField,
    InQuoted,
    EscapedInQuoted,
    QuoteInQuoted,
    EatLineEnd,
    AfterEscapedLineEnd,
}

/// What is known of a record while its lines are read.
struct Parse<'a> {
    vm: &'a Vm,
    dialect: &'a Dialect,
    fields: Vec<Value>,
    field: Vec<u8>,
    chars: i64,
    limit: i64,
    is_quoted: bool,
    state: State,
}

impl Parse<'_> {
    fn save(&mut self) -> PyResult<()> {
        let (vm, mode) = (self.vm, self.dialect.quoting);
        let is_bare = !std::mem::replace(&mut self.is_quoted, false);
        let empty = self.field.is_empty();
        let text = vm.str_with_len(&self.field, self.chars as usize);
        self.field.clear();
        self.chars = 0;
        let field = if is_bare && empty && matches!(mode, quoting::NOTNULL | quoting::STRINGS) {
            Value::NONE
        } else if is_bare && !empty && matches!(mode, quoting::NONNUMERIC | quoting::STRINGS) {
            vm.call1(vm.typ(&crate::runtime::builtins::floats::FLOAT).value(), &text)?
        } else {
            text
        };
        self.fields.push(field);
        Ok(())
    }

    fn add(&mut self, point: u32) -> PyResult<()> {
        if self.chars >= self.limit {
            return Err(error(self.vm, &format!("field larger than field limit ({})", self.limit)));
        }
        self.chars += 1;
        wtf8::push(&mut self.field, point);
        Ok(())
    }

    /// The field ends with the line.
    fn end_of_line(&mut self, point: Option<u32>) -> PyResult<()> {
        self.save()?;
        self.state = if point.is_none() { State::StartRecord } else { State::EatLineEnd };
        Ok(())
    }

    /// One character, or `None` at the end of the line's text.
    fn feed(&mut self, point: Option<u32>) -> PyResult<()> {
        let dialect = self.dialect;
        let is_break = matches!(point, Some(10 | 13));
        let is_quote = point.is_some() && point == dialect.quotechar && dialect.quoting != quoting::NONE;
        let is_escape = point.is_some() && point == dialect.escapechar;
        let is_delimiter = point == Some(dialect.delimiter);
        match self.state {
            State::StartRecord if point.is_none() => {}
            State::StartRecord if is_break => self.state = State::EatLineEnd,
            State::StartRecord | State::StartField => match point {
                None => self.end_of_line(point)?,
                Some(_) if is_break => self.end_of_line(point)?,
                Some(_) if is_quote => {
                    self.is_quoted = true;
                    self.state = State::InQuoted;
                }
                Some(_) if is_escape => self.state = State::Escaped,
                Some(32) if dialect.skipinitialspace => self.state = State::StartField,
                Some(_) if is_delimiter => {
                    self.save()?;
                    self.state = State::StartField;
                }
                Some(point) => {
                    self.add(point)?;
                    self.state = State::InField;
                }
            },
            State::Escaped => {
                self.add(point.unwrap_or(10))?;
                self.state = if is_break { State::AfterEscapedLineEnd } else { State::InField };
            }
            State::AfterEscapedLineEnd if point.is_none() => {}
            State::AfterEscapedLineEnd | State::InField => match point {
                Some(_) if is_escape => self.state = State::Escaped,
                Some(_) if is_delimiter => {
                    self.save()?;
                    self.state = State::StartField;
                }
                Some(point) if !is_break => {
                    self.add(point)?;
                    self.state = State::InField;
                }
                _ => self.end_of_line(point)?,
            },
            State::InQuoted => match point {
                None => {}
                Some(_) if is_escape => self.state = State::EscapedInQuoted,
                Some(_) if is_quote => {
                    self.state = if dialect.doublequote { State::QuoteInQuoted } else { State::InField };
                }
                Some(point) => self.add(point)?,
            },
            State::EscapedInQuoted => {
                self.add(point.unwrap_or(10))?;
                self.state = State::InQuoted;
            }
            State::QuoteInQuoted => match point {
                Some(point) if is_quote => {
                    self.add(point)?;
                    self.state = State::InQuoted;
                }
                Some(_) if is_delimiter => {
                    self.save()?;
                    self.state = State::StartField;
                }
                Some(point) if !is_break => {
                    if dialect.strict {
                        let show = |point: u32| char::from_u32(point).unwrap_or('\u{fffd}');
                        let quote = dialect.quotechar.map_or(' ', show);
                        let message = format!("'{}' expected after '{quote}'", show(dialect.delimiter));
                        return Err(error(self.vm, &message));
                    }
                    self.add(point)?;
                    self.state = State::InField;
                }
                _ => self.end_of_line(point)?,
            },
            State::EatLineEnd => match point {
                None => self.state = State::StartRecord,
                Some(_) if is_break => {}
                Some(_) => {
                    return Err(error(
                        self.vm,
                        "new-line character seen in unquoted field - do you need to open the file with newline=''?",
                    ));
                }
            },
        }
        Ok(())
    }
}

fn next_record(vm: &Vm, value: &Value) -> PyResult<Option<Value>> {
    let reader = vm.cast::<Reader>(value)?;
    let (input, dialect) = (reader.input.cloned(), reader.dialect.clone());
    let mut parse = Parse {
        vm,
        dialect: &dialect,
        fields: Vec::new(),
        field: Vec::new(),
        chars: 0,
        limit: limit(vm),
        is_quoted: false,
        state: State::StartRecord,
    };
    reader.begun.set(reader.begun.get() + 1);
    let begun = reader.begun.get();
    loop {
        let line = vm.next(&input)?;
        if reader.begun.get() != begun {
            return Err(error(vm, "iterator has already advanced the reader"));
        }
        let Some(line) = line else {
            if parse.field.is_empty() && parse.state != State::InQuoted {
                return Ok(None);
            }
            if dialect.strict {
                return Err(error(vm, "unexpected end of data"));
            }
            parse.save()?;
            break;
        };
        let Some(text) = line.as_str() else {
            return Err(error(
                vm,
                &format!(
                    "iterator should return strings, not {} (the file should be opened in text mode)",
                    line.type_name(vm)
                ),
            ));
        };
        reader.line_num.set(reader.line_num.get() + 1);
        for point in wtf8::code_points(text.bytes()) {
            parse.feed(Some(point))?;
        }
        parse.feed(None)?;
        if parse.state == State::StartRecord {
            break;
        }
    }
    Ok(Some(vm.list(parse.fields)))
}

// ------------------------------------------------------------------------------------------------ writer

/// The payload of the writer.
struct Writer {
    write: LockCell<Value>,
    dialect: Ref<Dialect>,
}

crate::payload!(Writer, "writer", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(self.write.get());
    }
    fn clear(&self) {
        self.write.set(Value::NONE);
    }
});

static WRITER: TypeSpec = TypeSpec::new("_csv.writer", Writer::layout)
    .flags(type_flag::NO_NEW)
    .doc("", "A writer of records.")
    .methods(&[
        native(
            "writerow(self, row, /)",
            |vm, args| write_row(vm, &args[0], &args[1]),
            "Write an iterable of fields as a record; what is no text is converted by str().",
        ),
        native(
            "writerows(self, rows, /)",
            |vm, args| {
                vm.for_each(&args[1], |row| write_row(vm, &args[0], &row).map(drop))?;
                Ok(Value::NONE)
            },
            "Write each row of an iterable as a record.",
        ),
    ])
    .getset(&[member("dialect", |vm, value| Ok(vm.cast::<Writer>(value)?.dialect.clone().into_value()), "")]);

fn is_number(vm: &Vm, value: &Value) -> bool {
    let slots = value.ty(vm).slots.get();
    slots.index.is_some() || slots.int.is_some() || slots.float.is_some() || value.as_complex().is_some()
}

fn write_row(vm: &Vm, value: &Value, row: &Value) -> PyResult<Value> {
    let writer = vm.cast::<Writer>(value)?;
    let dialect = writer.dialect.clone();
    let iter = match vm.iter(row) {
        Ok(iter) => iter,
        Err(raised) if vm.raised_is(&exc::TYPE_ERROR) => {
            drop(vm.take_raised(raised));
            return Err(error(vm, &format!("iterable expected, not {}", row.type_name(vm))));
        }
        Err(raised) => return Err(raised),
    };
    let (mut out, mut count, mut was_none) = (Vec::new(), 0, false);
    while let Some(field) = vm.next(&iter)? {
        let quoted = match dialect.quoting {
            quoting::NONNUMERIC => !is_number(vm, &field),
            quoting::ALL => true,
            quoting::STRINGS => field.as_str().is_some(),
            quoting::NOTNULL => !field.is_none(),
            _ => false,
        };
        was_none = field.is_none();
        let text = match field.as_str() {
            _ if was_none => None,
            Some(text) => Some(text.to_ref()),
            None => vm.to_str(&field)?.downcast_ref::<Str>(),
        };
        let bytes = text.as_ref().map(|text| text.bytes());
        append(vm, &dialect, &mut out, count > 0, bytes, quoted)?;
        count += 1;
    }
    if count > 0 && out.is_empty() {
        let bare_none = was_none && matches!(dialect.quoting, quoting::STRINGS | quoting::NOTNULL);
        if dialect.quoting == quoting::NONE || bare_none {
            return Err(error(vm, "single empty field record must be quoted"));
        }
        append(vm, &dialect, &mut out, false, None, true)?;
    }
    out.extend_from_slice(dialect.lineterminator.bytes());
    let write = writer.write.cloned();
    vm.call1(&write, &vm.str_bytes(&out))
}

/// Adds a field to a record.
fn append(
    vm: &Vm,
    dialect: &Dialect,
    out: &mut Vec<u8>,
    separate: bool,
    field: Option<&[u8]>,
    mut quoted: bool,
) -> PyResult<()> {
    let text = field.unwrap_or_default();
    if text.is_empty() && dialect.delimiter == 32 && dialect.skipinitialspace {
        let bare_none = field.is_none() && matches!(dialect.quoting, quoting::STRINGS | quoting::NOTNULL);
        if dialect.quoting == quoting::NONE || bare_none {
            return Err(error(
                vm,
                "empty field must be quoted if delimiter is a space and skipinitialspace is true",
            ));
        }
        quoted = true;
    }
    if separate {
        wtf8::push(out, dialect.delimiter);
    }
    let mut written = Vec::with_capacity(text.len() + 2);
    for point in wtf8::code_points(text) {
        let (is_quote, is_escape) = (Some(point) == dialect.quotechar, Some(point) == dialect.escapechar);
        let is_special = point == dialect.delimiter
            || is_quote
            || is_escape
            || matches!(point, 10 | 13)
            || wtf8::code_points(dialect.lineterminator.bytes()).any(|other| other == point);
        if is_special {
            let doubled = dialect.quoting != quoting::NONE && is_quote && dialect.doublequote;
            let escaped = dialect.quoting == quoting::NONE
                || is_quote && !dialect.doublequote
                || is_escape && !is_quote;
            if doubled {
                wtf8::push(&mut written, point);
            }
            if escaped {
                match dialect.escapechar {
                    Some(escape) => wtf8::push(&mut written, escape),
                    None => return Err(error(vm, "need to escape, but no escapechar set")),
                }
            } else {
                quoted = true;
            }
        }
        wtf8::push(&mut written, point);
    }
    if let (true, Some(quote)) = (quoted, dialect.quotechar) {
        wtf8::push(out, quote);
        out.extend_from_slice(&written);
        wtf8::push(out, quote);
    } else {
        out.extend_from_slice(&written);
    }
    Ok(())
}
