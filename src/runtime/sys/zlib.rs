//! Streams of the zlib format, over `libz-rs-sys`: zlib's interface, implemented in Rust.
//!
//! # Safety
//!
//! A stream lies in a box, so that its address stays: the library's state points back to it. `live` says whether the
//! library's state exists; it is ended exactly once.

use std::ffi::{CStr, c_int};

use libz_rs_sys as z;

/// A return code of the library.
pub type Code = i32;

pub const OK: Code = 0;
pub const STREAM_END: Code = 1;
pub const NEED_DICT: Code = 2;
pub const STREAM_ERROR: Code = -2;
pub const DATA_ERROR: Code = -3;
pub const MEM_ERROR: Code = -4;
pub const BUF_ERROR: Code = -5;
pub const VERSION_ERROR: Code = -6;

pub const NO_FLUSH: i32 = 0;
pub const SYNC_FLUSH: i32 = 2;
pub const FINISH: i32 = 4;

/// A stream that compresses or decompresses.
pub struct Stream {
    raw: Box<z::z_stream>,
    is_deflate: bool,
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

fn stream_size() -> c_int {
    size_of::<z::z_stream>() as c_int
}

impl Stream {
    /// A stream that compresses.
    pub fn deflate(level: i32, method: i32, bits: i32, memory: i32, strategy: i32) -> Result<Stream, Code> {
        let mut raw = Box::<z::z_stream>::default();
        // SAFETY: the stream is a valid one without state; the version is the library's own.
        let code = unsafe {
            z::deflateInit2_(
                &mut *raw,
                level,
                method,
                bits,
                memory,
                strategy,
                z::zlibVersion(),
                stream_size(),
            )
        };
        if code == OK { Ok(Stream { raw, is_deflate: true, live: true }) } else { Err(code) }
    }

    /// A stream that decompresses.
    pub fn inflate(bits: i32) -> Result<Stream, Code> {
        let mut raw = Box::<z::z_stream>::default();
        // SAFETY: as in `deflate`.
        let code = unsafe { z::inflateInit2_(&mut *raw, bits, z::zlibVersion(), stream_size()) };
        if code == OK { Ok(Stream { raw, is_deflate: false, live: true }) } else { Err(code) }
    }

    /// Works on input, adding at most `room` bytes to the output.
    pub fn step(&mut self, input: &[u8], output: &mut Vec<u8>, room: usize, flush: i32) -> Step {
        if !self.live {
            return Step { code: STREAM_ERROR, used: 0, has_room: true };
        }
        // The library counts in 32 bits; the caller comes back for the rest.
        let input = &input[..input.len().min(u32::MAX as usize)];
        let room = room.min(1 << 30);
        let start = output.len();
        output.resize(start + room, 0);
        self.raw.next_in = input.as_ptr();
        self.raw.avail_in = input.len() as u32;
        self.raw.next_out = output[start..].as_mut_ptr();
        self.raw.avail_out = room as u32;
        // SAFETY: a live stream, whose pointers name the borrowed slices during the call.
        let code = unsafe {
            match self.is_deflate {
                true => z::deflate(&mut *self.raw, flush),
                false => z::inflate(&mut *self.raw, flush),
            }
        };
        let left = self.raw.avail_out as usize;
        output.truncate(start + room - left);
        Step { code, used: input.len() - self.raw.avail_in as usize, has_room: left > 0 }
    }

    /// Sets the dictionary that the data refers to.
    pub fn set_dictionary(&mut self, dictionary: &[u8]) -> Code {
        if !self.live {
            return STREAM_ERROR;
        }
        let Ok(length) = u32::try_from(dictionary.len()) else { return DATA_ERROR };
        // SAFETY: a live stream; the library copies the bytes.
        unsafe {
            match self.is_deflate {
                true => z::deflateSetDictionary(&mut *self.raw, dictionary.as_ptr(), length),
                false => z::inflateSetDictionary(&mut *self.raw, dictionary.as_ptr(), length),
            }
        }
    }

    /// A stream in the same state.
    pub fn copy(&mut self) -> Result<Stream, Code> {
        if !self.live {
            return Err(STREAM_ERROR);
        }
        let mut raw = Box::<z::z_stream>::default();
        // SAFETY: the source is live; the target is a valid stream without state.
        let code = unsafe {
            match self.is_deflate {
                true => z::deflateCopy(&mut *raw, &mut *self.raw),
                false => z::inflateCopy(&mut *raw, &*self.raw),
            }
        };
        if code == OK { Ok(Stream { raw, is_deflate: self.is_deflate, live: true }) } else { Err(code) }
    }

    /// What the library says of its last error.
    pub fn message(&self) -> Option<String> {
        if self.raw.msg.is_null() {
            return None;
        }
        // SAFETY: messages of the library are static and end with a zero.
        Some(unsafe { CStr::from_ptr(self.raw.msg) }.to_string_lossy().into_owned())
    }

    /// Gives the library's state up.
    pub fn end(&mut self) {
        if std::mem::replace(&mut self.live, false) {
            // SAFETY: a live stream, ended once.
            unsafe {
                match self.is_deflate {
                    true => z::deflateEnd(&mut *self.raw),
                    false => z::inflateEnd(&mut *self.raw),
                }
            };
        }
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.end();
    }
}

/// The checksum Adler-32, continued.
pub fn adler32(start: u32, bytes: &[u8]) -> u32 {
    // SAFETY: the length is that of the slice.
    unsafe { z::adler32_z(start.into(), bytes.as_ptr(), bytes.len()) as u32 }
}

/// The checksum CRC-32, continued.
pub fn crc32(start: u32, bytes: &[u8]) -> u32 {
    // SAFETY: the length is that of the slice.
    unsafe { z::crc32_z(start.into(), bytes.as_ptr(), bytes.len()) as u32 }
}
