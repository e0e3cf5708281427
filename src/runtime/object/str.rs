//! The payload of `str`: WTF-8 text with its length in code points, its hash, and a lazily built index.
//!
//! # Invariants
//!
//! 1. The bytes are generalised UTF-8: valid UTF-8 but that lone surrogates are encoded as three bytes.
//! 2. `chars` is the number of code points, or has `INDEXED` set and leads to it; equal to the number of bytes if and only if the text
//!    is ASCII.
//! 3. An interned string is the only interned one with its text in its interpreter (`vm::Interp::intern`).

use std::cell::Cell;
use std::ptr::NonNull;

use crate::runtime::gc::heap::{self, Layout, heap};
use crate::runtime::number::int_text;
use crate::runtime::object::hash;
use crate::runtime::object::typedef::TypeRef;
use crate::runtime::object::vm::{Vm, vm};
use crate::runtime::text::wtf8::OffsetIndex;
use crate::runtime::value::{Header, Obj, Payload, Ref, Value, flag};

/// Text; the bytes stand behind it.
#[repr(C)]
pub struct Str {
    hash: Cell<u64>,
    bytes: Cell<usize>,
    chars: Cell<usize>,
}

/// Where the text begins: right behind the payload, in what `Obj` is rounded up by.
const HEAD: usize = std::mem::offset_of!(Obj<Str>, data) + size_of::<Str>();

/// Size of a string of so many bytes.
#[inline(always)]
fn size_for(bytes: usize) -> usize {
    (HEAD + bytes).max(size_of::<Obj<Str>>())
}

/// Set in `chars`: the rest is the address of an [`Index`], shifted down by one.
const INDEXED: usize = 1 << (usize::BITS - 1);

/// What a text that is asked for its code points by number has instead of their number alone.
struct Index {
    chars: usize,
    offsets: OffsetIndex,
}

impl Payload for Str {
    #[inline(always)]
    fn layout() -> &'static Layout {
        static LAYOUT: Layout = Layout::of::<Str>("str", false, None)
            .with_items(size_of_str)
            .with_drop(drop_str)
            .with_release(release_str);
        &LAYOUT
    }
}

unsafe fn size_of_str(at: NonNull<Header>) -> usize {
    // SAFETY: called with the header of a string.
    let text = unsafe { at.cast::<Obj<Str>>().as_ref() };
    if text.head.flags.get() & flag::SHIFTED == 0 {
        return size_for(text.bytes.get());
    }
    text.items_start() as usize - at.as_ptr() as usize + text.bytes.get()
}

unsafe fn release_str(at: NonNull<Header>) {
    // SAFETY: called with a dying string.
    unsafe {
        let text = at.cast::<Obj<Str>>().as_ref();
        if text.head.flags.get() & (flag::INTERNED | flag::SHIFTED) != 0 || text.chars.get() & INDEXED != 0 {
            return heap::release_plain(at);
        }
        heap().give_back(at.as_ptr().cast(), size_for(text.bytes.get()));
    }
}

unsafe fn drop_str(at: NonNull<Header>) {
    // SAFETY: called once with the header of a dying string.
    let text = unsafe { at.cast::<Obj<Str>>().as_ref() };
    if text.head.flags.get() & flag::INTERNED != 0 {
        vm().interp().forget_interned(text);
    }
    if let Some(index) = text.index() {
        // SAFETY: the index came from a box and is freed once.
        drop(unsafe { Box::from_raw(std::ptr::from_ref(index).cast_mut()) });
    }
}

impl Obj<Str> {
    #[inline(always)]
    fn start(&self) -> *mut u8 {
        if self.head.flags.get() & flag::SHIFTED != 0 {
            return self.items_start();
        }
        // SAFETY: strings are allocated with room for their text there.
        unsafe { std::ptr::from_ref(self).cast::<u8>().cast_mut().add(HEAD) }
    }
    /// The bytes.
    #[inline(always)]
    pub fn bytes(&self) -> &[u8] {
        // SAFETY: that many bytes stand behind the payload and never change.
        unsafe { std::slice::from_raw_parts(self.start(), self.bytes.get()) }
    }
    /// Number of code points.
    #[inline(always)]
    pub fn len(&self) -> usize {
        match self.index() {
            None => self.chars.get(),
            Some(index) => index.chars,
        }
    }
    #[inline(always)]
    fn index(&self) -> Option<&Index> {
        let word = self.chars.get();
        // SAFETY: the address of a box that is freed only with the string.
        if word & INDEXED == 0 { None } else { Some(unsafe { &*((word << 1) as *const Index) }) }
    }
    /// Is it empty?
    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.bytes.get() == 0
    }
    /// Is it ASCII?
    #[inline(always)]
    pub fn is_ascii(&self) -> bool {
        self.chars.get() == self.bytes.get()
    }
    /// The text, if it has no lone surrogates.
    #[inline]
    pub fn as_str(&self) -> Option<&str> {
        if self.is_ascii() {
            // SAFETY: ASCII is UTF-8.
            return Some(unsafe { std::str::from_utf8_unchecked(self.bytes()) });
        }
        std::str::from_utf8(self.bytes()).ok()
    }
    /// The text, lone surrogates replaced: for messages.
    pub fn to_string_lossy(&self) -> std::borrow::Cow<'_, str> {
        match self.as_str() {
            Some(text) => text.into(),
            None => String::from_utf8_lossy(self.bytes()),
        }
    }
    /// The hash, computed once.
    #[inline(always)]
    pub fn hash(&self) -> u64 {
        let known = self.hash.get();
        if known != 0 {
            return known;
        }
        let new = hash::text_hash(self.bytes(), self.is_ascii());
        self.hash.set(new);
        new
    }
    /// Notes the hash, computed from the same text elsewhere.
    pub fn remember_hash(&self, hash: u64) {
        debug_assert_eq!(hash, hash::text_hash(self.bytes(), self.is_ascii()));
        self.hash.set(hash);
    }
    /// Is it interned?
    #[inline(always)]
    pub fn is_interned(&self) -> bool {
        self.head.flags.get() & flag::INTERNED != 0
    }
    /// Byte offset of a code point's start; `at` may be the length.
    #[inline]
    pub fn offset(&self, at: usize) -> usize {
        if self.is_ascii() || at == 0 {
            return at;
        }
        if at == self.len() {
            return self.bytes.get();
        }
        match self.offset_index() {
            Some(index) => index.offset(self.bytes(), at),
            None => crate::runtime::text::wtf8::advance(self.bytes(), 0, at),
        }
    }
    /// Index of the code point that starts at a byte offset.
    #[inline]
    pub fn index_of(&self, offset: usize) -> usize {
        if self.is_ascii() {
            return offset;
        }
        // An index is made for who asks by code point; that the start of a text is asked about alone does not pay for one.
        match self.index() {
            None => crate::runtime::text::wtf8::count(&self.bytes()[..offset]),
            Some(index) => index.offsets.index(self.bytes(), offset),
        }
    }
    /// The table of offsets of a text that is not ASCII, made when it is first asked for; short texts have none.
    #[inline]
    pub fn offset_index(&self) -> Option<&OffsetIndex> {
        if self.is_ascii() || self.bytes.get() < 96 {
            return None;
        }
        if self.index().is_none() {
            let new = Index { chars: self.chars.get(), offsets: OffsetIndex::new(self.bytes()) };
            // A box of words has an even address.
            self.chars.set(Box::into_raw(Box::new(new)) as usize >> 1 | INDEXED);
        }
        self.index().map(|index| &index.offsets)
    }
    /// Are both the same text?
    #[inline(always)]
    pub fn same(&self, other: &Obj<Str>) -> bool {
        self.address() == other.address() || self.bytes() == other.bytes()
    }
}

/// Copies bytes to where they don't overlap; mostly few, for which a call takes longer than two loads and stores.
///
/// # Safety
/// `from` and `to` point to so many bytes.
#[inline(always)]
unsafe fn copy(from: *const u8, to: *mut u8, length: usize) {
    /// The first and the last bytes, which may be partly the same.
    #[inline(always)]
    unsafe fn ends<T: Copy>(from: *const u8, to: *mut u8, length: usize) {
        let last = length - size_of::<T>();
        // SAFETY: the caller has seen that there are as many bytes as `T` has, at least.
        unsafe {
            let (first, second) =
                (from.cast::<T>().read_unaligned(), from.add(last).cast::<T>().read_unaligned());
            to.cast::<T>().write_unaligned(first);
            to.add(last).cast::<T>().write_unaligned(second);
        }
    }
    // SAFETY: as promised.
    unsafe {
        match length {
            0 => {}
            1..4 => {
                ends::<u8>(from, to, length);
                to.add(length / 2).write(*from.add(length / 2));
            }
            4..8 => ends::<u32>(from, to, length),
            8..=16 => ends::<u64>(from, to, length),
            17..=32 => ends::<u128>(from, to, length),
            _ => std::ptr::copy_nonoverlapping(from, to, length),
        }
    }
}

/// The part of a new string that has not been filled yet.
pub struct Room {
    at: *mut u8,
    left: usize,
}

impl Room {
    /// Puts bytes behind what is there.
    #[inline(always)]
    pub fn put(&mut self, part: &[u8]) {
        assert!(part.len() <= self.left, "a string has room");
        // SAFETY: `left` bytes from `at` on belong to the new string, and this part fits.
        unsafe {
            copy(part.as_ptr(), self.at, part.len());
            self.at = self.at.add(part.len());
        }
        self.left -= part.len();
    }
}

/// Room for a string of a type; the caller fills the bytes.
fn allocate(ty: &TypeRef, length: usize, chars: usize) -> Ref<Str> {
    let exact = ty.is_exact_builtin();
    // SAFETY: header, payload and all attribute words are written before anything else runs.
    unsafe {
        let at = if exact {
            heap().object(ty.head_ptr(), size_for(length), false)
        } else {
            ty.allocate_shifted(length)
        };
        let text = at.cast::<Obj<Str>>();
        (&raw mut (*text.as_ptr()).data).write(Str {
            hash: Cell::new(0),
            bytes: Cell::new(length),
            chars: Cell::new(chars),
        });
        Ref::from_value_unchecked(Value::from_bits(at.as_ptr() as u64))
    }
}

/// A string of a type, for the bootstrap.
pub fn string_of(ty: &TypeRef, bytes: &[u8], chars: usize) -> Ref<Str> {
    let text = allocate(ty, bytes.len(), chars);
    // SAFETY: allocated with that length right above.
    unsafe { copy(bytes.as_ptr(), text.start(), bytes.len()) };
    text
}

impl Vm {
    /// A new string of WTF-8 bytes whose number of code points is known.
    pub fn str_with_len(&self, bytes: &[u8], chars: usize) -> Value {
        debug_assert_eq!(crate::runtime::text::wtf8::count(bytes), chars);
        if bytes.len() <= 1 {
            match bytes.first() {
                None => return self.interp().empty_str.clone(),
                Some(&byte) if byte < 128 => return self.interp().ascii_chars[byte as usize].clone(),
                _ => {}
            }
        }
        if let &[first @ (0xc2 | 0xc3), second] = bytes {
            return self.latin_char(first << 6 | second & 63);
        }
        self.str_fresh(bytes, chars)
    }

    /// A new string that is no shared one-character string.
    pub fn str_fresh(&self, bytes: &[u8], chars: usize) -> Value {
        string_of(&self.interp().str_type, bytes, chars).into_value()
    }

    /// A new string of WTF-8 bytes.
    #[inline]
    pub fn str_bytes(&self, bytes: &[u8]) -> Value {
        let chars = crate::runtime::text::wtf8::count(bytes);
        self.str_with_len(bytes, chars)
    }

    /// A new string.
    #[inline]
    pub fn str(&self, text: impl AsRef<str>) -> Value {
        self.str_bytes(text.as_ref().as_bytes())
    }

    /// A new string of ASCII bytes.
    #[inline]
    pub fn str_ascii(&self, bytes: &[u8]) -> Value {
        self.str_with_len(bytes, bytes.len())
    }

    /// The decimal digits of a small int.
    pub fn str_decimal(&self, value: i64) -> Value {
        self.str_ascii(crate::runtime::number::int_text::Decimal::of(value).text())
    }

    /// A string of one code point (surrogates too).
    pub fn str_char(&self, code: u32) -> Value {
        if code < 128 {
            return self.interp().ascii_chars[code as usize].clone();
        }
        if code < 256 {
            return self.latin_char(code as u8);
        }
        let mut buffer = [0; 4];
        match char::from_u32(code) {
            Some(character) => self.str_fresh(character.encode_utf8(&mut buffer).as_bytes(), 1),
            None => {
                let mut buffer = Vec::with_capacity(4);
                crate::runtime::text::wtf8::push(&mut buffer, code);
                self.str_fresh(&buffer, 1)
            }
        }
    }

    /// The string of a code point from U+0080 to U+00FF: there is one of each, as in CPython.
    pub fn latin_char(&self, code: u8) -> Value {
        let found = self.interp().latin_chars.get().get(usize::from(code & 127));
        match found.filter(|found| !found.is_unbound()) {
            Some(found) => found.clone(),
            None => self.make_latin_char(code),
        }
    }

    #[cold]
    fn make_latin_char(&self, code: u8) -> Value {
        let new = self.str_fresh(char::from(code).encode_utf8(&mut [0; 2]).as_bytes(), 1);
        let table = self.interp().latin_chars.get_mut();
        table.resize(128, Value::UNBOUND);
        table[usize::from(code & 127)] = new.clone();
        new
    }

    /// A string of a subclass of `str` with the same text.
    pub fn str_of_type(&self, ty: &TypeRef, text: &Obj<Str>) -> Value {
        let new = allocate(ty, text.bytes().len(), text.len());
        // SAFETY: allocated with that length right above.
        unsafe { std::ptr::copy_nonoverlapping(text.bytes().as_ptr(), new.start(), text.bytes().len()) };
        new.into_value()
    }

    /// A new string of so many bytes and code points, which `fill` puts in.
    #[inline]
    pub fn str_filled(&self, length: usize, chars: usize, fill: impl FnOnce(&mut Room)) -> Value {
        if length <= 1 {
            let mut one = [0];
            let mut room = Room { at: one.as_mut_ptr(), left: length };
            fill(&mut room);
            return self.str_with_len(&one[..length], chars);
        }
        let text = allocate(&self.interp().str_type, length, chars);
        let mut room = Room { at: text.start(), left: length };
        fill(&mut room);
        assert!(room.left == 0, "a string is filled");
        text.into_value()
    }

    /// A new string of texts in a row; small ints stand for their decimal digits, what else is no text is left out.
    pub fn str_of_texts(&self, texts: &[Value]) -> Value {
        let (mut length, mut chars) = (0, 0);
        for part in texts {
            if let Some(text) = part.as_str() {
                length += text.bytes().len();
                chars += text.len();
            } else if let Some(value) = part.as_small() {
                let digits = int_text::decimal_length(value);
                length += digits;
                chars += digits;
            }
        }
        self.str_filled(length, chars, |room| {
            for part in texts {
                if let Some(text) = part.as_str() {
                    room.put(text.bytes());
                } else if let Some(value) = part.as_small() {
                    room.put(int_text::Decimal::of(value).text());
                }
            }
        })
    }

    /// The concatenation of two strings.
    pub fn str_concat(&self, a: &Obj<Str>, b: &Obj<Str>) -> Value {
        let text = allocate(&self.interp().str_type, a.bytes().len() + b.bytes().len(), a.len() + b.len());
        // SAFETY: allocated with the sum of both lengths.
        unsafe {
            let start = text.start();
            copy(a.bytes().as_ptr(), start, a.bytes().len());
            copy(b.bytes().as_ptr(), start.add(a.bytes().len()), b.bytes().len());
        }
        text.into_value()
    }

    /// The concatenation of `a`, whose only reference is given up, and `b`: amortised when it can grow in place.
    pub fn str_append(&self, a: Value, b: &Obj<Str>) -> Value {
        let Some(text) = a.downcast::<Str>() else { return a };
        let old = text.bytes.get();
        let added = b.bytes().len();
        let grows = text.head.count.get() == 1
            && text.head.flags.get()
                & (flag::INTERNED | flag::WEAKLY_REFERENCED | flag::SHIFTED | flag::IMMORTAL)
                == 0
            && text.index().is_none()
            && old >= 16
            && text.address() != b.address();
        if !grows {
            return self.str_concat(text, b);
        }
        let new = crate::runtime::gc::heap::grow(a.into_bits() as *mut u8, HEAD + old, HEAD + old + added);
        // SAFETY: the only reference was given up, so the block may move; it has room for the added bytes now.
        unsafe {
            let text = &*(new as *const Obj<Str>);
            copy(b.bytes().as_ptr(), text.start().add(old), added);
            text.bytes.set(old + added);
            text.chars.set(text.chars.get() + b.len());
            text.hash.set(0);
            Value::from_bits(new as u64)
        }
    }
}

impl Value {
    /// The string, if it is one (or of a subclass).
    #[inline(always)]
    pub fn as_str(&self) -> Option<&Obj<Str>> {
        self.downcast::<Str>()
    }
}
