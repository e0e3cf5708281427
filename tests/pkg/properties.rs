//! Properties of installing, over wheels that nobody thought of.

use std::collections::BTreeSet;

use dx::pkg::record::{self, Check};
use quickcheck::{Arbitrary, Gen};

use crate::install::{Place, check_record};
use crate::seed::tester;
use crate::wheels::{Wheel, ZipEntry};

/// How many wheels each property is tried with.
const CASES: u64 = 120;

/// A sound wheel with files in odd places.
#[derive(Clone, Debug)]
struct Files {
    name: String,
    /// Scheme, path, content, executable.
    files: Vec<(String, String, Vec<u8>, bool)>,
    scripts: BTreeSet<String>,
}

const SCHEMES: [&str; 6] = ["", "purelib", "platlib", "data", "headers", "scripts"];

fn word(g: &mut Gen) -> String {
    let letters = ["a", "b", "x1", "_", "-", ".", " ", ",", "\"", "ü", "漢", "B", "'", "%", "#", "$"];
    let length = usize::arbitrary(g) % 4 + 1;
    let word: String = (0..length).map(|_| *g.choose(&letters).unwrap()).collect();
    // Neither `.` nor `..`, and no name that the wheel itself uses.
    format!("f{word}")
}

impl Arbitrary for Files {
    fn arbitrary(g: &mut Gen) -> Files {
        let name = ["pkg", "My.Pkg", "a-b_c", "X9"][usize::arbitrary(g) % 4].to_owned();
        let mut files: Vec<(String, String, Vec<u8>, bool)> = Vec::new();
        for _ in 0..usize::arbitrary(g) % 24 {
            let scheme = SCHEMES[usize::arbitrary(g) % SCHEMES.len()];
            let depth = if scheme == "scripts" { 0 } else { usize::arbitrary(g) % 4 };
            let folders: String = (0..depth).map(|_| format!("{}/", word(g))).collect();
            let end = if bool::arbitrary(g) { ".py" } else { "" };
            let path = format!("{folders}{}{end}", word(g));
            let mut content = Vec::<u8>::arbitrary(g);
            if scheme == "scripts" && bool::arbitrary(g) {
                content.splice(0..0, *b"#!python -E\n");
            }
            files.push((scheme.to_owned(), path, content, bool::arbitrary(g)));
        }
        let scripts = (0..usize::arbitrary(g) % 3).map(|number| format!("cmd{number}")).collect();
        Files { name, files, scripts }.sound()
    }

    fn shrink(&self) -> Box<dyn Iterator<Item = Files>> {
        let whole = self.clone();
        Box::new((0..self.files.len()).map(move |at| {
            let mut less = whole.clone();
            less.files.remove(at);
            less
        }))
    }
}

impl Files {
    /// Without files that meet others on some file system.
    fn sound(mut self) -> Files {
        let place = |scheme: &str| {
            if ["purelib", "platlib"].contains(&scheme) { String::new() } else { scheme.to_owned() }
        };
        let mut seen: BTreeSet<String> = BTreeSet::new();
        let mut folders: BTreeSet<String> = BTreeSet::new();
        self.files.retain(|(scheme, path, _, _)| {
            let key = format!("{}|{}", place(scheme), path.to_lowercase());
            let own: Vec<String> = key.match_indices('/').map(|(end, _)| key[..end].to_owned()).collect();
            let fits = !seen.contains(&key)
                && !folders.contains(&key)
                && own.iter().all(|folder| !seen.contains(folder));
            if fits {
                seen.insert(key);
                folders.extend(own);
            }
            fits
        });
        self
    }

    fn wheel(&self, version: &str) -> Wheel {
        let mut wheel = Wheel::new(&self.name, version);
        let data = format!("{}.data", wheel.stem());
        for (scheme, path, content, is_executable) in &self.files {
            let path = if scheme.is_empty() { path.clone() } else { format!("{data}/{scheme}/{path}") };
            let mode = if *is_executable { 0o100_755 } else { 0o100_644 };
            wheel = wheel.entry(ZipEntry { mode, ..ZipEntry::new(&path, content) });
        }
        let lines: String = self.scripts.iter().map(|script| format!("{script} = fmod:main\n")).collect();
        wheel.entry_points(&format!("[console_scripts]\n{lines}"))
    }

    fn normal_name(&self) -> String {
        dx::pkg::name::Name::new(&self.name).unwrap().as_str().to_owned()
    }
}

// Feature: dx-py-production-ready, Property 17: Wheel Installation Completeness
#[test]
fn every_file_of_the_record_is_there_with_its_hash() {
    fn holds(files: Files) -> bool {
        let place = Place::new("p17");
        // No word has a `d`: the two meet in this directory and nowhere else.
        let wheel = files.wheel("1.0").file("fd/own.py", "own");
        place.install(&[&Wheel::new("other", "1").file("fd/other.py", ""), &wheel]);
        let installed = place.installed(&files.normal_name());
        check_record(&installed);
        // The wheel's own RECORD, row by row: where the file went, and that it is the same there.
        let entries = wheel.entries();
        let text = &entries.iter().find(|entry| entry.name.ends_with("/RECORD")).unwrap().content;
        let text = String::from_utf8(text.clone()).unwrap();
        let data = format!("{}.data/", wheel.stem());
        let layout = place.layout();
        let target = |path: &str| match path.strip_prefix(&data).and_then(|rest| rest.split_once('/')) {
            None | Some(("purelib" | "platlib", _)) => {
                layout.site_packages().join(path.strip_prefix(&data).map_or(path, |rest| &rest[8..]))
            }
            Some(("headers", rest)) => {
                layout.root.join(&layout.headers).join(files.normal_name().replace('-', "_")).join(rest)
            }
            Some(("scripts", rest)) => layout.root.join(&layout.scripts).join(rest),
            Some((_, rest)) => layout.root.join(rest),
        };
        record::parse(&text).unwrap().iter().all(|row| {
            let content = std::fs::read(target(&row.path)).unwrap();
            let was_python = content.starts_with(format!("#!{}", layout.python.display()).as_bytes());
            row.path.ends_with("/RECORD")
                || row.path.contains(".data/scripts/") && was_python
                || record::check(&row.hash, &content) == Check::Same
        })
    }
    tester("Property 17", CASES).quickcheck(holds as fn(Files) -> bool);
}

// Feature: dx-py-production-ready, Property 18: Uninstall Completeness
#[test]
fn no_file_of_the_record_is_left() {
    fn holds(files: Files, others: Files) -> bool {
        let place = Place::new("p18");
        let other = Files { name: "other".to_owned(), scripts: BTreeSet::new(), ..others };
        let other = Files {
            files: other.files.into_iter().map(|(s, p, c, e)| (s, format!("o{p}"), c, e)).collect(),
            ..other
        };
        place.install(&[&other.wheel("1")]);
        let before = place.tree();
        place.install(&[&files.wheel("1.0")]);
        let installed = place.installed(&files.normal_name());
        let listed = installed.files().unwrap().unwrap();
        let report = place.uninstall(&files.normal_name());
        report.warnings.is_empty()
            && listed.iter().all(|file| !installed.site_packages.join(&file.path).exists())
            && without_own(place.tree()) == without_own(before)
    }
    /// The environment's own directories stay once they were made.
    fn without_own(mut tree: std::collections::BTreeMap<String, Vec<u8>>) -> Vec<(String, Vec<u8>)> {
        tree.remove("bin/");
        tree.into_iter().collect()
    }
    tester("Property 18", CASES).quickcheck(holds as fn(Files, Files) -> bool);
}
