//! Natural numbers in base 10^19: slices of limbs, the least significant first, without zeros at the end.
//!
//! Zero is the empty slice. Products of short operands are summed column by column, longer ones go by Karatsuba and then by
//! number-theoretic transforms (`ntt`); long division is Knuth's, and Burnikel and Ziegler's recursion above it.

use std::cmp::Ordering;

use super::ntt;

/// The base, 10^19.
pub const BASE: u64 = 10_000_000_000_000_000_000;
/// Digits of a limb.
pub const WIDTH: usize = 19;
/// floor((2^128 - 1) / BASE) - 2^64: what division by the base multiplies with (Möller and Granlund).
const INVERSE: u64 = (u128::MAX / BASE as u128 - (1 << 64)) as u64;

/// Powers of ten that fit a word.
pub const POW10: [u64; 20] = {
    let mut table = [1; 20];
    let mut i = 1;
    while i < 20 {
        table[i] = table[i - 1] * 10;
        i += 1;
    }
    table
};

/// Both operands at least this long: Karatsuba.
const KARATSUBA: usize = 36;
/// Both operands at least this long: transforms.
const TRANSFORM: usize = 400;
/// Divisor and quotient at least this long: recursive division.
const RECURSIVE: usize = 60;

/// Quotient and rest of `hi * 2^64 + lo` by the base; `hi` is less than the base.
#[inline(always)]
pub fn div_base(hi: u64, lo: u64) -> (u64, u64) {
    let q = (u128::from(INVERSE) * u128::from(hi)).wrapping_add(u128::from(hi) << 64 | u128::from(lo));
    let mut top = ((q >> 64) as u64).wrapping_add(1);
    let mut rest = lo.wrapping_sub(top.wrapping_mul(BASE));
    if rest > q as u64 {
        top = top.wrapping_sub(1);
        rest = rest.wrapping_add(BASE);
    }
    if rest >= BASE {
        top = top.wrapping_add(1);
        rest -= BASE;
    }
    (top, rest)
}

/// Takes zeros off the end.
pub fn trim(a: &mut Vec<u64>) {
    while a.last() == Some(&0) {
        a.pop();
    }
}

/// The slice without zeros at its end.
pub fn trimmed(mut a: &[u64]) -> &[u64] {
    while let [rest @ .., 0] = a {
        a = rest;
    }
    a
}

/// Number of digits of a word; one for zero.
#[inline]
pub fn word_digits(x: u64) -> u32 {
    let guess = ((64 - (x | 1).leading_zeros()) * 1233) >> 12;
    if guess < 20 && x >= POW10[guess as usize] { guess + 1 } else { guess.max(1) }
}

/// Number of digits; one for zero.
pub fn digits(a: &[u64]) -> usize {
    match a.split_last() {
        Some((top, rest)) => rest.len() * WIDTH + word_digits(*top) as usize,
        None => 1,
    }
}

/// Compares.
pub fn compare(a: &[u64], b: &[u64]) -> Ordering {
    a.len().cmp(&b.len()).then_with(|| a.iter().rev().cmp(b.iter().rev()))
}

/// Adds `b` to `a`, which is as long or longer, and gives the carry.
pub fn add_to(a: &mut [u64], b: &[u64]) -> bool {
    let mut carry = 0;
    let (low, high) = a.split_at_mut(b.len());
    for (x, y) in low.iter_mut().zip(b) {
        let (sum, over) = x.overflowing_add(y + carry);
        carry = u64::from(over || sum >= BASE);
        *x = if carry != 0 { sum.wrapping_sub(BASE) } else { sum };
    }
    for x in high {
        if carry == 0 {
            return false;
        }
        *x += 1;
        carry = u64::from(*x == BASE);
        if carry != 0 {
            *x = 0;
        }
    }
    carry != 0
}

/// Subtracts `b` from `a`, which is as long or longer, and gives the borrow.
pub fn sub_from(a: &mut [u64], b: &[u64]) -> bool {
    let mut borrow = 0;
    let (low, high) = a.split_at_mut(b.len());
    for (x, y) in low.iter_mut().zip(b) {
        let (rest, under) = x.overflowing_sub(y + borrow);
        borrow = u64::from(under);
        *x = if under { rest.wrapping_add(BASE) } else { rest };
    }
    for x in high {
        if borrow == 0 {
            return false;
        }
        borrow = u64::from(*x == 0);
        *x = if borrow != 0 { BASE - 1 } else { *x - 1 };
    }
    borrow != 0
}

/// `a + b`
pub fn add(a: &[u64], b: &[u64]) -> Vec<u64> {
    let (long, short) = if a.len() >= b.len() { (a, b) } else { (b, a) };
    let mut sum = Vec::with_capacity(long.len() + 1);
    sum.extend_from_slice(long);
    if add_to(&mut sum, short) {
        sum.push(1);
    }
    sum
}

/// `a - b`, which is not negative.
pub fn sub(a: &[u64], b: &[u64]) -> Vec<u64> {
    let mut rest = a.to_vec();
    let borrow = sub_from(&mut rest, b);
    debug_assert!(!borrow);
    trim(&mut rest);
    rest
}

/// Multiplies in place and adds a word.
pub fn mul_word(a: &mut Vec<u64>, factor: u64, mut carry: u64) {
    for x in a.iter_mut() {
        let product = u128::from(*x) * u128::from(factor) + u128::from(carry);
        (carry, *x) = div_base((product >> 64) as u64, product as u64);
    }
    if carry != 0 {
        a.push(carry);
    }
    trim(a);
}

/// Divides in place by a word and gives the rest.
pub fn div_word(a: &mut Vec<u64>, divisor: u64) -> u64 {
    let mut rest = 0;
    if divisor <= u64::from(u32::MAX) {
        // Two divisions of a word each: a limb is a number of ten digits and one of nine.
        const HALF: u64 = 10_000_000_000;
        for x in a.iter_mut().rev() {
            let (high, low) = (*x / 1_000_000_000, *x % 1_000_000_000);
            let top = u128::from(rest) * u128::from(HALF) + u128::from(high);
            let (q1, r1) = divide_wide(top, divisor);
            let (q0, r0) = divide_wide(u128::from(r1) * 1_000_000_000 + u128::from(low), divisor);
            *x = q1 * 1_000_000_000 + q0;
            rest = r0;
        }
    } else {
        for x in a.iter_mut().rev() {
            let (q, r) = divide_wide(u128::from(rest) * u128::from(BASE) + u128::from(*x), divisor);
            (*x, rest) = (q, r);
        }
    }
    trim(a);
    rest
}

/// Quotient and rest of a double word whose quotient fits a word.
#[inline(always)]
fn divide_wide(a: u128, divisor: u64) -> (u64, u64) {
    if let Ok(a) = u64::try_from(a) {
        return (a / divisor, a % divisor);
    }
    ((a / u128::from(divisor)) as u64, (a % u128::from(divisor)) as u64)
}

// --------------------------------------------------------------------------------------------- multiplication

/// The product by columns, into `out`, which has the room of both.
fn mul_columns(a: &[u64], b: &[u64], out: &mut [u64]) {
    let (a, b) = if a.len() >= b.len() { (a, b) } else { (b, a) };
    let (n, m) = (a.len(), b.len());
    let (mut low, mut high) = (0u128, 0u64);
    for column in 0..n + m - 1 {
        let first = column.saturating_sub(n - 1);
        let last = column.min(m - 1);
        // a[column - j] * b[j]
        for (x, y) in b[first..=last].iter().zip(a[column - last..=column - first].iter().rev()) {
            let (sum, over) = low.overflowing_add(u128::from(*x) * u128::from(*y));
            low = sum;
            high += u64::from(over);
        }
        // So many products that their carries reach the base fit no memory.
        let (q1, r) = div_base(high, (low >> 64) as u64);
        let (q0, r) = div_base(r, low as u64);
        out[column] = r;
        low = u128::from(q1) << 64 | u128::from(q0);
        high = 0;
    }
    out[n + m - 1] = low as u64;
}

/// The product of two operands of the same length by Karatsuba's three products.
fn mul_equal(a: &[u64], b: &[u64], out: &mut [u64]) {
    let n = a.len();
    if n < KARATSUBA {
        return mul_columns(a, b, out);
    }
    let half = n.div_ceil(2);
    let (a0, a1) = a.split_at(half);
    let (b0, b1) = b.split_at(half);
    let (low, high) = out.split_at_mut(2 * half);
    mul_equal(a0, b0, low);
    mul_equal(a1, b1, high);
    let (da, sa) = difference(a0, a1);
    let (db, sb) = difference(b0, b1);
    let mut cross = vec![0; 2 * half];
    mul_equal(&da, &db, &mut cross);
    // a0*b1 + a1*b0 = a0*b0 + a1*b1 - (a0 - a1)*(b0 - b1)
    let mut middle = Vec::with_capacity(2 * half + 1);
    middle.extend_from_slice(low);
    middle.push(0);
    add_to(&mut middle, high);
    if sa == sb {
        sub_from(&mut middle, &cross);
    } else {
        add_to(&mut middle, &cross);
    }
    trim(&mut middle);
    add_to(&mut out[half..], &middle);
}

/// `|a - b|` with the length of `a`, which is as long or longer, and whether it is `b - a`.
fn difference(a: &[u64], b: &[u64]) -> (Vec<u64>, bool) {
    let mut rest = a.to_vec();
    if !sub_from(&mut rest, b) {
        return (rest, false);
    }
    // Complement to the base's power.
    let mut carry = 1;
    for x in &mut rest {
        *x = BASE - 1 - *x + carry;
        carry = u64::from(*x == BASE);
        if carry != 0 {
            *x = 0;
        }
    }
    (rest, true)
}

/// `a * b`
pub fn mul(a: &[u64], b: &[u64]) -> Vec<u64> {
    let (a, b) = if a.len() >= b.len() { (a, b) } else { (b, a) };
    let (n, m) = (a.len(), b.len());
    if m == 0 {
        return Vec::new();
    }
    let mut out;
    if m < KARATSUBA {
        out = vec![0; n + m];
        mul_columns(a, b, &mut out);
    } else if m >= TRANSFORM && n <= 4 * m {
        out = ntt::multiply(a, b);
    } else if n == m {
        out = vec![0; n + m];
        mul_equal(a, b, &mut out);
    } else {
        let chunk = if m >= TRANSFORM { 3 * m } else { m };
        out = vec![0; n + m];
        for (i, part) in a.chunks(chunk).enumerate() {
            let product = mul(trimmed(part), b);
            add_to(&mut out[i * chunk..], &product);
        }
    }
    trim(&mut out);
    out
}

// --------------------------------------------------------------------------------------------- division

/// Quotient and rest; the divisor is not zero.
pub fn div_rem(a: &[u64], b: &[u64]) -> (Vec<u64>, Vec<u64>) {
    if compare(a, b).is_lt() {
        return (Vec::new(), a.to_vec());
    }
    if let [word] = b {
        let mut q = a.to_vec();
        let rest = div_word(&mut q, *word);
        return (q, if rest == 0 { Vec::new() } else { vec![rest] });
    }
    // The divisor's top limb becomes at least half of the base.
    let scale = BASE / (b[b.len() - 1] + 1);
    let (mut u, mut v) = (a.to_vec(), b.to_vec());
    if scale > 1 {
        mul_word(&mut u, scale, 0);
        mul_word(&mut v, scale, 0);
    }
    let (mut q, mut r) = if v.len() >= RECURSIVE && u.len() - v.len() >= RECURSIVE {
        div_blocks(&u, &v)
    } else {
        div_school(u, &v)
    };
    trim(&mut q);
    trim(&mut r);
    if scale > 1 {
        div_word(&mut r, scale);
    }
    (q, r)
}

/// Knuth's algorithm D on a scaled divisor of two limbs or more.
fn div_school(mut u: Vec<u64>, v: &[u64]) -> (Vec<u64>, Vec<u64>) {
    let n = v.len();
    if u.len() < n {
        return (Vec::new(), u);
    }
    u.push(0);
    let steps = u.len() - n;
    let mut q = vec![0; steps];
    let (top, next) = (v[n - 1], v[n - 2]);
    for j in (0..steps).rev() {
        let head = u128::from(u[j + n]) * u128::from(BASE) + u128::from(u[j + n - 1]);
        let (mut guess, mut rest) = if u[j + n] >= top {
            (u128::from(BASE - 1), head - u128::from(BASE - 1) * u128::from(top))
        } else {
            let (q, r) = divide_wide(head, top);
            (u128::from(q), u128::from(r))
        };
        while rest < u128::from(BASE)
            && guess * u128::from(next) > rest * u128::from(BASE) + u128::from(u[j + n - 2])
        {
            guess -= 1;
            rest += u128::from(top);
        }
        let guess64 = guess as u64;
        let (mut carry, mut borrow) = (0, 0);
        for (x, y) in u[j..j + n].iter_mut().zip(v) {
            let product = u128::from(*y) * guess + u128::from(carry);
            let (high, low) = div_base((product >> 64) as u64, product as u64);
            carry = high;
            let (rest, under) = x.overflowing_sub(low + borrow);
            borrow = u64::from(under);
            *x = if under { rest.wrapping_add(BASE) } else { rest };
        }
        let (rest, under) = u[j + n].overflowing_sub(carry + borrow);
        u[j + n] = rest;
        q[j] = guess64;
        if under {
            q[j] -= 1;
            u[j + n] = 0;
            add_to(&mut u[j..j + n], v);
        }
    }
    u.truncate(n);
    (q, u)
}

/// Burnikel and Ziegler's division: the dividend in blocks as long as the divisor.
fn div_blocks(u: &[u64], v: &[u64]) -> (Vec<u64>, Vec<u64>) {
    let mut n = v.len();
    let mut halvings = 0;
    while n >= RECURSIVE {
        n = n.div_ceil(2);
        halvings += 1;
    }
    n <<= halvings;
    let pad = n - v.len();
    let (mut divisor, mut dividend) = (vec![0; pad], vec![0; pad]);
    divisor.extend_from_slice(v);
    dividend.extend_from_slice(u);
    dividend.resize(dividend.len().next_multiple_of(n), 0);
    let blocks = dividend.len() / n;
    let mut q = vec![0; blocks * n];
    let mut rest = vec![0; n];
    for i in (0..blocks).rev() {
        let mut part = dividend[i * n..(i + 1) * n].to_vec();
        part.extend_from_slice(&rest);
        rest = div_two_by_one(&part, &divisor, &mut q[i * n..(i + 1) * n]);
    }
    (q, rest[pad..].to_vec())
}

/// `2n` limbs by `n`; the quotient fits `n` limbs. Gives the rest, of `n` limbs.
fn div_two_by_one(a: &[u64], b: &[u64], q: &mut [u64]) -> Vec<u64> {
    let n = b.len();
    if n < RECURSIVE || n % 2 != 0 {
        let (quotient, mut rest) = div_school(trimmed(a).to_vec(), b);
        let quotient = trimmed(&quotient);
        q[..quotient.len()].copy_from_slice(quotient);
        rest.resize(n, 0);
        return rest;
    }
    let half = n / 2;
    let (low, high) = q.split_at_mut(half);
    let rest = div_three_by_two(&a[half..], b, high);
    let mut part = a[..half].to_vec();
    part.extend_from_slice(&rest);
    div_three_by_two(&part, b, low)
}

/// Three halves of `n` limbs by `n`; the quotient has half as many. Gives the rest, of `n` limbs.
fn div_three_by_two(a: &[u64], b: &[u64], q: &mut [u64]) -> Vec<u64> {
    let n = b.len();
    let half = n / 2;
    let (b0, b1) = b.split_at(half);
    let mut rest = a[..half].to_vec();
    if compare_equal(&a[n..], b1).is_lt() {
        rest.extend(div_two_by_one(&a[half..], b1, q));
        rest.push(0);
    } else {
        q.fill(BASE - 1);
        // a1 - b1 * (BASE^half - 1) = a1 - b1 * BASE^half + b1
        let mut c = a[half..].to_vec();
        sub_from(&mut c[half..], b1);
        add_to(&mut c, b1);
        rest.extend_from_slice(&c[..half + 1]);
    }
    let product = mul(trimmed(q), trimmed(b0));
    let mut negative = sub_from(&mut rest, &product);
    while negative {
        sub_from(q, &[1]);
        negative = !add_to(&mut rest, b);
    }
    rest.truncate(n);
    rest
}

/// Compares operands of the same length, zeros at the end or not.
fn compare_equal(a: &[u64], b: &[u64]) -> Ordering {
    a.iter().rev().cmp(b.iter().rev())
}

// --------------------------------------------------------------------------------------------- digits

/// `a * 10^n`
pub fn shift_left(a: &[u64], n: usize) -> Vec<u64> {
    if a.is_empty() {
        return Vec::new();
    }
    let (limbs, within) = (n / WIDTH, n % WIDTH);
    let mut out = Vec::with_capacity(a.len() + limbs + 1);
    out.resize(limbs, 0);
    if within == 0 {
        out.extend_from_slice(a);
        return out;
    }
    let (up, down) = (POW10[within], POW10[WIDTH - within]);
    let mut carry = 0;
    for x in a {
        out.push(x % down * up + carry);
        carry = x / down;
    }
    if carry != 0 {
        out.push(carry);
    }
    out
}

/// `a / 10^n`, and the first digit behind: one more if that is 0 or 5 and others are not zero behind it.
pub fn shift_right(a: &[u64], n: usize) -> (Vec<u64>, u8) {
    if n == 0 {
        return (a.to_vec(), 0);
    }
    let rest = rest_digit(a, n);
    let (limbs, within) = (n / WIDTH, n % WIDTH);
    if limbs >= a.len() {
        return (Vec::new(), rest);
    }
    let a = &a[limbs..];
    if within == 0 {
        return (a.to_vec(), rest);
    }
    let (down, up) = (POW10[within], POW10[WIDTH - within]);
    let mut out: Vec<u64> =
        (0..a.len()).map(|i| a[i] / down + a.get(i + 1).map_or(0, |next| next % down * up)).collect();
    trim(&mut out);
    (out, rest)
}

/// See [`shift_right`].
pub fn rest_digit(a: &[u64], n: usize) -> u8 {
    let (limb, place) = ((n - 1) / WIDTH, (n - 1) % WIDTH);
    let word = a.get(limb).copied().unwrap_or(0);
    let digit = (word / POW10[place] % 10) as u8;
    if digit == 0 || digit == 5 {
        let others = word % POW10[place] != 0 || a[..limb.min(a.len())].iter().any(|x| *x != 0);
        return digit + u8::from(others);
    }
    digit
}

/// `a % 10^n`
pub fn low_digits(a: &[u64], n: usize) -> Vec<u64> {
    let (limbs, within) = (n / WIDTH, n % WIDTH);
    if limbs >= a.len() {
        return a.to_vec();
    }
    let mut out = a[..limbs + 1].to_vec();
    out[limbs] %= POW10[within];
    trim(&mut out);
    out
}

/// Zeros at the decimal end of a number that is not zero.
pub fn trailing_zeros(a: &[u64]) -> usize {
    let limb = a.iter().position(|x| *x != 0).unwrap_or(0);
    let mut word = a.get(limb).copied().unwrap_or(1);
    let mut zeros = limb * WIDTH;
    while word % 10 == 0 {
        word /= 10;
        zeros += 1;
    }
    zeros
}
