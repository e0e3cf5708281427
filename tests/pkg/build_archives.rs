//! Source archives unpacked: every kind of them, and hostile ones.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use dx::pkg::build::source::{self, SourceError};
use quickcheck::{Arbitrary, Gen, QuickCheck};

use super::loopback::Folder;
use super::wheels::{ZipEntry, zip};

/// An entry of a tar archive, as the archive says it.
struct TarEntry<'a> {
    name: &'a str,
    kind: tar::EntryType,
    link: &'a str,
    content: &'a [u8],
    mode: u32,
}

fn file<'a>(name: &'a str, content: &'a str) -> TarEntry<'a> {
    TarEntry { name, kind: tar::EntryType::Regular, link: "", content: content.as_bytes(), mode: 0o644 }
}

fn link<'a>(name: &'a str, target: &'a str) -> TarEntry<'a> {
    TarEntry { name, kind: tar::EntryType::Symlink, link: target, content: b"", mode: 0o777 }
}

fn hard<'a>(name: &'a str, target: &'a str) -> TarEntry<'a> {
    TarEntry { kind: tar::EntryType::Link, ..link(name, target) }
}

/// A tar archive with whatever names the entries have.
fn tar_of(entries: &[TarEntry<'_>]) -> Vec<u8> {
    let mut out = Vec::new();
    for entry in entries {
        let mut header = tar::Header::new_old();
        let bytes = header.as_mut_bytes();
        bytes[..entry.name.len()].copy_from_slice(entry.name.as_bytes());
        bytes[157..157 + entry.link.len()].copy_from_slice(entry.link.as_bytes());
        header.set_entry_type(entry.kind);
        header.set_size(entry.content.len() as u64);
        header.set_mode(entry.mode);
        header.set_mtime(1_700_000_000);
        header.set_cksum();
        out.extend_from_slice(header.as_bytes());
        out.extend_from_slice(entry.content);
        out.resize(out.len().next_multiple_of(512), 0);
    }
    out.extend_from_slice(&[0; 1024]);
    out
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// What `xz` makes of the archive with two files: dx has no encoder for it.
const XZ: &[u8] = b"\
    \xfd7zXZ\x00\x00\x04\xe6\xd6\xb4F\x02\x00!\x01\x16\x00\x00\x00t/\xe5\xa3\xe0\x09\xff\x00e]\x008\x0bB#\x12\xad\x83\xd8\
    \xc8\x90\x84\x8d\xab\x8c\x98\x86\xbb\xf0 \xee{\x175\x07\x11o\xa4\x1d\x80\x89\xeaP\x18\x9cv\x98\x87)\xb9\x8ab\xd0\xedW\
    \xbbU\x12YD\xa5\xb1]\x83\x84\x1e\x96\xdc5\xdf\x91\x198\xac\xf6\xa2y\x07\x16\xd7Jp\x1aNYf\xefg\xbc\xe8\xac\x8f\xb6.\xd1/\
    \x91\xc8\x9f\xcfJh\x96z\xc9\xa2\x803\xa5\x11tT\x00\x00\x00\x00\xce<\xceK\x01\xf9\xe3k\x00\x01\x81\x01\x80\x14\x00\x00\
    \x87\x87\xaf\xdd\xb1\xc4g\xfb\x02\x00\x00\x00\x00\x04YZ";

/// Unpacks bytes under a file name into `out` of a folder.
fn unpack(folder: &Folder, filename: &str, bytes: &[u8]) -> Result<PathBuf, SourceError> {
    let archive = folder.path(filename);
    fs::write(&archive, bytes).unwrap();
    let out = folder.path("out");
    let _ = fs::remove_dir_all(&out);
    fs::create_dir(&out).unwrap();
    source::unpack(&archive, filename, &out)
}

#[test]
fn every_kind_of_archive_is_unpacked() {
    let plain = tar_of(&[file("p-1/setup.py", "x = 1\n"), file("p-1/pkg/a.py", "")]);
    let zipped = zip(&[ZipEntry::new("p-1/setup.py", b"x = 1\n"), ZipEntry::new("p-1/pkg/a.py", b"")]);
    let archives = [
        ("p-1.tar", plain.clone()),
        ("p-1.tar.gz", gzip(&plain)),
        ("p-1.tgz", gzip(&plain)),
        ("p-1.tar.bz2", bzip2(&plain)),
        ("p-1.tar.xz", XZ.to_vec()),
        ("p-1.zip", zipped),
    ];
    let folder = Folder::new("archives");
    for (filename, bytes) in archives {
        let project = unpack(&folder, filename, &bytes).unwrap_or_else(|error| panic!("{filename}: {error}"));
        assert_eq!(project, folder.path("out").join("p-1"), "{filename}");
        assert_eq!(fs::read_to_string(project.join("setup.py")).unwrap(), "x = 1\n", "{filename}");
        assert!(project.join("pkg/a.py").is_file(), "{filename}");
    }
    let error = unpack(&folder, "p-1.rar", b"x").unwrap_err();
    assert!(error.to_string().contains("p-1.rar"), "{error}");
    for broken in ["p-1.tar.gz", "p-1.zip", "p-1.tar.xz", "p-1.tar.bz2", "p-1.tar"] {
        assert!(unpack(&folder, broken, b"this is none").is_err(), "{broken}");
    }
    // Cut off in the middle: never half a project without a word.
    let cut = gzip(&tar_of(&[file("p-1/setup.py", &"x".repeat(100_000))]));
    assert!(unpack(&folder, "p-1.tar.gz", &cut[..cut.len() / 2]).is_err());
}

#[test]
fn several_entries_at_the_top_are_the_project_themselves() {
    let folder = Folder::new("tops");
    let project = unpack(&folder, "p.tar", &tar_of(&[file("setup.py", ""), file("p/a.py", "")])).unwrap();
    assert_eq!(project, folder.path("out"));
    let error = unpack(&folder, "p.tar", &tar_of(&[])).unwrap_err();
    assert!(matches!(error, SourceError::Empty { .. }), "{error}");
}

#[cfg(unix)]
#[test]
fn links_stay_inside_and_programs_stay_executable() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new("links");
    let run = TarEntry { mode: 0o700, ..file("p/run", "#!") };
    let entries = [
        link("p/doc/readme", "../README"),
        link("p/there", "doc"),
        link("p/nothing", "missing"),
        file("p/README", "words"),
        run,
        hard("p/same", "p/README"),
        TarEntry { mode: 0o6755, ..file("p/strange", "") },
    ];
    let project = unpack(&folder, "p.tar", &tar_of(&entries)).unwrap();
    assert_eq!(fs::read_to_string(project.join("there/readme")).unwrap(), "words");
    assert_eq!(fs::read_to_string(project.join("same")).unwrap(), "words");
    assert!(fs::symlink_metadata(project.join("nothing")).is_err(), "a link to nothing is left out");
    let mode = |name: &str| fs::metadata(project.join(name)).unwrap().permissions().mode();
    assert_eq!(mode("run") & 0o100, 0o100);
    assert_eq!(mode("README") & 0o111, 0);
    assert_eq!(mode("strange") & 0o7000, 0, "no bits that change who runs it");
}

#[test]
fn hostile_archives_reach_nothing_outside() {
    let fifo = TarEntry { kind: tar::EntryType::Fifo, ..file("p/pipe", "") };
    let device = TarEntry { kind: tar::EntryType::Block, ..file("p/disk", "") };
    let cases: Vec<(&str, Vec<TarEntry<'_>>)> = vec![
        ("an absolute path", vec![file("/tmp/dx-hostile", "x")]),
        ("a way up", vec![file("../outside", "x")]),
        ("a way up in the middle", vec![file("p/../../outside", "x")]),
        ("a backslash", vec![file("p\\..\\outside", "x")]),
        ("a link up", vec![file("p/a", ""), link("p/l", "../../outside")]),
        ("an absolute link", vec![link("p/l", "/etc/passwd")]),
        (
            "links that go up together",
            vec![file("p/d/a", ""), link("p/d/up", ".."), link("p/d/out", "up/../../x")],
        ),
        ("a file through a link", vec![link("p/l", "d"), file("p/d/a", ""), file("p/l/b", "x")]),
        ("a link after its file", vec![file("p/l", "x"), link("p/l", "d")]),
        ("a link in a ring", vec![link("p/l", "m"), link("p/m", "l")]),
        ("a hard link outside", vec![hard("p/h", "/etc/passwd")]),
        ("a hard link up", vec![hard("p/h", "../outside")]),
        ("a pipe", vec![fifo]),
        ("a device", vec![device]),
        ("a file below a file", vec![file("p/a", "x"), file("p/a/b", "x")]),
    ];
    for (what, entries) in cases {
        let folder = Folder::new("hostile");
        let bytes = tar_of(&entries);
        let error = unpack(&folder, "p.tar", &bytes);
        assert!(error.is_err(), "{what} was unpacked");
        assert!(!folder.path("outside").exists() && !Path::new("/tmp/dx-hostile").exists(), "{what}");
        let entries: Vec<_> =
            fs::read_dir(&folder.0).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(entries.len(), 2, "{what}: {entries:?}");
    }
    let folder = Folder::new("hostile-zip");
    for name in ["../outside", "/tmp/dx-hostile", "p/../../outside"] {
        assert!(unpack(&folder, "p.zip", &zip(&[ZipEntry::new(name, b"x")])).is_err(), "{name}");
    }
    let mut entry = ZipEntry::new("p/l", b"../../outside");
    entry.mode = 0o120_777;
    assert!(unpack(&folder, "p.zip", &zip(&[entry])).is_err());
    assert!(!folder.path("outside").exists());
}

#[test]
fn what_an_archive_becomes_is_bounded() {
    let folder = Folder::new("bomb");
    let zeros = "\0".repeat(1 << 20);
    for (filename, bytes) in [
        ("p.tar.gz", gzip(&tar_of(&[file("p/a", &zeros), file("p/b", &zeros)]))),
        ("p.zip", zip(&[ZipEntry::new("p/a", zeros.as_bytes()), ZipEntry::new("p/b", zeros.as_bytes())])),
    ] {
        let archive = folder.path(filename);
        fs::write(&archive, bytes).unwrap();
        let out = folder.path("out");
        let _ = fs::remove_dir_all(&out);
        fs::create_dir(&out).unwrap();
        let error = source::unpack_at_most(&archive, filename, &out, 1_500_000).unwrap_err();
        assert!(matches!(error, SourceError::TooLarge { .. }), "{error}");
        fs::remove_dir_all(&out).unwrap();
        fs::create_dir(&out).unwrap();
        source::unpack_at_most(&archive, filename, &out, 3_000_000).unwrap();
    }
}

/// An archive of a few entries whose names and links go up and down among a few names.
#[derive(Clone, Debug)]
struct Tangle(Vec<(u8, String, String)>);

impl Arbitrary for Tangle {
    fn arbitrary(g: &mut Gen) -> Tangle {
        let way = |g: &mut Gen, parts: &[&str]| {
            let parts: Vec<&str> =
                (0..1 + usize::arbitrary(g) % 4).map(|_| *g.choose(parts).unwrap_or(&"a")).collect();
            parts.join("/")
        };
        let count = 1 + usize::arbitrary(g) % 6;
        let entry = |g: &mut Gen| {
            // Most names are in order, or nothing would get as far as its links.
            let up = if usize::arbitrary(g).is_multiple_of(16) { ".." } else { "." };
            let name = way(g, &["a", "a", "b", "b", "c", up]);
            (u8::arbitrary(g) % 4, name, way(g, &["a", "b", "c", "..", "..", "."]))
        };
        Tangle((0..count).map(|_| entry(g)).collect())
    }

    fn shrink(&self) -> Box<dyn Iterator<Item = Tangle>> {
        let all = self.0.clone();
        Box::new((0..all.len()).map(move |gone| {
            let mut fewer = all.clone();
            fewer.remove(gone);
            Tangle(fewer)
        }))
    }
}

/// Every link below a folder that leads anywhere leads to something inside of it.
#[cfg(unix)]
fn is_closed(folder: &Path, top: &Path) -> bool {
    fs::read_dir(folder).unwrap().all(|entry| {
        let path = entry.unwrap().path();
        let kind = fs::symlink_metadata(&path).unwrap().file_type();
        match path.canonicalize() {
            Ok(real) => real.starts_with(top) && (!kind.is_dir() || is_closed(&path, top)),
            Err(_) => false,
        }
    })
}

/// Whatever an archive says, all that it makes lies in its folder, and so does all that its links lead to.
#[cfg(unix)]
#[test]
fn nothing_of_an_archive_lies_or_leads_outside() {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static LINKED: AtomicUsize = AtomicUsize::new(0);
    fn holds(tangle: Tangle) -> bool {
        let folder = Folder::new("tangle");
        let entries: Vec<TarEntry<'_>> = tangle
            .0
            .iter()
            .map(|(kind, name, target)| match kind {
                0 => link(name, target),
                1 => hard(name, target),
                2 => TarEntry { kind: tar::EntryType::Directory, ..file(name, "") },
                _ => file(name, "x"),
            })
            .collect();
        if unpack(&folder, "p.tar", &tar_of(&entries)).is_ok()
            && entries.iter().any(|entry| entry.kind.is_symlink())
        {
            LINKED.fetch_add(1, Ordering::Relaxed);
        }
        let outside = fs::read_dir(&folder.0).unwrap().count();
        let out = folder.path("out").canonicalize().unwrap();
        outside == 2 && is_closed(&out, &out)
    }
    QuickCheck::new().tests(300).min_tests_passed(300).quickcheck(holds as fn(Tangle) -> bool);
    let linked = LINKED.load(Ordering::Relaxed);
    assert!(linked > 10, "only {linked} archives got as far as their links");
}
