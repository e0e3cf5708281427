//! `str.maketrans` and `str.translate`.

use crate::runtime::builtins::exceptions as exc;
use crate::runtime::error::PyResult;
use crate::runtime::object::args::Args;
use crate::runtime::object::vm::Vm;
use crate::runtime::text::wtf8;
use crate::runtime::value::Value;

/// `str.maketrans(x, y, z)`, its arguments without a receiver.
pub fn make_table(vm: &Vm, args: Args) -> PyResult<Value> {
    let args = args.count(vm, "maketrans", 1, 3)?;
    let table = vm.new_dict();
    match args {
        [only] => {
            let Some(given) = only.as_dict().filter(|_| only.ty(vm).spec.is_some()) else {
                return Err(vm.type_error("if you give only one argument to maketrans it must be a dict"));
            };
            for (key, value) in given.entries() {
                let key = if let Some(text) = key.as_str() {
                    match vm.only_char(text) {
                        Some(code) => vm.int(i64::from(code)),
                        None => {
                            return Err(vm.value_error("string keys in translatetable must be of length 1"));
                        }
                    }
                } else if vm.is_int(&key) {
                    key
                } else {
                    return Err(vm.type_error("keys in translate table mustbe strings or integers"));
                };
                table.insert(vm, key, value)?;
            }
        }
        [from, to, rest @ ..] => {
            let Some(from) = from.as_str() else {
                return Err(
                    vm.type_error("first maketrans argument must be a string if there is a second argument")
                );
            };
            let to = vm.text(to, "maketrans() argument 2")?;
            if from.len() != to.len() {
                return Err(vm.value_error("the first two maketrans arguments must have equal length"));
            }
            for (a, b) in wtf8::code_points(from.bytes()).zip(wtf8::code_points(to.bytes())) {
                table.insert(vm, vm.int(i64::from(a)), vm.int(i64::from(b)))?;
            }
            if let Some(gone) = rest.first() {
                for code in wtf8::code_points(vm.text(gone, "maketrans() argument 3")?.bytes()) {
                    table.insert(vm, vm.int(i64::from(code)), Value::NONE)?;
                }
            }
        }
        [] => {}
    }
    Ok(table.into_value())
}

/// What a table says about a code point: the text to put, `None` for nothing, or that it stays.
enum Mapped {
    Same,
    Gone,
    Text(Value),
    Code(u32),
}

fn map(vm: &Vm, table: &Value, code: u32) -> PyResult<Mapped> {
    let result = vm.getitem(table, &vm.int(i64::from(code)));
    let Some(found) = vm.catch(result, &exc::LOOKUP_ERROR)? else { return Ok(Mapped::Same) };
    if found.is_none() {
        return Ok(Mapped::Gone);
    }
    if found.as_str().is_some() {
        return Ok(Mapped::Text(found));
    }
    match found.as_int() {
        None => Err(vm.type_error("character mapping must return integer, None or str")),
        Some(view) => match view.small().and_then(|i| u32::try_from(i).ok()).filter(|&c| c <= wtf8::MAX) {
            Some(code) => Ok(Mapped::Code(code)),
            None => Err(vm.value_error("character mapping must be in range(0x110000)")),
        },
    }
}

/// `text.translate(table)`
pub fn translate(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let text = super::this(vm, &args[0])?;
    let table = &args[1];
    if table.ty(vm).slots.get().getitem.is_none() {
        vm.getitem(table, &vm.int(0))?;
    }
    let mut out = Vec::with_capacity(text.bytes().len());
    // What ASCII characters became, each looked up once.
    let mut known: [Option<u8>; 128] = [None; 128];
    for code in wtf8::code_points(text.bytes()) {
        if code < 128
            && let Some(byte) = known[code as usize]
        {
            out.push(byte);
            continue;
        }
        let mapped = match map(vm, table, code)? {
            Mapped::Same => code,
            Mapped::Gone => continue,
            Mapped::Text(text) => {
                out.extend_from_slice(text.as_str().map_or(&[], |t| t.bytes()));
                continue;
            }
            Mapped::Code(code) => code,
        };
        if code < 128 && mapped < 128 && text.is_ascii() {
            known[code as usize] = Some(mapped as u8);
        }
        wtf8::push(&mut out, mapped);
    }
    Ok(vm.str_bytes(&out))
}
