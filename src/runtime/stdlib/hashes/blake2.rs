//! BLAKE2b and BLAKE2s with all parameters of a tree: RFC 7693 and the BLAKE2 specification, section 2.10.

/// The order of the message words in each round.
const SIGMA: [[usize; 16]; 10] = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
    [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
    [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
    [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
    [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
    [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
    [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
    [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
    [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
];

macro_rules! blake2 {
    ($(#[$doc:meta])* $name:ident, $word:ty, $rounds:literal, $shifts:expr, $iv:expr) => {
        $(#[$doc])*
        #[derive(Clone)]
        pub struct $name {
            state: [$word; 8],
            buffer: [u8; Self::BLOCK],
            filled: usize,
            total: u128,
            size: usize,
            last_node: bool,
        }

        impl $name {
            const WORD: usize = size_of::<$word>();
            /// Bytes of a block.
            pub const BLOCK: usize = 16 * Self::WORD;
            const IV: [$word; 8] = $iv;

            /// A hash whose parameter block is given; `key` is hashed first, as a block of its own.
            pub fn new(parameters: &[u8], key: &[u8], last_node: bool) -> Self {
                let mut state = Self::IV;
                for (word, bytes) in state.iter_mut().zip(parameters.chunks_exact(Self::WORD)) {
                    *word ^= <$word>::from_le_bytes(bytes.try_into().unwrap_or_default());
                }
                let size = usize::from(parameters[0]);
                let mut new = $name { state, buffer: [0; Self::BLOCK], filled: 0, total: 0, size, last_node };
                if !key.is_empty() {
                    let mut block = [0; Self::BLOCK];
                    block[..key.len()].copy_from_slice(key);
                    new.update(&block);
                }
                new
            }

            /// Hashes more bytes. The last block stays in the buffer until it is known to be the last.
            pub fn update(&mut self, mut bytes: &[u8]) {
                while !bytes.is_empty() {
                    if self.filled == Self::BLOCK {
                        self.total += Self::BLOCK as u128;
                        self.compress(false);
                        self.filled = 0;
                    }
                    let count = bytes.len().min(Self::BLOCK - self.filled);
                    self.buffer[self.filled..self.filled + count].copy_from_slice(&bytes[..count]);
                    self.filled += count;
                    bytes = &bytes[count..];
                }
            }

            /// The digest of what was hashed.
            pub fn digest(&self) -> Vec<u8> {
                let mut end = self.clone();
                end.total += end.filled as u128;
                end.buffer[self.filled..].fill(0);
                end.compress(true);
                let mut out: Vec<u8> = end.state.iter().flat_map(|word| word.to_le_bytes()).collect();
                out.truncate(self.size);
                out
            }

            fn compress(&mut self, is_last: bool) {
                let mut message = [0 as $word; 16];
                for (word, bytes) in message.iter_mut().zip(self.buffer.chunks_exact(Self::WORD)) {
                    *word = <$word>::from_le_bytes(bytes.try_into().unwrap_or_default());
                }
                let mut v = [0 as $word; 16];
                v[..8].copy_from_slice(&self.state);
                v[8..].copy_from_slice(&Self::IV);
                v[12] ^= self.total as $word;
                v[13] ^= (self.total >> (8 * Self::WORD)) as $word;
                if is_last {
                    v[14] = !v[14];
                    if self.last_node {
                        v[15] = !v[15];
                    }
                }
                let shifts: [u32; 4] = $shifts;
                let mut mix = |a: usize, b: usize, c: usize, d: usize, x: $word, y: $word| {
                    v[a] = v[a].wrapping_add(v[b]).wrapping_add(x);
                    v[d] = (v[d] ^ v[a]).rotate_right(shifts[0]);
                    v[c] = v[c].wrapping_add(v[d]);
                    v[b] = (v[b] ^ v[c]).rotate_right(shifts[1]);
                    v[a] = v[a].wrapping_add(v[b]).wrapping_add(y);
                    v[d] = (v[d] ^ v[a]).rotate_right(shifts[2]);
                    v[c] = v[c].wrapping_add(v[d]);
                    v[b] = (v[b] ^ v[c]).rotate_right(shifts[3]);
                };
                for round in 0..$rounds {
                    let s = &SIGMA[round % 10];
                    mix(0, 4, 8, 12, message[s[0]], message[s[1]]);
                    mix(1, 5, 9, 13, message[s[2]], message[s[3]]);
                    mix(2, 6, 10, 14, message[s[4]], message[s[5]]);
                    mix(3, 7, 11, 15, message[s[6]], message[s[7]]);
                    mix(0, 5, 10, 15, message[s[8]], message[s[9]]);
                    mix(1, 6, 11, 12, message[s[10]], message[s[11]]);
                    mix(2, 7, 8, 13, message[s[12]], message[s[13]]);
                    mix(3, 4, 9, 14, message[s[14]], message[s[15]]);
                }
                for (at, word) in self.state.iter_mut().enumerate() {
                    *word ^= v[at] ^ v[at + 8];
                }
            }
        }
    };
}

blake2!(
    /// BLAKE2b
    Blake2b, u64, 12, [32, 24, 16, 63],
    [
        0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
        0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
    ]
);
blake2!(
    /// BLAKE2s
    Blake2s, u32, 10, [16, 12, 8, 7],
    [
        0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
    ]
);
