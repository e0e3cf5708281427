//! `_opcode`: the properties of CPython's instructions, which `dis` and `opcode` of the library are written for.
//!
//! dx has instructions of its own; these tables describe those of CPython 3.14, by number, so that the library imports and
//! its constants hold. What `dis` shows comes from `decode` and `instructions`, which speak of dx's.

use crate::runtime::bytecode::disasm;
use crate::runtime::bytecode::ops::{Extra, FRAME_HEADER, Op, Operand};
use crate::runtime::error::PyResult;
use crate::runtime::object::typedef::{Native, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::stdlib::NativeModule;
use crate::runtime::value::Value;

macro_rules! property {
    ($signature:literal, $table:ident, $doc:literal) => {
        native($signature, |vm, args| member(vm, args, $table), $doc)
    };
}

#[rustfmt::skip]
const VALID: &[u16] = &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63, 64, 65, 66, 67, 68, 69, 70, 71, 72, 73, 74, 75, 76, 77, 78, 79, 80, 81, 82, 83, 84, 85, 86, 87, 88, 89, 90, 91, 92, 93, 94, 95, 96, 97, 98, 99, 100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111, 112, 113, 114, 115, 116, 117, 118, 119, 120, 128, 129, 130, 131, 132, 133, 134, 135, 136, 137, 138, 139, 140, 141, 142, 143, 144, 145, 146, 147, 148, 149, 150, 151, 152, 153, 154, 155, 156, 157, 158, 159, 160, 161, 162, 163, 164, 165, 166, 167, 168, 169, 170, 171, 172, 173, 174, 175, 176, 177, 178, 179, 180, 181, 182, 183, 184, 185, 186, 187, 188, 189, 190, 191, 192, 193, 194, 195, 196, 197, 198, 199, 200, 201, 202, 203, 204, 205, 206, 207, 208, 209, 210, 211, 234, 235, 236, 237, 238, 239, 240, 241, 242, 243, 244, 245, 246, 247, 248, 249, 250, 251, 252, 253, 254, 255, 256, 257, 258, 259, 260, 261, 262, 263, 264, 265, 266];
#[rustfmt::skip]
const HAS_ARG: &[u16] = &[44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63, 64, 65, 66, 67, 68, 69, 70, 71, 72, 73, 74, 75, 76, 77, 78, 79, 80, 81, 82, 83, 84, 85, 86, 87, 88, 89, 90, 91, 92, 93, 94, 95, 96, 97, 98, 99, 100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111, 112, 113, 114, 115, 116, 117, 118, 119, 120, 128, 143, 144, 145, 146, 147, 148, 149, 150, 151, 152, 153, 155, 156, 157, 158, 159, 160, 161, 162, 163, 164, 165, 166, 167, 168, 169, 170, 171, 172, 173, 174, 175, 176, 177, 178, 179, 180, 181, 182, 183, 184, 185, 186, 187, 188, 189, 190, 191, 192, 193, 194, 195, 197, 200, 209, 210, 211, 237, 239, 241, 242, 243, 244, 245, 247, 248, 249, 250, 251, 253, 255, 257, 258, 259, 260, 261, 263, 264, 265, 266];
#[rustfmt::skip]
const HAS_CONST: &[u16] = &[82, 190, 191];
#[rustfmt::skip]
const HAS_EXC: &[u16] = &[263, 264, 265];
#[rustfmt::skip]
const HAS_FREE: &[u16] = &[62, 90, 97, 111];
#[rustfmt::skip]
const HAS_JUMP: &[u16] = &[68, 70, 75, 76, 77, 100, 101, 102, 103, 106, 172, 173, 174, 175, 176, 237, 248, 257, 258, 259, 260];
#[rustfmt::skip]
const HAS_LOCAL: &[u16] = &[3, 63, 83, 84, 85, 86, 87, 88, 89, 112, 113, 114, 261, 266];
#[rustfmt::skip]
const HAS_NAME: &[u16] = &[61, 64, 65, 72, 73, 80, 91, 92, 93, 96, 110, 115, 116, 179, 189, 194, 195, 200, 249];
#[rustfmt::skip]
const INTRINSIC1: &[&str] = &["INTRINSIC_1_INVALID", "INTRINSIC_PRINT", "INTRINSIC_IMPORT_STAR", "INTRINSIC_STOPITERATION_ERROR", "INTRINSIC_ASYNC_GEN_WRAP", "INTRINSIC_UNARY_POSITIVE", "INTRINSIC_LIST_TO_TUPLE", "INTRINSIC_TYPEVAR", "INTRINSIC_PARAMSPEC", "INTRINSIC_TYPEVARTUPLE", "INTRINSIC_SUBSCRIPT_GENERIC", "INTRINSIC_TYPEALIAS"];
#[rustfmt::skip]
const INTRINSIC2: &[&str] = &["INTRINSIC_2_INVALID", "INTRINSIC_PREP_RERAISE_STAR", "INTRINSIC_TYPEVAR_WITH_BOUND", "INTRINSIC_TYPEVAR_WITH_CONSTRAINTS", "INTRINSIC_SET_FUNCTION_TYPE_PARAMS", "INTRINSIC_SET_TYPEPARAM_DEFAULT"];
#[rustfmt::skip]
const SPECIAL: &[&str] = &["__enter__", "__exit__", "__aenter__", "__aexit__"];
#[rustfmt::skip]
const NB_OPS: &[(&str, &str)] = &[("NB_ADD", "+"), ("NB_AND", "&"), ("NB_FLOOR_DIVIDE", "//"), ("NB_LSHIFT", "<<"), ("NB_MATRIX_MULTIPLY", "@"), ("NB_MULTIPLY", "*"), ("NB_REMAINDER", "%"), ("NB_OR", "|"), ("NB_POWER", "**"), ("NB_RSHIFT", ">>"), ("NB_SUBTRACT", "-"), ("NB_TRUE_DIVIDE", "/"), ("NB_XOR", "^"), ("NB_INPLACE_ADD", "+="), ("NB_INPLACE_AND", "&="), ("NB_INPLACE_FLOOR_DIVIDE", "//="), ("NB_INPLACE_LSHIFT", "<<="), ("NB_INPLACE_MATRIX_MULTIPLY", "@="), ("NB_INPLACE_MULTIPLY", "*="), ("NB_INPLACE_REMAINDER", "%="), ("NB_INPLACE_OR", "|="), ("NB_INPLACE_POWER", "**="), ("NB_INPLACE_RSHIFT", ">>="), ("NB_INPLACE_SUBTRACT", "-="), ("NB_INPLACE_TRUE_DIVIDE", "/="), ("NB_INPLACE_XOR", "^="), ("NB_SUBSCR", "[]")];

const FUNCTIONS: &[Native] = &[
    property!("is_valid(opcode)", VALID, "Return True if opcode is valid, False otherwise."),
    property!("has_arg(opcode)", HAS_ARG, "Return True if the opcode uses its oparg, False otherwise."),
    property!(
        "has_const(opcode)",
        HAS_CONST,
        "Return True if the opcode accesses a constant, False otherwise."
    ),
    property!(
        "has_exc(opcode)",
        HAS_EXC,
        "Return True if the opcode sets an exception handler, False otherwise."
    ),
    property!(
        "has_free(opcode)",
        HAS_FREE,
        "Return True if the opcode accesses a free variable, False otherwise.\n\nNote that 'free' in this context refers to names in the current scope\nthat are referenced by inner scopes or names that are referenced from\nthis scope. It does not include references to global or builtin scopes."
    ),
    property!("has_jump(opcode)", HAS_JUMP, "Return True if the opcode has a jump target, False otherwise."),
    property!(
        "has_local(opcode)",
        HAS_LOCAL,
        "Return True if the opcode accesses a local variable, False otherwise."
    ),
    property!(
        "has_name(opcode)",
        HAS_NAME,
        "Return True if the opcode accesses an attribute by name, False otherwise."
    ),
    native(
        "get_intrinsic1_descs()",
        |vm, _| Ok(texts(vm, INTRINSIC1)),
        "Return a list of names of the unary intrinsics.",
    ),
    native(
        "get_intrinsic2_descs()",
        |vm, _| Ok(texts(vm, INTRINSIC2)),
        "Return a list of names of the binary intrinsics.",
    ),
    native(
        "get_special_method_names()",
        |vm, _| Ok(texts(vm, SPECIAL)),
        "Return a list of special method names.",
    ),
    native(
        "get_nb_ops()",
        |vm, _| {
            Ok(vm
                .list(NB_OPS.iter().map(|(name, sign)| vm.tuple(vec![vm.str(name), vm.str(sign)])).collect()))
        },
        "Return array of symbols of binary ops.\n\nIndexed by the BINARY_OP oparg value.",
    ),
    native("get_specialization_stats()", |_, _| Ok(Value::NONE), "Return the specialization stats"),
    native(
        "get_executor(code, offset)",
        |_, _| Ok(Value::NONE),
        "Return the executor object at offset in code if exists, None otherwise.",
    ),
    native(
        "instructions()",
        |vm, _| {
            let jumps = |op: Op| {
                let mut operands = op.operands().iter();
                operands.any(|o| matches!(o, Operand::Jump16 | Operand::Jump24))
                    || op.extras().contains(&Extra::Jump)
            };
            let row = |op: &Op| {
                vm.tuple(vec![vm.str(shown_name(*op)), vm.int(op.words() as i64), Value::bool(jumps(*op))])
            };
            Ok(vm.list(Op::ALL.iter().filter(|op| !op.is_quick()).map(row).collect()))
        },
        "Return (name, words, whether it jumps) of each instruction of dx.",
    ),
    native(
        "decode(code)",
        decode,
        "Return (offset, name, operands) of the instructions of dx in bytes; an operand is (kind, number).\n\nRaises ValueError for bytes that are none.",
    ),
    native(
        "stack_effect(opcode, oparg=None, /, *, jump=None)",
        |vm, args| {
            let op = vm.to_i64(&args[0])?;
            if u16::try_from(op).is_ok_and(|op| VALID.contains(&op)) {
                return Err(vm.not_implemented_error("instructions of dx have no stack"));
            }
            Err(vm.value_error("invalid opcode or oparg"))
        },
        "Compute the stack effect of the opcode.",
    ),
];

/// `_opcode`
pub static MODULE: NativeModule = NativeModule {
    name: "_opcode",
    doc: "Opcode support module.",
    functions: FUNCTIONS,
    init: |vm, dict| {
        vm.set_in(dict, "ENABLE_SPECIALIZATION", Value::TRUE);
        vm.set_in(dict, "ENABLE_SPECIALIZATION_FT", Value::FALSE);
        Ok(())
    },
};

/// The name of an instruction: CPython's where it does the same.
fn shown_name(op: Op) -> String {
    let name = match op {
        Op::LoadMethod => "LOAD_ATTR",
        Op::LoadSuperMethod => "LOAD_SUPER_ATTR",
        Op::LoadFree => "LOAD_DEREF",
        Op::StoreFree => "STORE_DEREF",
        Op::DeleteFree => "DELETE_DEREF",
        Op::Return => "RETURN_VALUE",
        Op::CallEx => "CALL_FUNCTION_EX",
        Op::Raise => "RAISE_VARARGS",
        Op::Jump => "JUMP_FORWARD",
        Op::JumpBack => "JUMP_BACKWARD",
        Op::JumpIfTrue => "POP_JUMP_IF_TRUE",
        Op::JumpIfFalse => "POP_JUMP_IF_FALSE",
        Op::JumpIfNone => "POP_JUMP_IF_NONE",
        Op::JumpIfNotNone => "POP_JUMP_IF_NOT_NONE",
        Op::Yield => "YIELD_VALUE",
        Op::GetAIter => "GET_AITER",
        Op::GetANext => "GET_ANEXT",
        Op::ExcMatch => "CHECK_EXC_MATCH",
        Op::Not => "UNARY_NOT",
        Op::Neg => "UNARY_NEGATIVE",
        Op::Invert => "UNARY_INVERT",
        other => {
            let mut name = String::new();
            for letter in other.name().chars() {
                if letter.is_uppercase() && !name.is_empty() {
                    name.push('_');
                }
                name.push(letter.to_ascii_uppercase());
            }
            return name;
        }
    };
    name.to_owned()
}

fn decode(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let Some(bytes) = vm.bytes_of(&args[0]) else {
        return Err(
            vm.type_error(format!("a bytes-like object is required, not '{}'", args[0].type_name(vm)))
        );
    };
    let words: Vec<u32> = bytes.as_chunks::<4>().0.iter().map(|word| u32::from_le_bytes(*word)).collect();
    let mut all = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let Some(insn) = disasm::decode(&words, at) else {
            return Err(vm.value_error(format!("no instruction at offset {}", 4 * at)));
        };
        let operand = |kind: &str, number: i64| vm.tuple(vec![vm.str(kind), vm.int(number)]);
        let mut operands = Vec::new();
        for &(kind, number) in &insn.operands {
            let free = matches!(insn.op, Op::LoadFree | Op::StoreFree | Op::DeleteFree | Op::LoadFreeCell);
            operands.push(match kind {
                Operand::Const16 => operand("const", number),
                Operand::Name16 => operand("name", number),
                Operand::N16 if free => operand("free", number),
                Operand::I8 | Operand::N8 | Operand::I16 | Operand::N16 => operand("number", number),
                // A run of no registers.
                Operand::R | Operand::W if number < FRAME_HEADER as i64 => continue,
                _ if number >= 0 => operand("register", number - FRAME_HEADER as i64),
                _ => operand("register", number),
            });
        }
        for &(extra, word) in &insn.extras {
            operands.extend(match extra {
                Extra::Name => Some(operand("name", word.into())),
                Extra::Const => Some(operand("const", word.into())),
                Extra::Imm => Some(operand("number", i64::from(word as i32))),
                Extra::Jump | Extra::Cache => None,
            });
        }
        operands.extend(insn.target.map(|target| operand("jump", target * 4)));
        all.push(vm.tuple(vec![vm.int(4 * at as i64), vm.str(shown_name(insn.op)), vm.list(operands)]));
        at = insn.end();
    }
    Ok(vm.list(all))
}

fn member(vm: &Vm, args: &[Value], table: &[u16]) -> PyResult<Value> {
    let op = vm.to_i32(&args[0])?;
    Ok(Value::bool(u16::try_from(op).is_ok_and(|op| table.contains(&op))))
}

fn texts(vm: &Vm, names: &[&str]) -> Value {
    vm.list(names.iter().map(|name| vm.str(name)).collect())
}
