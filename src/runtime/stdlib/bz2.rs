//! `_bz2`: the streams are in `sys::bz2`; here are the objects around them that the library's `bz2` is made of.

use std::cell::Cell;

use crate::runtime::builtins::exceptions as exc;
use crate::runtime::builtins::tools::member;
use crate::runtime::error::{PyResult, Raised};
use crate::runtime::object::args::Signature;
use crate::runtime::object::typedef::{TypeSpec, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::stdlib::NativeModule;
use crate::runtime::sys::bz2::{self as sys, Code, Stream};
use crate::runtime::value::{LockCell, Payload, Value};

/// Bytes that output grows by at first.
const BLOCK: usize = 16 * 1024;
const MAX_BLOCK: usize = 1 << 26;

/// `_bz2`
pub static MODULE: NativeModule = NativeModule {
    name: "_bz2",
    doc: "",
    functions: &[],
    init: |vm, dict| {
        vm.set_type_in(dict, &COMPRESSOR);
        vm.set_type_in(dict, &DECOMPRESSOR);
        Ok(())
    },
};

/// The error of a code.
#[cold]
fn failed(vm: &Vm, code: Code) -> Raised {
    match code {
        sys::PARAM_ERROR => vm.value_error("Internal error - invalid parameters passed to libbzip2"),
        sys::MEM_ERROR => vm.memory_error(),
        sys::DATA_ERROR | sys::MAGIC_ERROR => vm.raise(&exc::OS_ERROR, "Invalid data stream"),
        sys::IO_ERROR => vm.raise(&exc::OS_ERROR, "Unknown I/O error"),
        sys::UNEXPECTED_EOF => {
            vm.eof_error("Compressed file ended before the logical end-of-stream was detected")
        }
        sys::SEQUENCE_ERROR => {
            vm.raise(&exc::RUNTIME_ERROR, "Internal error - Invalid sequence of commands sent to libbzip2")
        }
        code => vm.raise(&exc::OS_ERROR, format!("Unrecognized error from libbzip2: {code}")),
    }
}

// ------------------------------------------------------------------------------------------------ BZ2Compressor

struct Compressor {
    stream: LockCell<Stream>,
    flushed: Cell<bool>,
}
crate::payload!(Compressor, "BZ2Compressor");

static COMPRESSOR: TypeSpec = TypeSpec::new("_bz2.BZ2Compressor", Compressor::layout)
    .doc(
        "(compresslevel=9, /)",
        "Create a compressor object for compressing data incrementally.\n\n  compresslevel\n    Compression level, as a number between 1 and 9.\n\nFor one-shot compression, use the compress() function instead.",
    )
    .slots(|s| {
        s.new = Some(|vm, ty, args| {
            const SIGNATURE: Signature = Signature::parse("BZ2Compressor(compresslevel=9, /)");
            let [level] = vm.bind_args(&SIGNATURE, args)?;
            let level = level.given().map_or(Ok(9), |level| vm.to_i32(level))?;
            if !(1..=9).contains(&level) {
                return Err(vm.value_error("compresslevel must be between 1 and 9"));
            }
            let stream = Stream::compressor(level).map_err(|code| failed(vm, code))?;
            let object = Compressor { stream: LockCell::new(stream), flushed: Cell::new(false) };
            Ok(vm.alloc(ty, object).into_value())
        });
    })
    .methods(&[
        native(
            "compress(self, data, /)",
            |vm, args| {
                let this = vm.cast::<Compressor>(&args[0])?;
                let data = vm.buffer_bytes(&args[1])?;
                if this.flushed.get() {
                    return Err(vm.value_error("Compressor has been flushed"));
                }
                let out = run(vm, this.stream.get_mut(), &data, false)?;
                Ok(vm.bytes(&out))
            },
            "Compress more data; what is complete comes back, the rest with later calls or flush().",
        ),
        native(
            "flush(self, /)",
            |vm, args| {
                let this = vm.cast::<Compressor>(&args[0])?;
                if this.flushed.replace(true) {
                    return Err(vm.value_error("Repeated call to flush()"));
                }
                let out = run(vm, this.stream.get_mut(), b"", true)?;
                Ok(vm.bytes(&out))
            },
            "The rest of the compressed data; the compressor takes no more.",
        ),
    ]);

/// Feeds all input and takes all output.
fn run(vm: &Vm, stream: &mut Stream, data: &[u8], last: bool) -> PyResult<Vec<u8>> {
    let (mut out, mut rest) = (Vec::new(), data);
    loop {
        if rest.is_empty() && !last {
            return Ok(out);
        }
        let step = stream.step(rest, &mut out, data.len().clamp(BLOCK, MAX_BLOCK), last);
        rest = &rest[step.used..];
        match step.code {
            sys::STREAM_END => return Ok(out),
            sys::RUN_OK | sys::FINISH_OK => {}
            code => return Err(failed(vm, code)),
        }
    }
}

// ------------------------------------------------------------------------------------------------ BZ2Decompressor

struct Decompressor {
    stream: LockCell<Stream>,
    /// Input that was not used yet.
    waiting: LockCell<Vec<u8>>,
    unused: LockCell<Value>,
    eof: Cell<bool>,
    needs_input: Cell<bool>,
    /// The data was no good; the stream is of no use any more.
    broken: Cell<bool>,
}
crate::payload!(Decompressor, "BZ2Decompressor");

static DECOMPRESSOR: TypeSpec = TypeSpec::new("_bz2.BZ2Decompressor", Decompressor::layout)
    .doc(
        "()",
        "Create a decompressor object for decompressing data incrementally.\n\nFor one-shot decompression, use the decompress() function instead.",
    )
    .slots(|s| {
        s.new = Some(|vm, ty, args| {
            const SIGNATURE: Signature = Signature::parse("BZ2Decompressor()");
            let [] = vm.bind_args(&SIGNATURE, args)?;
            let stream = Stream::decompressor().map_err(|code| failed(vm, code))?;
            let object = Decompressor {
                stream: LockCell::new(stream),
                waiting: LockCell::new(Vec::new()),
                unused: LockCell::new(vm.bytes(b"")),
                eof: Cell::new(false),
                needs_input: Cell::new(true),
                broken: Cell::new(false),
            };
            Ok(vm.alloc(ty, object).into_value())
        });
    })
    .methods(&[native(
        "decompress(self, /, data, max_length=-1)",
        decompress,
        "Decompress more data.\n\nWith a max_length of zero or more at most so many bytes come back; needs_input\nis false then if there is more without further data.",
    )])
    .getset(&[
        member(
            "eof",
            |vm, value| Ok(Value::bool(vm.cast::<Decompressor>(value)?.eof.get())),
            "True if the end-of-stream marker has been reached.",
        ),
        member(
            "unused_data",
            |vm, value| Ok(vm.cast::<Decompressor>(value)?.unused.cloned()),
            "Data found after the end of the compressed stream.",
        ),
        member(
            "needs_input",
            |vm, value| Ok(Value::bool(vm.cast::<Decompressor>(value)?.needs_input.get())),
            "True if more input is needed before more decompressed data can be produced.",
        ),
    ]);

fn decompress(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let this = vm.cast::<Decompressor>(&args[0])?;
    let data = vm.buffer_bytes(&args[1])?;
    let limit = args[2].given().map_or(Ok(-1), |limit| vm.to_ssize(limit))?;
    if this.eof.get() {
        return Err(vm.eof_error("End of stream already reached"));
    }
    if this.broken.get() {
        return Err(vm.value_error("Decompressor is unusable after a previous error"));
    }
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut input = this.waiting.take();
    input.extend(data);
    let (mut out, mut used, mut room) = (Vec::new(), 0, BLOCK);
    let stream = this.stream.get_mut();
    loop {
        let room_left = room.min(limit - out.len());
        let step = stream.step(&input[used..], &mut out, room_left, false);
        used += step.used;
        room = out.len().clamp(BLOCK, MAX_BLOCK);
        match step.code {
            sys::STREAM_END => {
                let rest = input.split_off(used);
                this.eof.set(true);
                this.needs_input.set(false);
                this.unused.set(vm.bytes(&rest));
                break;
            }
            sys::OK => {}
            code => {
                this.broken.set(true);
                this.needs_input.set(false);
                return Err(failed(vm, code));
            }
        }
        let is_full = out.len() >= limit;
        if is_full || (used == input.len() && step.has_room) {
            let rest = input.split_off(used);
            // A full output may hide more that needs no input.
            this.needs_input.set(rest.is_empty() && !is_full);
            this.waiting.set(rest);
            break;
        }
    }
    Ok(vm.bytes(&out))
}
