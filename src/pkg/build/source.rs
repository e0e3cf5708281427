//! Source archives unpacked: from `.tar`, `.tar.gz`, `.tgz`, `.tar.bz2`, `.tar.xz` and `.zip` to a folder that holds the project.
//!
//! An archive is somebody else's: nothing of it may reach a place outside the folder that it is unpacked into.
//!
//! 1. Names are relative, without `..`, backslash, drive letter or control character (`parts_of`).
//! 2. Files are written before any link is made, so that nothing is ever written through a link of the archive.
//! 3. Links lead to something inside, looked up as the system would, through other links of the archive (`Links::real`). A link to
//!    nothing is left out; one that leads outside is an error, whatever it is for.
//! 4. Only files, folders and links; at most `MAX_ENTRIES` of them; altogether at most `MAX_RATIO` times the archive's size, or
//!    `ALWAYS_FINE` where that is more.
//!
//! Of permissions only "executable" is kept, as pip does. A project is the archive's only folder (PEP 625), or its top where it has
//! several entries, as pip has it.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::fs::{self, File};
use std::io::{self, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::super::install::archive::{Archive, ArchiveError, Reader, Source};

/// More entries than any project has.
pub const MAX_ENTRIES: usize = 500_000;
/// How many times the archive's size its content may take.
pub const MAX_RATIO: u64 = 200;
/// A content of this size is never too much.
pub const ALWAYS_FINE: u64 = 512 << 20;
/// How much memory the dictionary of an `.xz` file may take, in KiB: four times what `xz -9` asks for.
const XZ_MEMORY: u32 = 256 << 10;
/// How many links may lead to one another.
const MAX_LINKS: usize = 40;
/// Wheels are zip archives, whose times begin here: 1 January 1980.
const FIRST_TIME: u64 = 315_532_800;

/// Why an archive is not taken.
#[derive(Debug)]
pub enum SourceError {
    Io {
        path: PathBuf,
        source: io::Error,
    },
    /// The archive is damaged.
    Damaged {
        archive: PathBuf,
        source: io::Error,
    },
    Zip {
        archive: PathBuf,
        source: ArchiveError,
    },
    /// An entry that has no business in a project.
    Entry {
        archive: PathBuf,
        name: String,
        problem: &'static str,
    },
    TooLarge {
        archive: PathBuf,
        limit: u64,
    },
    TooMany {
        archive: PathBuf,
    },
    /// The file's name is that of no archive that is understood.
    Format {
        filename: String,
    },
    Empty {
        archive: PathBuf,
    },
}

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SourceError::Io { path, .. } => write!(f, "cannot read or write {}", path.display()),
            SourceError::Damaged { archive, .. } | SourceError::Zip { archive, .. } => {
                write!(f, "{} is no sound archive", archive.display())
            }
            SourceError::Entry { archive, name, problem } => {
                write!(f, "{} cannot be unpacked: its entry {name:?} {problem}", archive.display())
            }
            SourceError::TooLarge { archive, limit } => {
                write!(
                    f,
                    "{} would take more than {limit} bytes, which is too much to be genuine",
                    archive.display()
                )
            }
            SourceError::TooMany { archive } => {
                write!(f, "{} has more than {MAX_ENTRIES} entries", archive.display())
            }
            SourceError::Format { filename } => {
                write!(f, "{filename} is no archive that dx can unpack")
            }
            SourceError::Empty { archive } => write!(f, "{} is empty", archive.display()),
        }
    }
}

impl std::error::Error for SourceError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            SourceError::Io { source, .. } | SourceError::Damaged { source, .. } => Some(source),
            SourceError::Zip { source, .. } => Some(source),
            _ => None,
        }
    }
}

impl SourceError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            SourceError::Io { source, .. } if source.kind() == io::ErrorKind::StorageFull => {
                Some("the disk is full".to_owned())
            }
            SourceError::Format { .. } => Some(
                "source distributions end with .tar.gz, .zip, .tgz, .tar.bz2, .tar.xz or .tar".to_owned(),
            ),
            SourceError::Entry { .. } | SourceError::TooLarge { .. } | SourceError::TooMany { .. } => {
                Some("the archive may be hostile; nothing of it was run".to_owned())
            }
            _ => None,
        }
    }
}

/// How an archive is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Tar,
    Gzip,
    Bzip2,
    Xz,
    Zip,
}

/// The endings of file names that are source archives, pip's, and how they are packed.
const FORMATS: &[(&str, Format)] = &[
    (".tar.gz", Format::Gzip),
    (".tgz", Format::Gzip),
    (".zip", Format::Zip),
    (".tar.bz2", Format::Bzip2),
    (".tbz", Format::Bzip2),
    (".tar.xz", Format::Xz),
    (".txz", Format::Xz),
    (".tar", Format::Tar),
];

fn format_of(filename: &str) -> Option<Format> {
    let lower = filename.to_ascii_lowercase();
    FORMATS.iter().find(|(ending, _)| lower.ends_with(ending)).map(|(_, format)| *format)
}

/// Whether a file's name is that of a source archive.
pub fn is_archive(filename: &str) -> bool {
    format_of(filename).is_some()
}

/// Unpacks an archive into the empty folder `into`, and answers the project's folder below it.
///
/// # Arguments
/// `filename` tells how the archive is packed; the file itself may be called otherwise.
///
/// # Errors
/// See [`SourceError`]; then some of the archive may stand in `into`, nothing outside of it.
pub fn unpack(archive: &Path, filename: &str, into: &Path) -> Result<PathBuf, SourceError> {
    let size = fs::metadata(archive).map_or(0, |data| data.len());
    unpack_at_most(archive, filename, into, size.saturating_mul(MAX_RATIO).max(ALWAYS_FINE))
}

/// The same with a limit for what the archive may become, in bytes.
pub fn unpack_at_most(
    archive: &Path,
    filename: &str,
    into: &Path,
    limit: u64,
) -> Result<PathBuf, SourceError> {
    let format = format_of(filename).ok_or_else(|| SourceError::Format { filename: filename.to_owned() })?;
    let file = File::open(archive);
    let file = file.map_err(|source| SourceError::Io { path: archive.to_path_buf(), source })?;
    let mut unpacking = Unpacking {
        archive,
        root: into,
        left: limit,
        limit,
        entries: 0,
        made: BTreeMap::new(),
        links: HashMap::new(),
        hard: Vec::new(),
    };
    let file = BufReader::with_capacity(1 << 16, file);
    match format {
        Format::Tar => unpacking.tar(file)?,
        Format::Gzip => unpacking.tar(flate2::bufread::MultiGzDecoder::new(file))?,
        Format::Bzip2 => unpacking.tar(bzip2::bufread::MultiBzDecoder::new(file))?,
        Format::Xz => unpacking.tar(lzma_rust2::XzReader::new_mem_limit(file, true, XZ_MEMORY))?,
        Format::Zip => unpacking.zip(file.get_ref())?,
    }
    unpacking.link()?;
    project_of(archive, into)
}

/// The only folder of an unpacked archive, or its top.
fn project_of(archive: &Path, top: &Path) -> Result<PathBuf, SourceError> {
    let io = |source| SourceError::Io { path: top.to_path_buf(), source };
    let mut entries = fs::read_dir(top).map_err(io)?;
    let Some(first) = entries.next() else {
        return Err(SourceError::Empty { archive: archive.to_path_buf() });
    };
    let first = first.map_err(io)?;
    let is_folder = first.file_type().map_err(io)?.is_dir();
    Ok(if is_folder && entries.next().is_none() { first.path() } else { top.to_path_buf() })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    File,
    Folder,
}

struct Unpacking<'a> {
    archive: &'a Path,
    root: &'a Path,
    /// Bytes that may still come.
    left: u64,
    limit: u64,
    entries: usize,
    /// What stands in the folder, by its path with `/`.
    made: BTreeMap<String, Kind>,
    /// Symbolic links and where they lead, made at the end.
    links: HashMap<String, String>,
    /// Hard links and the archive's names that they lead to.
    hard: Vec<(String, String)>,
}

impl Unpacking<'_> {
    fn entry_error(&self, name: &str, problem: &'static str) -> SourceError {
        SourceError::Entry { archive: self.archive.to_path_buf(), name: name.to_owned(), problem }
    }

    fn damaged(&self, source: io::Error) -> SourceError {
        SourceError::Damaged { archive: self.archive.to_path_buf(), source }
    }

    fn count(&mut self) -> Result<(), SourceError> {
        self.entries += 1;
        match self.entries > MAX_ENTRIES {
            true => Err(SourceError::TooMany { archive: self.archive.to_path_buf() }),
            false => Ok(()),
        }
    }

    fn tar(&mut self, stream: impl Read) -> Result<(), SourceError> {
        // Headers and padding count too: an archive of nothing but headers ends some time.
        let mut archive = tar::Archive::new(stream);
        let entries = archive.entries().map_err(|error| self.damaged(error))?;
        for entry in entries {
            let mut entry = entry.map_err(|error| self.damaged(error))?;
            self.count()?;
            let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
            let kind = entry.header().entry_type();
            if kind.is_pax_global_extensions() || kind.is_pax_local_extensions() {
                continue;
            }
            let Some(path) = self.path_of(&name)? else { continue };
            if kind.is_dir() {
                self.folder(&path)?;
            } else if kind.is_symlink() || kind.is_hard_link() {
                let target =
                    entry.link_name_bytes().ok_or_else(|| self.entry_error(&name, "leads nowhere"))?;
                let target = String::from_utf8_lossy(&target).into_owned();
                self.is_free(&path)?;
                match kind.is_symlink() {
                    true => drop(self.links.insert(path, target)),
                    false => self.hard.push((path, target)),
                }
            } else if kind.is_file() || kind.is_contiguous() || kind.is_gnu_sparse() {
                let mode = entry.header().mode().unwrap_or(0o644);
                let time = entry.header().mtime().unwrap_or(0);
                self.file(&path, &mut entry, mode & 0o111 != 0, time)?;
            } else {
                return Err(self.entry_error(&name, "is neither a file nor a folder nor a link"));
            }
        }
        Ok(())
    }

    fn zip(&mut self, file: &File) -> Result<(), SourceError> {
        let error = |source| SourceError::Zip { archive: self.archive.to_path_buf(), source };
        let archive = Archive::open(Source::File(file)).map_err(error)?;
        let mut reader = Reader::new();
        let mut content = Vec::new();
        for entry in &archive.entries {
            self.count()?;
            let Some(path) = self.path_of(entry.name.trim_end_matches('/'))? else { continue };
            if entry.is_directory() {
                self.folder(&path)?;
                continue;
            }
            if entry.size > self.left {
                return Err(self.too_large());
            }
            let error = |source| SourceError::Zip { archive: self.archive.to_path_buf(), source };
            content.clear();
            archive.read(entry, &mut reader, &mut content).map_err(error)?;
            match entry.mode & 0o170_000 {
                0o120_000 => {
                    let target = String::from_utf8_lossy(&content).into_owned();
                    self.is_free(&path)?;
                    self.links.insert(path, target);
                }
                0 | 0o100_000 => self.file(&path, &mut content.as_slice(), entry.mode & 0o111 != 0, 0)?,
                _ => {
                    return Err(self.entry_error(&entry.name, "is neither a file nor a folder nor a link"));
                }
            }
        }
        Ok(())
    }

    fn too_large(&self) -> SourceError {
        SourceError::TooLarge { archive: self.archive.to_path_buf(), limit: self.limit }
    }

    /// An entry's path with `/` between its parts; none for the top itself.
    fn path_of(&self, name: &str) -> Result<Option<String>, SourceError> {
        let parts = parts_of(name).map_err(|problem| self.entry_error(name, problem))?;
        Ok(Some(parts.join("/")).filter(|path| !path.is_empty()))
    }

    /// Refuses a name that something else has, or that would lead through a link.
    fn is_free(&self, path: &str) -> Result<(), SourceError> {
        let taken = self.made.contains_key(path) || self.links.contains_key(path);
        match taken {
            true => Err(self.entry_error(path, "stands in it twice, once as a link")),
            false => Ok(()),
        }
    }

    fn folder(&mut self, path: &str) -> Result<(), SourceError> {
        let mut at = 0;
        loop {
            let end = path[at..].find('/').map_or(path.len(), |found| at + found);
            let part = &path[..end];
            match self.made.get(part) {
                Some(Kind::Folder) => {}
                Some(Kind::File) => return Err(self.entry_error(path, "stands below a file")),
                None => {
                    if self.links.contains_key(part) {
                        return Err(self.entry_error(path, "stands below a link"));
                    }
                    let place = self.root.join(part);
                    // On a file system that folds names, another one's folder is as good.
                    match fs::create_dir(&place) {
                        Err(source) if source.kind() != io::ErrorKind::AlreadyExists => {
                            return Err(SourceError::Io { path: place, source });
                        }
                        _ => {}
                    }
                    self.made.insert(part.to_owned(), Kind::Folder);
                }
            }
            if end == path.len() {
                return Ok(());
            }
            at = end + 1;
        }
    }

    fn file(
        &mut self,
        path: &str,
        content: &mut dyn Read,
        executable: bool,
        time: u64,
    ) -> Result<(), SourceError> {
        if let Some((folder, _)) = path.rsplit_once('/') {
            self.folder(folder)?;
        }
        if self.links.contains_key(path) || self.made.get(path) == Some(&Kind::Folder) {
            return Err(self.entry_error(path, "stands in it twice"));
        }
        let place = self.root.join(path);
        let io = |source| SourceError::Io { path: place.clone(), source };
        if self.made.contains_key(path) {
            // The last of several is the one that counts, as in every reader of tar.
            fs::remove_file(&place).map_err(io)?;
        }
        let mut file = File::create_new(&place).map_err(io)?;
        let mut buffer = [0; 1 << 15];
        loop {
            let count = match content.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(self.damaged(error)),
            };
            self.left = match self.left.checked_sub(count as u64) {
                Some(left) => left,
                None => return Err(self.too_large()),
            };
            file.write_all(buffer.get(..count).unwrap_or_default()).map_err(io)?;
        }
        if executable {
            make_executable(&file).map_err(io)?;
        }
        if time >= FIRST_TIME
            && let Some(time) = SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(time))
        {
            // A time is for tools that compare; without it they do more than they have to.
            let _ = file.set_modified(time);
        }
        self.made.insert(path.to_owned(), Kind::File);
        Ok(())
    }

    /// Makes the links, now that no file will be written any more.
    fn link(&mut self) -> Result<(), SourceError> {
        let hard = std::mem::take(&mut self.hard);
        for (path, target) in hard {
            // A hard link's target is named from the archive's top, and has to be a file that came before.
            let Some(target) = self.path_of(&target)? else {
                return Err(self.entry_error(&path, "leads to no file"));
            };
            if self.made.get(&target) != Some(&Kind::File) {
                return Err(self.entry_error(&path, "leads to no file of the archive"));
            }
            if let Some((folder, _)) = path.rsplit_once('/') {
                self.folder(folder)?;
            }
            self.is_free(&path)?;
            self.copy(&target, &path)?;
        }
        let links = std::mem::take(&mut self.links);
        let mut paths: Vec<&String> = links.keys().collect();
        paths.sort();
        let real = Links { links: &links };
        for path in paths {
            let parts: Vec<String> = path.split('/').map(str::to_owned).collect();
            let Some(target) = real.real(&parts) else {
                return Err(self.entry_error(path, "is a link that leads out of the archive"));
            };
            let target = target.join("/");
            let kind = match target.is_empty() {
                true => Kind::Folder,
                false => match self.made.get(&target) {
                    Some(kind) => *kind,
                    None => continue,
                },
            };
            if let Some((folder, _)) = path.rsplit_once('/') {
                self.folder(folder)?;
            }
            self.place_link(path, &target, kind)?;
        }
        Ok(())
    }

    fn copy(&mut self, from: &str, to: &str) -> Result<(), SourceError> {
        let place = self.root.join(to);
        let from = self.root.join(from);
        let io = |source| SourceError::Io { path: place.clone(), source };
        let size = fs::metadata(&from).map_err(io)?.len();
        self.left = self.left.checked_sub(size).ok_or_else(|| self.too_large())?;
        fs::copy(&from, &place).map_err(io)?;
        self.made.insert(to.to_owned(), Kind::File);
        Ok(())
    }

    #[cfg(unix)]
    fn place_link(&mut self, path: &str, target: &str, _: Kind) -> Result<(), SourceError> {
        let ups = path.matches('/').count();
        let mut way = "../".repeat(ups);
        way.push_str(target);
        let way = if way.is_empty() { "." } else { way.as_str() };
        let place = self.root.join(path);
        std::os::unix::fs::symlink(way, &place).map_err(|source| SourceError::Io { path: place, source })
    }

    /// Where links need a privilege: a file becomes a copy.
    #[cfg(not(unix))]
    fn place_link(&mut self, path: &str, target: &str, kind: Kind) -> Result<(), SourceError> {
        match kind {
            Kind::File => self.copy(target, path),
            Kind::Folder => Err(self.entry_error(path, "is a link to a folder, which cannot be made here")),
        }
    }
}

#[cfg(unix)]
fn make_executable(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = file.metadata()?.permissions().mode();
    file.set_permissions(fs::Permissions::from_mode(mode | (mode & 0o444) >> 2))
}

#[cfg(not(unix))]
fn make_executable(_: &File) -> io::Result<()> {
    Ok(())
}

/// The parts of an entry's name, or what is wrong with it.
fn parts_of(name: &str) -> Result<Vec<&str>, &'static str> {
    if name.starts_with('/') {
        return Err("has an absolute path");
    }
    if name.contains('\\') {
        return Err("has a backslash in its name");
    }
    if name.contains(|letter: char| letter.is_control()) {
        return Err("has a control character in its name");
    }
    if cfg!(windows) && name.contains(':') {
        return Err("has a colon in its name");
    }
    let parts: Vec<&str> = name.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    if parts.contains(&"..") {
        return Err("leads out of the archive");
    }
    if parts.iter().any(|part| part.len() > 255) {
        return Err("has a name that is too long");
    }
    Ok(parts)
}

/// The symbolic links of an archive.
struct Links<'a> {
    links: &'a HashMap<String, String>,
}

impl Links<'_> {
    /// Where a path leads, links followed as the system follows them; none if it leaves the top or never ends.
    fn real(&self, path: &[String]) -> Option<Vec<String>> {
        let mut waiting: Vec<String> = path.iter().rev().cloned().collect();
        let mut at: Vec<String> = Vec::new();
        let mut followed = 0;
        while let Some(part) = waiting.pop() {
            match part.as_str() {
                "" | "." => continue,
                ".." => {
                    at.pop()?;
                    continue;
                }
                _ => at.push(part),
            }
            let Some(target) = self.links.get(&at.join("/")) else { continue };
            followed += 1;
            if followed > MAX_LINKS || target.starts_with('/') || target.contains('\\') {
                return None;
            }
            at.pop();
            waiting.extend(target.split('/').rev().map(str::to_owned));
        }
        Some(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_followed_as_the_system_does() {
        let links: HashMap<String, String> =
            [("a/up", ".."), ("a/out", "up/../x"), ("a/in", "up/b"), ("loop", "loop")]
                .into_iter()
                .map(|(link, target)| (link.to_owned(), target.to_owned()))
                .collect();
        let real = |path: &str| {
            let parts: Vec<String> = path.split('/').map(str::to_owned).collect();
            Links { links: &links }.real(&parts).map(|parts| parts.join("/"))
        };
        assert_eq!(real("a/up").as_deref(), Some(""));
        // Read as text it would stay inside; the system goes up twice.
        assert_eq!(real("a/out"), None);
        assert_eq!(real("a/in").as_deref(), Some("b"));
        assert_eq!(real("loop"), None);
    }

    #[test]
    fn names_that_lead_elsewhere_are_refused() {
        for bad in ["/a", "../a", "a/../../b", "a\\b", "a\nb"] {
            assert!(parts_of(bad).is_err(), "{bad}");
        }
        assert_eq!(parts_of("./a//b/"), Ok(vec!["a", "b"]));
    }
}
