//! Hashes of files: their names, their text, and computing several in one pass.

use std::fmt;

use sha2::Digest;

/// The algorithms that indexes name, weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Algorithm {
    Md5,
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
}

use Algorithm::{Md5, Sha1, Sha224, Sha256, Sha384, Sha512};

impl Algorithm {
    pub const ALL: [Algorithm; 6] = [Md5, Sha1, Sha224, Sha256, Sha384, Sha512];

    /// The name as in `#sha256=…`.
    pub fn name(self) -> &'static str {
        match self {
            Md5 => "md5",
            Sha1 => "sha1",
            Sha224 => "sha224",
            Sha256 => "sha256",
            Sha384 => "sha384",
            Sha512 => "sha512",
        }
    }

    /// The algorithm of that name, if it is one of these.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name().eq_ignore_ascii_case(name))
    }

    /// How many hexadecimal digits a hash has.
    pub fn digits(self) -> usize {
        match self {
            Md5 => 32,
            Sha1 => 40,
            Sha224 => 56,
            Sha256 => 64,
            Sha384 => 96,
            Sha512 => 128,
        }
    }

    /// Whether `--require-hashes` takes it, as pip rules.
    pub fn is_strong(self) -> bool {
        matches!(self, Sha256 | Sha384 | Sha512)
    }
}

/// An algorithm and a hash in lower-case hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Hash {
    pub algorithm: Algorithm,
    pub hex: String,
}

impl Hash {
    /// Reads `sha256=…` or `sha256:…`; none if the algorithm is unknown or the digits are not as many as it has.
    pub fn parse(text: &str) -> Option<Self> {
        let (name, hex) = text.split_once(['=', ':'])?;
        Self::new(Algorithm::of(name)?, hex)
    }

    /// Takes the digits, if they are so many as the algorithm has.
    pub fn new(algorithm: Algorithm, hex: &str) -> Option<Self> {
        let fits = hex.len() == algorithm.digits() && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
        fits.then(|| Self { algorithm, hex: hex.to_ascii_lowercase() })
    }

    pub fn sha256(digest: &[u8; 32]) -> Self {
        Self { algorithm: Sha256, hex: hex(digest) }
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}", self.algorithm.name(), self.hex)
    }
}

/// Bytes as lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// The bytes of exactly 64 hexadecimal digits.
pub fn sha256_from_hex(text: &str) -> Option<[u8; 32]> {
    let mut out = [0; 32];
    if text.len() != 64 {
        return None;
    }
    for (byte, pair) in out.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        let digit = |at: usize| pair.get(at).and_then(|letter| char::from(*letter).to_digit(16));
        *byte = (digit(0)? * 16 + digit(1)?) as u8;
    }
    Some(out)
}

/// The SHA-256 of bytes in memory.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    sha2::Sha256::digest(bytes).into()
}

/// Computes SHA-256, and whatever else is asked for, of bytes that come in pieces.
pub struct Hasher {
    sha256: sha2::Sha256,
    others: Vec<(Algorithm, Other)>,
}

enum Other {
    Md5(md5::Md5),
    Sha1(sha1::Sha1),
    Sha224(sha2::Sha224),
    Sha384(sha2::Sha384),
    Sha512(sha2::Sha512),
}

impl Hasher {
    /// # Arguments
    /// `algorithms` needed beside SHA-256; those named twice are computed once.
    pub fn new(algorithms: impl IntoIterator<Item = Algorithm>) -> Self {
        let mut others: Vec<(Algorithm, Other)> = Vec::new();
        for algorithm in algorithms {
            let other = match algorithm {
                Sha256 => continue,
                Md5 => Other::Md5(md5::Md5::new()),
                Sha1 => Other::Sha1(sha1::Sha1::new()),
                Sha224 => Other::Sha224(sha2::Sha224::new()),
                Sha384 => Other::Sha384(sha2::Sha384::new()),
                Sha512 => Other::Sha512(sha2::Sha512::new()),
            };
            if others.iter().all(|(known, _)| *known != algorithm) {
                others.push((algorithm, other));
            }
        }
        Self { sha256: sha2::Sha256::new(), others }
    }

    pub fn update(&mut self, bytes: &[u8]) {
        self.sha256.update(bytes);
        for (_, other) in &mut self.others {
            match other {
                Other::Md5(hasher) => hasher.update(bytes),
                Other::Sha1(hasher) => hasher.update(bytes),
                Other::Sha224(hasher) => hasher.update(bytes),
                Other::Sha384(hasher) => hasher.update(bytes),
                Other::Sha512(hasher) => hasher.update(bytes),
            }
        }
    }

    /// The SHA-256, and the hashes of all algorithms.
    pub fn finish(self) -> ([u8; 32], Vec<Hash>) {
        let digest: [u8; 32] = self.sha256.finalize().into();
        let mut hashes = vec![Hash::sha256(&digest)];
        hashes.extend(self.others.into_iter().map(|(algorithm, other)| {
            let hex = match other {
                Other::Md5(hasher) => hex(&hasher.finalize()),
                Other::Sha1(hasher) => hex(&hasher.finalize()),
                Other::Sha224(hasher) => hex(&hasher.finalize()),
                Other::Sha384(hasher) => hex(&hasher.finalize()),
                Other::Sha512(hasher) => hex(&hasher.finalize()),
            };
            Hash { algorithm, hex }
        }));
        (digest, hashes)
    }
}
