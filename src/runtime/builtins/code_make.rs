//! Making code objects from their parts: `types.CodeType(...)`, `code.replace`, and the two tables as bytes.
//!
//! The tables have CPython's form, one word of dx counting as two code units. What a caller gives is checked by the verifier before
//! it can run: where CPython takes any bytes and may crash, this raises ValueError. The depth in the exception table holds in its
//! upper half how far above the depth the exception lands.

use crate::runtime::bytecode::code::{CodeData, Const, Handler, Local, Position, flags};
use crate::runtime::bytecode::disasm;
use crate::runtime::bytecode::ops::{Extra, Op, Operand, Part};
use crate::runtime::bytecode::verify;
use crate::runtime::error::PyResult;
use crate::runtime::interp::code::Code;
use crate::runtime::object::args::{Args, Signature};
use crate::runtime::object::str::Str;
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{Obj, Ref, Value};

/// What stands for a column that a table does not tell.
const NO_COLUMN: u32 = u32::MAX;
/// How many code units an entry of the line table can cover.
const ENTRY_UNITS: u32 = 8;

impl Position {
    /// First and last column, unless only lines are known.
    pub fn columns(&self) -> Option<(u32, u32)> {
        (self.column != NO_COLUMN).then_some((self.column, self.end_column))
    }
}

fn put_number(table: &mut Vec<u8>, mut number: u32) {
    while number >= 64 {
        table.push(0x40 | (number & 0x3f) as u8);
        number >>= 6;
    }
    table.push(number as u8);
}

fn put_signed(table: &mut Vec<u8>, number: i64) {
    let bits = if number < 0 { (-number as u32) << 1 | 1 } else { (number as u32) << 1 };
    put_number(table, bits);
}

/// `co_linetable`
pub fn line_table(code: &Code) -> Vec<u8> {
    let mut table = Vec::new();
    let mut line = i64::from(code.first_line);
    for (at, run) in code.positions().iter().enumerate() {
        let end = code.positions().get(at + 1).map_or(code.word_count() as u32, |next| next.start);
        let mut units = end.saturating_sub(run.start) * 2;
        while units > 0 {
            let count = units.min(ENTRY_UNITS);
            units -= count;
            let mut head = |kind: u32| table.push((0x80 | kind << 3 | (count - 1)) as u8);
            if run.line == 0 {
                head(15);
                continue;
            }
            let step = i64::from(run.line) - line;
            line = i64::from(run.line);
            let Some((first, last)) = run.columns() else {
                head(13);
                put_signed(&mut table, step);
                continue;
            };
            let one_line = run.end_line == run.line && last >= first;
            if one_line && step == 0 && first < 80 && last - first < 16 {
                head(first / 8);
                table.push(((first % 8) << 4 | (last - first)) as u8);
            } else if one_line && (0..=2).contains(&step) && last < 128 {
                head(10 + step as u32);
                table.extend([first as u8, last as u8]);
            } else {
                head(14);
                put_signed(&mut table, step);
                put_number(&mut table, run.end_line.saturating_sub(run.line));
                put_number(&mut table, first + 1);
                put_number(&mut table, last + 1);
            }
        }
    }
    table
}

/// The bytes of a table, taken one number after the other; what lies behind its end is zero.
struct Reader<'a>(std::slice::Iter<'a, u8>);

impl Reader<'_> {
    fn byte(&mut self) -> u32 {
        self.0.next().map_or(0, |byte| u32::from(*byte))
    }
    fn number(&mut self) -> u32 {
        let mut number = 0;
        for shift in (0..).step_by(6) {
            let byte = self.byte();
            if shift < 32 {
                number |= (byte & 0x3f) << shift;
            }
            if byte & 0x40 == 0 {
                break;
            }
        }
        number
    }
    fn signed(&mut self) -> i64 {
        let bits = self.number();
        let size = i64::from(bits >> 1);
        if bits & 1 != 0 { -size } else { size }
    }
    /// Six bits a byte, the highest first.
    fn big(&mut self) -> u32 {
        let mut number = 0u32;
        loop {
            let byte = self.byte();
            number = number << 6 | (byte & 0x3f);
            if byte & 0x40 == 0 {
                return number;
            }
        }
    }
}

/// The positions that a line table tells for so many words.
fn positions_of(table: &[u8], first_line: u32, words: u32) -> Vec<Position> {
    let mut reader = Reader(table.iter());
    let mut positions: Vec<Position> = Vec::new();
    let (mut unit, mut line) = (0, i64::from(first_line));
    let mut note = |unit: u32, line: i64, end_line: i64, columns: Option<(u32, u32)>| {
        let number = |line: i64| u32::try_from(line).unwrap_or(0);
        let (column, end_column) = columns.unwrap_or((NO_COLUMN, NO_COLUMN));
        let run =
            Position { start: unit / 2, line: number(line), end_line: number(end_line), column, end_column };
        match positions.last_mut() {
            Some(last) if last.start == run.start => *last = run,
            Some(last) if Position { start: run.start, ..*last } == run => {}
            _ => positions.push(run),
        }
    };
    while unit < words * 2 && !reader.0.as_slice().is_empty() {
        let head = reader.byte();
        let kind = head >> 3 & 0xf;
        let mut end_line = 0;
        let columns = match kind {
            15 => {
                note(unit, 0, 0, None);
                unit += (head & 7) + 1;
                continue;
            }
            14 => {
                line += reader.signed();
                end_line = i64::from(reader.number());
                let (first, last) = (reader.number(), reader.number());
                (first > 0 && last > 0).then(|| (first - 1, last - 1))
            }
            13 => {
                line += reader.signed();
                None
            }
            10..=12 => {
                line += i64::from(kind) - 10;
                Some((reader.byte(), reader.byte()))
            }
            _ => {
                let second = reader.byte();
                let first = kind * 8 + (second >> 4 & 7);
                Some((first, first + (second & 15)))
            }
        };
        note(unit, line, line + end_line, columns);
        unit += (head & 7) + 1;
    }
    if unit < words * 2 && unit > 0 {
        note(unit, 0, 0, None);
    }
    positions
}

/// `co_exceptiontable`
pub fn exception_table(code: &Code) -> Vec<u8> {
    let mut table = Vec::new();
    for handler in &code.handlers {
        let above = u32::from(handler.exc_temp - handler.depth);
        let parts = [
            handler.start * 2,
            (handler.end - handler.start) * 2,
            handler.target * 2,
            (u32::from(handler.depth) | above << 15) << 1,
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

fn handlers_of(table: &[u8]) -> Vec<Handler> {
    let mut reader = Reader(table.iter());
    let mut handlers = Vec::new();
    while !reader.0.as_slice().is_empty() {
        let (start, length, target, depth) =
            (reader.big() / 2, reader.big() / 2, reader.big() / 2, reader.big() >> 1);
        let (depth, above) = (depth & 0x7fff, depth >> 15);
        handlers.push(Handler {
            start,
            end: start.saturating_add(length),
            target,
            depth: depth as u16,
            exc_temp: (depth + above).min(u32::from(u16::MAX)) as u16,
        });
    }
    handlers
}

/// What a code object is to be made of; what is not given stays as it is in the old one.
struct Parts<'a> {
    function: &'static str,
    old: Option<&'a Obj<Code>>,
    counts: [Option<u32>; 7],
    words: Option<&'a Value>,
    consts: Option<&'a Value>,
    names: Option<&'a Value>,
    variables: Option<&'a Value>,
    free: Option<&'a Value>,
    cells: Option<&'a Value>,
    texts: [Option<&'a Value>; 3],
    lines: Option<&'a Value>,
    handlers: Option<&'a Value>,
}

/// Places in `Parts::counts`.
const COUNTS: [&str; 7] =
    ["argcount", "posonlyargcount", "kwonlyargcount", "nlocals", "stacksize", "flags", "firstlineno"];

fn text_list(vm: &Vm, function: &str, what: &str, value: &Value) -> PyResult<Vec<Ref<Str>>> {
    let Some(tuple) = value.as_tuple() else {
        return Err(vm.type_error(format!(
            "{function}() argument '{what}' must be tuple, not {}",
            value.type_name(vm)
        )));
    };
    let text = |item: &Value| match vm.intern_value(item) {
        Some(text) => Ok(text),
        None => Err(vm
            .type_error(format!("name tuples must contain only strings, not '{}'", item.full_type_name(vm)))),
    };
    tuple.items().iter().map(text).collect()
}

fn bytes_given<'a>(vm: &Vm, function: &str, what: &str, value: &'a Value) -> PyResult<&'a [u8]> {
    match vm.bytes_of(value) {
        Some(bytes) => Ok(bytes),
        None => Err(vm.type_error(format!(
            "{function}() argument '{what}' must be bytes, not {}",
            value.type_name(vm)
        ))),
    }
}

/// Variables in the order of registers: arguments, cells that are none, the rest; where each old one is now.
type Layout = (Vec<(Ref<Str>, Local)>, Option<Vec<Option<usize>>>);

impl Parts<'_> {
    fn count(&self, at: usize) -> u32 {
        self.counts[at].unwrap_or_else(|| {
            self.old.map_or(0, |old| match at {
                0 => old.arg_count,
                1 => old.posonly_count,
                2 => old.kwonly_count,
                4 => old.temps,
                5 => old.flags,
                6 => old.first_line,
                _ => 0,
            })
        })
    }

    fn text(&self, vm: &Vm, at: usize, old: fn(&Code) -> Ref<Str>) -> PyResult<Ref<Str>> {
        match (self.texts[at], self.old) {
            (Some(value), _) => match value.downcast_ref() {
                Some(text) => Ok(text),
                None => Err(vm.type_error(format!(
                    "{}() argument '{}' must be str, not {}",
                    self.function,
                    ["co_filename", "co_name", "co_qualname"][at],
                    value.type_name(vm)
                ))),
            },
            (None, Some(code)) => Ok(old(code)),
            (None, None) => Ok(vm.intern("")),
        }
    }

    /// Arguments with registers of their own.
    fn args(&self) -> usize {
        let flags = self.count(5);
        let stars = u32::from(flags & flags::VARARGS != 0) + u32::from(flags & flags::VARKEYWORDS != 0);
        self.count(0) as usize + self.count(2) as usize + stars as usize
    }

    fn layout(&self, vm: &Vm) -> PyResult<Layout> {
        let local = |name: Ref<Str>, is_cell: bool, is_hidden: bool| {
            (name.clone(), Local { name: name.to_string_lossy().into_owned().into(), is_cell, is_hidden })
        };
        if let (Some(old), None, None) = (self.old, self.variables, self.cells) {
            let locals = old.local_names.iter().zip(&old.locals);
            let locals = locals.map(|(name, kind)| local(name.clone(), kind.is_cell, kind.is_hidden));
            return Ok((locals.collect(), None));
        }
        let old_args = self.old.map_or(0, |old| old.arg_registers());
        let (mut variables, mut cells) = (Vec::new(), Vec::new());
        // What was where: old places of variables and of cells.
        let (mut variable_places, mut cell_places) = (Vec::new(), Vec::new());
        if let Some(old) = self.old {
            for (at, (name, local)) in old.local_names.iter().zip(&old.locals).enumerate() {
                if local.is_cell {
                    cells.push(name.clone());
                }
                if at < old_args || !local.is_cell {
                    variables.push((name.clone(), local.is_hidden));
                    variable_places.push(at);
                } else {
                    cell_places.push(at);
                }
            }
        }
        if let Some(given) = self.variables {
            let hidden: Vec<bool> = variables.iter().map(|v| v.1).collect();
            let names = text_list(vm, self.function, "varnames", given)?;
            let old = |at: usize| hidden.get(at).copied().unwrap_or(false);
            variables = names.into_iter().enumerate().map(|(at, name)| (name, old(at))).collect();
        }
        if let Some(given) = self.cells {
            cells = text_list(vm, self.function, "cellvars", given)?;
        }
        let args = self.args().min(variables.len());
        let is_cell = |name: &Ref<Str>| cells.iter().any(|cell| cell.bytes() == name.bytes());
        let mut all = Vec::new();
        for (name, hidden) in &variables[..args] {
            all.push(local(name.clone(), is_cell(name), *hidden));
        }
        let in_args =
            |cell: &&Ref<Str>| variables[..args].iter().any(|(name, _)| name.bytes() == cell.bytes());
        let own: Vec<&Ref<Str>> = cells.iter().filter(|cell| !in_args(cell)).collect();
        for cell in &own {
            all.push(local((*cell).clone(), true, false));
        }
        for (name, hidden) in &variables[args..] {
            all.push(local(name.clone(), false, *hidden));
        }
        let Some(old) = self.old else { return Ok((all, None)) };
        let mut moved = vec![None; old.locals.len()];
        for (nth, at) in variable_places.into_iter().enumerate().filter(|(nth, _)| *nth < variables.len()) {
            moved[at] = Some(if nth < args { nth } else { nth + own.len() });
        }
        for (nth, at) in cell_places.into_iter().enumerate().filter(|(nth, _)| *nth < own.len()) {
            moved[at] = Some(args + nth);
        }
        Ok((all, Some(moved)))
    }

    fn make(&self, vm: &Vm) -> PyResult<Code> {
        let malformed = |what: String| vm.value_error(format!("code: {what}"));
        let (locals, moved) = self.layout(vm)?;
        let args = self.args();
        let variables = locals.iter().enumerate().filter(|(at, (_, l))| *at < args || !l.is_cell).count();
        if self.count(0) < self.count(1) {
            return Err(malformed("argcount must not be less than posonlyargcount".into()));
        }
        if args > locals.len() || args > variables {
            return Err(malformed("varnames is too small".into()));
        }
        if self.counts[3].is_some_and(|count| count as usize != variables) {
            return Err(malformed("co_nlocals != len(co_varnames)".into()));
        }
        let words = match (self.words, self.old) {
            (Some(bytes), _) => {
                let bytes = bytes_given(vm, self.function, "co_code", bytes)?;
                let (whole, rest) = bytes.as_chunks::<4>();
                if !rest.is_empty() {
                    return Err(malformed("co_code is malformed".into()));
                }
                whole.iter().map(|word| u32::from_le_bytes(*word)).collect()
            }
            (None, Some(old)) => match &moved {
                Some(moved) => relocated(&old.plain_words(), moved, locals.len())
                    .ok_or_else(|| malformed("co_code uses a variable that is gone".into()))?,
                None => old.plain_words(),
            },
            (None, None) => Vec::new(),
        };
        let first_line = self.count(6);
        let positions = match (self.lines, self.old) {
            (Some(table), _) => {
                let table = bytes_given(vm, self.function, "co_linetable", table)?;
                positions_of(table, first_line, words.len() as u32)
            }
            (None, Some(old)) => old.positions().to_vec(),
            (None, None) => Vec::new(),
        };
        let handlers = match (self.handlers, self.old) {
            (Some(table), _) => handlers_of(bytes_given(vm, self.function, "co_exceptiontable", table)?),
            (None, Some(old)) => old.handlers.to_vec(),
            (None, None) => Vec::new(),
        };
        let list = |given: Option<&Value>, what: &str, old: fn(&Code) -> &[Ref<Str>]| match (given, self.old)
        {
            (Some(value), _) => text_list(vm, self.function, what, value),
            (None, Some(code)) => Ok(old(code).to_vec()),
            (None, None) => Ok(Vec::new()),
        };
        let names = list(self.names, "names", |code| &code.names)?;
        let free = list(self.free, "freevars", |code| &code.free_names)?;
        let consts = match (self.consts, self.old) {
            (Some(value), _) => match value.as_tuple() {
                Some(tuple) => tuple.items().to_vec(),
                None => {
                    return Err(vm.type_error(format!(
                        "{}() argument 'co_consts' must be tuple, not {}",
                        self.function,
                        value.type_name(vm)
                    )));
                }
            },
            (None, Some(old)) => old.consts.to_vec(),
            (None, None) => Vec::new(),
        };
        let name = self.text(vm, 1, |code| code.name.clone())?;
        let qualname = self.text(vm, 2, |code| code.qualname.clone())?;
        let plain = |names: &[Ref<Str>]| -> Vec<Box<str>> {
            names.iter().map(|name| name.to_string_lossy().into_owned().into()).collect()
        };
        let data = CodeData {
            name: "code".into(),
            qualname: qualname.to_string_lossy().into_owned().into(),
            filename: "".into(),
            flags: self.count(5),
            first_line,
            arg_count: self.count(0),
            posonly_count: self.count(1),
            kwonly_count: self.count(2),
            locals: locals.iter().map(|(_, local)| local.clone()).collect(),
            free_vars: plain(&free),
            temps: self.count(4),
            words,
            consts: vec![Const::None; consts.len()],
            names: plain(&names),
            handlers,
            positions,
        };
        verify::verify_without_constants(&data).and_then(|()| usable(&data, &consts)).map_err(malformed)?;
        let filename = self.text(vm, 0, |code| code.filename.cloned())?;
        let local_names = locals.into_iter().map(|(name, _)| name).collect();
        Ok(Code::made(data, consts, local_names, [name, qualname, filename], names, free))
    }
}

/// Words with their locals where they are now; nothing if one is gone or out of reach.
fn relocated(words: &[u32], moved: &[Option<usize>], count: usize) -> Option<Vec<u32>> {
    let mut words = words.to_vec();
    let place = |register: i64| -> Option<i64> {
        if register >= 0 {
            return Some(register);
        }
        let old = usize::try_from(register + moved.len() as i64).ok()?;
        Some((*moved.get(old)?)? as i64 - count as i64)
    };
    let mut at = 0;
    while let Some(insn) = disasm::decode(&words, at) {
        for (index, operand) in insn.op.operands().iter().enumerate() {
            let shift = 8 * (index as u32 + 1);
            match operand {
                Operand::D | Operand::U | Operand::K | Operand::M => {
                    let register = place(i64::from((words[at] >> shift) as u8 as i8))?;
                    let byte = u32::from(i8::try_from(register).ok()? as u8);
                    words[at] = words[at] & !(0xff << shift) | byte << shift;
                }
                Operand::Far16 => {
                    let register = place(i64::from((words[at] >> 16) as u16 as i16))?;
                    words[at] = words[at] & 0xffff | u32::from(i16::try_from(register).ok()? as u16) << 16;
                }
                _ => {}
            }
        }
        at = insn.end();
    }
    Some(words)
}

/// What the verifier does not ask, because the compiler never does otherwise.
fn usable(data: &CodeData, consts: &[Value]) -> Result<(), String> {
    let generator = data.flags & (flags::GENERATOR | flags::COROUTINE | flags::ASYNC_GENERATOR) != 0;
    let mut at = 0;
    while let Some(insn) = disasm::decode(&data.words, at) {
        let wrong = |what: &str| Err(format!("word {at}: {what}"));
        match insn.op {
            Op::Yield | Op::AsyncYield | Op::YieldFrom if !generator => return wrong("no generator"),
            Op::LoadFree | Op::StoreFree | Op::DeleteFree | Op::LoadFreeCell => {
                let number = insn.operands.last().map_or(0, |operand| operand.1);
                if number as usize >= data.free_vars.len() {
                    return wrong("no free variable");
                }
            }
            _ => {}
        }
        for &(extra, value) in &insn.extras {
            if extra != Extra::Const {
                continue;
            }
            let Some(value) = consts.get(value as usize) else { return wrong("no constant") };
            let fine = match insn.op {
                Op::MakeFunction => value.downcast::<Code>().is_some_and(|code| {
                    let parts = insn.operands.last().map_or(0, |operand| operand.1);
                    code.free_names.is_empty() == (parts & i64::from(Part::Closure as u8) == 0)
                }),
                Op::CallKw | Op::CallMethodKw => value.as_tuple().is_some_and(|names| {
                    let given = insn.operands.last().map_or(0, |operand| operand.1) as usize;
                    names.len() <= given && names.items().iter().all(|name| name.as_str().is_some())
                }),
                _ => true,
            };
            if !fine {
                return wrong("a constant of another kind");
            }
        }
        at = insn.end();
    }
    Ok(())
}

fn count(vm: &Vm, value: Option<&Value>, at: usize) -> PyResult<Option<u32>> {
    let Some(value) = value else { return Ok(None) };
    let number = vm.to_i32(value)?;
    match u32::try_from(number) {
        Ok(number) => Ok(Some(number)),
        Err(_) if at == 6 => Ok(Some(0)),
        Err(_) => Err(vm.value_error(format!("code: {} must not be negative", COUNTS[at]))),
    }
}

/// `types.CodeType(...)`
pub fn code_new(vm: &Vm, args: Args) -> PyResult<Code> {
    const SIGNATURE: Signature = Signature::parse(
        "code(argcount, posonlyargcount, kwonlyargcount, nlocals, stacksize, flags, codestring, constants, names, varnames, filename, name, qualname, firstlineno, linetable, exceptiontable, freevars=(), cellvars=(), /)",
    );
    let b: [Value; 18] = vm.bind_args(&SIGNATURE, args)?;
    let given = |at: usize| b[at].given();
    let mut counts = [None; 7];
    for (at, place) in [0, 1, 2, 3, 4, 5, 13].into_iter().enumerate() {
        counts[at] = count(vm, given(place), at)?;
    }
    let parts = Parts {
        function: "code",
        old: None,
        counts,
        words: given(6),
        consts: given(7),
        names: given(8),
        variables: given(9),
        texts: [given(10), given(11), given(12)],
        lines: given(14),
        handlers: given(15),
        free: given(16),
        cells: given(17),
    };
    parts.make(vm)
}

/// The signature of [`code_replace`].
pub const REPLACE: &str = "replace(self, /, *, co_argcount=0, co_posonlyargcount=0, co_kwonlyargcount=0, co_nlocals=0, co_stacksize=0, co_flags=0, co_firstlineno=0, co_code=b'', co_consts=(), co_names=(), co_varnames=(), co_freevars=(), co_cellvars=(), co_filename='', co_name='', co_qualname='', co_linetable=b'', co_exceptiontable=b'')";

/// The same for `copy.replace`.
pub const REPLACE_ALIAS: &str = "__replace__(self, /, *, co_argcount=0, co_posonlyargcount=0, co_kwonlyargcount=0, co_nlocals=0, co_stacksize=0, co_flags=0, co_firstlineno=0, co_code=b'', co_consts=(), co_names=(), co_varnames=(), co_freevars=(), co_cellvars=(), co_filename='', co_name='', co_qualname='', co_linetable=b'', co_exceptiontable=b'')";

/// `code.replace(**changes)`: a changed copy.
pub fn code_replace(vm: &Vm, old: &Obj<Code>, args: &[Value]) -> PyResult<Code> {
    let given = |at: usize| args[at].given();
    let mut counts = [None; 7];
    for (at, slot) in counts.iter_mut().enumerate() {
        *slot = count(vm, given(at + 1), at)?;
    }
    let parts = Parts {
        function: "replace",
        old: Some(old),
        counts,
        words: given(8),
        consts: given(9),
        names: given(10),
        variables: given(11),
        free: given(12),
        cells: given(13),
        texts: [given(14), given(15), given(16)],
        lines: given(17),
        handlers: given(18),
    };
    parts.make(vm)
}
