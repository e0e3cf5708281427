//! Streams of the bzip2 format, over `libbz2-rs-sys`: libbzip2's interface, implemented in Rust.
//!
//! # Safety
//!
//! A stream lies in a box, so that its address stays: the library's state points back to it. `live` says whether the
//! library's state exists; it is ended exactly once.

use libbz2_rs_sys as z;

/// A return code of the library.
pub type Code = i32;

pub const RUN_OK: Code = 1;
pub const FINISH_OK: Code = 3;
pub const OK: Code = 0;
pub const STREAM_END: Code = 4;
pub const SEQUENCE_ERROR: Code = -1;
pub const PARAM_ERROR: Code = -2;
pub const MEM_ERROR: Code = -3;
pub const DATA_ERROR: Code = -4;
pub const MAGIC_ERROR: Code = -5;
pub const IO_ERROR: Code = -6;
pub const UNEXPECTED_EOF: Code = -7;

const RUN: i32 = 0;
const FINISH: i32 = 2;

/// A stream that compresses or decompresses.
pub struct Stream {
    raw: Box<z::bz_stream>,
    is_compressor: bool,
    live: bool,
}

/// What a step did.
pub struct Step {
    /// The return code.
    pub code: Code,
    /// Bytes of the input that were used.
    pub used: usize,
    /// Is there room left in the output?
    pub has_room: bool,
}

impl Stream {
    /// A stream that compresses, in blocks of `level` times 100 kB.
    pub fn compressor(level: i32) -> Result<Stream, Code> {
        let mut raw = Box::new(z::bz_stream::zeroed());
        // SAFETY: the stream is a valid one without state.
        let code = unsafe { z::BZ2_bzCompressInit(&mut *raw, level, 0, 0) };
        if code == OK { Ok(Stream { raw, is_compressor: true, live: true }) } else { Err(code) }
    }

    /// A stream that decompresses.
    pub fn decompressor() -> Result<Stream, Code> {
        let mut raw = Box::new(z::bz_stream::zeroed());
        // SAFETY: as in `compressor`.
        let code = unsafe { z::BZ2_bzDecompressInit(&mut *raw, 0, 0) };
        if code == OK { Ok(Stream { raw, is_compressor: false, live: true }) } else { Err(code) }
    }

    /// Works on input, adding at most `room` bytes to the output; `last`: a compressor ends with this input.
    pub fn step(&mut self, input: &[u8], output: &mut Vec<u8>, room: usize, last: bool) -> Step {
        if !self.live {
            return Step { code: SEQUENCE_ERROR, used: 0, has_room: true };
        }
        // The library counts in 32 bits; the caller comes back for the rest.
        let input = &input[..input.len().min(u32::MAX as usize)];
        let room = room.min(1 << 30);
        let start = output.len();
        output.resize(start + room, 0);
        self.raw.next_in = input.as_ptr().cast();
        self.raw.avail_in = input.len() as u32;
        self.raw.next_out = output[start..].as_mut_ptr().cast();
        self.raw.avail_out = room as u32;
        // SAFETY: a live stream, whose pointers name the borrowed slices during the call.
        let code = unsafe {
            match self.is_compressor {
                true => z::BZ2_bzCompress(&mut *self.raw, if last { FINISH } else { RUN }),
                false => z::BZ2_bzDecompress(&mut *self.raw),
            }
        };
        let left = self.raw.avail_out as usize;
        output.truncate(start + room - left);
        Step { code, used: input.len() - self.raw.avail_in as usize, has_room: left > 0 }
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        if std::mem::replace(&mut self.live, false) {
            // SAFETY: a live stream, ended once.
            unsafe {
                match self.is_compressor {
                    true => z::BZ2_bzCompressEnd(&mut *self.raw),
                    false => z::BZ2_bzDecompressEnd(&mut *self.raw),
                }
            };
        }
    }
}
