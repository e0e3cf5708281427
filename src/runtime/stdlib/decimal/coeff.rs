//! The coefficient of a decimal: a natural number, in the word while it has at most 38 digits, else limbs in base 10^19.

use std::cmp::Ordering;

use super::limbs::{self, BASE, POW10, WIDTH, div_base};

/// A natural number. `Big` never holds what fits `Small`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Coeff {
    /// Less than 10^38.
    Small(u128),
    /// Three limbs or more.
    Big(Vec<u64>),
}

/// 10^38: where [`Coeff::Small`] ends.
pub const LIMIT: u128 = 10u128.pow(38);

/// Powers of ten that fit a double word.
pub const WIDE_POW10: [u128; 39] = {
    let mut table = [1; 39];
    let mut i = 1;
    while i < 39 {
        table[i] = table[i - 1] * 10;
        i += 1;
    }
    table
};

/// Number of digits; one for zero.
#[inline]
pub fn wide_digits(x: u128) -> u32 {
    let guess = ((128 - (x | 1).leading_zeros()) * 1233) >> 12;
    if guess < 39 && x >= WIDE_POW10[guess as usize] { guess + 1 } else { guess.max(1) }
}

/// The limbs of a number below 10^38, the low one first.
#[inline(always)]
pub fn split(x: u128) -> [u64; 2] {
    // The high word is below 10^38 / 2^64, which is less than the base.
    let (high, low) = div_base((x >> 64) as u64, x as u64);
    [low, high]
}

/// The number of two limbs.
#[inline(always)]
pub fn join([low, high]: [u64; 2]) -> u128 {
    u128::from(high) * u128::from(BASE) + u128::from(low)
}

/// Quotient and rest by `10^n`, `n < 39`.
#[inline]
fn div_pow10(x: u128, n: usize) -> (u128, u128) {
    if let Ok(x) = u64::try_from(x) {
        if n > 19 {
            return (0, x.into());
        }
        return ((x / POW10[n]).into(), (x % POW10[n]).into());
    }
    let power = WIDE_POW10[n];
    let quotient = x / power;
    (quotient, x - quotient * power)
}

impl Coeff {
    pub const ZERO: Coeff = Coeff::Small(0);
    pub const ONE: Coeff = Coeff::Small(1);

    /// Of limbs, with or without zeros at their end.
    pub fn from_limbs(mut limbs: Vec<u64>) -> Coeff {
        limbs::trim(&mut limbs);
        match limbs[..] {
            [] => Coeff::ZERO,
            [a] => Coeff::Small(a.into()),
            [a, b] => Coeff::Small(join([a, b])),
            _ => Coeff::Big(limbs),
        }
    }
    /// Of a word of any size.
    pub fn from_wide(x: u128) -> Coeff {
        if x < LIMIT {
            return Coeff::Small(x);
        }
        let [low, high] = split(x % LIMIT);
        Coeff::Big(vec![low, high, (x / LIMIT) as u64])
    }
    /// The limbs; `buffer` is where those of a small number are put.
    #[inline]
    pub fn limbs<'a>(&'a self, buffer: &'a mut [u64; 2]) -> &'a [u64] {
        match self {
            Coeff::Small(x) => {
                if let Ok(word) = u64::try_from(*x)
                    && word < BASE
                {
                    buffer[0] = word;
                    return &buffer[..usize::from(word != 0)];
                }
                *buffer = split(*x);
                &buffer[..]
            }
            Coeff::Big(limbs) => limbs,
        }
    }
    #[inline(always)]
    pub fn is_zero(&self) -> bool {
        matches!(self, Coeff::Small(0))
    }
    pub fn is_one(&self) -> bool {
        matches!(self, Coeff::Small(1))
    }
    /// The number, if it is small.
    pub fn small(&self) -> Option<u128> {
        match self {
            Coeff::Small(x) => Some(*x),
            Coeff::Big(_) => None,
        }
    }
    /// Number of digits; one for zero.
    #[inline(always)]
    pub fn digits(&self) -> i64 {
        match self {
            Coeff::Small(x) => i64::from(wide_digits(*x)),
            Coeff::Big(limbs) => limbs::digits(limbs) as i64,
        }
    }
    /// The last digit.
    pub fn last_digit(&self) -> u8 {
        match self {
            Coeff::Small(x) => (x % 10) as u8,
            Coeff::Big(limbs) => (limbs[0] % 10) as u8,
        }
    }
    pub fn is_odd(&self) -> bool {
        self.last_digit() & 1 != 0
    }
    /// The digit of `10^n`.
    pub fn digit(&self, n: i64) -> u8 {
        match self {
            Coeff::Small(_) if n > 38 => 0,
            Coeff::Small(x) => (x / WIDE_POW10[n as usize] % 10) as u8,
            Coeff::Big(limbs) => {
                let word = limbs.get(n as usize / WIDTH).copied().unwrap_or(0);
                (word / POW10[n as usize % WIDTH] % 10) as u8
            }
        }
    }
    /// `10^n`
    pub fn pow10(n: i64) -> Coeff {
        Coeff::ONE.shl(n)
    }
    /// `10^n - 1`
    pub fn nines(n: i64) -> Coeff {
        Coeff::pow10(n).sub(&Coeff::ONE)
    }
    /// `self * 10^n`
    pub fn shl(&self, n: i64) -> Coeff {
        if let Coeff::Small(x) = self {
            if *x == 0 {
                return Coeff::ZERO;
            }
            if n + i64::from(wide_digits(*x)) <= 38 {
                return Coeff::Small(x * WIDE_POW10[n as usize]);
            }
        }
        let mut buffer = [0; 2];
        Coeff::from_limbs(limbs::shift_left(self.limbs(&mut buffer), n as usize))
    }
    /// `self / 10^n`, and what was cut off: 0 for nothing, 5 for exactly a half, less or more for less or more.
    pub fn shr(&self, n: i64) -> (Coeff, u8) {
        match self {
            Coeff::Small(x) if n > 38 => (Coeff::ZERO, u8::from(*x != 0)),
            Coeff::Small(x) => {
                let (quotient, rest) = div_pow10(*x, n as usize);
                let order = match rest {
                    0 => 0,
                    rest => match rest.cmp(&(WIDE_POW10[n as usize] / 2)) {
                        Ordering::Less => 1,
                        Ordering::Equal => 5,
                        Ordering::Greater => 6,
                    },
                };
                (Coeff::Small(quotient), order)
            }
            Coeff::Big(limbs) => {
                let (quotient, rest) = limbs::shift_right(limbs, n as usize);
                (Coeff::from_limbs(quotient), rest)
            }
        }
    }
    /// `self % 10^n`
    pub fn low_digits(&self, n: i64) -> Coeff {
        match self {
            Coeff::Small(_) if n > 37 => self.clone(),
            Coeff::Small(x) => Coeff::Small(x % WIDE_POW10[n as usize]),
            Coeff::Big(limbs) => Coeff::from_limbs(limbs::low_digits(limbs, n as usize)),
        }
    }
    /// How often ten divides the number, which is not zero.
    pub fn trailing_zeros(&self) -> i64 {
        match self {
            Coeff::Small(x) => {
                let (mut x, mut zeros) = (*x, 0);
                for step in [16, 8, 4, 2, 1] {
                    while x % WIDE_POW10[step] == 0 && x != 0 {
                        x /= WIDE_POW10[step];
                        zeros += step as i64;
                    }
                }
                zeros
            }
            Coeff::Big(limbs) => limbs::trailing_zeros(limbs) as i64,
        }
    }
    #[inline]
    pub fn add(&self, other: &Coeff) -> Coeff {
        if let (Coeff::Small(x), Coeff::Small(y)) = (self, other) {
            return if x + y < LIMIT { Coeff::Small(x + y) } else { Coeff::from_wide(x + y) };
        }
        let (mut a, mut b) = ([0; 2], [0; 2]);
        Coeff::from_limbs(limbs::add(self.limbs(&mut a), other.limbs(&mut b)))
    }
    /// `self - other`, which is not negative.
    #[inline]
    pub fn sub(&self, other: &Coeff) -> Coeff {
        if let (Coeff::Small(x), Coeff::Small(y)) = (self, other) {
            return Coeff::Small(x - y);
        }
        let (mut a, mut b) = ([0; 2], [0; 2]);
        Coeff::from_limbs(limbs::sub(self.limbs(&mut a), other.limbs(&mut b)))
    }
    /// The distance of both, and their order.
    pub fn distance(&self, other: &Coeff) -> (Coeff, Ordering) {
        let order = self.cmp(other);
        (if order.is_ge() { self.sub(other) } else { other.sub(self) }, order)
    }
    #[inline]
    pub fn mul(&self, other: &Coeff) -> Coeff {
        if let (Coeff::Small(x), Coeff::Small(y)) = (self, other)
            && let Some(product) = small_product(*x, *y)
        {
            return product;
        }
        let (mut a, mut b) = ([0; 2], [0; 2]);
        Coeff::from_limbs(limbs::mul(self.limbs(&mut a), other.limbs(&mut b)))
    }
    pub fn mul_word(&self, word: u64) -> Coeff {
        if let Coeff::Small(x) = self
            && let Some(product) = x.checked_mul(word.into())
        {
            return Coeff::from_wide(product);
        }
        let mut buffer = [0; 2];
        let mut limbs = self.limbs(&mut buffer).to_vec();
        limbs::mul_word(&mut limbs, word, 0);
        Coeff::from_limbs(limbs)
    }
    /// Quotient by a word that is not zero.
    pub fn div_word(&self, word: u64) -> Coeff {
        match self {
            Coeff::Small(x) => Coeff::Small(x / u128::from(word)),
            Coeff::Big(limbs) => {
                let mut limbs = limbs.clone();
                limbs::div_word(&mut limbs, word);
                Coeff::from_limbs(limbs)
            }
        }
    }
    /// Quotient and rest; the divisor is not zero.
    pub fn div_rem(&self, divisor: &Coeff) -> (Coeff, Coeff) {
        if let (Coeff::Small(x), Coeff::Small(y)) = (self, divisor) {
            if let (Ok(x), Ok(y)) = (u64::try_from(*x), u64::try_from(*y)) {
                return (Coeff::Small((x / y).into()), Coeff::Small((x % y).into()));
            }
            let quotient = x / y;
            return (Coeff::Small(quotient), Coeff::Small(x - quotient * y));
        }
        let (mut a, mut b) = ([0; 2], [0; 2]);
        let (q, r) = limbs::div_rem(self.limbs(&mut a), divisor.limbs(&mut b));
        (Coeff::from_limbs(q), Coeff::from_limbs(r))
    }
    /// `floor(sqrt(self))`
    pub fn isqrt(&self) -> Coeff {
        if let Coeff::Small(x) = self {
            return Coeff::Small(x.isqrt());
        }
        // The root of the upper half of the digits and a step of Newton's iteration.
        let k = self.digits() / 4;
        let guess = self.shr(2 * k).0.isqrt().shl(k);
        let mut root = guess.add(&self.div_rem(&guess).0).div_word(2);
        while root.mul(&root).cmp(self).is_gt() {
            root = root.sub(&Coeff::ONE);
        }
        loop {
            let next = root.add(&Coeff::ONE);
            if next.mul(&next).cmp(self).is_gt() {
                return root;
            }
            root = next;
        }
    }
}

/// Four limbs of a product of small numbers.
#[inline]
pub fn wide_product(x: u128, y: u128) -> [u64; 4] {
    let ([a, b], [c, d]) = (split(x), split(y));
    let product = |x: u64, y: u64| u128::from(x) * u128::from(y);
    let reduce = |x: u128| {
        let (high, low) = div_base((x >> 64) as u64, x as u64);
        (high, low)
    };
    let (carry, first) = reduce(product(a, c));
    // Two products and a carry are below 2 * 10^38 + 10^19, whose high word may reach the base: one of them at a time.
    let (high1, low1) = reduce(product(a, d) + u128::from(carry));
    let (high2, second) = reduce(product(b, c) + u128::from(low1));
    let (high, third) = reduce(product(b, d) + u128::from(high1) + u128::from(high2));
    [first, second, third, high]
}

/// A product of small numbers as a small one of `prec` digits, if it has more: the digits cut off and what they were (see
/// [`Coeff::shr`]).
#[inline]
pub fn rounded_product(x: u128, y: u128, prec: i64) -> Option<(u128, i64, u8)> {
    let limbs = wide_product(x, y);
    let length = limbs.iter().rposition(|limb| *limb != 0)? + 1;
    let digits = ((length - 1) * WIDTH) as i64 + i64::from(limbs::word_digits(limbs[length - 1]));
    let cut = digits - prec;
    if cut <= 0 || prec > 38 {
        return None;
    }
    let rest = limbs::rest_digit(&limbs, cut as usize);
    let (skip, within) = (cut as usize / WIDTH, cut as usize % WIDTH);
    let at = |i: usize| limbs.get(i).copied().unwrap_or(0);
    let kept = if within == 0 {
        join([at(skip), at(skip + 1)])
    } else {
        let (down, up) = (POW10[within], POW10[WIDTH - within]);
        let limb = |i: usize| at(i) / down + at(i + 1) % down * up;
        join([limb(skip), limb(skip + 1)])
    };
    Some((kept, cut, rest))
}

/// `a * 10^shift / b`, and whether there is a rest; all of them small, `b` of at most 28 digits, the quotient below 10^38.
pub fn small_quotient(a: u128, shift: i64, b: u128) -> (u128, bool) {
    let room = 38 - i64::from(wide_digits(a));
    let first = shift.min(room);
    let scaled = a * WIDE_POW10[first as usize];
    let divide = |x: u128| match (u64::try_from(x), u64::try_from(b)) {
        (Ok(x), Ok(b)) => (u128::from(x / b), u128::from(x % b)),
        _ => {
            let quotient = x / b;
            (quotient, x - quotient * b)
        }
    };
    let (mut quotient, mut rest) = divide(scaled);
    let mut left = shift - first;
    let most = 38 - i64::from(wide_digits(b));
    while left > 0 {
        let step = left.min(most);
        let power = WIDE_POW10[step as usize];
        let (part, next) = divide(rest * power);
        quotient = quotient * power + part;
        rest = next;
        left -= step;
    }
    (quotient, rest != 0)
}

/// The product, if it fits a double word.
#[inline]
fn small_product(x: u128, y: u128) -> Option<Coeff> {
    if (x | y) >> 64 == 0 {
        // Less than 2^128.
        return Some(Coeff::from_wide(x * y));
    }
    if x.leading_zeros() + y.leading_zeros() >= 128 {
        return Some(Coeff::from_wide(x * y));
    }
    None
}

impl PartialOrd for Coeff {
    fn partial_cmp(&self, other: &Coeff) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Coeff {
    fn cmp(&self, other: &Coeff) -> Ordering {
        match (self, other) {
            (Coeff::Small(x), Coeff::Small(y)) => x.cmp(y),
            (Coeff::Small(_), Coeff::Big(_)) => Ordering::Less,
            (Coeff::Big(_), Coeff::Small(_)) => Ordering::Greater,
            (Coeff::Big(x), Coeff::Big(y)) => limbs::compare(x, y),
        }
    }
}
