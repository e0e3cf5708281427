//! `code`

use crate::runtime::bytecode::code::flags;
use crate::runtime::error::PyResult;
use crate::runtime::gc::heap::type_flag;
use crate::runtime::interp::code::Code;
use crate::runtime::object::str::Str;
use crate::runtime::object::typedef::{Cmp, TypeSpec, getter, kind, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{Obj, Payload, Ref, Value};

fn this<'a>(vm: &Vm, value: &'a Value) -> PyResult<&'a Obj<Code>> {
    vm.cast::<Code>(value)
}

fn names(vm: &Vm, list: impl Iterator<Item = Ref<Str>>) -> Value {
    vm.tuple(list.map(Ref::into_value).collect())
}

/// `code`
pub static CODE: TypeSpec = TypeSpec::new("code", Code::layout)
    .kind(kind::CODE)
    .flags(type_flag::WEAKREF | type_flag::NO_NEW)
    .slots(|s| {
        s.repr = Some(|vm, code| {
            let this = this(vm, code)?;
            Ok(vm.str(format!(
                "<code object {} at 0x{:x}, file \"{}\", line {}>",
                this.name.to_string_lossy(),
                code.to_bits(),
                this.filename.get().to_string_lossy(),
                this.first_line
            )))
        });
        s.compare = Some(|vm, a, b, op| {
            let (Some(x), Some(y)) = (a.downcast::<Code>(), b.downcast::<Code>()) else {
                return Ok(Value::NOT_IMPLEMENTED);
            };
            if !matches!(op, Cmp::Eq | Cmp::Ne) {
                return Ok(Value::NOT_IMPLEMENTED);
            }
            let mut same = x.name.same(&y.name)
                && x.flags == y.flags
                && x.first_line == y.first_line
                && (x.arg_count, x.posonly_count, x.kwonly_count) == (y.arg_count, y.posonly_count, y.kwonly_count)
                && x.locals == y.locals
                && x.consts.len() == y.consts.len()
                && x.plain_words() == y.plain_words()
                && x.names.iter().map(|n| n.bytes()).eq(y.names.iter().map(|n| n.bytes()))
                && x.positions == y.positions
                && exception_table(x) == exception_table(y);
            if same {
                for (p, q) in x.consts.iter().zip(&y.consts) {
                    if p.ty(vm).address() != q.ty(vm).address() || !vm.equal(p, q)? {
                        same = false;
                        break;
                    }
                }
            }
            Ok(Value::bool(same == (op == Cmp::Eq)))
        });
        s.hash = Some(|vm, code| {
            let this = this(vm, code)?;
            let counts = [this.arg_count, this.posonly_count, this.kwonly_count, this.first_line, this.flags];
            let words = this.plain_words();
            let hash = counts.iter().chain(&words).fold(this.name.hash(), |hash, part| {
                (hash ^ u64::from(*part)).wrapping_mul(0x100_0000_01b3)
            });
            Ok(hash as i64 & i64::MAX)
        });
    })
    .methods(&[
        native("co_positions(self, /)", |vm, args| {
            let this = this(vm, &args[0])?;
            let mut all = Vec::new();
            // `tb_lasti` counts bytes and the library halves it: a word is two code units of two bytes.
            for word in 0..this.word_count() as u32 {
                let entry = match this.position(word) {
                    Some(p) if !vm.interp().debug_ranges.get() => {
                        vm.tuple(vec![vm.int(p.line.into()), vm.int(p.line.into()), Value::NONE, Value::NONE])
                    }
                    Some(p) => vm.tuple(vec![
                        vm.int(p.line.into()), vm.int(p.end_line.into()),
                        vm.int(p.column.into()), vm.int(p.end_column.into()),
                    ]),
                    None => vm.tuple(vec![Value::NONE, Value::NONE, Value::NONE, Value::NONE]),
                };
                all.extend([entry.clone(), entry]);
            }
            vm.iter(&vm.list(all))
        }, ""),
        native("co_lines(self, /)", |vm, args| {
            let this = this(vm, &args[0])?;
            let mut all: Vec<Value> = Vec::new();
            let end = this.word_count() as u32;
            let mut run: Option<(u32, u32)> = None;
            let flush = |from: u32, to: u32, line: u32, all: &mut Vec<Value>| {
                let line = if line == 0 { Value::NONE } else { vm.int(line.into()) };
                all.push(vm.tuple(vec![vm.int(i64::from(from) * 4), vm.int(i64::from(to) * 4), line]));
            };
            for p in &this.positions {
                match run {
                    Some((_, line)) if line == p.line => {}
                    Some((from, line)) => {
                        flush(from, p.start, line, &mut all);
                        run = Some((p.start, p.line));
                    }
                    None => run = Some((p.start, p.line)),
                }
            }
            if let Some((from, line)) = run {
                flush(from, end, line, &mut all);
            }
            vm.iter(&vm.list(all))
        }, ""),
        native("replace(self, /, *, co_argcount=0, co_posonlyargcount=0, co_kwonlyargcount=0, co_nlocals=0, co_stacksize=0, co_flags=0, co_firstlineno=0, co_code=b'', co_consts=(), co_names=(), co_varnames=(), co_freevars=(), co_cellvars=(), co_filename='', co_name='', co_qualname='', co_linetable=b'', co_exceptiontable=b'')", replace, "Return a copy of the code object with new values for the specified fields."),
    ])
    .getset(&[
        getter("co_name", |vm, c| Ok(this(vm, c)?.name.clone().into_value()), ""),
        getter("co_qualname", |vm, c| Ok(this(vm, c)?.qualname.clone().into_value()), ""),
        getter("co_filename", |vm, c| Ok(this(vm, c)?.filename.cloned().into_value()), ""),
        getter("co_firstlineno", |vm, c| Ok(vm.int(this(vm, c)?.first_line.into())), ""),
        getter("co_flags", |vm, c| Ok(vm.int(this(vm, c)?.flags.into())), ""),
        getter("co_argcount", |vm, c| Ok(vm.int(this(vm, c)?.arg_count.into())), ""),
        getter("co_posonlyargcount", |vm, c| Ok(vm.int(this(vm, c)?.posonly_count.into())), ""),
        getter("co_kwonlyargcount", |vm, c| Ok(vm.int(this(vm, c)?.kwonly_count.into())), ""),
        getter("co_nlocals", |vm, c| {
            let this = this(vm, c)?;
            let args = this.arg_registers();
            let n = this.locals.iter().enumerate().filter(|(at, l)| !l.is_cell || *at < args).count();
            Ok(vm.int(n as i64))
        }, ""),
        getter("co_stacksize", |vm, c| Ok(vm.int(this(vm, c)?.temps.into())), ""),
        getter("co_varnames", |vm, c| {
            let this = this(vm, c)?;
            let args = this.arg_registers();
            Ok(names(vm, this.local_names.iter().enumerate()
                .filter(|(at, _)| !this.locals[*at].is_cell || *at < args).map(|(_, n)| n.clone())))
        }, ""),
        getter("co_cellvars", |vm, c| {
            let this = this(vm, c)?;
            Ok(names(vm, this.local_names.iter().enumerate().filter(|(at, _)| this.locals[*at].is_cell).map(|(_, n)| n.clone())))
        }, ""),
        getter("co_freevars", |vm, c| Ok(names(vm, this(vm, c)?.free_names.iter().cloned())), ""),
        getter("co_names", |vm, c| Ok(names(vm, this(vm, c)?.names.iter().cloned())), ""),
        getter("co_consts", |vm, c| Ok(vm.tuple(this(vm, c)?.consts.to_vec())), ""),
        getter("co_code", |vm, c| {
            let bytes: Vec<u8> = this(vm, c)?.plain_words().into_iter().flat_map(u32::to_le_bytes).collect();
            Ok(vm.bytes(&bytes))
        }, ""),
        getter("co_lnotab", |vm, _| {
            vm.warn_deprecated("co_lnotab is deprecated, use co_lines instead.")?;
            Ok(vm.bytes(b""))
        }, ""),
        getter("co_linetable", |vm, c| Ok(vm.bytes(&line_table(this(vm, c)?))), ""),
        getter("co_exceptiontable", |vm, c| Ok(vm.bytes(&exception_table(this(vm, c)?))), ""),
    ]);

/// Positions as bytes, five numbers each, which `co_positions` and `co_lines` show in words.
fn line_table(code: &Code) -> Vec<u8> {
    code.positions
        .iter()
        .flat_map(|p| [p.start, p.line, p.end_line, p.column, p.end_column])
        .flat_map(u32::to_le_bytes)
        .collect()
}

/// The exception table in CPython's form, counting a word as two code units.
fn exception_table(code: &Code) -> Vec<u8> {
    let mut table = Vec::new();
    for handler in &code.handlers {
        let parts = [
            handler.start * 2,
            (handler.end - handler.start) * 2,
            handler.target * 2,
            u32::from(handler.depth) << 1,
        ];
        for (at, part) in parts.into_iter().enumerate() {
            // Six bits a byte, the highest first; 0x40 says that more follow, 0x80 that an entry begins.
            let count = (1..6).find(|n| part >> (6 * n) == 0).unwrap_or(6);
            for place in (0..count).rev() {
                let more = if place > 0 { 0x40 } else { 0 };
                let first = if at == 0 && place == count - 1 { 0x80 } else { 0 };
                table.push((part >> (6 * place)) as u8 & 0x3f | more | first);
            }
        }
    }
    table
}

/// `code.replace`: what dx's code can take; other fields must stay as they are.
/// Whether a constant can stand for another: a tuple of texts may name the keywords of a call, and code makes functions.
fn serves(old: &Value, new: &Value) -> bool {
    if old.downcast::<Code>().is_some() {
        return new.downcast::<Code>().is_some();
    }
    let Some(names) = old.as_tuple() else { return true };
    let all_text = |items: &[Value]| items.iter().all(|item| item.as_str().is_some());
    names.len() == 0
        || !all_text(names.items())
        || new.as_tuple().is_some_and(|new| new.len() == names.len() && all_text(new.items()))
}

fn replace(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let this = this(vm, &args[0])?;
    let text = |value: &Value, old: &Ref<Str>| {
        value.given().and_then(Value::downcast_ref).unwrap_or_else(|| old.clone())
    };
    let number = |at: usize, name: &str, old: u32| -> PyResult<u32> {
        let Some(value) = args[at].given() else { return Ok(old) };
        match i32::try_from(vm.to_index(value)?) {
            Ok(number) => u32::try_from(number)
                .map_err(|_| vm.value_error(format!("{name} must be a positive integer"))),
            Err(_) => Err(vm.overflow_error("Python int too large to convert to C int")),
        }
    };
    let fixed =
        [(8, "co_code"), (10, "co_names"), (11, "co_varnames"), (12, "co_freevars"), (13, "co_cellvars")];
    for (at, name) in fixed {
        if let Some(value) = args[at].given() {
            let old = vm.getattr_str(&args[0], name)?;
            if !vm.equal(&old, value)? {
                return Err(vm.value_error(format!("code.replace: this implementation cannot change {name}")));
            }
        }
    }
    if let Some(value) = args[4].given()
        && !vm.equal(&vm.getattr_str(&args[0], "co_nlocals")?, value)?
    {
        return Err(vm.value_error("code: co_nlocals != len(co_varnames)"));
    }
    // A table is kept or emptied.
    let emptied = |value: &Value, old: Vec<u8>, name: &str| -> PyResult<bool> {
        let Some(value) = value.given() else { return Ok(false) };
        match vm.bytes_of(value) {
            None => Err(vm.type_error(format!(
                "replace() argument '{name}' must be bytes, not {}",
                value.type_name(vm)
            ))),
            Some(table) if table == old => Ok(false),
            Some([]) => Ok(true),
            Some(_) => Err(vm.value_error(format!("code.replace: this implementation cannot change {name}"))),
        }
    };
    let no_lines = emptied(&args[17], line_table(this), "co_linetable")?;
    let no_handlers = emptied(&args[18], exception_table(this), "co_exceptiontable")?;
    let arg_count = number(1, "co_argcount", this.arg_count)?;
    let posonly_count = number(2, "co_posonlyargcount", this.posonly_count)?;
    let kwonly_count = number(3, "co_kwonlyargcount", this.kwonly_count)?;
    number(5, "co_stacksize", 0)?;
    let new_flags = number(6, "co_flags", this.flags)?;
    let first_line = number(7, "co_firstlineno", this.first_line)?;
    if posonly_count > arg_count {
        return Err(vm.system_error("bad argument to internal function"));
    }
    let rest = [flags::VARARGS, flags::VARKEYWORDS].iter().filter(|bit| new_flags & **bit != 0).count();
    if u64::from(arg_count) + u64::from(kwonly_count) + rest as u64 > this.local_names.len() as u64 {
        return Err(vm.value_error("code: co_varnames is too small"));
    }
    // The instructions are those of one kind of function.
    let kind =
        flags::GENERATOR | flags::COROUTINE | flags::ASYNC_GENERATOR | flags::OPTIMIZED | flags::NEWLOCALS;
    if (new_flags ^ this.flags) & kind != 0 {
        return Err(vm.value_error("code.replace: this implementation cannot change the kind of function"));
    }
    let consts = match args[9].given().and_then(Value::as_tuple) {
        Some(tuple) if tuple.len() == this.consts.len() => {
            if !this.consts.iter().zip(tuple.items()).all(|(old, new)| serves(old, new)) {
                return Err(
                    vm.value_error("code.replace: this implementation cannot change that of co_consts")
                );
            }
            tuple.items().to_vec()
        }
        Some(_) => {
            return Err(
                vm.value_error("code.replace: this implementation cannot change the number of co_consts")
            );
        }
        None => this.consts.to_vec(),
    };
    let new = this.copy_with(|code| {
        code.consts = consts.into_boxed_slice();
        if no_lines {
            code.positions = Box::default();
        }
        if no_handlers {
            code.handlers = Box::default();
        }
        code.name = text(&args[15], &this.name);
        code.filename.set(text(&args[14], this.filename.get()));
        code.qualname = text(&args[16], &this.qualname);
    });
    let mut new = new;
    new.arg_count = arg_count;
    new.posonly_count = posonly_count;
    new.kwonly_count = kwonly_count;
    new.flags = new_flags;
    new.first_line = first_line;
    Ok(vm.alloc_spec(&CODE, new))
}
