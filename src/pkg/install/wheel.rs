//! Wheels: checked from end to end and unpacked into a directory of the store.
//!
//! What a wheel has to fulfil before a byte of it can reach an environment:
//!
//! 1. Names: relative, `/` between parts, no `.` or `..` part, no backslash, drive letter or control character, no part over 255
//!    bytes (`check_name`); on Windows none of its reserved names either. No two files whose names differ in case or Unicode normal
//!    form alone, no file that is also a directory.
//! 2. Only files and directories; links and devices are refused.
//! 3. Size: at most `MAX_FILE` a file; altogether at most `MAX_RATIO` times the archive, or `ALWAYS_FINE` where that is more. The
//!    archive reader never inflates more than an entry declares, and entries do not overlap.
//! 4. One `.dist-info` directory, whose name is the expected name and version, as METADATA's; a Wheel-Version with major number 1.
//! 5. RECORD lists every file with its hash (SHA-256 or stronger) and, where it gives one, its size; every file that it lists is
//!    there. RECORD itself and its signatures are exempt.
//!
//! Left out of the unpacked tree is what the installer writes itself (`INSTALLED_BY_US`): RECORD is kept in the manifest.
//!
//! A wheel can be taken without its extension modules (`Take::Pure`, see `pkg::fallback`): then RECORD has no rows of theirs, and WHEEL
//! says truthfully that this is a pure wheel for any Python 3.
//!
//! Standard: "Binary distribution format" (PEP 427).

use std::borrow::Cow;
use std::fmt;
use std::io::{self, Write};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use rustc_hash::{FxHashMap, FxHashSet};
use unicode_normalization::UnicodeNormalization;

use super::archive::{Archive, ArchiveError, Entry, Reader, Source};
use super::folder::Folder as OpenFolder;
use super::manifest::{Folder, Manifest, Scheme, Script, StoredFile};
use crate::pkg::entry_points::{self, EntryPointError};
use crate::pkg::name::Name;
use crate::pkg::record::{self, Check, RecordError};
use crate::pkg::version::Version;

/// The largest file that is unpacked.
pub const MAX_FILE: u64 = 4 << 30;
/// How many times the archive's size its content may take. Text deflates ten to one, tables of data a hundred to one at most.
pub const MAX_RATIO: u64 = 200;
/// A content of this size is never too much.
pub const ALWAYS_FINE: u64 = 256 << 20;

/// Files of a `.dist-info` directory that the installer writes, or that say something of the archive only.
const INSTALLED_BY_US: [&str; 6] =
    ["RECORD", "RECORD.jws", "RECORD.p7s", "INSTALLER", "REQUESTED", "direct_url.json"];

/// What is unpacked of a wheel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Take {
    All,
    /// All but the extension modules.
    Pure,
}

#[derive(Debug)]
pub enum WheelError {
    Archive(ArchiveError),
    /// An entry that has no business in an environment.
    Entry {
        name: String,
        problem: &'static str,
    },
    TooLarge {
        size: u64,
        archive: u64,
    },
    /// Something that makes a wheel a wheel is missing or contradicts itself.
    Form(String),
    WheelVersion(String),
    Record(RecordError),
    EntryPoints(EntryPointError),
    Io {
        path: String,
        source: io::Error,
    },
}

impl fmt::Display for WheelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WheelError::Archive(_) => f.write_str("the wheel is no sound zip archive"),
            WheelError::Entry { name, problem } => write!(f, "the wheel's file {name:?} {problem}"),
            WheelError::TooLarge { size, archive } => {
                write!(
                    f,
                    "the wheel has {archive} bytes and would become {size} bytes, which is too much to be genuine"
                )
            }
            WheelError::Form(problem) => write!(f, "the wheel is invalid: {problem}"),
            WheelError::WheelVersion(version) => {
                write!(f, "the wheel's format {version} is newer than dx knows")
            }
            WheelError::Record(_) => f.write_str("the wheel's RECORD cannot be read"),
            WheelError::EntryPoints(_) => f.write_str("the wheel's entry points cannot be read"),
            WheelError::Io { path, .. } => write!(f, "cannot write {path}"),
        }
    }
}

impl std::error::Error for WheelError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            WheelError::Archive(error) => Some(error),
            WheelError::Record(error) => Some(error),
            WheelError::EntryPoints(error) => Some(error),
            WheelError::Io { source, .. } => Some(source),
            _ => None,
        }
    }
}

impl WheelError {
    /// What the user can do.
    pub fn hint(&self) -> Option<String> {
        match self {
            WheelError::WheelVersion(_) => Some("a newer dx may be able to install it".into()),
            WheelError::Io { .. } => None,
            _ => Some(
                "the file was made wrongly or changed on its way; tell the project, or take another release"
                    .into(),
            ),
        }
    }
}

impl From<ArchiveError> for WheelError {
    fn from(error: ArchiveError) -> WheelError {
        WheelError::Archive(error)
    }
}

fn refuse<T>(name: &str, problem: &'static str) -> Result<T, WheelError> {
    Err(WheelError::Entry { name: name.to_owned(), problem })
}

/// Whether a name of an entry may become a path below a directory; what is wrong with it otherwise.
pub fn check_name(name: &str) -> Result<(), &'static str> {
    let path = name.strip_suffix('/').unwrap_or(name);
    if path.is_empty() || path.starts_with('/') {
        return Err("has an absolute path");
    }
    if path.contains('\\') {
        return Err("has a backslash in its path");
    }
    if path.chars().any(|letter| letter.is_control()) {
        return Err("has a control character in its path");
    }
    let bytes = path.as_bytes();
    if bytes.len() >= 2 && bytes[0].is_ascii_alphabetic() && bytes[1] == b':' {
        return Err("has a drive letter in its path");
    }
    for part in path.split('/') {
        match part {
            "" => return Err("has an empty part in its path"),
            "." | ".." => return Err("has a path that leaves its directory"),
            _ if part.len() > 255 => return Err("has too long a name"),
            _ if cfg!(windows) && is_reserved_on_windows(part) => {
                return Err("has a name that Windows reserves");
            }
            _ => {}
        }
    }
    Ok(())
}

/// Names of devices, and names that Windows changes on its own.
fn is_reserved_on_windows(part: &str) -> bool {
    let stem = part.split('.').next().unwrap_or(part).trim_end().to_ascii_uppercase();
    let numbered =
        |prefix: &str| stem.strip_prefix(prefix).is_some_and(|rest| rest.chars().count() == 1 && rest != "0");
    matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$")
        || numbered("COM")
        || numbered("LPT")
        || part.ends_with(['.', ' '])
        || part.contains(['<', '>', ':', '"', '|', '?', '*'])
}

/// Equal for names that some file system holds to be the same.
fn folded(name: &str) -> String {
    if name.is_ascii() {
        name.to_ascii_lowercase()
    } else {
        name.nfkc().flat_map(char::to_lowercase).nfkc().collect()
    }
}

/// Whether a file is an extension module, which only its own Python can load.
fn is_extension(name: &str) -> bool {
    name.ends_with(".so") || name.ends_with(".pyd") || name.ends_with(".dylib")
}

/// The entries that are files, after everything that can be seen without their content.
fn checked_files<'a>(archive: &'a Archive<'_>) -> Result<Vec<&'a Entry>, WheelError> {
    const TYPE: u32 = 0o170_000;
    const REGULAR: u32 = 0o100_000;
    const DIRECTORY: u32 = 0o040_000;
    let mut files = Vec::with_capacity(archive.entries.len());
    let mut names = FxHashSet::default();
    let mut folders = FxHashSet::default();
    let mut total = 0_u64;
    for entry in &archive.entries {
        if let Err(problem) = check_name(&entry.name) {
            return refuse(&entry.name, problem);
        }
        let file_type = entry.mode & TYPE;
        let expected = if entry.is_directory() { DIRECTORY } else { REGULAR };
        if file_type != 0 && file_type != expected {
            return refuse(&entry.name, "is a link or a device");
        }
        let key = folded(&entry.name);
        let parent = key.trim_end_matches('/').rfind('/');
        for (end, _) in parent.map_or("", |end| &key[..=end]).match_indices('/') {
            if !folders.contains(&key[..end]) {
                folders.insert(key[..end].to_owned());
            }
        }
        if entry.is_directory() {
            folders.insert(key[..key.len() - 1].to_owned());
            continue;
        }
        if entry.size > MAX_FILE {
            return refuse(&entry.name, "is too large");
        }
        total = total.saturating_add(entry.size);
        if !names.insert(key) {
            return refuse(
                &entry.name,
                "is there twice, or differs from another one in case or normal form only",
            );
        }
        files.push(entry);
    }
    if let Some(entry) = files.iter().find(|entry| folders.contains(&folded(&entry.name))) {
        return refuse(&entry.name, "is a file and a directory");
    }
    if total > ALWAYS_FINE.max(archive.length.saturating_mul(MAX_RATIO)) {
        return Err(WheelError::TooLarge { size: total, archive: archive.length });
    }
    Ok(files)
}

/// The wheel's own directory names, `NAME-VERSION`.
struct Stem<'a>(&'a str);

impl<'a> Stem<'a> {
    /// Finds the one `.dist-info` directory and compares it with what is expected.
    fn find(files: &[&'a Entry], name: &Name, version: &Version) -> Result<Stem<'a>, WheelError> {
        let mut found: Option<&str> = None;
        for entry in files {
            let Some((top, _)) = entry.name.split_once('/') else { continue };
            let Some(stem) = top.strip_suffix(".dist-info") else { continue };
            if found.is_some_and(|found| found != stem) {
                return Err(WheelError::Form("it has several .dist-info directories".into()));
            }
            found = Some(stem);
        }
        let stem = found.ok_or_else(|| WheelError::Form("it has no .dist-info directory".into()))?;
        if !is_of(stem, name, version) {
            let problem = format!("its directory {stem}.dist-info is not that of {name} {version}");
            return Err(WheelError::Form(problem));
        }
        Ok(Stem(stem))
    }
}

/// Whether `NAME-VERSION` is this name and version, however they are spelt.
fn is_of(stem: &str, name: &Name, version: &Version) -> bool {
    let Some((own_name, own_version)) = stem.rsplit_once('-') else { return false };
    Name::new(own_name).is_ok_and(|own| own == *name)
        && own_version.replace('_', "-").parse::<Version>().is_ok_and(|own| own == *version)
}

/// The first value of a header in a file of `Key: value` lines, such as WHEEL or the head of METADATA.
fn header<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    let head = text.lines().take_while(|line| !line.trim().is_empty());
    let mut values = head.filter_map(|line| line.split_once(':'));
    values.find(|(found, _)| found.eq_ignore_ascii_case(key)).map(|(_, value)| value.trim())
}

/// The WHEEL file of a wheel whose extension modules are left out.
fn pure_wheel_file(text: &str) -> String {
    let is =
        |line: &str, key: &str| line.split(':').next().is_some_and(|found| found.eq_ignore_ascii_case(key));
    let kept = text
        .lines()
        .filter(|line| !line.trim().is_empty() && !is(line, "Tag") && !is(line, "Root-Is-Purelib"));
    let mut out = kept.fold(String::new(), |out, line| out + line + "\n");
    out.push_str("Root-Is-Purelib: true\nTag: py3-none-any\n");
    out
}

/// What is known of the wheel before its files are unpacked.
struct Plan<'a> {
    archive: &'a Archive<'a>,
    rows: FxHashMap<&'a str, (&'a str, Option<u64>)>,
    /// The files to unpack, in the manifest's order, with the index of their folders.
    files: Vec<(&'a Entry, u32)>,
    /// A file that is not written as it is in the archive.
    changed: Option<(&'a str, Vec<u8>)>,
}

impl Plan<'_> {
    /// Checks the file at `at` and writes it below `tree`.
    fn unpack(
        &self,
        at: usize,
        reader: &mut Reader,
        content: &mut Vec<u8>,
        tree: &OpenFolder,
    ) -> Result<(), WheelError> {
        let Some((entry, _)) = self.files.get(at) else { return Ok(()) };
        self.archive.read(entry, reader, content)?;
        let Some((hash, size)) = self.rows.get(entry.name.as_str()) else {
            return refuse(&entry.name, "is not listed in RECORD");
        };
        if size.is_some_and(|size| size != entry.size) {
            return refuse(&entry.name, "has another size than RECORD says");
        }
        match record::check(hash, content) {
            Check::Same => {}
            Check::Different => return refuse(&entry.name, "has another hash than RECORD says"),
            Check::Unknown if hash.is_empty() => return refuse(&entry.name, "has no hash in RECORD"),
            Check::Unknown => {
                return refuse(&entry.name, "has a hash in RECORD that is not SHA-256 or stronger");
            }
        }
        let bytes = match &self.changed {
            Some((name, bytes)) if *name == entry.name => bytes,
            _ => content,
        };
        let write = || tree.create(&entry.name, entry.mode & 0o111 != 0)?.write_all(bytes);
        write().map_err(|source| WheelError::Io { path: entry.name.clone(), source })
    }

    /// Unpacks everything, in several threads where there is enough to do.
    fn unpack_all(&self, tree: &OpenFolder) -> Result<(), WheelError> {
        let total: u64 = self.files.iter().map(|(entry, _)| entry.size).sum();
        let threads = if total < 512 << 10 { 1 } else { super::threads().min(self.files.len()) };
        let next = AtomicUsize::new(0);
        let failure = Mutex::new(None);
        let work = || {
            let (mut reader, mut content) = (Reader::new(), Vec::new());
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed);
                if at >= self.files.len() {
                    return;
                }
                if let Err(error) = self.unpack(at, &mut reader, &mut content, tree) {
                    next.store(self.files.len(), Ordering::Relaxed);
                    failure.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).get_or_insert(error);
                }
            }
        };
        super::in_threads(threads, work);
        match failure.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner()) {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }
}

/// Checks the wheel in `source` and unpacks it into the empty directory `tree`.
///
/// `name` and `version` are what its file name says. Gives the manifest, which the caller writes last.
///
/// Errors: everything that the head of this file lists; a directory or file that cannot be written.
pub fn unpack(
    source: Source<'_>,
    name: &Name,
    version: &Version,
    take: Take,
    tree: &OpenFolder,
) -> Result<Manifest, WheelError> {
    let archive = Archive::open(source)?;
    let all = checked_files(&archive)?;
    let Stem(stem) = Stem::find(&all, name, version)?;
    let dist_info = format!("{stem}.dist-info");
    let mut reader = Reader::new();
    let mut text = |file: &str| -> Result<Option<String>, WheelError> {
        let wanted = format!("{dist_info}/{file}");
        let Some(entry) = all.iter().find(|entry| entry.name == wanted) else { return Ok(None) };
        let mut content = Vec::new();
        archive.read(entry, &mut reader, &mut content)?;
        let text =
            String::from_utf8(content).map_err(|_| WheelError::Form(format!("{wanted} is not UTF-8")))?;
        Ok(Some(text))
    };
    let missing = |file: &str| WheelError::Form(format!("it has no {file} file"));
    let wheel_file = text("WHEEL")?.ok_or_else(|| missing("WHEEL"))?;
    let metadata = text("METADATA")?.ok_or_else(|| missing("METADATA"))?;
    let record_text = text("RECORD")?.ok_or_else(|| missing("RECORD"))?;
    let entry_points = text("entry_points.txt")?.unwrap_or_default();

    check_wheel_version(&wheel_file)?;
    let says_name = header(&metadata, "Name").and_then(|name| Name::new(name).ok());
    let says_version = header(&metadata, "Version").and_then(|version| version.parse::<Version>().ok());
    if says_name.as_ref() != Some(name) || says_version.as_ref() != Some(version) {
        return Err(WheelError::Form(format!("its METADATA is not that of {name} {version}")));
    }
    let mut root_is_purelib =
        header(&wheel_file, "Root-Is-Purelib").is_some_and(|is| is.eq_ignore_ascii_case("true"));

    let record_rows = record::parse(&record_text).map_err(WheelError::Record)?;
    let mut rows = FxHashMap::default();
    rows.reserve(record_rows.len());
    for row in &record_rows {
        let said = (&*row.hash, row.size);
        if rows.insert(&*row.path, said).is_some_and(|before| before != said) {
            return Err(WheelError::Form(format!("RECORD lists {} twice", row.path)));
        }
    }
    check_all_there(&rows, &all, &dist_info)?;

    let mut plan = Plan { archive: &archive, rows, files: Vec::with_capacity(all.len()), changed: None };
    if take == Take::Pure {
        root_is_purelib = true;
        let wheel_path = all.iter().find(|entry| entry.name == format!("{dist_info}/WHEEL"));
        plan.changed =
            wheel_path.map(|entry| (entry.name.as_str(), pure_wheel_file(&wheel_file).into_bytes()));
    }
    let mut manifest = Manifest {
        name: says_name_as_spelt(&metadata, name),
        version: version.to_string(),
        root_is_purelib,
        ..Manifest::default()
    };
    let parsed = entry_points::parse(&entry_points).map_err(WheelError::EntryPoints)?;
    manifest.scripts = parsed.into_iter().filter_map(Script::of).collect();
    list_files(&mut plan, &mut manifest, all, stem, name, version, take)?;
    manifest.dist_info = dist_info;
    make_folders(&manifest, tree)?;
    plan.unpack_all(tree)?;
    Ok(manifest)
}

fn says_name_as_spelt(metadata: &str, name: &Name) -> String {
    header(metadata, "Name").unwrap_or(name.as_str()).to_owned()
}

fn check_wheel_version(wheel_file: &str) -> Result<(), WheelError> {
    let version = header(wheel_file, "Wheel-Version").unwrap_or_default();
    let major = version.split('.').next().and_then(|major| major.parse::<u32>().ok());
    match major {
        Some(1) => Ok(()),
        Some(major) if major > 1 => Err(WheelError::WheelVersion(version.to_owned())),
        _ => Err(WheelError::Form(format!("WHEEL says no version of the format, but {version:?}"))),
    }
}

/// Every file that RECORD lists has to be in the archive. The other way round is seen when the file is unpacked.
fn check_all_there(
    rows: &FxHashMap<&str, (&str, Option<u64>)>,
    files: &[&Entry],
    dist_info: &str,
) -> Result<(), WheelError> {
    let names: FxHashSet<&str> = files.iter().map(|entry| entry.name.as_str()).collect();
    let exempt = |path: &str| path.strip_prefix(dist_info).is_some_and(|rest| rest.starts_with("/RECORD."));
    let absent = rows.keys().filter(|path| !names.contains(*path) && !path.ends_with('/') && !exempt(path));
    match absent.min() {
        Some(path) => refuse(path, "is listed in RECORD and not there"),
        None => Ok(()),
    }
}

/// Fills the manifest's folders, files and rows, and the plan's files.
fn list_files<'a>(
    plan: &mut Plan<'a>,
    manifest: &mut Manifest,
    mut all: Vec<&'a Entry>,
    stem: &str,
    name: &Name,
    version: &Version,
    take: Take,
) -> Result<(), WheelError> {
    all.retain(|entry| {
        let own = entry.name.strip_prefix(stem).and_then(|rest| rest.strip_prefix(".dist-info/"));
        let left_out = take == Take::Pure && is_extension(&entry.name);
        !left_out && own.is_none_or(|file| !INSTALLED_BY_US.contains(&file))
    });
    all.sort_unstable_by(|a, b| split(&a.name).cmp(&split(&b.name)));
    // Only a wheel with a .data directory can bring one module from two places.
    let has_data =
        all.iter().any(|entry| entry.name.split('/').next().is_some_and(|top| top.ends_with(".data")));
    let mut modules = FxHashSet::default();
    for entry in all {
        let (source, file_name) = split(&entry.name);
        if manifest.folders.last().is_none_or(|folder| folder.source != source) {
            let (scheme, target) = target_of(&entry.name, source, name, version)?;
            manifest.folders.push(Folder { source: source.to_owned(), scheme, target: target.to_owned() });
        }
        let folder = (manifest.folders.len() - 1) as u32;
        let (scheme, target) = manifest
            .folders
            .last()
            .map_or((Scheme::Root, ""), |folder| (folder.scheme, folder.target.as_str()));
        let is_root = scheme == Scheme::Root;
        let is_module = matches!(scheme, Scheme::Root | Scheme::Purelib | Scheme::Platlib);
        if has_data && is_module && !modules.insert(folded(&super::layout::join(target, file_name))) {
            return refuse(&entry.name, "comes twice, from the wheel's root and from its .data directory");
        }
        let mut size = entry.size;
        let mut hash = Cow::Borrowed(plan.rows.get(entry.name.as_str()).map_or("", |(hash, _)| hash));
        if let Some((changed, bytes)) = &plan.changed
            && *changed == entry.name
        {
            size = bytes.len() as u64;
            hash = Cow::Owned(record::sha256(bytes));
        }
        if is_root {
            record::push_row(&mut manifest.record, &entry.name, &hash, Some(size));
        }
        manifest.files.push(StoredFile {
            name: file_name.to_owned(),
            folder,
            size,
            executable: entry.mode & 0o111 != 0,
            hash: if is_root { String::new() } else { hash.into_owned() },
        });
        plan.files.push((entry, folder));
    }
    Ok(())
}

/// The directory and the name in it.
fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

/// Where the files of a directory of the wheel go.
fn target_of<'a>(
    entry: &str,
    source: &'a str,
    name: &Name,
    version: &Version,
) -> Result<(Scheme, &'a str), WheelError> {
    let (top, rest) = source.split_once('/').unwrap_or((source, ""));
    let Some(stem) = top.strip_suffix(".data") else { return Ok((Scheme::Root, source)) };
    if !is_of(stem, name, version) {
        return refuse(entry, "is in a .data directory of another name");
    }
    let (scheme, target) = rest.split_once('/').unwrap_or((rest, ""));
    match Scheme::of_data(scheme) {
        Some(scheme) => Ok((scheme, target)),
        None => refuse(entry, "is in a part of the .data directory that the standard does not know"),
    }
}

/// Makes the directories of the tree, each once.
fn make_folders(manifest: &Manifest, tree: &OpenFolder) -> Result<(), WheelError> {
    let mut made = FxHashSet::default();
    for folder in &manifest.folders {
        let source = folder.source.as_str();
        let ends = source.match_indices('/').map(|(end, _)| end).chain([source.len()]);
        for end in ends {
            let part = &source[..end];
            if part.is_empty() || !made.insert(part) {
                continue;
            }
            let made = tree.make_folder(part);
            made.map_err(|source| WheelError::Io { path: part.to_owned(), source })?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_checked() {
        for fine in ["a", "a/b.py", "a/b/", "a b/ü.py", "..a/...b"] {
            assert_eq!(check_name(fine), Ok(()), "{fine}");
        }
        for bad in [
            "", "/", "/a", "../a", "a/../b", "a/..", "./a", "a//b", "a\\b", "C:/a", "c:a", "a\0", "a\nb",
            "a/\u{7f}",
        ] {
            assert!(check_name(bad).is_err(), "{bad:?}");
        }
        assert!(check_name(&"x".repeat(256)).is_err());
        assert!(
            is_reserved_on_windows("nul.py")
                && is_reserved_on_windows("COM1")
                && is_reserved_on_windows("a.")
        );
        assert!(!is_reserved_on_windows("common.py") && !is_reserved_on_windows("com10"));
    }

    #[test]
    fn names_that_a_file_system_merges_are_seen() {
        assert_eq!(folded("A/B.py"), folded("a/b.PY"));
        assert_eq!(folded("e\u{301}.py"), folded("\u{c9}.py"));
        assert_ne!(folded("e.py"), folded("\u{e9}.py"));
    }

    #[test]
    fn wheel_files_of_pure_takes_are_true() {
        let text = "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: false\nTag: cp314-cp314-linux_x86_64\nTag: b\n\n";
        let pure = "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n";
        assert_eq!(pure_wheel_file(text), pure);
    }
}
