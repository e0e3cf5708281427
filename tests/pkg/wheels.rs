//! Wheels and source distributions made in memory: sound ones, and ones that are broken in a chosen way.

use std::io::Write;

use dx::pkg::record;

/// An entry of a zip archive, as the archive says it; each field can lie.
#[derive(Clone)]
pub struct ZipEntry {
    pub name: String,
    /// The name in the local header, if it is another one.
    pub local_name: Option<String>,
    pub content: Vec<u8>,
    /// The Unix mode, type bits included.
    pub mode: u32,
    /// The size that the headers declare, if it is another one.
    pub size: Option<u64>,
    pub crc: Option<u32>,
    pub flags: u16,
    pub is_stored: bool,
}

impl ZipEntry {
    pub fn new(name: &str, content: &[u8]) -> ZipEntry {
        ZipEntry {
            name: name.to_owned(),
            local_name: None,
            content: content.to_vec(),
            mode: 0o100_644,
            size: None,
            crc: None,
            flags: 0x800,
            is_stored: false,
        }
    }
}

/// A zip archive of these entries.
pub fn zip(entries: &[ZipEntry]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut directory = Vec::new();
    for entry in entries {
        let data = if entry.is_stored { entry.content.clone() } else { deflated(&entry.content) };
        let mut crc = flate2::Crc::new();
        crc.update(&entry.content);
        let crc = entry.crc.unwrap_or(crc.sum());
        let size = entry.size.unwrap_or(entry.content.len() as u64) as u32;
        let method: u16 = if entry.is_stored { 0 } else { 8 };
        let offset = out.len() as u32;
        let common = |name: &str| {
            let mut common = Vec::new();
            common.extend_from_slice(&20_u16.to_le_bytes());
            common.extend_from_slice(&entry.flags.to_le_bytes());
            common.extend_from_slice(&method.to_le_bytes());
            common.extend_from_slice(&[0, 0, 0x21, 0x58]);
            common.extend_from_slice(&crc.to_le_bytes());
            common.extend_from_slice(&(data.len() as u32).to_le_bytes());
            common.extend_from_slice(&size.to_le_bytes());
            common.extend_from_slice(&(name.len() as u16).to_le_bytes());
            common.extend_from_slice(&0_u16.to_le_bytes());
            common
        };
        let local_name = entry.local_name.as_deref().unwrap_or(&entry.name);
        out.extend_from_slice(b"PK\x03\x04");
        out.extend_from_slice(&common(local_name));
        out.extend_from_slice(local_name.as_bytes());
        out.extend_from_slice(&data);
        directory.extend_from_slice(b"PK\x01\x02\x14\x03");
        directory.extend_from_slice(&common(&entry.name));
        directory.extend_from_slice(&[0; 6]);
        directory.extend_from_slice(&(entry.mode << 16).to_le_bytes());
        directory.extend_from_slice(&offset.to_le_bytes());
        directory.extend_from_slice(entry.name.as_bytes());
    }
    let offset = out.len() as u32;
    out.extend_from_slice(&directory);
    out.extend_from_slice(b"PK\x05\x06\0\0\0\0");
    out.extend_from_slice(&(entries.len() as u16).to_le_bytes());
    out.extend_from_slice(&(entries.len() as u16).to_le_bytes());
    out.extend_from_slice(&(directory.len() as u32).to_le_bytes());
    out.extend_from_slice(&offset.to_le_bytes());
    out.extend_from_slice(&[0; 2]);
    out
}

fn deflated(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

/// A wheel to be made.
#[derive(Clone)]
pub struct Wheel {
    pub name: String,
    pub version: String,
    pub tag: String,
    pub wheel_version: String,
    pub root_is_purelib: bool,
    /// Lines of METADATA after name and version.
    pub metadata: String,
    pub entry_points: String,
    /// All files but those of the `.dist-info` directory that are made.
    pub files: Vec<ZipEntry>,
    /// Rows of RECORD that are changed before it is written: path, and the new row, if any.
    pub rows: Vec<(String, Option<String>)>,
    /// Entries that RECORD does not know.
    pub unlisted: Vec<ZipEntry>,
    /// Made files that are left out, by name in the `.dist-info` directory.
    pub without: Vec<String>,
    /// The directory's name without `.dist-info`, if it is another one.
    pub stem: Option<String>,
}

impl Wheel {
    pub fn new(name: &str, version: &str) -> Wheel {
        Wheel {
            name: name.to_owned(),
            version: version.to_owned(),
            tag: "py3-none-any".to_owned(),
            wheel_version: "1.0".to_owned(),
            root_is_purelib: true,
            metadata: String::new(),
            entry_points: String::new(),
            files: Vec::new(),
            rows: Vec::new(),
            unlisted: Vec::new(),
            without: Vec::new(),
            stem: None,
        }
    }

    pub fn file(mut self, path: &str, content: &str) -> Wheel {
        self.files.push(ZipEntry::new(path, content.as_bytes()));
        self
    }

    pub fn executable(mut self, path: &str, content: &str) -> Wheel {
        self.files.push(ZipEntry { mode: 0o100_755, ..ZipEntry::new(path, content.as_bytes()) });
        self
    }

    pub fn entry(mut self, entry: ZipEntry) -> Wheel {
        self.files.push(entry);
        self
    }

    pub fn unlisted(mut self, entry: ZipEntry) -> Wheel {
        self.unlisted.push(entry);
        self
    }

    pub fn metadata(mut self, lines: &str) -> Wheel {
        self.metadata = lines.to_owned();
        self
    }

    pub fn entry_points(mut self, text: &str) -> Wheel {
        self.entry_points = text.to_owned();
        self
    }

    pub fn tag(mut self, tag: &str) -> Wheel {
        self.tag = tag.to_owned();
        self
    }

    /// Replaces a row of RECORD, or removes it.
    pub fn row(mut self, path: &str, row: Option<&str>) -> Wheel {
        self.rows.push((path.to_owned(), row.map(str::to_owned)));
        self
    }

    pub fn stem(&self) -> String {
        let escaped = self.name.replace(['-', '.'], "_");
        self.stem.clone().unwrap_or_else(|| format!("{escaped}-{}", self.version))
    }

    pub fn file_name(&self) -> String {
        format!("{}-{}-{}.whl", self.name.replace(['-', '.'], "_"), self.version, self.tag)
    }

    pub fn metadata_text(&self) -> String {
        format!("Metadata-Version: 2.1\nName: {}\nVersion: {}\n{}\n", self.name, self.version, self.metadata)
    }

    /// The entries of the archive.
    pub fn entries(&self) -> Vec<ZipEntry> {
        let dist_info = format!("{}.dist-info", self.stem());
        let wheel = format!(
            "Wheel-Version: {}\nGenerator: test\nRoot-Is-Purelib: {}\nTag: {}\n",
            self.wheel_version, self.root_is_purelib, self.tag
        );
        let mut entries = self.files.clone();
        entries.push(ZipEntry::new(&format!("{dist_info}/METADATA"), self.metadata_text().as_bytes()));
        entries.push(ZipEntry::new(&format!("{dist_info}/WHEEL"), wheel.as_bytes()));
        if !self.entry_points.is_empty() {
            let path = format!("{dist_info}/entry_points.txt");
            entries.push(ZipEntry::new(&path, self.entry_points.as_bytes()));
        }
        let mut text = String::new();
        let own = format!("{dist_info}/RECORD");
        for entry in entries.iter().filter(|entry| !entry.name.ends_with('/')) {
            match self.rows.iter().find(|(path, _)| *path == entry.name) {
                Some((_, Some(row))) => text.push_str(&format!("{row}\n")),
                Some((_, None)) => {}
                None => {
                    let size = entry.size.unwrap_or(entry.content.len() as u64);
                    record::push_row(&mut text, &entry.name, &record::sha256(&entry.content), Some(size));
                }
            }
        }
        for (path, row) in &self.rows {
            if !entries.iter().any(|entry| entry.name == *path) {
                text.push_str(&row.as_ref().map_or(String::new(), |row| format!("{row}\n")));
            }
        }
        record::push_row(&mut text, &own, "", None);
        entries.push(ZipEntry::new(&own, text.as_bytes()));
        entries.extend(self.unlisted.iter().cloned());
        entries.retain(|entry| {
            let made = entry.name.strip_prefix(&format!("{dist_info}/"));
            made.is_none_or(|made| !self.without.iter().any(|without| without == made))
        });
        entries
    }

    pub fn build(&self) -> Vec<u8> {
        zip(&self.entries())
    }
}

/// A source distribution, `.tar.gz`.
pub struct Sdist {
    pub name: String,
    pub version: String,
    pub metadata: String,
    files: Vec<(String, Vec<u8>)>,
}

impl Sdist {
    pub fn new(name: &str, version: &str) -> Sdist {
        Sdist {
            name: name.to_owned(),
            version: version.to_owned(),
            metadata: String::new(),
            files: Vec::new(),
        }
    }

    pub fn metadata(mut self, lines: &str) -> Sdist {
        self.metadata = lines.to_owned();
        self
    }

    /// A file below the archive's one directory.
    pub fn file(mut self, path: &str, content: &str) -> Sdist {
        self.files.push((path.to_owned(), content.as_bytes().to_vec()));
        self
    }

    fn stem(&self) -> String {
        format!("{}-{}", self.name.replace(['-', '.'], "_"), self.version)
    }

    pub fn file_name(&self) -> String {
        format!("{}.tar.gz", self.stem())
    }

    pub fn build(&self) -> Vec<u8> {
        let encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        let mut archive = tar::Builder::new(encoder);
        let metadata = format!(
            "Metadata-Version: 2.2\nName: {}\nVersion: {}\n{}\n",
            self.name, self.version, self.metadata
        );
        let own = [("PKG-INFO".to_owned(), metadata.into_bytes())];
        for (path, content) in own.iter().chain(&self.files) {
            let mut header = tar::Header::new_gnu();
            header.set_size(content.len() as u64);
            header.set_mode(0o644);
            header.set_cksum();
            archive.append_data(&mut header, format!("{}/{path}", self.stem()), content.as_slice()).unwrap();
        }
        archive.into_inner().unwrap().finish().unwrap()
    }
}
