//! Hashes of strings, bytes and numbers.
//!
//! Numbers hash as CPython's do (modulo the Mersenne prime 2^61 - 1), so that equal numbers of different types agree
//! and `hash(n)` is what programs expect. Strings use a seeded multiply-and-fold hash; `PYTHONHASHSEED` sets the seed.

use std::sync::atomic::{AtomicU64, Ordering};

/// The modulus of numeric hashes, `sys.hash_info.modulus`.
pub const MODULUS: u64 = (1 << 61) - 1;
/// Hash of positive infinity.
pub const INF: i64 = 314_159;

static SEED: AtomicU64 = AtomicU64::new(0x9e37_79b9_7f4a_7c15);

/// Sets the seed of string hashes, before any string is hashed.
pub fn set_seed(seed: u64) {
    SEED.store(seed ^ 0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
}

#[inline(always)]
fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    (product as u64) ^ (product >> 64) as u64
}

#[inline(always)]
fn word(bytes: &[u8]) -> u64 {
    let mut buffer = [0; 8];
    buffer[..bytes.len()].copy_from_slice(bytes);
    u64::from_le_bytes(buffer)
}

/// Hash of a byte string; never 0 (the mark of "not computed yet") and never -1 as signed number.
pub fn bytes_hash(bytes: &[u8]) -> u64 {
    const A: u64 = 0xa076_1d64_78bd_642f;
    const B: u64 = 0xe703_7ed1_a0b4_28db;
    let mut state = SEED.load(Ordering::Relaxed) ^ fold(bytes.len() as u64 ^ A, B);
    let mut chunks = bytes.chunks_exact(16);
    for chunk in &mut chunks {
        state = fold(word(&chunk[..8]) ^ A ^ state, word(&chunk[8..]) ^ B);
    }
    let rest = chunks.remainder();
    let (low, high) = rest.split_at(rest.len().min(8));
    state = fold(word(low) ^ A ^ state, word(high) ^ B ^ state.rotate_left(32));
    match fold(state ^ A, B) {
        0 => 1,
        u64::MAX => u64::MAX - 1,
        hash => hash,
    }
}

/// Hash of an int that fits a machine word.
#[inline(always)]
pub fn int_hash(i: i64) -> i64 {
    if i.unsigned_abs() < MODULUS {
        if i == -1 { -2 } else { i }
    } else {
        let hash = (i.unsigned_abs() % MODULUS) as i64;
        let hash = if i < 0 { -hash } else { hash };
        if hash == -1 { -2 } else { hash }
    }
}

/// Hash of a float that is not NaN.
pub fn float_hash(x: f64) -> i64 {
    if x.is_infinite() {
        return if x > 0.0 { INF } else { -INF };
    }
    if x == x.trunc() && x.abs() < 9e18 {
        return int_hash(x as i64);
    }
    let raw = x.to_bits();
    let mut exponent = ((raw >> 52) & 0x7ff) as i64;
    let mut mantissa = raw & ((1 << 52) - 1);
    if exponent == 0 {
        exponent = 1;
    } else {
        mantissa |= 1 << 52;
    }
    // x = mantissa * 2^(exponent - 1075); multiplying by 2 is a rotation of 61 bits.
    let turn = (exponent - 1075).rem_euclid(61) as u32;
    let hash = ((mantissa << turn) & MODULUS) | (mantissa >> (61 - turn));
    let hash = if hash >= MODULUS { hash - MODULUS } else { hash } as i64;
    let hash = if x < 0.0 { -hash } else { hash };
    if hash == -1 { -2 } else { hash }
}
