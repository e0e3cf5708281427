//! `_random`: the Mersenne Twister MT19937, with the seeding of CPython's `Random`.

use dashu_int::{IBig, UBig, ops::UnsignedAbs};

use crate::runtime::error::PyResult;
use crate::runtime::gc::heap::type_flag;
use crate::runtime::object::typedef::{TypeSpec, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::stdlib::NativeModule;
use crate::runtime::value::{LockCell, Payload, Value};

const N: usize = 624;
const M: usize = 397;

/// `_random`
pub static MODULE: NativeModule = NativeModule {
    name: "_random",
    doc: "Module implements the Mersenne Twister random number generator.",
    functions: &[],
    init: |vm, dict| {
        vm.set_type_in(dict, &RANDOM);
        Ok(())
    },
};

/// The generator's state.
struct Twister {
    words: [u32; N],
    at: usize,
}

impl Twister {
    fn with_number(seed: u32) -> Twister {
        let mut words = [0u32; N];
        words[0] = seed;
        for at in 1..N {
            let before = words[at - 1];
            words[at] = 1_812_433_253u32.wrapping_mul(before ^ (before >> 30)).wrapping_add(at as u32);
        }
        Twister { words, at: N }
    }

    fn with_key(key: &[u32]) -> Twister {
        let mut this = Twister::with_number(19_650_218);
        let words = &mut this.words;
        let (mut i, mut j) = (1, 0);
        for _ in 0..N.max(key.len()) {
            let mixed = (words[i - 1] ^ (words[i - 1] >> 30)).wrapping_mul(1_664_525);
            words[i] = (words[i] ^ mixed).wrapping_add(key[j]).wrapping_add(j as u32);
            i += 1;
            j += 1;
            if i >= N {
                words[0] = words[N - 1];
                i = 1;
            }
            if j >= key.len() {
                j = 0;
            }
        }
        for _ in 1..N {
            let mixed = (words[i - 1] ^ (words[i - 1] >> 30)).wrapping_mul(1_566_083_941);
            words[i] = (words[i] ^ mixed).wrapping_sub(i as u32);
            i += 1;
            if i >= N {
                words[0] = words[N - 1];
                i = 1;
            }
        }
        words[0] = 0x8000_0000;
        this
    }

    fn next(&mut self) -> u32 {
        if self.at >= N {
            for at in 0..N {
                let y = (self.words[at] & 0x8000_0000) | (self.words[(at + 1) % N] & 0x7fff_ffff);
                let twist = if y & 1 != 0 { 0x9908_b0df } else { 0 };
                self.words[at] = self.words[(at + M) % N] ^ (y >> 1) ^ twist;
            }
            self.at = 0;
        }
        let mut y = self.words[self.at];
        self.at += 1;
        y ^= y >> 11;
        y ^= (y << 7) & 0x9d2c_5680;
        y ^= (y << 15) & 0xefc6_0000;
        y ^ (y >> 18)
    }
}

/// The payload of `Random`.
pub struct Random(LockCell<Twister>);

crate::payload!(Random, "_random.Random");

fn seed(vm: &Vm, this: &Random, value: Option<&Value>) -> PyResult<()> {
    let number: UBig = match value {
        None => {
            let mut bytes = [0u8; 32];
            let now = std::time::SystemTime::now()
                .duration_since(std::time::UNIX_EPOCH)
                .map_or(0, |d| d.as_nanos());
            bytes[..16].copy_from_slice(&now.to_le_bytes());
            if let Ok(mut file) = std::fs::File::open("/dev/urandom") {
                let _ = std::io::Read::read_exact(&mut file, &mut bytes);
            }
            UBig::from_le_bytes(&bytes)
        }
        Some(value) => match value.as_int() {
            Some(view) => view.big().into_owned().unsigned_abs(),
            None => UBig::from(vm.hash(value)? as u64),
        },
    };
    let bytes = number.to_le_bytes();
    let mut key: Vec<u32> = bytes
        .chunks(4)
        .map(|chunk| chunk.iter().rev().fold(0, |word, byte| word << 8 | u32::from(*byte)))
        .collect();
    if key.is_empty() {
        key.push(0);
    }
    this.0.set(Twister::with_key(&key));
    Ok(())
}

/// `Random`
pub static RANDOM: TypeSpec = TypeSpec::new("_random.Random", Random::layout)
    .flags(type_flag::BASE)
    .doc("", "Random() -> create a random number generator with its own internal state.")
    .slots(|s| {
        s.new = Some(|vm, ty, args| {
            if ty.is(vm.typ(&RANDOM)) {
                args.count(vm, "Random", 0, 1)?;
            }
            let new = vm.alloc(ty, Random(LockCell::new(Twister::with_number(0))));
            seed(vm, &new, args.pos().first().filter(|value| !value.is_none()))?;
            Ok(new.into_value())
        });
    })
    .methods(&[
        native("random(self, /)", |vm, args| {
            let twister = vm.cast::<Random>(&args[0])?.0.get_mut();
            let (a, b) = (twister.next() >> 5, twister.next() >> 6);
            Ok(vm.float((f64::from(a) * 67_108_864.0 + f64::from(b)) * (1.0 / 9_007_199_254_740_992.0)))
        }, "random() -> x in the interval [0, 1)."),
        native("seed(self, n=None, /)", |vm, args| {
            seed(vm, vm.cast::<Random>(&args[0])?, args[1].some())?;
            Ok(Value::NONE)
        }, "seed([n]) -> None.\n\nDefaults to use urandom and falls back to a combination\nof the current time and the process identifier."),
        native("getstate(self, /)", |vm, args| {
            let twister = vm.cast::<Random>(&args[0])?.0.get();
            let mut words: Vec<Value> = twister.words.iter().map(|word| vm.int((*word).into())).collect();
            words.push(vm.int_usize(twister.at));
            Ok(vm.tuple(words))
        }, "getstate() -> tuple containing the current state."),
        native("setstate(self, state, /)", |vm, args| {
            let Some(state) = args[1].as_tuple() else { return Err(vm.type_error("state vector must be a tuple")) };
            if state.len() != N + 1 {
                return Err(vm.value_error("state vector is the wrong size"));
            }
            let mut words = [0; N];
            for (word, value) in words.iter_mut().zip(state.items()) {
                *word = vm.to_u64(value)? as u32;
            }
            let at = vm.to_i64(&state.items()[N])?;
            if !(0..=N as i64).contains(&at) {
                return Err(vm.value_error("invalid state"));
            }
            vm.cast::<Random>(&args[0])?.0.set(Twister { words, at: at as usize });
            Ok(Value::NONE)
        }, "setstate(state) -> None.  Restores generator state."),
        native("getrandbits(self, k, /)", |vm, args| {
            let k = vm.index(&args[1])?;
            if vm.is_negative(&k) {
                return Err(vm.value_error("number of bits must be non-negative"));
            }
            let k = vm.to_u64(&k)?;
            let twister = vm.cast::<Random>(&args[0])?.0.get_mut();
            if k == 0 {
                return Ok(vm.int(0));
            }
            if k <= 32 {
                return Ok(vm.int((twister.next() >> (32 - k)).into()));
            }
            if k > 1 << 36 {
                return Err(vm.memory_error());
            }
            let count = k.div_ceil(32) as usize;
            let mut bytes = Vec::with_capacity(4 * count);
            let mut left = k;
            for _ in 0..count {
                let mut word = twister.next();
                if left < 32 {
                    word >>= 32 - left;
                }
                bytes.extend_from_slice(&word.to_le_bytes());
                left = left.saturating_sub(32);
            }
            Ok(vm.int_big(IBig::from(UBig::from_le_bytes(&bytes))))
        }, "getrandbits(k) -> x.  Generates an int with k random bits."),
    ]);
