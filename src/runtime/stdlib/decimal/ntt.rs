//! Products of long operands: three number-theoretic transforms modulo primes below 2^62, joined by the Chinese remainder
//! theorem.
//!
//! The sum of `n` products of limbs is below `n * 10^38`, the product of the primes is about 2^186: exact for all lengths
//! that fit a memory. Each prime is `k * 3 * 2^40 + 1`, so that transforms of `2^k` and of `3 * 2^k` points exist: the latter
//! are three of `2^k` points modulo `x^n - w^j`, `w` a cube root of one.

use super::limbs::{BASE, div_base};

/// The primes with a generator of each group.
const PRIMES: [(u64, u64); 3] =
    [(4_611_615_649_683_210_241, 11), (4_611_549_678_985_543_681, 19), (4_611_546_380_450_660_353, 5)];

/// Arithmetic modulo a prime, of numbers in Montgomery's form.
#[derive(Clone, Copy)]
struct Field {
    prime: u64,
    /// `-1 / prime` modulo 2^64
    inverse: u64,
    /// 2^128 modulo the prime
    square: u64,
    generator: u64,
}

impl Field {
    const fn new((prime, generator): (u64, u64)) -> Field {
        let mut inverse = 1u64;
        let mut i = 0;
        while i < 6 {
            inverse = inverse.wrapping_mul(2u64.wrapping_sub(prime.wrapping_mul(inverse)));
            i += 1;
        }
        let one = (u128::MAX % prime as u128 + 1) % prime as u128;
        Field { prime, inverse: inverse.wrapping_neg(), square: one as u64, generator }
    }
    /// Less than twice the prime, for factors whose product is below `2^64 * prime`.
    #[inline(always)]
    fn mul_lazy(&self, a: u64, b: u64) -> u64 {
        let product = u128::from(a) * u128::from(b);
        let m = (product as u64).wrapping_mul(self.inverse);
        ((product + u128::from(m) * u128::from(self.prime)) >> 64) as u64
    }
    #[inline(always)]
    fn mul(&self, a: u64, b: u64) -> u64 {
        let r = self.mul_lazy(a, b);
        if r >= self.prime { r - self.prime } else { r }
    }
    fn of_word(&self, a: u64) -> u64 {
        self.mul(a % self.prime, self.square)
    }
    fn pow(&self, mut base: u64, mut exponent: u64) -> u64 {
        let mut result = self.of_word(1);
        while exponent != 0 {
            if exponent & 1 != 0 {
                result = self.mul(result, base);
            }
            base = self.mul(base, base);
            exponent >>= 1;
        }
        result
    }
    fn inverted(&self, a: u64) -> u64 {
        self.pow(a, self.prime - 2)
    }
    /// A primitive root of one of that order.
    fn root(&self, order: u64) -> u64 {
        self.pow(self.of_word(self.generator), (self.prime - 1) / order)
    }
    /// For each `k`, what leads from the twiddle factor of a block to that of the next, whose number ends in `k` ones.
    fn steps(&self, inverse: bool) -> [u64; 40] {
        let mut steps = [0; 40];
        let mut product = self.of_word(1);
        for (k, step) in steps.iter_mut().enumerate().take(38) {
            let order = 1 << (k + 2);
            let root = self.root(order);
            let back = self.inverted(root);
            let (own, other) = if inverse { (back, root) } else { (root, back) };
            *step = self.mul(own, product);
            product = self.mul(product, other);
        }
        steps
    }
}

/// Transforms `a`, whose length is a power of two; the result stands in bit-reversed order, below twice the prime.
fn forward(field: &Field, a: &mut [u64]) {
    let steps = field.steps(false);
    let twice = 2 * field.prime;
    let one = field.of_word(1);
    let mut block = a.len();
    while block > 1 {
        let half = block / 2;
        let mut twiddle = one;
        for (s, part) in a.chunks_exact_mut(block).enumerate() {
            let (low, high) = part.split_at_mut(half);
            for (x, y) in low.iter_mut().zip(high) {
                // Values stay below four primes, which is less than 2^64.
                let left = if *x >= twice { *x - twice } else { *x };
                let right = field.mul_lazy(*y, twiddle);
                *x = left + right;
                *y = left + twice - right;
            }
            twiddle = field.mul(twiddle, steps[(!s).trailing_zeros() as usize]);
        }
        block = half;
    }
    for x in a {
        if *x >= twice {
            *x -= twice;
        }
    }
}

/// The way back, up to the factor of the length; values below twice the prime in and out.
fn backward(field: &Field, a: &mut [u64]) {
    let steps = field.steps(true);
    let twice = 2 * field.prime;
    let one = field.of_word(1);
    let mut block = 2;
    while block <= a.len() {
        let half = block / 2;
        let mut twiddle = one;
        for (s, part) in a.chunks_exact_mut(block).enumerate() {
            let (low, high) = part.split_at_mut(half);
            for (x, y) in low.iter_mut().zip(high) {
                let sum = *x + *y;
                let rest = *x + twice - *y;
                *x = if sum >= twice { sum - twice } else { sum };
                *y = field.mul_lazy(rest, twiddle);
            }
            twiddle = field.mul(twiddle, steps[(!s).trailing_zeros() as usize]);
        }
        block *= 2;
    }
}

/// The operand's limbs modulo the prime and modulo `x^n - w^j`, as coefficients of a cyclic product.
fn load(field: &Field, a: &[u64], n: usize, thirds: Option<(u64, u64)>) -> Vec<u64> {
    let mut out = vec![0; n];
    let prime = field.prime;
    let Some((cube, theta)) = thirds else {
        for (x, y) in out.iter_mut().zip(a) {
            *x = y % prime;
        }
        return out;
    };
    let square = field.mul(cube, cube);
    for (part, factor) in a.chunks(n).zip([0, cube, square]) {
        for (x, y) in out.iter_mut().zip(part) {
            let y = y % prime;
            let y = if factor == 0 { y } else { field.mul(y, factor) };
            let sum = *x + y;
            *x = if sum >= prime { sum - prime } else { sum };
        }
    }
    let mut power = field.of_word(1);
    for x in &mut out {
        *x = field.mul(*x, power);
        power = field.mul(power, theta);
    }
    out
}

/// The cyclic product of `n` points of both operands, by which `thirds` says modulo what.
fn cyclic(field: &Field, a: &[u64], b: &[u64], n: usize, thirds: Option<(u64, u64)>) -> Vec<u64> {
    let mut x = load(field, a, n, thirds);
    forward(field, &mut x);
    // Of the factors 1/n and 2^64 the product wants both.
    let scale = field.mul(field.inverted(field.of_word(n as u64)), field.square);
    if std::ptr::eq(a, b) {
        for x in &mut x {
            *x = field.mul_lazy(field.mul_lazy(*x, *x), scale);
        }
    } else {
        let mut y = load(field, b, n, thirds);
        forward(field, &mut y);
        for (x, y) in x.iter_mut().zip(y) {
            *x = field.mul_lazy(field.mul_lazy(*x, y), scale);
        }
    }
    backward(field, &mut x);
    for x in &mut x {
        if *x >= field.prime {
            *x -= field.prime;
        }
    }
    x
}

/// The convolution of both operands modulo the prime; the size is `2^k` or `3 * 2^k` points.
fn convolve(field: &Field, a: &[u64], b: &[u64], size: usize) -> Vec<u64> {
    if size.is_power_of_two() {
        return cyclic(field, a, b, size, None);
    }
    let n = size / 3;
    let prime = field.prime;
    let theta = field.root(size as u64);
    let cube = field.pow(theta, n as u64);
    let one = field.of_word(1);
    let mut parts = Vec::with_capacity(3);
    let (mut cube_power, mut theta_power) = (one, one);
    for j in 0..3 {
        let thirds = Some((cube_power, theta_power));
        let mut part = cyclic(field, a, b, n, thirds);
        if j != 0 {
            let back = field.inverted(theta_power);
            let mut power = one;
            for x in &mut part {
                *x = field.mul(*x, power);
                power = field.mul(power, back);
            }
        }
        parts.push(part);
        cube_power = field.mul(cube_power, cube);
        theta_power = field.mul(theta_power, theta);
    }
    // Part j is c0 + w^j c1 + w^2j c2.
    let third = field.inverted(field.of_word(3));
    let [cube, square] = [cube, field.mul(cube, cube)].map(|w| field.mul(w, third));
    let mut out = vec![0; size];
    let sum =
        |x: u64, y: u64, z: u64| ((u128::from(x) + u128::from(y) + u128::from(z)) % u128::from(prime)) as u64;
    for i in 0..n {
        let (x, y, z) = (parts[0][i], parts[1][i], parts[2][i]);
        let first = field.mul(x, third);
        out[i] = sum(first, field.mul(y, third), field.mul(z, third));
        out[n + i] = sum(first, field.mul(y, square), field.mul(z, cube));
        out[2 * n + i] = sum(first, field.mul(y, cube), field.mul(z, square));
    }
    out
}

/// `a * b`, as many limbs as both have.
pub fn multiply(a: &[u64], b: &[u64]) -> Vec<u64> {
    let length = a.len() + b.len();
    let power = length.next_power_of_two();
    let size = if power / 4 * 3 >= length { power / 4 * 3 } else { power };
    let [f1, f2, f3] = PRIMES.map(Field::new);
    let (c1, c2, c3) = (convolve(&f1, a, b, size), convolve(&f2, a, b, size), convolve(&f3, a, b, size));
    let (p1, p2) = (f1.prime, f2.prime);
    // Constants in Montgomery's form: their products with plain numbers are plain.
    let p1_in_2 = f2.inverted(f2.of_word(p1));
    let p1_of_3 = f3.of_word(p1);
    let p12_in_3 = f3.inverted(f3.mul(p1_of_3, f3.of_word(p2)));
    let p12 = u128::from(p1) * u128::from(p2);
    let minus = |field: &Field, x: u64, y: u64| {
        let y = y % field.prime;
        if x >= y { x - y } else { x + field.prime - y }
    };
    let mut out = Vec::with_capacity(length);
    let mut carry = 0u128;
    for i in 0..length {
        let x1 = c1[i];
        let x2 = f2.mul(minus(&f2, c2[i], x1), p1_in_2);
        let low = u128::from(x1) + u128::from(p1) * u128::from(x2);
        let known = {
            let y = x1 % f3.prime + f3.mul(x2 % f3.prime, p1_of_3);
            if y >= f3.prime { y - f3.prime } else { y }
        };
        let x3 = f3.mul(minus(&f3, c3[i], known), p12_in_3);
        // low + p12 * x3 + carry, in three words.
        let part = (p12 & u128::from(u64::MAX)) * u128::from(x3);
        let upper = (p12 >> 64) * u128::from(x3) + (part >> 64);
        let (sum, over1) = low.overflowing_add(upper << 64 | part & u128::from(u64::MAX));
        let (sum, over2) = sum.overflowing_add(carry);
        let top = (upper >> 64) as u64 + u64::from(over1) + u64::from(over2);
        debug_assert!(top < BASE);
        let (q1, r) = div_base(top, (sum >> 64) as u64);
        let (q0, r) = div_base(r, sum as u64);
        out.push(r);
        carry = u128::from(q1) << 64 | u128::from(q0);
    }
    out
}
