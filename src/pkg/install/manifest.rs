//! What the store knows of an unpacked wheel: one small file, all that an install has to read of it.
//!
//! The form is binary: `MAGIC`, the length and the CRC of what follows, then numbers (little-endian) and texts (length first).
//! It is written last, so that a store entry without a good manifest is no entry. Layouts never change silently: another form has
//! another magic and another folder (`store::LAYOUT`).

use flate2::Crc;

use crate::pkg::entry_points::EntryPoint;

/// Which directory of the environment a file belongs into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// The root of the wheel: `purelib` or `platlib`, as WHEEL says.
    Root,
    Purelib,
    Platlib,
    Scripts,
    Headers,
    Data,
}

impl Scheme {
    const ALL: [Scheme; 6] =
        [Scheme::Root, Scheme::Purelib, Scheme::Platlib, Scheme::Scripts, Scheme::Headers, Scheme::Data];

    /// The scheme that a subdirectory of `.data` stands for.
    pub fn of_data(name: &str) -> Option<Scheme> {
        match name {
            "purelib" => Some(Scheme::Purelib),
            "platlib" => Some(Scheme::Platlib),
            "scripts" => Some(Scheme::Scripts),
            "headers" => Some(Scheme::Headers),
            "data" => Some(Scheme::Data),
            _ => None,
        }
    }
}

/// A directory that holds files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    /// Where it is in the unpacked wheel, without a slash at the end; the root is empty.
    pub source: String,
    pub scheme: Scheme,
    /// Where its files go, from the scheme's directory.
    pub target: String,
}

/// A file of the wheel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFile {
    pub name: String,
    /// Index into `Manifest::folders`.
    pub folder: u32,
    pub size: u64,
    pub executable: bool,
    /// The hash as RECORD gives it; only for files in `.data`, whose rows change when they are installed.
    pub hash: String,
}

/// A wrapper that an entry point asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    pub name: String,
    pub module: String,
    pub attribute: String,
    pub is_gui: bool,
}

impl Script {
    /// The script of an entry point, if it is of one of the two groups.
    pub fn of(entry: EntryPoint) -> Option<Script> {
        let is_gui = match entry.group.as_str() {
            "console_scripts" => false,
            "gui_scripts" => true,
            _ => return None,
        };
        Some(Script { name: entry.name, module: entry.module, attribute: entry.attribute, is_gui })
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Manifest {
    /// As the `.dist-info` directory spells it.
    pub name: String,
    pub version: String,
    /// `flask-3.1.0.dist-info`
    pub dist_info: String,
    pub root_is_purelib: bool,
    pub folders: Vec<Folder>,
    /// Grouped by folder; RECORD is not among them.
    pub files: Vec<StoredFile>,
    /// The rows of RECORD for the files outside `.data`, except RECORD's own.
    pub record: String,
    pub scripts: Vec<Script>,
    /// The machine's boot in which the files were last known to be whole (`store`).
    pub boot: String,
}

const MAGIC: &[u8; 8] = b"dxwheel1";
const HEADER: usize = 8 + 4 + 4;

impl Manifest {
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Writer(Vec::with_capacity(self.record.len() + 64 * self.files.len() + 512));
        out.0.extend_from_slice(MAGIC);
        out.0.extend_from_slice(&[0; 8]);
        for text in [&self.name, &self.version, &self.dist_info, &self.boot, &self.record] {
            out.text(text);
        }
        out.number(u64::from(self.root_is_purelib));
        out.number(self.folders.len() as u64);
        for folder in &self.folders {
            out.text(&folder.source);
            out.number(folder.scheme as u64);
            out.text(&folder.target);
        }
        out.number(self.files.len() as u64);
        for file in &self.files {
            out.text(&file.name);
            out.number(u64::from(file.folder));
            out.number(file.size << 1 | u64::from(file.executable));
            out.text(&file.hash);
        }
        out.number(self.scripts.len() as u64);
        for script in &self.scripts {
            out.text(&script.name);
            out.text(&script.module);
            out.text(&script.attribute);
            out.number(u64::from(script.is_gui));
        }
        let mut bytes = out.0;
        let body = (bytes.len() - HEADER) as u32;
        let mut crc = Crc::new();
        crc.update(&bytes[HEADER..]);
        bytes[8..12].copy_from_slice(&body.to_le_bytes());
        bytes[12..16].copy_from_slice(&crc.sum().to_le_bytes());
        bytes
    }

    /// `None` when the bytes are no whole manifest.
    pub fn decode(bytes: &[u8]) -> Option<Manifest> {
        let (header, body) = bytes.split_at_checked(HEADER)?;
        let number = |at: usize| Some(u32::from_le_bytes(header.get(at..at + 4)?.try_into().ok()?));
        let mut crc = Crc::new();
        crc.update(body);
        if !header.starts_with(MAGIC) || number(8)? as usize != body.len() || number(12)? != crc.sum() {
            return None;
        }
        let mut from = Parser(body);
        let mut manifest = Manifest {
            name: from.text()?,
            version: from.text()?,
            dist_info: from.text()?,
            boot: from.text()?,
            record: from.text()?,
            root_is_purelib: from.number()? != 0,
            ..Manifest::default()
        };
        let count = from.count()?;
        manifest.folders.reserve_exact(count);
        for _ in 0..count {
            let source = from.text()?;
            let scheme = *Scheme::ALL.get(usize::try_from(from.number()?).ok()?)?;
            manifest.folders.push(Folder { source, scheme, target: from.text()? });
        }
        let count = from.count()?;
        manifest.files.reserve_exact(count);
        for _ in 0..count {
            let name = from.text()?;
            let folder = u32::try_from(from.number()?).ok()?;
            let size = from.number()?;
            manifest.folders.get(folder as usize)?;
            let hash = from.text()?;
            manifest.files.push(StoredFile {
                name,
                folder,
                size: size >> 1,
                executable: size & 1 != 0,
                hash,
            });
        }
        for _ in 0..from.count()? {
            let (name, module, attribute) = (from.text()?, from.text()?, from.text()?);
            manifest.scripts.push(Script { name, module, attribute, is_gui: from.number()? != 0 });
        }
        from.0.is_empty().then_some(manifest)
    }

    /// The bytes that the wheel's files take.
    pub fn size(&self) -> u64 {
        self.files.iter().map(|file| file.size).sum()
    }
}

/// Numbers are written seven bits a byte, the highest bit set on all but the last.
struct Writer(Vec<u8>);

impl Writer {
    fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.0.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.0.push(number as u8);
    }

    fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.0.extend_from_slice(text.as_bytes());
    }
}

struct Parser<'a>(&'a [u8]);

impl Parser<'_> {
    fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let (first, rest) = self.0.split_first()?;
            self.0 = rest;
            number |= u64::from(first & 0x7f) << shift;
            if first & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    /// A number of things, each of which takes a byte at least.
    fn count(&mut self) -> Option<usize> {
        usize::try_from(self.number()?).ok().filter(|count| *count <= self.0.len())
    }

    fn text(&mut self) -> Option<String> {
        let length = self.count()?;
        let (text, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(std::str::from_utf8(text).ok()?.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Manifest {
        let folder = |source: &str, scheme, target: &str| Folder {
            source: source.into(),
            scheme,
            target: target.into(),
        };
        let file = |name: &str, folder, size| StoredFile {
            name: name.into(),
            folder,
            size,
            executable: size % 2 == 1,
            hash: String::from("sha256=x"),
        };
        Manifest {
            name: "a".into(),
            version: "1".into(),
            dist_info: "a-1.dist-info".into(),
            root_is_purelib: true,
            folders: vec![folder("a", Scheme::Root, "a"), folder("a-1.data/data/x", Scheme::Data, "x")],
            files: vec![file("b.py", 0, 12), file("c", 1, u64::MAX >> 1)],
            record: "a/b.py,sha256=q,12\n".into(),
            scripts: vec![Script {
                name: "s".into(),
                module: "m".into(),
                attribute: "f".into(),
                is_gui: true,
            }],
            boot: "boot".into(),
        }
    }

    #[test]
    fn what_is_encoded_is_decoded() {
        assert_eq!(Manifest::decode(&sample().encode()), Some(sample()));
        assert_eq!(Manifest::decode(&Manifest::default().encode()), Some(Manifest::default()));
    }

    #[test]
    fn a_damaged_manifest_is_none() {
        let bytes = sample().encode();
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0x10;
            assert_eq!(Manifest::decode(&damaged), None, "byte {at}");
            assert_eq!(Manifest::decode(&bytes[..at]), None, "cut at {at}");
        }
    }
}
