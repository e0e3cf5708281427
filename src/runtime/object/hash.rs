//! Hashes of strings, bytes and numbers.
//!
//! All hash as CPython's do, so that `hash(x)` is what programs expect: numbers modulo the Mersenne prime 2^61 - 1, so
//! that equal numbers of different types agree; strings and bytes by SipHash-1-3 over the memory that CPython would
//! have for them, with a key that `PYTHONHASHSEED` sets. [`table_hash`] is for tables of our own.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::runtime::text::wtf8;

/// The modulus of numeric hashes, `sys.hash_info.modulus`.
pub const MODULUS: u64 = (1 << 61) - 1;
/// Hash of positive infinity.
pub const INF: i64 = 314_159;

static SEED: AtomicU64 = AtomicU64::new(0x9e37_79b9_7f4a_7c15);

static KEY: [AtomicU64; 2] = [AtomicU64::new(0), AtomicU64::new(0)];

/// Sets the key of string hashes, before any string is hashed.
pub fn set_key(key: [u64; 2]) {
    SEED.store(key[0] ^ 0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
    KEY[0].store(key[0], Ordering::Relaxed);
    KEY[1].store(key[1], Ordering::Relaxed);
}

/// The key for a number in `PYTHONHASHSEED`: none for 0, else the first words of a linear congruential generator.
pub fn key_of_seed(seed: u32) -> [u64; 2] {
    let mut state = seed;
    let mut bytes = [0u8; 16];
    if seed != 0 {
        for byte in &mut bytes {
            state = state.wrapping_mul(214_013).wrapping_add(2_531_011);
            *byte = (state >> 16) as u8;
        }
    }
    [word(&bytes[..8]), word(&bytes[8..])]
}

#[inline(always)]
fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    (product as u64) ^ (product >> 64) as u64
}

#[inline(always)]
fn word(bytes: &[u8]) -> u64 {
    if let Ok(all) = bytes.try_into() {
        return u64::from_le_bytes(all);
    }
    // Two loads that may overlap, instead of a copy of so many bytes.
    if let (Some(first), Some(last)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        let last = u64::from(u32::from_le_bytes(*last)) << (8 * (bytes.len() - 4));
        return u64::from(u32::from_le_bytes(*first)) | last;
    }
    match bytes {
        [] => 0,
        [a] => u64::from(*a),
        [a, b] => u64::from(*a) | u64::from(*b) << 8,
        [a, b, c, ..] => u64::from(*a) | u64::from(*b) << 8 | u64::from(*c) << 16,
    }
}

/// Hash of a byte string for tables that no program sees.
pub fn table_hash(bytes: &[u8]) -> u64 {
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
    fold(state ^ A, B)
}

/// Hash of a byte string; 0 for an empty one (and for one in 2^64 others), never -1 as signed number.
pub fn bytes_hash(bytes: &[u8]) -> u64 {
    if bytes.is_empty() {
        return 0;
    }
    match keyed_hash(KEY[0].load(Ordering::Relaxed), KEY[1].load(Ordering::Relaxed), bytes) {
        u64::MAX => u64::MAX - 1,
        hash => hash,
    }
}

/// Hash of a text: that of its code points as bytes, or as words of two or four bytes if one of them needs that.
pub fn text_hash(text: &[u8], is_ascii: bool) -> u64 {
    if is_ascii { bytes_hash(text) } else { wide_hash(text) }
}

#[cold]
fn wide_hash(text: &[u8]) -> u64 {
    let largest = wtf8::code_points(text).max().unwrap_or(0);
    let mut memory = Vec::with_capacity(2 * text.len());
    for point in wtf8::code_points(text) {
        match largest {
            0..=0xff => memory.push(point as u8),
            0x100..=0xffff => memory.extend_from_slice(&(point as u16).to_ne_bytes()),
            _ => memory.extend_from_slice(&point.to_ne_bytes()),
        }
    }
    bytes_hash(&memory)
}

/// SipHash with one round a word and three at the end.
pub fn keyed_hash(key0: u64, key1: u64, bytes: &[u8]) -> u64 {
    let mut v = [
        key0 ^ 0x736f_6d65_7073_6575,
        key1 ^ 0x646f_7261_6e64_6f6d,
        key0 ^ 0x6c79_6765_6e65_7261,
        key1 ^ 0x7465_6462_7974_6573,
    ];
    #[inline(always)]
    fn round(v: &mut [u64; 4]) {
        v[0] = v[0].wrapping_add(v[1]);
        v[2] = v[2].wrapping_add(v[3]);
        v[1] = v[1].rotate_left(13) ^ v[0];
        v[3] = v[3].rotate_left(16) ^ v[2];
        v[0] = v[0].rotate_left(32);
        v[2] = v[2].wrapping_add(v[1]);
        v[0] = v[0].wrapping_add(v[3]);
        v[1] = v[1].rotate_left(17) ^ v[2];
        v[3] = v[3].rotate_left(21) ^ v[0];
        v[2] = v[2].rotate_left(32);
    }
    let mut chunks = bytes.chunks_exact(8);
    for chunk in &mut chunks {
        let m = word(chunk);
        v[3] ^= m;
        round(&mut v);
        v[0] ^= m;
    }
    let last = (bytes.len() as u64) << 56 | word(chunks.remainder());
    v[3] ^= last;
    round(&mut v);
    v[0] ^= last;
    v[2] ^= 0xff;
    for _ in 0..3 {
        round(&mut v);
    }
    (v[0] ^ v[1]) ^ (v[2] ^ v[3])
}

/// Hash of an object by where it is. Objects stand in rows, types some hundred bytes apart: without the higher bits most of
/// them would begin at a few places of a small table.
#[inline(always)]
pub fn address_hash(word: u64) -> i64 {
    let place = word >> 4;
    (place ^ place >> 5) as i64
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
