//! Wheels that try to write where they must not, to fill the disk, or to be two things at once: all are refused, nothing is written.

use std::fs;

use dx::pkg::install::store::StoreError;
use dx::pkg::install::wheel::WheelError;

use crate::install::Place;
use crate::wheels::{Wheel, ZipEntry, zip};

fn sound() -> Wheel {
    Wheel::new("p", "1.0").file("p/__init__.py", "x = 1\n").file("p/b.py", &"b".repeat(300))
}

/// Why the wheel is refused, causes included; that nothing of it is left is checked too.
fn refusal(wheel: &Wheel) -> String {
    let place = Place::new("malicious");
    let error = place.add(wheel).expect_err("the wheel is refused");
    let StoreError::Wheel { source, .. } = &error else { panic!("{error}") };
    assert!(source.hint().is_some() || matches!(source, WheelError::Io { .. }));
    let mut text = String::new();
    let mut cause: Option<&dyn std::error::Error> = Some(&error);
    while let Some(error) = cause {
        text += &format!("{error}: ");
        cause = error.source();
    }
    assert_eq!(place.store().entries().unwrap().len(), 0);
    assert_eq!(fs::read_dir(place.store().path()).unwrap().count(), 0, "nothing temporary is left");
    assert_eq!(fs::read_dir(&place.0).unwrap().count(), 1, "only the cache is there");
    text
}

fn refused(wheel: &Wheel, reason: &str) {
    let text = refusal(wheel);
    assert!(text.contains(reason), "{reason:?} is not the reason: {text}");
}

#[test]
fn the_sound_wheel_is_taken() {
    Place::new("sound").add(&sound()).unwrap();
    let stored = ZipEntry { is_stored: true, ..ZipEntry::new("p/stored.py", b"stored") };
    let folder = ZipEntry { mode: 0o040_755, ..ZipEntry::new("p/", b"") };
    Place::new("sound").add(&sound().entry(stored).unlisted(folder)).unwrap();
}

#[test]
fn paths_that_lead_out() {
    for (name, reason) in [
        ("/etc/evil", "absolute path"),
        ("../evil", "leaves its directory"),
        ("p/../../evil", "leaves its directory"),
        ("p/..", "leaves its directory"),
        ("./p/x", "leaves its directory"),
        ("p//x", "empty part"),
        ("..\\evil", "backslash"),
        ("C:/evil", "drive letter"),
        ("c:evil", "drive letter"),
        ("p/x\0.py", "control character"),
        ("p/x\n.py", "control character"),
        ("p-1.0.data/data/../../evil", "leaves its directory"),
    ] {
        refused(&sound().file(name, ""), reason);
    }
    refused(&sound().file(&"x".repeat(300), ""), "too long a name");
}

#[test]
fn links_and_devices() {
    for mode in [0o120_777, 0o020_666, 0o060_666, 0o010_644, 0o140_755] {
        refused(
            &sound().entry(ZipEntry { mode, ..ZipEntry::new("p/link", b"/etc/passwd") }),
            "link or a device",
        );
    }
    refused(
        &sound().unlisted(ZipEntry { mode: 0o120_777, ..ZipEntry::new("dir/", b"") }),
        "link or a device",
    );
}

#[test]
fn names_that_some_file_system_merges() {
    for name in ["p/__init__.py", "P/__INIT__.py", "p/__Init__.py"] {
        refused(&sound().unlisted(ZipEntry::new(name, b"")), "twice");
    }
    let pair = sound().file("p/\u{e9}.py", "").file("p/e\u{301}.py", "");
    refused(&pair, "twice");
    refused(&sound().file("p/b.py/c", ""), "file and a directory");
    refused(&sound().file("P/B.PY/c", ""), "file and a directory");
    refused(&sound().file("p-1.0.data/purelib/p/b.py", ""), "comes twice");
    refused(&sound().file("p-1.0.data/platlib/P/b.py", ""), "comes twice");
}

#[test]
fn sizes_that_are_lies() {
    let lie = |size| sound().entry(ZipEntry { size: Some(size), ..ZipEntry::new("p/lie", &[b'x'; 1000]) });
    refused(&lie(999), "another size than declared");
    refused(&lie(1001), "another size than declared");
    refused(&lie(0), "another size than declared");
    let stored = ZipEntry { size: Some(5), is_stored: true, ..ZipEntry::new("p/lie", b"four") };
    refused(&sound().entry(stored), "two sizes");
    refused(&lie(5_000_000_000_u64 & 0xffff_fffe | 0xf000_0000), "");
}

#[test]
fn bombs() {
    // Nobody inflates it: the declared sizes are enough.
    let mut wheel = sound();
    for number in 0..3 {
        let entry = ZipEntry { size: Some(120 << 20), ..ZipEntry::new(&format!("p/{number}"), &[0; 1000]) };
        wheel = wheel.entry(entry);
    }
    refused(&wheel, "too much to be genuine");
    // Entries that share their content would escape the ratio.
    let place = Place::new("overlap");
    let entries = sound().entries();
    let mut bytes = zip(&entries);
    let first = bytes.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
    let second = first + 46 + entries[0].name.len();
    bytes[second + 42..second + 46].copy_from_slice(&[0; 4]);
    let key = dx::pkg::install::store::Key { sha256: [7; 32], take: dx::pkg::install::wheel::Take::All };
    let source = dx::pkg::install::archive::Source::Bytes(&bytes);
    let name = dx::pkg::name::Name::new("p").unwrap();
    let error = place.store().add(&key, source, &name, &"1.0".parse().unwrap()).unwrap_err();
    assert!(format!("{error:?}").contains("overlaps"), "{error:?}");
}

#[test]
fn headers_that_contradict_each_other() {
    let other = ZipEntry { local_name: Some("p/c.py".into()), ..ZipEntry::new("p/d.py", b"") };
    refused(&sound().entry(other), "two headers that differ");
    refused(&sound().entry(ZipEntry { crc: Some(1), ..ZipEntry::new("p/c.py", b"x") }), "wrong check sum");
    refused(&sound().entry(ZipEntry { flags: 0x801, ..ZipEntry::new("p/c.py", b"x") }), "encrypted");
}

#[test]
fn records_that_are_not_true() {
    refused(&sound().unlisted(ZipEntry::new("p/hidden.py", b"")), "is not listed in RECORD");
    refused(&sound().row("p/b.py", None), "is not listed in RECORD");
    refused(&sound().row("p/absent.py", Some("p/absent.py,sha256=x,1")), "listed in RECORD and not there");
    refused(&sound().row("p/b.py", Some("p/b.py,,")), "has no hash");
    refused(&sound().row("p/b.py", Some("p/b.py,md5=x,")), "not SHA-256 or stronger");
    let wrong = "p/b.py,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,300";
    refused(&sound().row("p/b.py", Some(wrong)), "another hash");
    let hash = dx::pkg::record::sha256(&[b'b'; 300]);
    refused(&sound().row("p/b.py", Some(&format!("p/b.py,{hash},301"))), "another size than RECORD");
    refused(
        &sound().row("p/b.py", Some(&format!("p/b.py,{hash},300\np/b.py,{hash},"))),
        "lists p/b.py twice",
    );
    refused(&sound().row("p/b.py", Some("\"p/b.py,")), "RECORD cannot be read");
    Place::new("sized").add(&sound().row("p/b.py", Some(&format!("p/b.py,{hash},")))).unwrap();
    let strong =
        "sha512=z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg_SpIdNs6c5H0NE8XYXysP-DGNKHfuwvY7kxvUdBeoGlODJ6-SfaPg";
    Place::new("strong").add(&sound().file("e", "").row("e", Some(&format!("e,{strong},0")))).unwrap();
}

#[test]
fn wheels_that_are_none() {
    let without = |name: &str| Wheel { without: vec![name.to_owned()], ..sound() };
    for name in ["WHEEL", "METADATA", "RECORD"] {
        refused(&without(name), name);
    }
    refused(&Wheel { stem: Some("q-1.0".into()), ..sound() }, "q-1.0.dist-info is not that of p 1.0");
    refused(&Wheel { stem: Some("p-2.0".into()), ..sound() }, "p-2.0.dist-info is not that of p 1.0");
    refused(&sound().file("q-1.0.dist-info/METADATA", ""), "several .dist-info directories");
    refused(&Wheel { wheel_version: "2.0".into(), ..sound() }, "newer than dx knows");
    refused(&Wheel { wheel_version: "x".into(), ..sound() }, "no version of the format");
    refused(&sound().file("q-1.0.data/data/x", ""), ".data directory of another name");
    refused(&sound().file("p-1.0.data/stuff/x", ""), "that the standard does not know");
    refused(&sound().file("p-1.0.data/loose", ""), "that the standard does not know");
    refused(
        &sound().entry_points("[console_scripts]\nx = os; import sys:y\n"),
        "entry points cannot be read",
    );
    Place::new("spelt")
        .add(&Wheel { wheel_version: "1.9".into(), stem: Some("P-1".into()), ..sound() })
        .unwrap();
}

#[test]
fn cut_and_garbled_archives_are_errors() {
    let bytes = sound().build();
    let place = Place::new("garbled");
    let name = dx::pkg::name::Name::new("p").unwrap();
    let add = |bytes: &[u8], number: usize| {
        let mut sha256 = [0; 32];
        sha256[..8].copy_from_slice(&(number as u64).to_le_bytes());
        let key = dx::pkg::install::store::Key { sha256, take: dx::pkg::install::wheel::Take::All };
        place.store().add(
            &key,
            dx::pkg::install::archive::Source::Bytes(bytes),
            &name,
            &"1.0".parse().unwrap(),
        )
    };
    for end in 0..bytes.len() {
        assert!(add(&bytes[..end], end).is_err(), "cut at {end}");
    }
    // A changed byte is an error, or one that says nothing (times, versions): then the files are the same.
    let good = add(&bytes, usize::MAX).unwrap();
    for at in 0..bytes.len() {
        let mut garbled = bytes.clone();
        garbled[at] ^= 0x55;
        if let Ok(entry) = add(&garbled, bytes.len() + at) {
            assert_eq!(entry.manifest.record, good.manifest.record, "byte {at}");
            assert_eq!(entry.manifest.files.len(), good.manifest.files.len(), "byte {at}");
        }
    }
    let mut longer = bytes.clone();
    longer.push(0);
    assert!(add(&longer, usize::MAX - 1).is_err(), "something stands behind the archive");
}
