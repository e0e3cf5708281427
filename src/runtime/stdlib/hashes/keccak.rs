//! The sponge of SHA-3 and SHAKE (FIPS 202) over the permutation of the crate `keccak`.

/// A hash of the family.
#[derive(Clone)]
pub struct Sponge {
    state: [u64; 25],
    /// Bytes of a block.
    pub rate: usize,
    /// The bits that follow the message.
    pub suffix: u8,
    filled: usize,
}

fn permute(state: &mut [u64; 25]) {
    keccak::Keccak::new().with_f1600(|f1600| f1600(state));
}

impl Sponge {
    /// A hash with blocks of that many bytes.
    pub fn new(rate: usize, suffix: u8) -> Sponge {
        Sponge { state: [0; 25], rate, suffix, filled: 0 }
    }

    fn mix(&mut self, at: usize, byte: u8) {
        self.state[at / 8] ^= u64::from(byte) << (8 * (at % 8));
    }

    /// Hashes more bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.mix(self.filled, byte);
            self.filled += 1;
            if self.filled == self.rate {
                permute(&mut self.state);
                self.filled = 0;
            }
        }
    }

    /// The first bytes of the digest.
    pub fn digest(&self, length: usize) -> Vec<u8> {
        let mut end = self.clone();
        end.mix(self.filled, self.suffix);
        end.mix(self.rate - 1, 0x80);
        let mut out = Vec::with_capacity(length);
        while out.len() < length {
            permute(&mut end.state);
            let block = end.state.iter().flat_map(|word| word.to_le_bytes()).take(self.rate);
            out.extend(block.take(length - out.len()));
        }
        out
    }
}
