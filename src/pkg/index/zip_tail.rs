//! The METADATA of a wheel, from the end of its archive: as few bytes as hold it.
//!
//! A wheel's central directory stands at its end and, as wheels should have it, `.dist-info` right before it. [`find`] is given
//! the last bytes, says which further range it needs, if any, and yields the file's text. Everything that the archive says of
//! itself is checked against what is there: no offset or size is believed. Exactly one top-level `*.dist-info/METADATA` may be
//! listed, whose folder names the wheel's distribution and version.
//!
//! Not here: unpacking (`install`), which reads archives as a whole.

use std::cell::Cell;
use std::fmt;
use std::io::Read;
use std::ops::Range;

use crate::pkg::filename::WheelName;
use crate::pkg::name::Name;
use crate::pkg::version::Version;

/// No METADATA is longer, nor is it believed to be.
const MAX_METADATA: u64 = 32 << 20;
/// No central directory is longer.
const MAX_DIRECTORY: u64 = 256 << 20;
/// What is read before a central directory that the tail does not hold: METADATA is often there.
const BEFORE_DIRECTORY: u64 = 16 * 1024;
/// Room for the extra fields of a local header, whose length only the header itself says.
const LOCAL_EXTRA: u64 = 64;

const END: [u8; 4] = *b"PK\x05\x06";
const END64: [u8; 4] = *b"PK\x06\x06";
const LOCATOR64: [u8; 4] = *b"PK\x06\x07";
const ENTRY: [u8; 4] = *b"PK\x01\x02";
const LOCAL: [u8; 4] = *b"PK\x03\x04";

/// Why an archive yields no metadata.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ZipError {
    /// No archive, or a damaged one.
    Damaged(&'static str),
    NoMetadata,
    /// More than one `.dist-info` at the top, or the same file twice.
    Several(String, String),
    /// A `.dist-info` of something else than the file's name says.
    OtherName {
        folder: String,
    },
    Method(u16),
    TooLong(u64),
    NotText,
}

impl fmt::Display for ZipError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Damaged(what) => write!(out, "it is no intact wheel ({what})"),
            Self::NoMetadata => out.write_str("it has no .dist-info/METADATA"),
            Self::Several(one, other) => write!(out, "it has both {one} and {other}"),
            Self::OtherName { folder } => write!(out, "its folder {folder} is that of another distribution"),
            Self::Method(method) => write!(out, "its METADATA is packed by the unsupported method {method}"),
            Self::TooLong(length) => write!(out, "its METADATA has {length} bytes"),
            Self::NotText => out.write_str("its METADATA is not UTF-8"),
        }
    }
}

impl std::error::Error for ZipError {}

/// What [`find`] came to.
#[derive(Debug, PartialEq, Eq)]
pub enum Found {
    Text(String),
    /// These bytes are needed as well.
    Need(Range<u64>),
}

/// The end of an archive.
pub struct Tail {
    /// The archive's length.
    pub total: u64,
    /// Where `bytes` begin; they reach to the end.
    pub start: u64,
    pub bytes: Vec<u8>,
    /// A part before them, fetched when it was needed.
    pub more: Option<(u64, Vec<u8>)>,
    /// The first byte that was looked at.
    lowest: Cell<u64>,
}

impl Tail {
    /// The last bytes of an archive.
    pub fn new(total: u64, start: u64, bytes: Vec<u8>) -> Self {
        Self { total, start, bytes, more: None, lowest: Cell::new(total) }
    }

    /// Adds what [`Found::Need`] asked for.
    pub fn add(&mut self, start: u64, mut bytes: Vec<u8>) {
        if start.checked_add(bytes.len() as u64) == Some(self.start) {
            bytes.append(&mut self.bytes);
            self.bytes = bytes;
            self.start = start;
        } else {
            self.more = Some((start, bytes));
        }
    }

    /// How much of the archive's end was needed so far.
    pub fn needed(&self) -> u64 {
        self.total - self.lowest.get()
    }

    fn get(&self, range: Range<u64>) -> Option<&[u8]> {
        self.lowest.set(self.lowest.get().min(range.start));
        let within = |start: u64, bytes| -> Option<&[u8]> {
            let from = usize::try_from(range.start.checked_sub(start)?).ok()?;
            let to = usize::try_from(range.end.checked_sub(start)?).ok()?;
            <[u8]>::get(bytes, from..to)
        };
        within(self.start, &self.bytes)
            .or_else(|| self.more.as_ref().and_then(|(start, bytes)| within(*start, bytes)))
    }
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(bytes.get(at..at.checked_add(8)?)?.try_into().ok()?))
}

/// Looks for the METADATA.
///
/// # Errors
/// See [`ZipError`].
pub fn find(tail: &Tail, wheel: &WheelName) -> Result<Found, ZipError> {
    let directory = match directory_range(tail)? {
        Ok(range) => range,
        Err(need) => return Ok(Found::Need(need)),
    };
    let Some(bytes) = tail.get(directory.clone()) else {
        let start = directory.start.saturating_sub(BEFORE_DIRECTORY);
        return Ok(Found::Need(start..tail.start));
    };
    let entry = find_entry(bytes, wheel)?;
    if entry.unpacked > MAX_METADATA || entry.packed > MAX_METADATA {
        return Err(ZipError::TooLong(entry.unpacked.max(entry.packed)));
    }
    let end_at_most = |length: u64| {
        let end = entry.header.checked_add(length).filter(|end| *end <= directory.start);
        end.ok_or(ZipError::Damaged("METADATA lies outside of the archive"))
    };
    // The shortest that it can be, then with what the local header adds.
    end_at_most(30 + entry.name_length + entry.packed)?;
    let Some(local) = tail.get(entry.header..entry.header + 30) else {
        let length = 30 + entry.name_length + LOCAL_EXTRA + entry.packed;
        let end = entry.header.saturating_add(length).min(directory.start);
        return Ok(Found::Need(entry.header..end));
    };
    let damaged = || ZipError::Damaged("METADATA's header is damaged");
    if !local.starts_with(&LOCAL) {
        return Err(damaged());
    }
    let name_length = u64::from(u16_at(local, 26).ok_or_else(damaged)?);
    let extra = u64::from(u16_at(local, 28).ok_or_else(damaged)?);
    let start = entry.header + 30 + name_length + extra;
    let end = end_at_most(30 + name_length + extra + entry.packed)?;
    match tail.get(start..end) {
        Some(packed) => unpack(packed, &entry).map(Found::Text),
        None => Ok(Found::Need(entry.header..end)),
    }
}

/// Where the central directory lies, or what must be known to tell.
fn directory_range(tail: &Tail) -> Result<Result<Range<u64>, Range<u64>>, ZipError> {
    let bytes = &tail.bytes;
    // The record is followed by a comment, as a rule an empty one, whose length it names.
    let place = (0..bytes.len().saturating_sub(21)).rev().find(|at| {
        let ends = || Some(usize::from(u16_at(bytes, at + 20)?) + at + 22 == bytes.len());
        bytes.get(*at..at + 4) == Some(&END) && ends() == Some(true)
    });
    let Some(place) = place else {
        // A comment can have 64 kB.
        let all = tail.start == 0 || bytes.len() >= (1 << 16) + 22;
        let need = tail.total.saturating_sub((1 << 16) + 22)..tail.start;
        return if all { Err(ZipError::Damaged("it does not end like one")) } else { Ok(Err(need)) };
    };
    let damaged = || ZipError::Damaged("the end of its directory is damaged");
    let mut size = u64::from(u32_at(bytes, place + 12).ok_or_else(damaged)?);
    let mut start = u64::from(u32_at(bytes, place + 16).ok_or_else(damaged)?);
    let mut end = tail.start + place as u64;
    let wants_more = size == u64::from(u32::MAX) || start == u64::from(u32::MAX);
    if wants_more && place < 20 && tail.start > 0 {
        // The records of zip64 stand right before.
        return Ok(Err(tail.start.saturating_sub(76)..tail.start));
    }
    let locator = place.checked_sub(20).filter(|at| bytes.get(*at..at + 4) == Some(&LOCATOR64));
    if let Some(locator) = locator {
        let record = u64_at(bytes, locator + 8).ok_or_else(damaged)?;
        let record_end = record.checked_add(56).filter(|end| *end <= tail.start + locator as u64);
        let Some(fields) = tail.get(record..record_end.ok_or_else(damaged)?) else {
            return Ok(Err(record..tail.start));
        };
        if !fields.starts_with(&END64) {
            return Err(damaged());
        }
        size = u64_at(fields, 40).ok_or_else(damaged)?;
        start = u64_at(fields, 48).ok_or_else(damaged)?;
        end = record;
    }
    if size > MAX_DIRECTORY || start.checked_add(size) != Some(end) {
        return Err(ZipError::Damaged("its directory is not where it says"));
    }
    Ok(Ok(start..end))
}

struct Entry {
    header: u64,
    name_length: u64,
    packed: u64,
    unpacked: u64,
    method: u16,
    crc: u32,
}

/// The one METADATA that a directory lists.
fn find_entry(directory: &[u8], wheel: &WheelName) -> Result<Entry, ZipError> {
    let damaged = || ZipError::Damaged("its directory is damaged");
    let mut found: Option<(String, Entry)> = None;
    let mut at = 0;
    while at < directory.len() {
        if directory.get(at..at + 4) != Some(&ENTRY) {
            return Err(damaged());
        }
        let length = |field: usize| u16_at(directory, at + field).map(usize::from).ok_or_else(damaged);
        let (name_length, extra_length, comment_length) = (length(28)?, length(30)?, length(32)?);
        let name_end = at + 46 + name_length;
        let name = directory.get(at + 46..name_end).ok_or_else(damaged)?;
        if name.ends_with(b".dist-info/METADATA") && name.iter().filter(|byte| **byte == b'/').count() == 1 {
            let name = String::from_utf8_lossy(name).into_owned();
            if let Some((other, _)) = found {
                return Err(ZipError::Several(other, name));
            }
            let extra = directory.get(name_end..name_end + extra_length).ok_or_else(damaged)?;
            let entry = read_entry(directory, at, name_length, extra).ok_or_else(damaged)?;
            found = Some((name, entry));
        }
        at = name_end + extra_length + comment_length;
    }
    let (name, entry) = found.ok_or(ZipError::NoMetadata)?;
    let folder = name.strip_suffix("/METADATA").unwrap_or(&name);
    if !is_folder_of(folder, wheel) {
        return Err(ZipError::OtherName { folder: folder.into() });
    }
    Ok(entry)
}

fn read_entry(directory: &[u8], at: usize, name_length: usize, extra: &[u8]) -> Option<Entry> {
    let mut packed = u64::from(u32_at(directory, at + 20)?);
    let mut unpacked = u64::from(u32_at(directory, at + 24)?);
    let mut header = u64::from(u32_at(directory, at + 42)?);
    // Fields that do not fit stand in the extra field 1, in this order.
    let mut rest = extra;
    while let (Some(id), Some(length)) = (u16_at(rest, 0), u16_at(rest, 2)) {
        let (field, after) = rest.get(4..)?.split_at_checked(usize::from(length))?;
        if id == 1 {
            let mut place = 0;
            for value in [&mut unpacked, &mut packed, &mut header] {
                if *value == u64::from(u32::MAX) {
                    *value = u64_at(field, place)?;
                    place += 8;
                }
            }
        }
        rest = after;
    }
    let method = u16_at(directory, at + 10)?;
    let crc = u32_at(directory, at + 16)?;
    Some(Entry { header, name_length: name_length as u64, packed, unpacked, method, crc })
}

/// Whether a `.dist-info` folder is that of the wheel, both normalised.
pub fn is_folder_of(folder: &str, wheel: &WheelName) -> bool {
    let parts = folder.strip_suffix(".dist-info").and_then(|stem| stem.rsplit_once('-'));
    let Some((name, version)) = parts else { return false };
    let same_version = version.parse::<Version>().is_ok_and(|version| version == wheel.version);
    same_version && Name::new(name).is_ok_and(|name| name == wheel.name)
}

fn unpack(packed: &[u8], entry: &Entry) -> Result<String, ZipError> {
    let damaged = || ZipError::Damaged("its METADATA is damaged");
    let bytes = match entry.method {
        0 => packed.to_vec(),
        8 => {
            let mut bytes = Vec::with_capacity(entry.unpacked as usize);
            // One byte more than promised tells a lie.
            let reader = flate2::bufread::DeflateDecoder::new(packed);
            reader.take(entry.unpacked + 1).read_to_end(&mut bytes).map_err(|_| damaged())?;
            bytes
        }
        method => return Err(ZipError::Method(method)),
    };
    let mut crc = flate2::Crc::new();
    crc.update(&bytes);
    if bytes.len() as u64 != entry.unpacked || crc.sum() != entry.crc {
        return Err(damaged());
    }
    String::from_utf8(bytes).map_err(|_| ZipError::NotText)
}
