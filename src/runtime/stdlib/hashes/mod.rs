//! `_md5`, `_sha1`, `_sha2`, `_sha3`, `_blake2`: hash objects over the crates `md-5`, `sha1`, `sha2` and `keccak`; BLAKE2
//! is in a file of its own, because no crate has its trees. Messages about the arguments of SHA-3 name `sha3_224`, as
//! CPython's do.

use blake2::{Blake2b, Blake2s};
use keccak::Sponge;
use md5::{Digest, Md5};
use sha1::Sha1;
use sha2::{Sha224, Sha256, Sha384, Sha512};

use crate::runtime::error::PyResult;
use crate::runtime::gc::heap::type_flag;
use crate::runtime::object::args::{Args, Signature};
use crate::runtime::object::typedef::{GetSet, Native, TypeRef, TypeSpec, getter, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::stdlib::NativeModule;
use crate::runtime::value::{LockCell, Obj, Payload, Value};

mod blake2;
mod keccak;

#[derive(Clone)]
enum State {
    Md5(Md5),
    Sha1(Sha1),
    Sha224(Sha224),
    Sha256(Sha256),
    Sha384(Sha384),
    Sha512(Sha512),
    Sponge(Sponge),
    Blake2b(Box<Blake2b>),
    Blake2s(Box<Blake2s>),
}

macro_rules! each {
    ($state:expr, $hash:ident => $body:expr, $sponge:ident => $other:expr) => {
        match $state {
            State::Md5($hash) => $body,
            State::Sha1($hash) => $body,
            State::Sha224($hash) => $body,
            State::Sha256($hash) => $body,
            State::Sha384($hash) => $body,
            State::Sha512($hash) => $body,
            State::Blake2b($sponge) => $other,
            State::Blake2s($sponge) => $other,
            State::Sponge($sponge) => $other,
        }
    };
}

impl State {
    fn update(&mut self, bytes: &[u8]) {
        each!(self, hash => Digest::update(hash, bytes), other => other.update(bytes));
    }
}

/// The payload of all hash objects.
pub struct Hash {
    name: &'static str,
    /// Bytes of the digest; 0: as many as are asked for.
    size: usize,
    block: usize,
    state: LockCell<State>,
}
crate::payload!(Hash, "hash");

fn this<'a>(vm: &Vm, value: &'a Value) -> PyResult<&'a Obj<Hash>> {
    vm.cast::<Hash>(value)
}

fn digest_of(hash: &Hash, length: usize) -> Vec<u8> {
    match hash.state.get() {
        State::Sponge(sponge) => sponge.digest(length),
        State::Blake2b(blake) => blake.digest(),
        State::Blake2s(blake) => blake.digest(),
        State::Md5(hash) => hash.clone().finalize().to_vec(),
        State::Sha1(hash) => hash.clone().finalize().to_vec(),
        State::Sha224(hash) => hash.clone().finalize().to_vec(),
        State::Sha256(hash) => hash.clone().finalize().to_vec(),
        State::Sha384(hash) => hash.clone().finalize().to_vec(),
        State::Sha512(hash) => hash.clone().finalize().to_vec(),
    }
}

fn hex(vm: &Vm, bytes: &[u8]) -> Value {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    let text: Vec<u8> = digits.map(|digit| b"0123456789abcdef"[usize::from(digit)]).collect();
    vm.str_ascii(&text)
}

fn feed(vm: &Vm, hash: &Hash, data: &Value) -> PyResult<()> {
    if data.as_str().is_some() {
        return Err(vm.type_error("Strings must be encoded before hashing"));
    }
    if !vm.has_buffer(data) {
        return Err(vm.type_error("object supporting the buffer API required"));
    }
    if vm.buffer_view(data, 0)?.view.is_c_contiguous() {
        return vm.with_buffer(data, |bytes| hash.state.get_mut().update(bytes));
    }
    Err(vm.buffer_error("memoryview: underlying buffer is not C-contiguous"))
}

/// `data` or, as it was once called, `string`.
fn initial<'a>(vm: &Vm, data: &'a Value, string: &'a Value) -> PyResult<Option<&'a Value>> {
    match (data.given(), string.given()) {
        (Some(_), Some(_)) => Err(vm.type_error(
            "'data' and 'string' are mutually exclusive and support for 'string' keyword parameter is slated for removal in a future version.",
        )),
        (data, string) => Ok(data.or(string)),
    }
}

const COPY: Native = native(
    "copy(self, /)",
    |vm, args| {
        let old = this(vm, &args[0])?;
        let new = Hash {
            name: old.name,
            size: old.size,
            block: old.block,
            state: LockCell::new(old.state.cloned()),
        };
        Ok(vm.alloc(&args[0].type_ref(vm), new).into_value())
    },
    "Return a copy of the hash object.",
);

const METHODS: &[Native] = &[
    COPY,
    native(
        "digest(self, /)",
        |vm, args| {
            let hash = this(vm, &args[0])?;
            Ok(vm.bytes(&digest_of(hash, hash.size)))
        },
        "Return the digest value as a bytes object.",
    ),
    native(
        "hexdigest(self, /)",
        |vm, args| {
            let hash = this(vm, &args[0])?;
            Ok(hex(vm, &digest_of(hash, hash.size)))
        },
        "Return the digest value as a string of hexadecimal digits.",
    ),
    UPDATE,
];

const UPDATE: Native = native(
    "update(self, data, /)",
    |vm, args| feed(vm, this(vm, &args[0])?, &args[1]).map(|()| Value::NONE),
    "Hash the bytes of an object also.",
);

const GETSET: &[GetSet] = &[NAME, SIZE, BLOCK];
const NAME: GetSet = getter("name", |vm, value| Ok(vm.str(this(vm, value)?.name)), "");
const SIZE: GetSet = getter("digest_size", |vm, value| Ok(vm.int_usize(this(vm, value)?.size)), "");
const BLOCK: GetSet = getter("block_size", |vm, value| Ok(vm.int_usize(this(vm, value)?.block)), "");

// ------------------------------------------------------------------------------------------------ MD5, SHA-1, SHA-2

/// Type and function of a hash that a function makes.
macro_rules! plain {
    ($type:ident, $type_name:literal, $function:ident, $name:literal, $state:expr, $size:literal, $block:literal) => {
        static $type: TypeSpec =
            TypeSpec::new($type_name, Hash::layout).flags(type_flag::NO_NEW).methods(METHODS).getset(GETSET);
        const $function: Native = native(
            concat!($name, "(data=b'', *, usedforsecurity=True, string=None)"),
            |vm, args| {
                let hash = Hash { name: $name, size: $size, block: $block, state: LockCell::new($state) };
                if let Some(data) = initial(vm, &args[0], &args[2])? {
                    feed(vm, &hash, data)?;
                }
                Ok(vm.alloc_spec(&$type, hash))
            },
            "A new hash object, of the bytes of data.",
        );
    };
}

plain!(MD5, "_md5.md5", NEW_MD5, "md5", State::Md5(Md5::new()), 16, 64);
plain!(SHA1, "_sha1.sha1", NEW_SHA1, "sha1", State::Sha1(Sha1::new()), 20, 64);
plain!(SHA224, "_sha2.SHA224Type", NEW_SHA224, "sha224", State::Sha224(Sha224::new()), 28, 64);
plain!(SHA256, "_sha2.SHA256Type", NEW_SHA256, "sha256", State::Sha256(Sha256::new()), 32, 64);
plain!(SHA384, "_sha2.SHA384Type", NEW_SHA384, "sha384", State::Sha384(Sha384::new()), 48, 128);
plain!(SHA512, "_sha2.SHA512Type", NEW_SHA512, "sha512", State::Sha512(Sha512::new()), 64, 128);

/// Longer messages are hashed without the interpreter lock in CPython.
const LONG: i64 = 2048;

macro_rules! module {
    ($(#[$doc:meta])* $module:ident, $name:literal, [$($function:ident),*], |$vm:ident, $dict:ident| $init:expr) => {
        $(#[$doc])*
        pub static $module: NativeModule = NativeModule {
            name: $name,
            doc: "",
            functions: &[$($function),*],
            init: |$vm, $dict| {
                $vm.set_ints_in($dict, &[("_GIL_MINSIZE", LONG)]);
                $init;
                Ok(())
            },
        };
    };
}

module!(
    /// `_md5`
    MODULE_MD5, "_md5", [NEW_MD5], |vm, dict| vm.set_in(dict, "MD5Type", vm.typ(&MD5).value().clone())
);
module!(
    /// `_sha1`
    MODULE_SHA1, "_sha1", [NEW_SHA1], |vm, dict| vm.set_in(dict, "SHA1Type", vm.typ(&SHA1).value().clone())
);
module!(
    /// `_sha2`
    MODULE_SHA2, "_sha2", [NEW_SHA224, NEW_SHA256, NEW_SHA384, NEW_SHA512],
    |vm, dict| for spec in [&SHA224, &SHA256, &SHA384, &SHA512] { vm.set_type_in(dict, spec) }
);
module!(
    /// `_sha3`
    MODULE_SHA3, "_sha3", [], |vm, dict| {
        for spec in [&SHA3_224, &SHA3_256, &SHA3_384, &SHA3_512, &SHAKE_128, &SHAKE_256] {
            vm.set_type_in(dict, spec);
        }
        vm.set_in(dict, "implementation", vm.str("keccak"));
    }
);
module!(
    /// `_blake2`
    MODULE_BLAKE2, "_blake2", [], |vm, dict| {
        vm.set_type_in(dict, &BLAKE2B);
        vm.set_type_in(dict, &BLAKE2S);
        for (letter, limits) in [("B", &LIMITS_B), ("S", &LIMITS_S)] {
            vm.set_in(dict, &format!("BLAKE2{letter}_MAX_DIGEST_SIZE"), vm.int_usize(limits.digest));
            vm.set_in(dict, &format!("BLAKE2{letter}_MAX_KEY_SIZE"), vm.int_usize(limits.digest));
            vm.set_in(dict, &format!("BLAKE2{letter}_PERSON_SIZE"), vm.int_usize(limits.salt));
            vm.set_in(dict, &format!("BLAKE2{letter}_SALT_SIZE"), vm.int_usize(limits.salt));
        }
    }
);

// ------------------------------------------------------------------------------------------------ SHA-3

fn sponge<'a>(vm: &Vm, value: &'a Value) -> PyResult<&'a Sponge> {
    match this(vm, value)?.data.state.get() {
        State::Sponge(sponge) => Ok(sponge),
        _ => Err(vm.type_error("not a sponge")),
    }
}

const SPONGE_GETSET: &[GetSet] = &[
    NAME,
    SIZE,
    BLOCK,
    getter("_capacity_bits", |vm, value| Ok(vm.int_usize(1600 - 8 * sponge(vm, value)?.rate)), ""),
    getter("_rate_bits", |vm, value| Ok(vm.int_usize(8 * sponge(vm, value)?.rate)), ""),
    getter("_suffix", |vm, value| Ok(vm.bytes(&[sponge(vm, value)?.suffix])), ""),
];

fn new_sponge(vm: &Vm, ty: &TypeRef, args: Args, signature: &Signature, hash: Hash) -> PyResult<Value> {
    let [data, _, string] = vm.bind_args(signature, args)?;
    if let Some(data) = initial(vm, &data, &string)? {
        feed(vm, &hash, data)?;
    }
    Ok(vm.alloc(ty, hash).into_value())
}

macro_rules! sponge {
    ($type:ident, $name:literal, $size:literal, $rate:literal, $suffix:literal, $methods:expr) => {
        static $type: TypeSpec = TypeSpec::new(concat!("_sha3.", $name), Hash::layout)
            .doc(
                "",
                concat!(
                    $name,
                    "([data], *, usedforsecurity=True)\n\nA new hash object, of the bytes of data."
                ),
            )
            .slots(|s| {
                s.new = Some(|vm, ty, args| {
                    const SIGNATURE: Signature =
                        Signature::parse("sha3_224(data=b'', *, usedforsecurity=True, string=None)");
                    let state = LockCell::new(State::Sponge(Sponge::new($rate, $suffix)));
                    new_sponge(
                        vm,
                        ty,
                        args,
                        &SIGNATURE,
                        Hash { name: $name, size: $size, block: $rate, state },
                    )
                });
            })
            .methods($methods)
            .getset(SPONGE_GETSET);
    };
}

sponge!(SHA3_224, "sha3_224", 28, 144, 6, METHODS);
sponge!(SHA3_256, "sha3_256", 32, 136, 6, METHODS);
sponge!(SHA3_384, "sha3_384", 48, 104, 6, METHODS);
sponge!(SHA3_512, "sha3_512", 64, 72, 6, METHODS);
sponge!(SHAKE_128, "shake_128", 0, 168, 0x1f, SHAKE_METHODS);
sponge!(SHAKE_256, "shake_256", 0, 136, 0x1f, SHAKE_METHODS);

fn length(vm: &Vm, value: &Value) -> PyResult<usize> {
    let length = vm.index(value)?;
    if vm.is_negative(&length) {
        return Err(vm.value_error("Cannot convert negative int"));
    }
    match vm.to_u64(&length)? {
        length if length < 1 << 29 => Ok(length as usize),
        _ => Err(vm.value_error("length is too large")),
    }
}

const SHAKE_METHODS: &[Native] = &[
    COPY,
    native(
        "digest(self, /, length)",
        |vm, args| Ok(vm.bytes(&digest_of(this(vm, &args[0])?, length(vm, &args[1])?))),
        "Return the digest value as a bytes object.",
    ),
    native(
        "hexdigest(self, /, length)",
        |vm, args| Ok(hex(vm, &digest_of(this(vm, &args[0])?, length(vm, &args[1])?))),
        "Return the digest value as a string of hexadecimal digits.",
    ),
    UPDATE,
];

// ------------------------------------------------------------------------------------------------ BLAKE2

/// What a variant allows.
struct Limits {
    name: &'static str,
    shown: &'static str,
    digest: usize,
    salt: usize,
    /// Bytes of `node_offset`.
    offset: usize,
}

static LIMITS_B: Limits = Limits { name: "blake2b", shown: "Blake2b", digest: 64, salt: 16, offset: 8 };
static LIMITS_S: Limits = Limits { name: "blake2s", shown: "Blake2s", digest: 32, salt: 8, offset: 6 };

macro_rules! blake {
    ($type:ident, $name:literal, $limits:ident) => {
        static $type: TypeSpec = TypeSpec::new(concat!("_blake2.", $name), Hash::layout)
            .doc(
                concat!(
                    "(data=b'', *, digest_size=_blake2.", $name, ".MAX_DIGEST_SIZE, key=b'', salt=b'', person=b'', fanout=1, depth=1, leaf_size=0, node_offset=0, node_depth=0, inner_size=0, last_node=False, usedforsecurity=True, string=None)"
                ),
                "A new hash object, of the bytes of data.",
            )
            .slots(|s| {
                s.new = Some(|vm, ty, args| {
                    const SIGNATURE: Signature = Signature::parse(concat!(
                        $name,
                        "(data=b'', *, digest_size=0, key=b'', salt=b'', person=b'', fanout=1, depth=1, leaf_size=0, node_offset=0, node_depth=0, inner_size=0, last_node=False, usedforsecurity=True, string=None)"
                    ));
                    new_blake(vm, ty, &vm.bind_args(&SIGNATURE, args)?, &$limits)
                });
            })
            .methods(METHODS)
            .getset(GETSET)
            .extra(|vm, ty| {
                for (name, size) in [
                    ("MAX_DIGEST_SIZE", $limits.digest),
                    ("MAX_KEY_SIZE", $limits.digest),
                    ("PERSON_SIZE", $limits.salt),
                    ("SALT_SIZE", $limits.salt),
                ] {
                    vm.set_in(&ty.dict, name, vm.int_usize(size));
                }
            });
    };
}

blake!(BLAKE2B, "blake2b", LIMITS_B);
blake!(BLAKE2S, "blake2s", LIMITS_S);

fn between(vm: &Vm, value: &Value, default: i64, low: i64, high: i64, message: &str) -> PyResult<u8> {
    let number = value.given().map_or(Ok(default), |value| vm.to_i32_arg(value).map(i64::from))?;
    if number < low || number > high {
        return Err(vm.value_error(message));
    }
    Ok(number as u8)
}

fn unsigned(vm: &Vm, value: &Value, bits: u32, name: &str) -> PyResult<u64> {
    let Some(value) = value.given() else { return Ok(0) };
    let number = vm.index(value)?;
    if vm.is_negative(&number) {
        return Err(vm.value_error("Cannot convert negative int"));
    }
    let wide = vm.as_big(&number).and_then(|big| u64::try_from(big).ok());
    match wide {
        None => Err(vm.overflow_error("Python int too large for C unsigned long long")),
        Some(wide) if bits < 64 && wide >> bits != 0 => {
            Err(vm.overflow_error(format!("{name} is too large")))
        }
        Some(wide) => Ok(wide),
    }
}

fn new_blake(vm: &Vm, ty: &TypeRef, args: &[Value; 14], limits: &'static Limits) -> PyResult<Value> {
    let [data, size, key, salt, person, fanout, depth, leaf, offset, node_depth, inner, last_node, _, string] =
        args;
    let data = initial(vm, data, string)?;
    let size = size.given().map_or(Ok(limits.digest as i64), |size| vm.to_i32_arg(size).map(i64::from))?;
    if size <= 0 || size > limits.digest as i64 {
        return Err(vm.value_error(format!(
            "digest_size for {} must be between 1 and {} bytes, here it is {size}",
            limits.shown, limits.digest
        )));
    }
    let bytes = |value: &Value, most: usize, name: &str| -> PyResult<Vec<u8>> {
        let bytes = value.given().map_or(Ok(Vec::new()), |value| vm.buffer_bytes(value))?;
        if bytes.len() > most {
            return Err(vm.value_error(format!("maximum {name} length is {most} bytes")));
        }
        Ok(bytes)
    };
    // The order of the checks is CPython's.
    let salt = bytes(salt, limits.salt, "salt")?;
    let person = bytes(person, limits.salt, "person")?;
    let fanout = between(vm, fanout, 1, 0, 255, "fanout must be between 0 and 255")?;
    let depth = between(vm, depth, 1, 1, 255, "depth must be between 1 and 255")?;
    let leaf = unsigned(vm, leaf, 32, "leaf_size")?;
    let offset = unsigned(vm, offset, limits.offset as u32 * 8, "node_offset")?;
    let node_depth = between(vm, node_depth, 0, 0, 255, "node_depth must be between 0 and 255")?;
    let most = limits.digest as i64;
    let inner = between(vm, inner, 0, 0, most, &format!("inner_size must be between 0 and is {most}"))?;
    let key = bytes(key, limits.digest, "key")?;
    let last_node = last_node.given().map_or(Ok(false), |last| vm.truth(last))?;

    let mut block = vec![size as u8, key.len() as u8, fanout, depth];
    block.extend((leaf as u32).to_le_bytes());
    block.extend(&offset.to_le_bytes()[..limits.offset]);
    block.extend([node_depth, inner]);
    block.resize(2 * limits.salt, 0);
    block.extend(&salt);
    block.resize(3 * limits.salt, 0);
    block.extend(&person);
    block.resize(4 * limits.salt, 0);
    let (state, block) = if limits.digest == 64 {
        (State::Blake2b(Box::new(Blake2b::new(&block, &key, last_node))), Blake2b::BLOCK)
    } else {
        (State::Blake2s(Box::new(Blake2s::new(&block, &key, last_node))), Blake2s::BLOCK)
    };
    let hash = Hash { name: limits.name, size: size as usize, block, state: LockCell::new(state) };
    if let Some(data) = data {
        feed(vm, &hash, data)?;
    }
    Ok(vm.alloc(ty, hash).into_value())
}
