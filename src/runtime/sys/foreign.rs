//! Foreign code and memory: shared libraries, raw memory by address, calls of C functions, and C functions that call back.
//!
//! # Model
//!
//! A call hands over words for the integer registers, words for the float registers and words for the stack. What a register of one
//! kind holds does not depend on the other kind, so one function type with all registers of both kinds fits every C function of the
//! platform's convention; words that the callee does not expect are ignored. Whoever calls sorts the arguments.
//!
//! Called back is a pool of functions that were compiled beforehand, each with a number; what a number means is the matter of the
//! hook. No executable memory is made at run time.
//!
//! # Safety
//!
//! Nothing here can be checked: an address is what the program says it is. That is what `ctypes` is, in every Python: a program that
//! names a wrong address dies by a signal. What *can* be checked (lengths, null) is.

use std::ffi::{CStr, CString, c_void};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use super::errno;

/// Words for integer registers.
pub const INTEGERS: usize = if cfg!(target_arch = "x86_64") { 6 } else { 8 };
/// Words for float registers.
pub const FLOATS: usize = 8;
/// Words that may go over the stack.
pub const STACK: usize = 16;

/// What goes into a call, or comes with a call back.
#[derive(Clone, Copy, Default, Debug)]
pub struct Words {
    /// Integer registers.
    pub integers: [u64; 8],
    /// Float registers, as their bits.
    pub floats: [u64; FLOATS],
    /// The stack.
    pub stack: [u64; STACK],
}

/// Where a result is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Answer {
    /// One or two integer registers.
    Integers,
    /// One or two float registers.
    Floats,
    /// The first half in an integer register, the second in a float register.
    IntegerFloat,
    /// The other way round.
    FloatInteger,
}

#[repr(C)]
struct Pair<A, B>(A, B);

/// A function of all registers and the stack words, returning `$r`.
macro_rules! function {
    ($r:ty) => {
        unsafe extern "C" fn(
            u64, u64, u64, u64, u64, u64,
            f64, f64, f64, f64, f64, f64, f64, f64,
            u64, u64, u64, u64, u64, u64, u64, u64, u64, u64, u64, u64, u64, u64, u64, u64,
            ...
        ) -> $r
    };
}

macro_rules! call_as {
    ($address:expr, $w:expr, $r:ty) => {{
        let f: function!($r) = std::mem::transmute($address as *const c_void);
        let (i, s) = (&$w.integers, &$w.stack);
        let x: [f64; FLOATS] = $w.floats.map(f64::from_bits);
        f(
            i[0], i[1], i[2], i[3], i[4], i[5], x[0], x[1], x[2], x[3], x[4], x[5], x[6], x[7], s[0], s[1],
            s[2], s[3], s[4], s[5], s[6], s[7], s[8], s[9], s[10], s[11], s[12], s[13], s[14], s[15],
        )
    }};
}

/// Calls the function at an address: both words of its result.
#[cfg(target_arch = "x86_64")]
pub fn call(address: u64, words: &Words, result: Answer) -> (u64, u64) {
    // SAFETY: the program says that a function of the platform's convention is there. It is called as one with variable arguments,
    // which passes the number of float registers too.
    unsafe {
        match result {
            Answer::Integers => {
                let Pair(a, b) = call_as!(address, words, Pair<u64, u64>);
                (a, b)
            }
            Answer::Floats => {
                let Pair(a, b) = call_as!(address, words, Pair<f64, f64>);
                (a.to_bits(), b.to_bits())
            }
            Answer::IntegerFloat => {
                let Pair(a, b) = call_as!(address, words, Pair<u64, f64>);
                (a, b.to_bits())
            }
            Answer::FloatInteger => {
                let Pair(a, b) = call_as!(address, words, Pair<f64, u64>);
                (a.to_bits(), b)
            }
        }
    }
}

/// Whether functions can be called on this platform.
pub const CAN_CALL: bool = cfg!(target_arch = "x86_64");

/// Calls the function at an address; the platform's convention is not known here.
#[cfg(not(target_arch = "x86_64"))]
pub fn call(_: u64, _: &Words, _: Answer) -> (u64, u64) {
    (0, 0)
}

// ------------------------------------------------------------------------------------------------ memory

/// Zeroed memory of its own.
pub struct Block {
    address: u64,
    words: Vec<u128>,
}

impl Block {
    /// Memory of so many bytes, aligned for everything; nothing if there is not so much.
    pub fn new(size: usize) -> Option<Block> {
        let count = size.div_ceil(16).max(1);
        let mut words = Vec::new();
        words.try_reserve_exact(count).ok()?;
        words.resize(count, 0u128);
        Some(Block { address: words.as_ptr() as u64, words })
    }
    /// Where it is.
    pub fn address(&self) -> u64 {
        self.address
    }
    /// How much there is.
    pub fn room(&self) -> usize {
        self.words.len() * 16
    }
}

/// Memory at an address.
#[allow(clippy::mut_from_ref)]
pub fn memory<'a>(address: u64, size: usize) -> &'a mut [u8] {
    if address == 0 || size == 0 {
        return &mut [];
    }
    // SAFETY: the program says that it has that memory.
    unsafe { std::slice::from_raw_parts_mut(address as *mut u8, size) }
}

/// Copies memory that may overlap.
pub fn copy(from: u64, to: u64, size: usize) {
    if size > 0 && from != 0 && to != 0 {
        // SAFETY: the program says that it has that memory.
        unsafe { std::ptr::copy(from as *const u8, to as *mut u8, size) };
    }
}

/// The bytes up to a zero at an address that is not null.
pub fn text(address: u64) -> Vec<u8> {
    // SAFETY: the program says that such a text is there.
    unsafe { CStr::from_ptr(address as *const _) }.to_bytes().to_vec()
}

/// The wide characters up to a zero at an address that is not null, at most `limit`.
pub fn wide_text(address: u64, limit: usize) -> Vec<u32> {
    let mut found = Vec::new();
    while found.len() < limit {
        // SAFETY: the program says that such a text is there.
        let next = unsafe { (address as *const u32).add(found.len()).read_unaligned() };
        if next == 0 {
            break;
        }
        found.push(next);
    }
    found
}

/// Addresses of the functions that the library offers by address.
pub fn known(name: &str) -> Option<u64> {
    Some(match name {
        "memmove" => libc::memmove as *const () as u64,
        "memset" => libc::memset as *const () as u64,
        _ => return None,
    })
}

// ------------------------------------------------------------------------------------------------ libraries

fn loader_message() -> String {
    // SAFETY: the message is a text that stays until the next call of the loader in this thread.
    unsafe {
        let message = libc::dlerror();
        if message.is_null() {
            String::from("dlerror")
        } else {
            CStr::from_ptr(message).to_string_lossy().into_owned()
        }
    }
}

/// Opens a library, or the program itself.
pub fn open_library(name: Option<&CStr>, mode: i32) -> Result<u64, String> {
    // SAFETY: a text that ends with a zero, or null.
    let handle = unsafe { libc::dlopen(name.map_or(std::ptr::null(), CStr::as_ptr), mode | libc::RTLD_NOW) };
    if handle.is_null() { Err(loader_message()) } else { Ok(handle as u64) }
}

/// Where a name of a library is.
pub fn find_symbol(handle: u64, name: &CStr) -> Result<u64, String> {
    // SAFETY: the handle is one of `open_library`, says the program; the text ends with a zero.
    unsafe {
        libc::dlerror();
        let found = libc::dlsym(handle as *mut c_void, name.as_ptr());
        if found.is_null() { Err(loader_message()) } else { Ok(found as u64) }
    }
}

/// Gives a library back.
pub fn close_library(handle: u64) -> Result<(), String> {
    // SAFETY: the handle is one of `open_library`, says the program.
    if unsafe { libc::dlclose(handle as *mut c_void) } == 0 { Ok(()) } else { Err(loader_message()) }
}

/// A text with a zero at its end; nothing if it holds one.
pub fn c_text(bytes: &[u8]) -> Option<CString> {
    CString::new(bytes).ok()
}

/// Sets the number of the last error of the thread; the one before.
pub fn swap_errno(new: i32) -> i32 {
    let old = errno();
    // SAFETY: the thread's own number.
    unsafe { *libc::__errno_location() = new };
    old
}

// ------------------------------------------------------------------------------------------------ calls back

/// How many functions can be called back at a time.
pub const CALLBACKS: usize = 256;

/// What answers a call back: its number and what came with it; the answer's integer and float word.
pub type Hook = fn(usize, &Words) -> (u64, u64);

static HOOK: OnceLock<Hook> = OnceLock::new();
static TAKEN: [AtomicBool; CALLBACKS] = [const { AtomicBool::new(false) }; CALLBACKS];

/// Sets what answers calls back, once.
pub fn answer_with(hook: Hook) {
    let _ = HOOK.set(hook);
}

/// Takes a free number and gives the address of its function.
pub fn take_callback() -> Option<(usize, u64)> {
    let free = TAKEN.iter().position(|taken| !taken.swap(true, Ordering::AcqRel))?;
    callback_address(free).map(|address| (free, address))
}

/// Gives a number back.
pub fn free_callback(number: usize) {
    TAKEN[number].store(false, Ordering::Release);
}

/// The function of a number. The answer goes into an integer and a float register: whoever called looks into one of them.
#[cfg(target_arch = "x86_64")]
#[allow(clippy::too_many_arguments)]
extern "C" fn called_back<const N: usize>(
    i0: u64,
    i1: u64,
    i2: u64,
    i3: u64,
    i4: u64,
    i5: u64,
    x0: f64,
    x1: f64,
    x2: f64,
    x3: f64,
    x4: f64,
    x5: f64,
    x6: f64,
    x7: f64,
    s0: u64,
    s1: u64,
    s2: u64,
    s3: u64,
    s4: u64,
    s5: u64,
    s6: u64,
    s7: u64,
) -> Pair<u64, f64> {
    let mut words = Words::default();
    words.integers[..6].copy_from_slice(&[i0, i1, i2, i3, i4, i5]);
    words.floats = [x0, x1, x2, x3, x4, x5, x6, x7].map(f64::to_bits);
    words.stack[..8].copy_from_slice(&[s0, s1, s2, s3, s4, s5, s6, s7]);
    let (integer, float) = HOOK.get().map_or((0, 0), |hook| hook(N, &words));
    Pair(integer, f64::from_bits(float))
}

#[cfg(target_arch = "x86_64")]
fn callback_address(number: usize) -> Option<u64> {
    macro_rules! addresses {
        ($($high:literal)*) => { [$(addresses!(@ $high * 16,
            0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)),*] };
        (@ $base:expr, $($low:literal),*) => { [$(called_back::<{ $base + $low }> as *const () as u64),*] };
    }
    let table: [[u64; 16]; 16] = addresses!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
    table.as_flattened().get(number).copied()
}

#[cfg(not(target_arch = "x86_64"))]
fn callback_address(_: usize) -> Option<u64> {
    None
}
