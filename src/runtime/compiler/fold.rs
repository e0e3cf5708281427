//! Constant folding: expressions whose value is known and whose computation can not be observed.

use ruff_python_ast::{self as ast, Expr, Operator, UnaryOp};

use super::super::bytecode::code::Const;
use super::compile::Compiler;
use super::literal;
use super::stack::with_stack;

/// Items of a folded sequence, bits of a folded int: CPython's limits.
const MAX_COLLECTION: usize = 256;
const MAX_STRING: usize = 4096;
const MAX_BITS: u32 = 128;

/// An int constant.
pub fn int_const(value: i128) -> Const {
    const LIMIT: i128 = 1 << 62;
    if (-LIMIT..LIMIT).contains(&value) {
        Const::Int(value as i64)
    } else {
        Const::BigInt(value.to_string().into())
    }
}

/// The value of an int constant that is not too large.
pub fn as_int(value: &Const) -> Option<i128> {
    match value {
        Const::Int(n) => Some((*n).into()),
        Const::Bool(b) => Some((*b).into()),
        Const::BigInt(text) => {
            let (negative, digits) = match text.strip_prefix('-') {
                Some(rest) => (true, rest),
                None => (false, &**text),
            };
            let magnitude = match digits.strip_prefix("0x") {
                Some(hex) => i128::from_str_radix(hex, 16).ok()?,
                None => digits.parse().ok()?,
            };
            Some(if negative { -magnitude } else { magnitude })
        }
        _ => None,
    }
}

fn as_float(value: &Const) -> Option<f64> {
    match value {
        Const::Float(f) => Some(*f),
        Const::Int(n) if n.unsigned_abs() < 1 << 53 => Some(*n as f64),
        Const::Bool(b) => Some(f64::from(u8::from(*b))),
        _ => None,
    }
}

/// Whether two constants are equal as Python compares them.
pub fn equal(a: &Const, b: &Const) -> bool {
    let complex = |value: &Const| match value {
        Const::Complex(re, im) => Some((*re, *im)),
        other => as_float(other).map(|re| (re, 0.0)),
    };
    a == b || complex(a).is_some_and(|a| complex(b) == Some(a))
}

/// Whether a constant is true.
pub fn truth(value: &Const) -> bool {
    match value {
        Const::None => false,
        Const::Bool(b) => *b,
        Const::Ellipsis | Const::Code(_) | Const::Slice(_) | Const::BigInt(_) => true,
        Const::Int(n) => *n != 0,
        Const::Float(f) => *f != 0.0,
        Const::Complex(re, im) => *re != 0.0 || *im != 0.0,
        Const::Str(text) | Const::Bytes(text) => !text.is_empty(),
        Const::Tuple(items) | Const::FrozenSet(items) => !items.is_empty(),
    }
}

impl<'a> Compiler<'a> {
    /// The value of an expression that is constant.
    pub(super) fn const_of(&mut self, expr: &Expr) -> Option<Const> {
        match expr {
            Expr::Name(_) | Expr::Call(_) | Expr::Attribute(_) => self.const_of_inner(expr),
            _ => with_stack(|| self.const_of_inner(expr)),
        }
    }

    fn const_of_inner(&mut self, expr: &Expr) -> Option<Const> {
        match expr {
            Expr::NumberLiteral(node) => Some(number(&node.value)),
            Expr::StringLiteral(node) => Some(Const::Str(literal::string_value(self.source, &node.value))),
            Expr::BytesLiteral(node) => Some(Const::Bytes(node.value.bytes().collect())),
            Expr::BooleanLiteral(node) => Some(Const::Bool(node.value)),
            Expr::NoneLiteral(_) => Some(Const::None),
            Expr::EllipsisLiteral(_) => Some(Const::Ellipsis),
            Expr::IpyEscapeCommand(node) => self.source.constant(&node.value).cloned(),
            Expr::Name(node) if node.id.as_str() == "__debug__" => {
                Some(Const::Bool(self.options.optimize == 0))
            }
            Expr::UnaryOp(node) => {
                let value = self.const_of(&node.operand)?;
                unary(node.op, value)
            }
            Expr::BinOp(_) => self.binary_const(expr),
            Expr::Tuple(node) => {
                let items: Option<Box<[Const]>> = node.elts.iter().map(|e| self.const_of(e)).collect();
                items.map(Const::Tuple)
            }
            Expr::Subscript(node) if node.ctx == ast::ExprContext::Load && is_literal_like(&node.value) => {
                let value = self.const_of(&node.value)?;
                let index = as_int(&self.const_of(&node.slice)?)?;
                subscript(&value, index)
            }
            Expr::Slice(node) => {
                let mut part =
                    |e: &Option<Box<Expr>>| e.as_ref().map_or(Some(Const::None), |e| self.const_of(e));
                let parts = [part(&node.lower)?, part(&node.upper)?, part(&node.step)?];
                Some(Const::Slice(Box::new(parts)))
            }
            _ => None,
        }
    }

    /// Folds a chain of binary operators that nests to the left.
    fn binary_const(&mut self, expr: &Expr) -> Option<Const> {
        let mut spine = Vec::new();
        let mut leaf = expr;
        while let Expr::BinOp(node) = leaf {
            spine.push(node);
            leaf = &node.left;
        }
        if !is_literal_like(leaf) {
            return None;
        }
        let mut value = self.const_of(leaf)?;
        for node in spine.into_iter().rev() {
            let right = self.const_of(&node.right)?;
            value = binary(node.op, &value, &right)?;
        }
        Some(value)
    }
}

fn is_literal_like(expr: &Expr) -> bool {
    !matches!(expr, Expr::Call(_) | Expr::Attribute(_) | Expr::Await(_))
        && !(matches!(expr, Expr::Name(n) if n.id.as_str() != "__debug__"))
}

/// The constant of a number in a pattern: with a sign, and as sum of a real and an imaginary part.
pub fn literal_number(expr: &Expr) -> Option<Const> {
    match expr {
        Expr::UnaryOp(node) if node.op == ast::UnaryOp::USub => match &*node.operand {
            Expr::NumberLiteral(inner) => unary(node.op, number(&inner.value)),
            _ => None,
        },
        Expr::BinOp(node) if matches!(node.op, ast::Operator::Add | ast::Operator::Sub) => {
            let part = |side: &Expr| match side {
                Expr::NumberLiteral(inner) => Some(number(&inner.value)),
                other => literal_number(other),
            };
            binary(node.op, &part(&node.left)?, &part(&node.right)?)
        }
        _ => None,
    }
}

/// The constant of a number.
pub fn number(value: &ast::Number) -> Const {
    match value {
        ast::Number::Int(int) => match int.as_u64() {
            Some(small) => int_const(small.into()),
            None => literal::big_int(&int.to_string()),
        },
        ast::Number::Float(f) => Const::Float(*f),
        ast::Number::Complex { real, imag } => Const::Complex(*real, *imag),
    }
}

fn subscript(value: &Const, index: i128) -> Option<Const> {
    let at = |len: usize| -> Option<usize> {
        let index = if index < 0 { index + len as i128 } else { index };
        usize::try_from(index).ok().filter(|&i| i < len)
    };
    match value {
        Const::Tuple(items) => at(items.len()).map(|i| items[i].clone()),
        Const::Str(text) if text.is_ascii() => at(text.len()).map(|i| Const::Str([text[i]].into())),
        Const::Bytes(text) => at(text.len()).map(|i| Const::Int(text[i].into())),
        _ => None,
    }
}

fn unary(op: UnaryOp, value: Const) -> Option<Const> {
    Some(match (op, value) {
        (UnaryOp::Not, value) => Const::Bool(!truth(&value)),
        (UnaryOp::USub, Const::Float(f)) => Const::Float(-f),
        (UnaryOp::USub, Const::Complex(re, im)) => Const::Complex(-re, -im),
        (
            UnaryOp::UAdd,
            value @ (Const::Float(_) | Const::Complex(..) | Const::Int(_) | Const::BigInt(_)),
        ) => value,
        (UnaryOp::USub, Const::BigInt(text)) => match as_int(&Const::BigInt(text.clone())) {
            Some(n) => int_const(-n),
            None => Const::BigInt(match text.strip_prefix('-') {
                Some(rest) => rest.into(),
                None => format!("-{text}").into(),
            }),
        },
        (UnaryOp::Invert, Const::Bool(_)) => return None,
        (op, value) => {
            let n = as_int(&value)?;
            match op {
                UnaryOp::USub => int_const(-n),
                UnaryOp::UAdd => int_const(n),
                _ => int_const(!n),
            }
        }
    })
}

fn repeat(unit: usize, times: i128, limit: usize) -> Option<usize> {
    let times = usize::try_from(times.max(0)).ok()?;
    (unit == 0 || times <= limit / unit.max(1)).then_some(times)
}

/// The value of an operator on constants.
pub fn binary(op: Operator, left: &Const, right: &Const) -> Option<Const> {
    if let (Some(a), Some(b)) = (as_int(left), as_int(right)) {
        return int_binary(op, a, b, matches!((left, right), (Const::Bool(_), Const::Bool(_))));
    }
    match (op, left, right) {
        (Operator::Add, Const::Str(a), Const::Str(b)) if a.len() + b.len() <= MAX_STRING => {
            Some(Const::Str([&**a, &**b].concat().into()))
        }
        (Operator::Add, Const::Bytes(a), Const::Bytes(b)) if a.len() + b.len() <= MAX_STRING => {
            Some(Const::Bytes([&**a, &**b].concat().into()))
        }
        (Operator::Add, Const::Tuple(a), Const::Tuple(b)) if a.len() + b.len() <= MAX_COLLECTION => {
            Some(Const::Tuple([&**a, &**b].concat().into()))
        }
        (Operator::Mult, Const::Str(a), n) | (Operator::Mult, n, Const::Str(a)) => {
            Some(Const::Str(a.repeat(repeat(a.len(), as_int(n)?, MAX_STRING)?).into()))
        }
        (Operator::Mult, Const::Bytes(a), n) | (Operator::Mult, n, Const::Bytes(a)) => {
            Some(Const::Bytes(a.repeat(repeat(a.len(), as_int(n)?, MAX_STRING)?).into()))
        }
        (Operator::Mult, Const::Tuple(a), n) | (Operator::Mult, n, Const::Tuple(a)) => {
            let times = repeat(a.len(), as_int(n)?, MAX_COLLECTION)?;
            Some(Const::Tuple((0..times).flat_map(|_| a.iter().cloned()).collect()))
        }
        (Operator::Add | Operator::Sub, Const::Complex(..), _)
        | (Operator::Add | Operator::Sub, _, Const::Complex(..)) => complex_sum(op, left, right),
        _ => {
            let (a, b) = (as_float(left)?, as_float(right)?);
            let value = match op {
                Operator::Add => a + b,
                Operator::Sub => a - b,
                Operator::Mult => a * b,
                Operator::Div if b != 0.0 => a / b,
                _ => return None,
            };
            Some(Const::Float(value))
        }
    }
}

/// `1 + 2j` and `1 - 2j`: mixed arithmetic leaves the imaginary part as it is.
fn complex_sum(op: Operator, left: &Const, right: &Const) -> Option<Const> {
    let sub = op == Operator::Sub;
    Some(match (left, right) {
        (Const::Complex(a, b), Const::Complex(c, d)) if sub => Const::Complex(a - c, b - d),
        (Const::Complex(a, b), Const::Complex(c, d)) => Const::Complex(a + c, b + d),
        (Const::Complex(a, b), real) => {
            let real = as_float(real)?;
            Const::Complex(if sub { a - real } else { a + real }, *b)
        }
        (real, Const::Complex(c, d)) => {
            let real = as_float(real)?;
            if sub { Const::Complex(real - c, -d) } else { Const::Complex(real + c, *d) }
        }
        _ => return None,
    })
}

fn int_binary(op: Operator, a: i128, b: i128, bools: bool) -> Option<Const> {
    let floor = |a: i128, b: i128| -> Option<(i128, i128)> {
        let quotient = a.checked_div(b)?;
        let rest = a.checked_rem(b)?;
        Some(if rest != 0 && (rest < 0) != (b < 0) { (quotient - 1, rest + b) } else { (quotient, rest) })
    };
    let value = match op {
        Operator::Add => a.checked_add(b)?,
        Operator::Sub => a.checked_sub(b)?,
        Operator::Mult => a.checked_mul(b)?,
        Operator::Div => {
            let exact = |n: i128| n.unsigned_abs() < 1 << 53;
            if b == 0 || !exact(a) || !exact(b) {
                return None;
            }
            return Some(Const::Float(a as f64 / b as f64));
        }
        Operator::FloorDiv => floor(a, b)?.0,
        Operator::Mod => floor(a, b)?.1,
        Operator::Pow => {
            let exponent = u32::try_from(b).ok()?;
            let bits = 128 - a.unsigned_abs().leading_zeros();
            if bits.saturating_mul(exponent) > MAX_BITS {
                return None;
            }
            a.checked_pow(exponent)?
        }
        Operator::LShift => {
            let by = u32::try_from(b).ok()?;
            if a != 0 && by + (128 - a.unsigned_abs().leading_zeros()) >= 127 {
                return None;
            }
            if a == 0 { 0 } else { a << by }
        }
        Operator::RShift => {
            let by = u32::try_from(b).ok()?;
            a >> by.min(127)
        }
        Operator::BitAnd => a & b,
        Operator::BitOr => a | b,
        Operator::BitXor => a ^ b,
        Operator::MatMult => return None,
    };
    if bools && matches!(op, Operator::BitAnd | Operator::BitOr | Operator::BitXor) {
        return Some(Const::Bool(value != 0));
    }
    Some(int_const(value))
}
