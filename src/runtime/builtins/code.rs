//! `code`

use crate::runtime::builtins::code_make::{
    REPLACE, REPLACE_ALIAS, code_new, code_replace, exception_table, line_table,
};
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
    .flags(type_flag::WEAKREF)
    .doc(
        "(argcount, posonlyargcount, kwonlyargcount, nlocals, stacksize,\n     flags, codestring, constants, names, varnames, filename, name,\n     qualname, firstlineno, linetable, exceptiontable, freevars=(),\n     cellvars=(), /)",
        "Create a code object.  Not for mere mortals.",
    )
    .slots(|s| {
        s.new = Some(|vm, _, args| Ok(vm.alloc_spec(&CODE, code_new(vm, args)?)));
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
                && same_locals(x, y)
                && x.consts.len() == y.consts.len()
                && x.plain_words() == y.plain_words()
                && x.names.iter().map(|n| n.bytes()).eq(y.names.iter().map(|n| n.bytes()))
                && x.positions() == y.positions()
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
                    Some(p) => {
                        let columns = p.columns().map(|(first, last)| [first, last].map(|c| vm.int(c.into())));
                        let [first, last] = columns.unwrap_or([Value::NONE, Value::NONE]);
                        vm.tuple(vec![vm.int(p.line.into()), vm.int(p.end_line.into()), first, last])
                    }
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
            for p in this.positions() {
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
        native(REPLACE, |vm, args| {
            let new = code_replace(vm, this(vm, &args[0])?, args)?;
            Ok(vm.alloc_spec(&CODE, new))
        }, "Return a copy of the code object with new values for the specified fields."),
        native(REPLACE_ALIAS, |vm, args| {
            let new = code_replace(vm, this(vm, &args[0])?, args)?;
            Ok(vm.alloc_spec(&CODE, new))
        }, "The same as replace()."),
        native("_varname_from_oparg(self, /, oparg)", |vm, args| {
            let this = this(vm, &args[0])?;
            let names = this.local_names.iter().chain(&this.free_names);
            let at = vm.to_i64(&args[1])?;
            match usize::try_from(at).ok().and_then(|at| names.clone().nth(at)) {
                Some(name) => Ok(name.clone().into_value()),
                None => Err(vm.index_error("tuple index out of range")),
            }
        }, "(internal-only) Return the local variable name for the given oparg.\n\nWARNING: this method is for internal use only and may change or go away."),
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

/// The same variables in the same registers; which of them are hidden is no part of what can be seen.
fn same_locals(a: &Code, b: &Code) -> bool {
    a.local_names.iter().map(|name| name.bytes()).eq(b.local_names.iter().map(|name| name.bytes()))
        && a.locals.iter().map(|local| local.is_cell).eq(b.locals.iter().map(|local| local.is_cell))
}
