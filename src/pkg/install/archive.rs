//! Zip archives as wheels use them, read strictly: the central directory, and the content of one entry at a time from any thread.
//!
//! The general readers merge entries of one name and believe whichever header they look at. An archive that two readers can
//! understand differently is the way to show one wheel to a scanner and another to the installer, so everything that is said twice
//! is compared here:
//!
//! 1. The central directory ends where its end record begins, and that record's comment ends the file: nothing stands behind or
//!    between.
//! 2. No two entries share bytes (`overlap`), so that the archive's size bounds what has to be inflated.
//! 3. Local and central headers give the same name and method.
//! 4. Content has exactly the declared size and its CRC; never is more than that inflated.
//!
//! Names are taken as they stand; which ones are safe is `wheel`'s business.

use std::fmt;
use std::fs::File;
use std::io;

use flate2::{Crc, Decompress, FlushDecompress, Status};

/// Where the bytes of an archive are.
#[derive(Clone, Copy)]
pub enum Source<'a> {
    Bytes(&'a [u8]),
    File(&'a File),
}

impl Source<'_> {
    fn len(&self) -> io::Result<u64> {
        match self {
            Source::Bytes(bytes) => Ok(bytes.len() as u64),
            Source::File(file) => Ok(file.metadata()?.len()),
        }
    }

    /// Fills `into` with the bytes from `offset` on, whichever thread asks.
    fn read_at(&self, into: &mut [u8], offset: u64) -> io::Result<()> {
        match self {
            Source::Bytes(bytes) => {
                let from = usize::try_from(offset).ok();
                let part = from.and_then(|from| bytes.get(from..)?.get(..into.len()));
                into.copy_from_slice(part.ok_or(io::ErrorKind::UnexpectedEof)?);
                Ok(())
            }
            #[cfg(unix)]
            Source::File(file) => std::os::unix::fs::FileExt::read_exact_at(*file, into, offset),
            #[cfg(windows)]
            Source::File(file) => {
                let (mut into, mut offset) = (into, offset);
                while !into.is_empty() {
                    let count = std::os::windows::fs::FileExt::seek_read(*file, into, offset)?;
                    if count == 0 {
                        return Err(io::ErrorKind::UnexpectedEof.into());
                    }
                    into = &mut into[count..];
                    offset += count as u64;
                }
                Ok(())
            }
        }
    }
}

/// One file or directory of an archive.
#[derive(Debug, Clone)]
pub struct Entry {
    pub name: String,
    /// What the content becomes.
    pub size: u64,
    /// What the content takes in the archive.
    pub compressed: u64,
    /// The Unix mode, type bits included; zero when the archive has none.
    pub mode: u32,
    method: u16,
    crc: u32,
    offset: u64,
    /// Where the next entry or the central directory begins.
    bound: u64,
}

impl Entry {
    pub fn is_directory(&self) -> bool {
        self.name.ends_with('/')
    }
}

#[derive(Debug)]
pub enum ArchiveError {
    Io(io::Error),
    /// The archive as a whole is none.
    Damaged(&'static str),
    /// One entry is wrong.
    Entry {
        name: String,
        problem: &'static str,
    },
}

impl fmt::Display for ArchiveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ArchiveError::Io(_) => f.write_str("the archive cannot be read"),
            ArchiveError::Damaged(problem) => write!(f, "the archive is damaged: {problem}"),
            ArchiveError::Entry { name, problem } => write!(f, "the archive's entry {name:?} {problem}"),
        }
    }
}

impl std::error::Error for ArchiveError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            ArchiveError::Io(error) => Some(error),
            _ => None,
        }
    }
}

impl From<io::Error> for ArchiveError {
    fn from(error: io::Error) -> ArchiveError {
        ArchiveError::Io(error)
    }
}

const END: &[u8] = b"PK\x05\x06";
const END_LENGTH: u64 = 22;
const END_64: &[u8] = b"PK\x06\x06";
const LOCATOR_64: &[u8] = b"PK\x06\x07";
const LOCATOR_64_LENGTH: u64 = 20;
const CENTRAL: &[u8] = b"PK\x01\x02";
const CENTRAL_LENGTH: usize = 46;
const LOCAL: &[u8] = b"PK\x03\x04";
const LOCAL_LENGTH: u64 = 30;

const STORED: u16 = 0;
const DEFLATED: u16 = 8;

/// How much may stand between an entry's content and the next entry: extra fields of the local header, a data descriptor.
const MAX_SLACK: u64 = 128 * 1024;

/// An archive whose central directory has been read and checked.
pub struct Archive<'a> {
    source: Source<'a>,
    /// In the order of the central directory.
    pub entries: Vec<Entry>,
    /// In bytes.
    pub length: u64,
}

/// Little-endian numbers of a header.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn u16(&self, at: usize) -> u16 {
        self.0.get(at..at + 2).map_or(0, |b| u16::from_le_bytes([b[0], b[1]]))
    }

    fn u32(&self, at: usize) -> u32 {
        u32::from(self.u16(at)) | u32::from(self.u16(at + 2)) << 16
    }

    fn u64(&self, at: usize) -> u64 {
        u64::from(self.u32(at)) | u64::from(self.u32(at + 4)) << 32
    }
}

/// Where the central directory stands.
struct Directory {
    offset: u64,
    length: u64,
    count: u64,
}

fn find_directory(source: Source<'_>, length: u64) -> Result<Directory, ArchiveError> {
    let none = ArchiveError::Damaged("it has no end record");
    if length < END_LENGTH {
        return Err(none);
    }
    let tail_length = length.min(END_LENGTH + u64::from(u16::MAX));
    let mut tail = vec![0; tail_length as usize];
    source.read_at(&mut tail, length - tail_length)?;
    let fits = |at: &usize| {
        let comment = Fields(&tail[*at..]).u16(20);
        tail[*at..].starts_with(END) && *at as u64 + END_LENGTH + u64::from(comment) == tail_length
    };
    let at = (0..=tail.len() - END_LENGTH as usize).rev().find(fits).ok_or(none)?;
    let end = Fields(&tail[at..]);
    let end_offset = length - tail_length + at as u64;
    if end.u16(4) != 0 || end.u16(6) != 0 || end.u16(8) != end.u16(10) {
        return Err(ArchiveError::Damaged("it has several parts"));
    }
    let mut directory = Directory {
        count: u64::from(end.u16(10)),
        length: u64::from(end.u32(12)),
        offset: u64::from(end.u32(16)),
    };
    let mut ends_at = end_offset;
    let is_64 =
        directory.count == 0xffff || directory.length == 0xffff_ffff || directory.offset == 0xffff_ffff;
    if is_64 && end_offset >= LOCATOR_64_LENGTH {
        let mut locator = [0; LOCATOR_64_LENGTH as usize];
        source.read_at(&mut locator, end_offset - LOCATOR_64_LENGTH)?;
        if locator.starts_with(LOCATOR_64) {
            ends_at = Fields(&locator).u64(8);
            let mut record = [0; 56];
            source.read_at(&mut record, ends_at)?;
            let fields = Fields(&record);
            let record_ends = fields.u64(4).checked_add(12).and_then(|size| size.checked_add(ends_at));
            if !record.starts_with(END_64) || record_ends != Some(end_offset - LOCATOR_64_LENGTH) {
                return Err(ArchiveError::Damaged("its 64-bit end record is wrong"));
            }
            directory = Directory { count: fields.u64(32), length: fields.u64(40), offset: fields.u64(48) };
        }
    }
    if directory.offset.checked_add(directory.length) != Some(ends_at) {
        return Err(ArchiveError::Damaged("its central directory is not where it should be"));
    }
    Ok(directory)
}

impl<'a> Archive<'a> {
    /// Reads and checks the central directory.
    pub fn open(source: Source<'a>) -> Result<Archive<'a>, ArchiveError> {
        let length = source.len()?;
        let directory = find_directory(source, length)?;
        let mut bytes = vec![0; directory.length as usize];
        source.read_at(&mut bytes, directory.offset)?;
        let most = bytes.len() / CENTRAL_LENGTH;
        let mut entries = Vec::with_capacity(most.min(directory.count as usize));
        let mut rest = bytes.as_slice();
        while !rest.is_empty() {
            let (entry, after) = central_entry(rest)?;
            entries.push(entry);
            rest = after;
        }
        if entries.len() as u64 != directory.count {
            return Err(ArchiveError::Damaged(
                "its central directory has another number of entries than it says",
            ));
        }
        set_bounds(&mut entries, directory.offset)?;
        Ok(Archive { source, entries, length })
    }

    /// The content of `entry`, put into `into`, whose old content goes. `reader` keeps what threads need again and again.
    pub fn read(&self, entry: &Entry, reader: &mut Reader, into: &mut Vec<u8>) -> Result<(), ArchiveError> {
        let error = |problem| ArchiveError::Entry { name: entry.name.clone(), problem };
        let name_length = entry.name.len() as u64;
        let wanted = LOCAL_LENGTH + name_length + entry.compressed + MAX_SLACK;
        let raw = &mut reader.raw;
        raw.clear();
        raw.resize((entry.bound - entry.offset).min(wanted) as usize, 0);
        self.source.read_at(raw, entry.offset)?;
        let local = Fields(raw);
        let data = (LOCAL_LENGTH + u64::from(local.u16(26)) + u64::from(local.u16(28))) as usize;
        let name = raw.get(LOCAL_LENGTH as usize..LOCAL_LENGTH as usize + usize::from(local.u16(26)));
        if !raw.starts_with(LOCAL) || name != Some(entry.name.as_bytes()) || local.u16(8) != entry.method {
            return Err(error("has two headers that differ"));
        }
        let data = raw.get(data..).and_then(|data| data.get(..entry.compressed as usize));
        let data = data.ok_or_else(|| error("reaches into the next one"))?;
        let size = usize::try_from(entry.size).map_err(|_| error("is too large"))?;
        into.clear();
        if entry.method == STORED {
            into.extend_from_slice(data);
        } else {
            // One byte more than declared, so that a longer content is seen.
            into.reserve_exact(size + 1);
            reader.inflate.reset(false);
            let status = reader.inflate.decompress_vec(data, into, FlushDecompress::Finish);
            if !matches!(status, Ok(Status::StreamEnd)) && into.len() <= size {
                return Err(error("cannot be inflated"));
            }
        }
        if into.len() != size {
            return Err(error("has another size than declared"));
        }
        let mut crc = Crc::new();
        crc.update(into);
        if crc.sum() != entry.crc {
            return Err(error("has a wrong check sum"));
        }
        Ok(())
    }
}

/// What a thread keeps between two entries.
pub struct Reader {
    inflate: Decompress,
    raw: Vec<u8>,
}

impl Reader {
    pub fn new() -> Reader {
        Reader { inflate: Decompress::new(false), raw: Vec::new() }
    }
}

impl Default for Reader {
    fn default() -> Reader {
        Reader::new()
    }
}

fn central_entry(bytes: &[u8]) -> Result<(Entry, &[u8]), ArchiveError> {
    let short = ArchiveError::Damaged("its central directory breaks off");
    let header = bytes.get(..CENTRAL_LENGTH).filter(|header| header.starts_with(CENTRAL));
    let fields = Fields(header.ok_or(ArchiveError::Damaged("its central directory is not one"))?);
    let name_end = CENTRAL_LENGTH + usize::from(fields.u16(28));
    let extra_end = name_end + usize::from(fields.u16(30));
    let end = extra_end + usize::from(fields.u16(32));
    let (Some(name), Some(extra), Some(after)) =
        (bytes.get(CENTRAL_LENGTH..name_end), bytes.get(name_end..extra_end), bytes.get(end..))
    else {
        return Err(short);
    };
    let lossy = String::from_utf8_lossy(name);
    let error = |problem| Err(ArchiveError::Entry { name: lossy.to_string(), problem });
    let Ok(name) = std::str::from_utf8(name) else { return error("has a name that is not UTF-8") };
    let flags = fields.u16(8);
    if flags & 0x2041 != 0 {
        return error("is encrypted");
    }
    let method = fields.u16(10);
    if method != STORED && method != DEFLATED {
        return error("is compressed in a way that wheels may not use");
    }
    let mut entry = Entry {
        name: name.to_owned(),
        method,
        crc: fields.u32(16),
        compressed: u64::from(fields.u32(20)),
        size: u64::from(fields.u32(24)),
        mode: fields.u32(38) >> 16,
        offset: u64::from(fields.u32(42)),
        bound: 0,
    };
    widen(&mut entry, extra);
    if method == STORED && entry.size != entry.compressed {
        return error("is stored with two sizes");
    }
    Ok((entry, after))
}

/// Takes the 64-bit numbers from the extra field, where the header's own say that they are there.
fn widen(entry: &mut Entry, mut extra: &[u8]) {
    while extra.len() >= 4 {
        let header = Fields(extra);
        let length = usize::from(header.u16(2));
        let Some(data) = extra.get(4..4 + length) else { return };
        if header.u16(0) == 1 {
            let mut at = 0;
            for number in [&mut entry.size, &mut entry.compressed, &mut entry.offset] {
                if *number == 0xffff_ffff && at + 8 <= data.len() {
                    *number = Fields(data).u64(at);
                    at += 8;
                }
            }
            return;
        }
        extra = &extra[4 + length..];
    }
}

/// Says of each entry where it has to end, and refuses those that share bytes.
fn set_bounds(entries: &mut [Entry], directory: u64) -> Result<(), ArchiveError> {
    let mut order: Vec<usize> = (0..entries.len()).collect();
    order.sort_unstable_by_key(|at| entries[*at].offset);
    let mut bound = directory;
    for at in order.into_iter().rev() {
        let entry = &mut entries[at];
        let least = LOCAL_LENGTH + entry.name.len() as u64;
        let end = entry.offset.checked_add(least).and_then(|end| end.checked_add(entry.compressed));
        if end.is_none_or(|end| end > bound) {
            let problem = "overlaps with another one";
            return Err(ArchiveError::Entry { name: entry.name.clone(), problem });
        }
        entry.bound = bound;
        bound = entry.offset;
    }
    Ok(())
}
