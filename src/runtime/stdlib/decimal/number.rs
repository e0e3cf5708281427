//! A decimal number, the context that a result is fitted to, and the fitting: what the General Decimal Arithmetic
//! specification calls rounding and the conditions that it raises.

use std::cell::RefCell;

use super::coeff::Coeff;
use crate::runtime::value::Value;

/// What a decimal is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Finite,
    Infinite,
    Quiet,
    Signaling,
}

/// A decimal: `coeff * 10^exp`, or a special value, whose payload (of a NaN) is the coefficient.
#[derive(Clone, Debug)]
pub struct Dec {
    pub coeff: Coeff,
    pub exp: i64,
    pub negative: bool,
    pub kind: Kind,
}

/// Conditions, bits of a status.
pub mod flag {
    pub const CLAMPED: u32 = 1;
    pub const CONVERSION_SYNTAX: u32 = 2;
    pub const DIVISION_BY_ZERO: u32 = 4;
    pub const DIVISION_IMPOSSIBLE: u32 = 8;
    pub const DIVISION_UNDEFINED: u32 = 0x10;
    pub const INEXACT: u32 = 0x40;
    pub const INVALID_CONTEXT: u32 = 0x80;
    pub const INVALID_OPERATION: u32 = 0x100;
    /// More memory than there can be; no signal but MemoryError.
    pub const MEMORY: u32 = 0x200;
    pub const FLOAT_OPERATION: u32 = 0x400;
    pub const OVERFLOW: u32 = 0x800;
    pub const ROUNDED: u32 = 0x1000;
    pub const SUBNORMAL: u32 = 0x2000;
    pub const UNDERFLOW: u32 = 0x4000;
    /// No condition of arithmetic: see [`super::interrupted`].
    pub const INTERRUPTED: u32 = 0x8000_0000;
    /// What the signal InvalidOperation stands for.
    pub const INVALID: u32 = CONVERSION_SYNTAX
        | DIVISION_IMPOSSIBLE
        | DIVISION_UNDEFINED
        | 0x20
        | INVALID_CONTEXT
        | INVALID_OPERATION
        | MEMORY;
    pub const ERRORS: u32 = INVALID | DIVISION_BY_ZERO | INTERRUPTED;
}

/// Rounding modes, in the order of their numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Round {
    Up,
    Down,
    Ceiling,
    Floor,
    HalfUp,
    HalfDown,
    HalfEven,
    ZeroFiveUp,
}

pub const ROUNDINGS: [(&str, Round); 8] = [
    ("ROUND_UP", Round::Up),
    ("ROUND_DOWN", Round::Down),
    ("ROUND_CEILING", Round::Ceiling),
    ("ROUND_FLOOR", Round::Floor),
    ("ROUND_HALF_UP", Round::HalfUp),
    ("ROUND_HALF_DOWN", Round::HalfDown),
    ("ROUND_HALF_EVEN", Round::HalfEven),
    ("ROUND_05UP", Round::ZeroFiveUp),
];

/// Greatest precision, and greatest exponent.
pub const MAX_PREC: i64 = 999_999_999_999_999_999;
pub const MIN_ETINY: i64 = -MAX_PREC - (MAX_PREC - 1);
/// An exponent that overflows in all contexts.
pub const EXP_INF: i64 = 2_000_000_000_000_000_001;
/// Numbers of more digits are not tried: MemoryError.
pub const MOST_DIGITS: i64 = 4_000_000_000;
/// Nobody asks whether there is memory for so many.
const SURE_DIGITS: i64 = 10_000_000;

/// What results are fitted to.
#[derive(Clone, Copy, Debug)]
pub struct Ctx {
    pub prec: i64,
    pub emax: i64,
    pub emin: i64,
    pub round: Round,
    pub clamp: bool,
}

impl Ctx {
    /// The widest one: results that fit it are exact.
    pub const MAX: Ctx =
        Ctx { prec: MAX_PREC, emax: MAX_PREC, emin: -MAX_PREC, round: Round::HalfEven, clamp: false };

    pub fn etiny(&self) -> i64 {
        self.emin - (self.prec - 1)
    }
    pub fn etop(&self) -> i64 {
        self.emax - (self.prec - 1)
    }
    pub fn with_prec(self, prec: i64) -> Ctx {
        Ctx { prec, ..self }
    }
    pub fn with_round(self, round: Round) -> Ctx {
        Ctx { round, ..self }
    }
}

impl Dec {
    pub const fn new(negative: bool, coeff: Coeff, exp: i64) -> Dec {
        Dec { coeff, exp, negative, kind: Kind::Finite }
    }
    pub const ZERO: Dec = Dec::new(false, Coeff::ZERO, 0);
    pub const ONE: Dec = Dec::new(false, Coeff::ONE, 0);
    pub const fn infinity(negative: bool) -> Dec {
        Dec { coeff: Coeff::ZERO, exp: 0, negative, kind: Kind::Infinite }
    }
    pub const NAN: Dec = Dec { coeff: Coeff::ZERO, exp: 0, negative: false, kind: Kind::Quiet };
    pub fn from_i64(value: i64) -> Dec {
        Dec::new(value < 0, Coeff::Small(value.unsigned_abs().into()), 0)
    }
    /// NaN, with its condition noted.
    #[cold]
    pub fn error(condition: u32, status: &mut u32) -> Dec {
        *status |= condition;
        Dec::NAN
    }
    #[inline(always)]
    pub fn is_special(&self) -> bool {
        self.kind != Kind::Finite
    }
    #[inline(always)]
    pub fn is_finite(&self) -> bool {
        self.kind == Kind::Finite
    }
    pub fn is_infinite(&self) -> bool {
        self.kind == Kind::Infinite
    }
    pub fn is_nan(&self) -> bool {
        matches!(self.kind, Kind::Quiet | Kind::Signaling)
    }
    pub fn is_snan(&self) -> bool {
        self.kind == Kind::Signaling
    }
    /// Is it the number zero?
    #[inline(always)]
    pub fn is_zero(&self) -> bool {
        self.is_finite() && self.coeff.is_zero()
    }
    pub fn digits(&self) -> i64 {
        self.coeff.digits()
    }
    /// Exponent of the first digit.
    #[inline(always)]
    pub fn adjusted(&self) -> i64 {
        self.exp + self.coeff.digits() - 1
    }
    pub fn with_sign(mut self, negative: bool) -> Dec {
        self.negative = negative;
        self
    }
    pub fn negated(mut self) -> Dec {
        self.negative = !self.negative;
        self
    }
    /// Is it a finite integer?
    pub fn is_integer(&self) -> bool {
        if !self.is_finite() {
            return false;
        }
        self.exp >= 0
            || self.coeff.is_zero()
            || (self.exp + self.digits() > 0 && self.coeff.trailing_zeros() >= -self.exp)
    }
    /// Is a finite integer odd?
    pub fn is_odd(&self) -> bool {
        match self.exp {
            0 => self.coeff.is_odd(),
            exp if exp > 0 => false,
            exp => -exp < self.digits() && self.coeff.digit(-exp) & 1 != 0,
        }
    }

    /// Does cutting off `rest` (see [`Coeff::shr`]) make the coefficient greater by one?
    pub fn rounds_up(&self, rest: u8, round: Round) -> bool {
        if rest == 0 {
            return false;
        }
        match round {
            Round::Down => false,
            Round::Up => true,
            Round::Ceiling => !self.negative,
            Round::Floor => self.negative,
            Round::HalfUp => rest >= 5,
            Round::HalfDown => rest > 5,
            Round::HalfEven => rest > 5 || (rest == 5 && self.coeff.is_odd()),
            Round::ZeroFiveUp => matches!(self.coeff.last_digit(), 0 | 5),
        }
    }

    /// Cuts digits off the end and rounds; the exponent grows. Gives what was cut off.
    pub fn round_off(&mut self, digits: i64, round: Round) -> u8 {
        let (coeff, rest) = self.coeff.shr(digits);
        self.coeff = coeff;
        self.exp += digits;
        if self.rounds_up(rest, round) {
            self.coeff = self.coeff.add(&Coeff::ONE);
        }
        rest
    }

    /// Fits a result to its context.
    #[inline]
    pub fn finalize(mut self, ctx: &Ctx, status: &mut u32) -> Dec {
        if self.kind == Kind::Finite {
            let digits = self.coeff.digits();
            let adjusted = self.exp + digits - 1;
            if digits <= ctx.prec && adjusted <= ctx.emax && adjusted >= ctx.emin && !ctx.clamp {
                return self;
            }
        }
        self.fit(ctx, status);
        self
    }

    #[inline(never)]
    fn fit(&mut self, ctx: &Ctx, status: &mut u32) {
        match self.kind {
            Kind::Infinite => return,
            Kind::Quiet | Kind::Signaling => {
                let room = ctx.prec - i64::from(ctx.clamp);
                if self.coeff.digits() > room {
                    self.coeff = self.coeff.low_digits(room);
                }
                return;
            }
            Kind::Finite => {}
        }
        self.fit_exponent(ctx, status);
        if self.is_special() {
            return;
        }
        let digits = self.coeff.digits();
        if digits > ctx.prec {
            let rest = self.round_off(digits - ctx.prec, ctx.round);
            *status |= flag::ROUNDED;
            if rest != 0 {
                *status |= flag::INEXACT;
            }
            if self.coeff.digits() > ctx.prec {
                self.coeff = self.coeff.shr(1).0;
                self.exp += 1;
                self.fit_exponent(ctx, status);
            }
        }
    }

    fn fit_exponent(&mut self, ctx: &Ctx, status: &mut u32) {
        let adjusted = self.adjusted();
        if adjusted > ctx.emax {
            if self.coeff.is_zero() {
                self.exp = ctx.emax - if ctx.clamp { ctx.prec - 1 } else { 0 };
                *status |= flag::CLAMPED;
                return;
            }
            let to_max = match ctx.round {
                Round::Down | Round::ZeroFiveUp => true,
                Round::Ceiling => self.negative,
                Round::Floor => !self.negative,
                _ => false,
            };
            *self =
                if to_max { max_finite(ctx, status) } else { Dec::infinity(false) }.with_sign(self.negative);
            *status |= flag::OVERFLOW | flag::INEXACT | flag::ROUNDED;
        } else if ctx.clamp && self.exp > ctx.etop() {
            let shift = self.exp - ctx.etop();
            if too_long(self.coeff.digits() + shift, status) {
                *self = Dec::NAN;
                return;
            }
            self.coeff = self.coeff.shl(shift);
            self.exp -= shift;
            *status |= flag::CLAMPED;
            if !self.coeff.is_zero() && adjusted < ctx.emin {
                *status |= flag::SUBNORMAL;
            }
        } else if adjusted < ctx.emin {
            let etiny = ctx.etiny();
            if self.coeff.is_zero() {
                if self.exp < etiny {
                    self.exp = etiny;
                    *status |= flag::CLAMPED;
                }
                return;
            }
            *status |= flag::SUBNORMAL;
            if self.exp < etiny {
                let rest = self.round_off(etiny - self.exp, ctx.round);
                *status |= flag::ROUNDED;
                if rest != 0 {
                    *status |= flag::INEXACT | flag::UNDERFLOW;
                    if self.coeff.is_zero() {
                        *status |= flag::CLAMPED;
                    }
                }
            }
        }
    }
}

/// The greatest finite number of a context.
pub fn max_finite(ctx: &Ctx, status: &mut u32) -> Dec {
    if too_long(ctx.prec, status) {
        return Dec::NAN;
    }
    Dec::new(false, Coeff::nines(ctx.prec), ctx.etop())
}

/// How many coefficients as long as the result operations need at the same time: those that write one digit after the other,
/// products, quotients and roots.
const COPIES: usize = 4;
pub const PRODUCT: usize = 12;
pub const QUOTIENT: usize = 24;

/// Is a coefficient of so many digits beyond what is tried? Then this is noted.
#[inline(always)]
pub fn too_long(digits: i64, status: &mut u32) -> bool {
    no_room(digits, COPIES, status)
}

/// As [`too_long`], of an operation that holds so many coefficients of this length.
#[inline(always)]
pub fn no_room(digits: i64, copies: usize, status: &mut u32) -> bool {
    digits > SURE_DIGITS && lacks_room(digits, copies, status)
}

#[cold]
fn lacks_room(digits: i64, copies: usize, status: &mut u32) -> bool {
    // What is asked for below cannot fail softly: it is asked for once before.
    let lacks = digits > MOST_DIGITS
        || !crate::runtime::sys::has_room(
            (digits as usize / super::limbs::WIDTH + 1) * copies * size_of::<u64>(),
        );
    if lacks {
        *status |= flag::MEMORY;
    }
    lacks
}

/// Runs what signals that arrived want to be run; true if that raised an exception: the operation then ends with whatever
/// result, and the exception is raised where the status is looked at.
pub fn interrupted(status: &mut u32) -> bool {
    if *status & flag::INTERRUPTED == 0
        && let vm = crate::runtime::object::vm::vm()
        && vm.is_wanted()
        && let Err(raised) = vm.check_signals()
    {
        let exception = vm.take_raised(raised);
        drop(INTERRUPT.replace(Some(exception)));
        *status |= flag::INTERRUPTED;
    }
    *status & flag::INTERRUPTED != 0
}

thread_local! {
    /// What an interrupted operation raises.
    pub static INTERRUPT: RefCell<Option<Value>> = const { RefCell::new(None) };
}

/// The NaN that an operation on these operands gives: the first signaling one, else the first one.
#[inline]
pub fn nan_of(operands: &[&Dec], ctx: &Ctx, status: &mut u32) -> Option<Dec> {
    if operands.iter().all(|x| !x.is_nan()) {
        return None;
    }
    let signaling = operands.iter().find(|x| x.is_snan());
    if signaling.is_some() {
        *status |= flag::INVALID_OPERATION;
    }
    let nan = signaling.or_else(|| operands.iter().find(|x| x.is_nan()))?;
    let mut result = (*nan).clone();
    result.kind = Kind::Quiet;
    result.fit(ctx, status);
    Some(result)
}
