//! `zlib`: the streams are in `sys::zlib`; here are the objects and functions around them.

use std::cell::Cell;

use crate::runtime::builtins::exceptions as exc;
use crate::runtime::builtins::tools::member;
use crate::runtime::error::{PyResult, Raised};
use crate::runtime::gc::heap::type_flag;
use crate::runtime::object::args::Signature;
use crate::runtime::object::typedef::{Native, TypeSpec, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::stdlib::NativeModule;
use crate::runtime::sys::zlib::{self as sys, Code, Stream};
use crate::runtime::value::{LockCell, Obj, Payload, Value};

/// Bytes that output grows by.
const BLOCK: usize = 16 * 1024;
const MAX_WBITS: i64 = 15;

/// `zlib`
pub static MODULE: NativeModule = NativeModule {
    name: "zlib",
    doc: "Compression in the zlib, gzip and raw deflate formats, and the checksums Adler-32 and CRC-32.",
    functions: &[
        native(
            "adler32(data, value=1, /)",
            |vm, args| {
                let start = checksum_start(vm, &args[1], 1)?;
                let sum = vm.with_buffer(&args[0], |bytes| sys::adler32(start, bytes))?;
                Ok(vm.int(i64::from(sum)))
            },
            "The checksum Adler-32 of the data, continued from value.",
        ),
        native(
            "crc32(data, value=0, /)",
            |vm, args| {
                let start = checksum_start(vm, &args[1], 0)?;
                let sum = vm.with_buffer(&args[0], |bytes| sys::crc32(start, bytes))?;
                Ok(vm.int(i64::from(sum)))
            },
            "The checksum CRC-32 of the data, continued from value.",
        ),
        native(
            "compress(data, /, level=Z_DEFAULT_COMPRESSION, wbits=MAX_WBITS)",
            compress,
            "The compressed data.\n\n  level\n    0 to 9, or -1 for the default\n  wbits\n    size of the window and kind of the container",
        ),
        native(
            "decompress(data, /, wbits=MAX_WBITS, bufsize=DEF_BUF_SIZE)",
            decompress,
            "The decompressed data.\n\n  wbits\n    size of the window and kind of the container\n  bufsize\n    initial room for the output",
        ),
        native(
            "compressobj(level=Z_DEFAULT_COMPRESSION, method=DEFLATED, wbits=MAX_WBITS, memLevel=DEF_MEM_LEVEL, strategy=Z_DEFAULT_STRATEGY, zdict=<unrepresentable>)",
            compressobj,
            "A compressor.\n\n  level\n    0 to 9, or -1 for the default\n  method\n    DEFLATED\n  wbits\n    size of the window and kind of the container\n  memLevel\n    1 to 9: more memory is faster\n  strategy\n    one of Z_DEFAULT_STRATEGY, Z_FILTERED, Z_HUFFMAN_ONLY\n  zdict\n    bytes that the data is expected to contain",
        ),
        native(
            "decompressobj(wbits=MAX_WBITS, zdict=b'')",
            decompressobj,
            "A decompressor.\n\n  wbits\n    size of the window and kind of the container\n  zdict\n    the dictionary that the data was compressed with",
        ),
    ],
    init: |vm, dict| {
        vm.set_in(dict, "error", vm.exception_class("zlib.error", &exc::EXCEPTION)?);
        vm.set_type_in(dict, &DECOMPRESSOR);
        for name in ["ZLIB_VERSION", "ZLIB_RUNTIME_VERSION"] {
            vm.set_in(dict, name, vm.str("1.3.1"));
        }
        vm.set_in(dict, "__version__", vm.str("1.0"));
        vm.set_ints_in(
            dict,
            &[
                ("DEFLATED", 8),
                ("DEF_BUF_SIZE", BLOCK as i64),
                ("DEF_MEM_LEVEL", 8),
                ("MAX_WBITS", MAX_WBITS),
                ("Z_BEST_COMPRESSION", 9),
                ("Z_BEST_SPEED", 1),
                ("Z_BLOCK", 5),
                ("Z_DEFAULT_COMPRESSION", -1),
                ("Z_DEFAULT_STRATEGY", 0),
                ("Z_FILTERED", 1),
                ("Z_FINISH", 4),
                ("Z_FIXED", 4),
                ("Z_FULL_FLUSH", 3),
                ("Z_HUFFMAN_ONLY", 2),
                ("Z_NO_COMPRESSION", 0),
                ("Z_NO_FLUSH", 0),
                ("Z_PARTIAL_FLUSH", 1),
                ("Z_RLE", 3),
                ("Z_SYNC_FLUSH", 2),
                ("Z_TREES", 6),
            ],
        );
        Ok(())
    },
};

/// The lowest 32 bits of a starting value.
pub fn checksum_start(vm: &Vm, value: &Value, default: u32) -> PyResult<u32> {
    let Some(value) = value.given() else { return Ok(default) };
    let number = vm.index(value)?;
    let low = vm.binary(&number, &vm.int(0xffff_ffff), &crate::runtime::object::ops::AND)?;
    Ok(low.as_small().unwrap_or(0) as u32)
}

fn number(vm: &Vm, value: &Value, default: i64) -> PyResult<i32> {
    value.given().map_or(Ok(default as i32), |value| vm.to_i32(value))
}

/// Raises `zlib.error`.
#[cold]
fn error(vm: &Vm, message: String) -> Raised {
    let class = vm.exception_class("zlib.error", &exc::EXCEPTION);
    match class.and_then(|class| vm.call1(&class, &vm.str(message))) {
        Ok(exception) => vm.raise_value(exception),
        Err(raised) => raised,
    }
}

/// The error of a code.
#[cold]
fn failed(vm: &Vm, stream: Option<&Stream>, code: Code, during: &str) -> Raised {
    let known = match code {
        sys::MEM_ERROR => return vm.memory_error(),
        sys::VERSION_ERROR => Some("library version mismatch"),
        sys::BUF_ERROR => Some("incomplete or truncated stream"),
        sys::STREAM_ERROR => Some("inconsistent stream state"),
        sys::DATA_ERROR => Some("invalid input data"),
        _ => None,
    };
    let said = stream.and_then(Stream::message).or(known.map(str::to_owned));
    error(
        vm,
        match said {
            Some(said) => format!("Error {code} {during}: {said}"),
            None => format!("Error {code} {during}"),
        },
    )
}

fn compress(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let data = vm.buffer_bytes(&args[0])?;
    let (level, bits) = (number(vm, &args[1], -1)?, number(vm, &args[2], MAX_WBITS)?);
    let mut stream = match Stream::deflate(level, 8, bits, 8, 0) {
        Ok(stream) => stream,
        Err(sys::STREAM_ERROR) => return Err(error(vm, String::from("Bad compression level"))),
        Err(code) => return Err(failed(vm, None, code, "while compressing data")),
    };
    let mut out = Vec::new();
    let mut rest = data.as_slice();
    loop {
        let flush = if rest.len() > u32::MAX as usize { sys::NO_FLUSH } else { sys::FINISH };
        let step = stream.step(rest, &mut out, BLOCK.max(data.len() / 2), flush);
        rest = &rest[step.used..];
        match step.code {
            sys::STREAM_END => return Ok(vm.bytes(&out)),
            sys::OK | sys::BUF_ERROR => {}
            code => return Err(failed(vm, Some(&stream), code, "while compressing data")),
        }
    }
}

fn decompress(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let data = vm.buffer_bytes(&args[0])?;
    let bits = number(vm, &args[1], MAX_WBITS)?;
    let size = args[2].given().map_or(Ok(BLOCK as isize), |size| vm.to_ssize(size))?;
    if size < 0 {
        return Err(vm.value_error("bufsize must be non-negative"));
    }
    let mut stream =
        Stream::inflate(bits).map_err(|code| failed(vm, None, code, "while preparing to decompress data"))?;
    let mut out = Vec::new();
    let mut rest = data.as_slice();
    let mut room = (size as usize).clamp(1, 1 << 26);
    loop {
        let step = stream.step(rest, &mut out, room, sys::SYNC_FLUSH);
        rest = &rest[step.used..];
        room = out.len().clamp(BLOCK, 1 << 26);
        match step.code {
            sys::STREAM_END => return Ok(vm.bytes(&out)),
            sys::OK | sys::BUF_ERROR if step.has_room && rest.is_empty() => {
                return Err(failed(vm, None, sys::BUF_ERROR, "while decompressing data"));
            }
            sys::OK | sys::BUF_ERROR => {}
            code => return Err(failed(vm, Some(&stream), code, "while decompressing data")),
        }
    }
}

// ------------------------------------------------------------------------------------------------ Compress

struct Compress {
    stream: LockCell<Stream>,
}
crate::payload!(Compress, "Compress");

static COMPRESS: TypeSpec =
    TypeSpec::new("zlib.Compress", Compress::layout).flags(type_flag::NO_NEW).methods(COMPRESS_METHODS);

fn compressobj(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let dictionary = args[5].given().map(|zdict| vm.buffer_bytes(zdict)).transpose()?;
    let made = Stream::deflate(
        number(vm, &args[0], -1)?,
        number(vm, &args[1], 8)?,
        number(vm, &args[2], MAX_WBITS)?,
        number(vm, &args[3], 8)?,
        number(vm, &args[4], 0)?,
    );
    let mut stream = match made {
        Ok(stream) => stream,
        Err(sys::STREAM_ERROR) => return Err(vm.value_error("Invalid initialization option")),
        Err(code) => return Err(failed(vm, None, code, "while creating compression object")),
    };
    if let Some(dictionary) = dictionary {
        match stream.set_dictionary(&dictionary) {
            sys::OK => {}
            sys::STREAM_ERROR => return Err(vm.value_error("Invalid dictionary")),
            _ => return Err(vm.value_error("deflateSetDictionary()")),
        }
    }
    Ok(vm.alloc_spec(&COMPRESS, Compress { stream: LockCell::new(stream) }))
}

/// Feeds all input and takes all output.
fn run_deflate(vm: &Vm, stream: &mut Stream, data: &[u8], flush: i32, during: &str) -> PyResult<Vec<u8>> {
    let (mut out, mut rest) = (Vec::new(), data);
    loop {
        let last = rest.len() <= u32::MAX as usize;
        let step = stream.step(rest, &mut out, BLOCK, if last { flush } else { sys::NO_FLUSH });
        rest = &rest[step.used..];
        match step.code {
            sys::STREAM_END => {
                stream.end();
                return Ok(out);
            }
            sys::OK | sys::BUF_ERROR if step.has_room && rest.is_empty() => return Ok(out),
            sys::OK | sys::BUF_ERROR => {}
            code => return Err(failed(vm, Some(stream), code, during)),
        }
    }
}

fn copy_compress(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    match vm.cast::<Compress>(&args[0])?.stream.get_mut().copy() {
        Ok(stream) => Ok(vm.alloc_spec(&COMPRESS, Compress { stream: LockCell::new(stream) })),
        Err(sys::STREAM_ERROR) => Err(vm.value_error("Inconsistent stream state")),
        Err(code) => Err(failed(vm, None, code, "while copying compression object")),
    }
}

const COMPRESS_METHODS: &[Native] = &[
    native(
        "compress(self, data, /)",
        |vm, args| {
            let data = vm.buffer_bytes(&args[1])?;
            let stream = vm.cast::<Compress>(&args[0])?.stream.get_mut();
            Ok(vm.bytes(&run_deflate(vm, stream, &data, sys::NO_FLUSH, "while compressing data")?))
        },
        "Compress more data; what is complete comes back, the rest with later calls or flush().",
    ),
    native(
        "flush(self, mode=zlib.Z_FINISH, /)",
        |vm, args| {
            let mode = number(vm, &args[1], i64::from(sys::FINISH))?;
            if mode == sys::NO_FLUSH {
                return Ok(vm.bytes(b""));
            }
            let stream = vm.cast::<Compress>(&args[0])?.stream.get_mut();
            Ok(vm.bytes(&run_deflate(vm, stream, b"", mode, "while flushing")?))
        },
        "The rest of the compressed data; with Z_FINISH the stream ends.",
    ),
    native("copy(self, /)", copy_compress, "A compressor in the same state."),
    native("__copy__(self, /)", copy_compress, ""),
    native("__deepcopy__(self, memo, /)", copy_compress, ""),
];

// ------------------------------------------------------------------------------------------------ Decompress

struct Decompress {
    stream: LockCell<Stream>,
    dictionary: Vec<u8>,
    bits: i32,
    /// Has it seen no data yet?
    is_fresh: Cell<bool>,
    unused: LockCell<Value>,
    tail: LockCell<Value>,
    eof: Cell<bool>,
}
crate::payload!(Decompress, "Decompress");

static DECOMPRESS: TypeSpec = TypeSpec::new("zlib.Decompress", Decompress::layout)
    .flags(type_flag::NO_NEW)
    .methods(DECOMPRESS_METHODS)
    .getset(&[
        member("unused_data", |vm, value| Ok(vm.cast::<Decompress>(value)?.unused.cloned()), ""),
        member("unconsumed_tail", |vm, value| Ok(vm.cast::<Decompress>(value)?.tail.cloned()), ""),
        member("eof", |vm, value| Ok(Value::bool(vm.cast::<Decompress>(value)?.eof.get())), ""),
    ]);

/// A stream for decompressing; raw data takes its dictionary at once.
fn inflate_stream(vm: &Vm, bits: i32, dictionary: &[u8]) -> PyResult<Stream> {
    let mut stream = match Stream::inflate(bits) {
        Ok(stream) => stream,
        Err(sys::STREAM_ERROR) => return Err(vm.value_error("Invalid initialization option")),
        Err(code) => return Err(failed(vm, None, code, "while creating decompression object")),
    };
    if bits < 0 && !dictionary.is_empty() {
        set_dictionary(vm, &mut stream, dictionary)?;
    }
    Ok(stream)
}

fn set_dictionary(vm: &Vm, stream: &mut Stream, dictionary: &[u8]) -> PyResult<()> {
    match stream.set_dictionary(dictionary) {
        sys::OK => Ok(()),
        code => Err(failed(vm, Some(stream), code, "while setting zdict")),
    }
}

fn dictionary_of(vm: &Vm, value: &Value) -> PyResult<Vec<u8>> {
    match value.given() {
        None => Ok(Vec::new()),
        Some(value) if !vm.has_buffer(value) => {
            Err(vm.type_error("zdict argument must support the buffer protocol"))
        }
        Some(value) => vm.buffer_bytes(value),
    }
}

fn decompressobj(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let bits = number(vm, &args[0], MAX_WBITS)?;
    let dictionary = dictionary_of(vm, &args[1])?;
    let object = Decompress {
        stream: LockCell::new(inflate_stream(vm, bits, &dictionary)?),
        dictionary,
        bits,
        is_fresh: Cell::new(true),
        unused: LockCell::new(vm.bytes(b"")),
        tail: LockCell::new(vm.bytes(b"")),
        eof: Cell::new(false),
    };
    Ok(vm.alloc_spec(&DECOMPRESS, object))
}

/// What came out, how much of the input was used, and the last code.
struct Inflated {
    out: Vec<u8>,
    used: usize,
    code: Code,
    /// Did the output end because it was full?
    is_full: bool,
}

/// Decompresses until the input or the output, at most `limit` bytes, ends.
fn run_inflate(
    vm: &Vm,
    stream: &mut Stream,
    dictionary: &[u8],
    data: &[u8],
    limit: usize,
    flush: i32,
) -> PyResult<Inflated> {
    let (mut out, mut used, mut room) = (Vec::new(), 0, BLOCK);
    loop {
        let space = room.min(limit - out.len());
        let step = stream.step(&data[used..], &mut out, space, flush);
        used += step.used;
        room = out.len().clamp(BLOCK, 1 << 26);
        let code = step.code;
        if code == sys::NEED_DICT && !dictionary.is_empty() {
            set_dictionary(vm, stream, dictionary)?;
            continue;
        }
        if !matches!(code, sys::OK | sys::BUF_ERROR | sys::STREAM_END) {
            return Err(failed(vm, Some(stream), code, "while decompressing data"));
        }
        let is_full = out.len() >= limit;
        if code == sys::STREAM_END || is_full || step.has_room {
            return Ok(Inflated { out, used, code, is_full });
        }
    }
}

impl Obj<Decompress> {
    /// Keeps what was not used.
    fn keep(&self, vm: &Vm, data: &[u8], result: &Inflated) {
        let rest = &data[result.used..];
        if result.code == sys::STREAM_END {
            self.eof.set(true);
            self.append_unused(vm, rest);
            self.tail.set(vm.bytes(b""));
        } else {
            self.tail.set(vm.bytes(rest));
        }
    }
    fn append_unused(&self, vm: &Vm, rest: &[u8]) {
        if !rest.is_empty() {
            let old = self.unused.cloned();
            let old = old.as_bytes().map(|bytes| bytes.bytes()).unwrap_or_default();
            self.unused.set(vm.bytes(&[old, rest].concat()));
        }
    }
}

fn copy_decompress(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let old = vm.cast::<Decompress>(&args[0])?;
    // The library copies no stream that it has not begun.
    let copied = match old.is_fresh.get() {
        true => Ok(inflate_stream(vm, old.bits, &old.dictionary)?),
        false => old.stream.get_mut().copy(),
    };
    let stream = match copied {
        Ok(stream) => stream,
        Err(sys::STREAM_ERROR) => return Err(vm.value_error("Inconsistent stream state")),
        Err(code) => return Err(failed(vm, None, code, "while copying decompression object")),
    };
    let copy = Decompress {
        stream: LockCell::new(stream),
        dictionary: old.dictionary.clone(),
        bits: old.bits,
        is_fresh: old.is_fresh.clone(),
        unused: LockCell::new(old.unused.cloned()),
        tail: LockCell::new(old.tail.cloned()),
        eof: old.eof.clone(),
    };
    Ok(vm.alloc_spec(&DECOMPRESS, copy))
}

const DECOMPRESS_METHODS: &[Native] = &[
    native(
        "decompress(self, data, /, max_length=0)",
        |vm, args| {
            let this = vm.cast::<Decompress>(&args[0])?;
            let data = vm.buffer_bytes(&args[1])?;
            let limit = match args[2].given().map_or(Ok(0), |limit| vm.to_ssize(limit))? {
                limit if limit < 0 => return Err(vm.value_error("max_length must be non-negative")),
                0 => usize::MAX,
                limit => limit as usize,
            };
            if this.eof.get() {
                this.append_unused(vm, &data);
                return Ok(vm.bytes(b""));
            }
            this.is_fresh.set(this.is_fresh.get() && data.is_empty());
            let result =
                run_inflate(vm, this.stream.get_mut(), &this.dictionary, &data, limit, sys::SYNC_FLUSH)?;
            this.keep(vm, &data, &result);
            Ok(vm.bytes(&result.out))
        },
        "Decompress more data.\n\n  max_length\n    the most bytes that come back; what is left of the data is in unconsumed_tail",
    ),
    native(
        "flush(self, length=zlib.DEF_BUF_SIZE, /)",
        |vm, args| {
            let this = vm.cast::<Decompress>(&args[0])?;
            let length = args[1].given().map_or(Ok(1), |length| vm.to_ssize(length))?;
            if length <= 0 {
                return Err(vm.value_error("length must be greater than zero"));
            }
            if this.eof.get() {
                this.stream.get_mut().end();
                return Ok(vm.bytes(b""));
            }
            let tail = this.tail.cloned();
            let data = tail.as_bytes().map(|bytes| bytes.bytes()).unwrap_or_default();
            let result =
                run_inflate(vm, this.stream.get_mut(), &this.dictionary, data, usize::MAX, sys::FINISH)?;
            this.keep(vm, data, &result);
            if result.code == sys::STREAM_END {
                this.stream.get_mut().end();
            }
            Ok(vm.bytes(&result.out))
        },
        "What can still be decompressed of the data given so far.",
    ),
    native("copy(self, /)", copy_decompress, "A decompressor in the same state."),
    native("__copy__(self, /)", copy_decompress, ""),
    native("__deepcopy__(self, memo, /)", copy_decompress, ""),
];

// ------------------------------------------------------------------------------------------------ _ZlibDecompressor

struct Decompressor {
    stream: LockCell<Stream>,
    dictionary: Vec<u8>,
    /// Input that was not used yet.
    waiting: LockCell<Vec<u8>>,
    unused: LockCell<Value>,
    eof: Cell<bool>,
    needs_input: Cell<bool>,
}
crate::payload!(Decompressor, "_ZlibDecompressor");

static DECOMPRESSOR: TypeSpec = TypeSpec::new("zlib._ZlibDecompressor", Decompressor::layout)
    .doc("(wbits=15, zdict=b'')", "A decompressor that keeps what it did not use of the data.\n\n  wbits\n    size of the window and kind of the container\n  zdict\n    the dictionary that the data was compressed with")
    .slots(|s| {
        s.new = Some(|vm, ty, args| {
            const SIGNATURE: Signature = Signature::parse("_ZlibDecompressor(wbits=15, zdict=b'')");
            if args.values.len() > 2 {
                return Err(vm.type_error(format!(
                    "_ZlibDecompressor() takes at most 2 arguments ({} given)",
                    args.values.len()
                )));
            }
            let [bits, dictionary] = vm.bind_args(&SIGNATURE, args)?;
            let bits = number(vm, &bits, MAX_WBITS)?;
            let dictionary = dictionary_of(vm, &dictionary)?;
            let object = Decompressor {
                stream: LockCell::new(inflate_stream(vm, bits, &dictionary)?),
                dictionary,
                waiting: LockCell::new(Vec::new()),
                unused: LockCell::new(vm.bytes(b"")),
                eof: Cell::new(false),
                needs_input: Cell::new(true),
            };
            Ok(vm.alloc(ty, object).into_value())
        });
    })
    .methods(&[native(
        "decompress(self, /, data, max_length=-1)",
        |vm, args| {
            let this = vm.cast::<Decompressor>(&args[0])?;
            let data = vm.buffer_bytes(&args[1])?;
            let limit = args[2].given().map_or(Ok(-1), |limit| vm.to_ssize(limit))?;
            if this.eof.get() {
                return Err(vm.eof_error("End of stream already reached"));
            }
            let mut input = this.waiting.take();
            input.extend(data);
            let limit = usize::try_from(limit).unwrap_or(usize::MAX);
            let result =
                run_inflate(vm, this.stream.get_mut(), &this.dictionary, &input, limit, sys::SYNC_FLUSH)?;
            let rest = input.split_off(result.used);
            if result.code == sys::STREAM_END {
                this.eof.set(true);
                this.needs_input.set(false);
                if !rest.is_empty() {
                    this.unused.set(vm.bytes(&rest));
                }
            } else {
                this.needs_input.set(rest.is_empty() && !result.is_full);
                this.waiting.set(rest);
            }
            Ok(vm.bytes(&result.out))
        },
        "Decompress more data.\n\nWith a max_length of zero or more at most so many bytes come back; needs_input\nis false then if there is more without further data.",
    )])
    .getset(&[
        member("eof", |vm, value| Ok(Value::bool(vm.cast::<Decompressor>(value)?.eof.get())), "Has the end of the stream been reached?"),
        member("unused_data", |vm, value| Ok(vm.cast::<Decompressor>(value)?.unused.cloned()), "The data behind the end of the stream."),
        member("needs_input", |vm, value| Ok(Value::bool(vm.cast::<Decompressor>(value)?.needs_input.get())), "Does it take more data to go on?"),
    ]);
