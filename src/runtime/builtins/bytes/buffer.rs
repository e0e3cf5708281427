//! The memory of a `bytearray`: bytes that can be cut off at the front without moving the rest.

use std::ops::{Deref, DerefMut, Range};

/// A vector of bytes of which some at the front are gone already.
#[derive(Default)]
pub struct ByteBuffer {
    data: Vec<u8>,
    /// How many are gone. They go from memory when they are the better half.
    gone: usize,
}

impl From<Vec<u8>> for ByteBuffer {
    fn from(data: Vec<u8>) -> ByteBuffer {
        ByteBuffer { data, gone: 0 }
    }
}

impl Deref for ByteBuffer {
    type Target = [u8];

    #[inline(always)]
    fn deref(&self) -> &[u8] {
        &self.data[self.gone..]
    }
}

impl DerefMut for ByteBuffer {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut [u8] {
        &mut self.data[self.gone..]
    }
}

impl ByteBuffer {
    fn close_gap(&mut self) {
        self.data.drain(..self.gone);
        self.gone = 0;
    }

    /// Makes room for more bytes; an error if there is no memory.
    pub fn try_reserve(&mut self, more: usize) -> Result<(), std::collections::TryReserveError> {
        // Not for a small gap: one byte off and one on would move all each time.
        if self.gone > self.data.capacity() / 4 && self.data.capacity() - self.data.len() < more {
            self.close_gap();
        }
        self.data.try_reserve(more)
    }

    /// Appends.
    #[inline]
    pub fn extend_from_slice(&mut self, added: &[u8]) {
        self.data.extend_from_slice(added);
    }

    /// Changes the length; what is new is `byte`.
    pub fn resize(&mut self, size: usize, byte: u8) {
        self.data.resize(self.gone + size, byte);
    }

    /// Drops what lies behind the first `size` bytes.
    pub fn truncate(&mut self, size: usize) {
        self.data.truncate(self.gone + size);
    }

    /// Puts `new` in the place of a part.
    pub fn splice(&mut self, part: Range<usize>, new: &[u8]) {
        if new.is_empty() && part.start == 0 {
            self.gone += part.end;
            if self.gone > self.data.len() / 2 {
                self.close_gap();
            }
            return;
        }
        if part.start == self.len() {
            return self.extend_from_slice(new);
        }
        self.data.splice(self.gone + part.start..self.gone + part.end, new.iter().copied());
    }

    /// Puts a byte in front of another.
    pub fn insert(&mut self, at: usize, byte: u8) {
        self.splice(at..at, &[byte]);
    }

    /// Takes a byte out.
    pub fn remove(&mut self, at: usize) -> u8 {
        let byte = self[at];
        self.splice(at..at + 1, &[]);
        byte
    }

    /// Keeps those bytes that `keep` is true of.
    pub fn retain(&mut self, mut keep: impl FnMut(&u8) -> bool) {
        self.close_gap();
        self.data.retain(&mut keep);
    }
}

#[cfg(test)]
mod tests {
    use super::ByteBuffer;

    #[test]
    fn it_is_a_vector_whatever_is_cut_off() {
        let mut model: Vec<u8> = Vec::new();
        let mut buffer = ByteBuffer::default();
        let mut state = 7u32;
        for round in 0..4000u32 {
            state = state.wrapping_mul(1_103_515_245).wrapping_add(12345);
            let number = (state >> 16) as usize;
            let byte = round as u8;
            let at = if model.is_empty() { 0 } else { number / 16 % model.len() };
            match number % 8 {
                0 | 1 => {
                    buffer.try_reserve(3).expect("room");
                    buffer.extend_from_slice(&[byte; 3]);
                    model.extend([byte; 3]);
                }
                2 => {
                    let end = at.min(5);
                    buffer.splice(0..end, &[]);
                    model.drain(..end);
                }
                3 => {
                    buffer.insert(at, byte);
                    model.insert(at, byte);
                }
                4 if !model.is_empty() => assert_eq!(buffer.remove(at), model.remove(at)),
                5 => {
                    buffer.splice(at / 2..at, &[byte, 1]);
                    model.splice(at / 2..at, [byte, 1]);
                }
                6 => {
                    let size = (model.len() + number / 32 % 5).saturating_sub(2);
                    buffer.resize(size, byte);
                    model.resize(size, byte);
                }
                7 if round % 64 == 0 => {
                    buffer.retain(|other| *other != byte);
                    model.retain(|other| *other != byte);
                }
                _ => {}
            }
            assert_eq!(&*buffer, &model[..]);
        }
    }
}
