//! Versions, specifiers, markers, requirements and tags against the answers that `packaging` gives, which stand in `data/`.

use std::collections::HashMap;

use dx::pkg::filename::{SdistName, WheelName};
use dx::pkg::marker::{Environment, Marker};
use dx::pkg::name::Name;
use dx::pkg::requirement::Requirement;
use dx::pkg::specifier::Specifiers;
use dx::pkg::tags::{self, Misfit, System, Tags, Target};
use dx::pkg::version::Version;

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.starts_with('#'))
}

fn version(text: &str) -> Version {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn ordered() -> Vec<Vec<Version>> {
    lines(include_str!("data/versions.txt")).map(|line| line.split(' ').map(version).collect()).collect()
}

#[test]
fn versions_are_ordered_as_in_pep_440() {
    let rows = ordered();
    for (place, row) in rows.iter().enumerate() {
        for left in row {
            for (other, others) in rows.iter().enumerate() {
                for right in others {
                    assert_eq!(left.cmp(right), place.cmp(&other), "{left} and {right}");
                    assert_eq!(left == right, place == other, "{left} and {right}");
                }
            }
        }
    }
    assert!(rows.len() > 80);
}

#[test]
fn spellings_have_one_normal_form() {
    for line in lines(include_str!("data/spellings.txt")) {
        if let Some(bad) = line.strip_prefix('!') {
            assert!(bad.parse::<Version>().is_err(), "{bad:?}");
        } else {
            let (written, normal) = line.rsplit_once(' ').unwrap();
            assert_eq!(version(written).to_string(), normal, "{written}");
            assert_eq!(version(written), version(normal), "{written}");
        }
    }
}

#[test]
fn places_between_versions_stand_where_they_should() {
    let rows = ordered();
    for row in &rows {
        for version in row.iter().filter(|version| !version.is_local()) {
            let (locals, posts) = (version.after_locals(), version.after_posts());
            assert!(*version < locals && locals.is_place() && posts.is_place());
            assert_eq!(locals.without_place(), *version);
            for other in rows.iter().flatten() {
                if other.without_local() == *version {
                    assert!(*other < locals, "{other} after locals of {version}");
                } else {
                    assert_eq!(other < version, *other < locals, "{other} and locals of {version}");
                }
            }
        }
    }
}

#[test]
fn specifiers_pass_what_packaging_passes() {
    let versions: Vec<Version> = ordered().into_iter().map(|mut row| row.remove(0)).collect();
    for line in lines(include_str!("data/specifiers.txt")) {
        if let Some(bad) = line.strip_prefix('!') {
            assert!(bad.parse::<Specifiers>().is_err(), "{bad:?}");
            continue;
        }
        let (text, runs) = line.split_once(':').unwrap();
        let specifiers: Specifiers = text.parse().unwrap_or_else(|error| panic!("{error}"));
        let ranges = specifiers.ranges();
        let runs: Vec<(Version, Version)> = runs
            .split_whitespace()
            .map(|run| run.split_once("..").map(|(first, last)| (version(first), version(last))).unwrap())
            .collect();
        for version in &versions {
            let expected = runs.iter().any(|(first, last)| first <= version && version <= last);
            assert_eq!(specifiers.contains(version), expected, "{version} in {text}");
            assert_eq!(ranges.contains(version), expected, "{version} in the ranges of {text}");
        }
    }
}

#[test]
fn careless_specifiers_mean_what_their_authors_meant() {
    for (careless, meant) in [
        (">=3.6.*", ">=3.6"),
        (">=2.7,!=3.0*,!=3.1.*", ">=2.7,!=3.0.*,!=3.1.*"),
        (">=1.0<2.0", ">=1.0,<2.0"),
        (">=1.0,", ">=1.0"),
        ("(>=1.0)", ">=1.0"),
        ("'>=3.5'", ">=3.5"),
        (">dev", ""),
        ("1.0", ""),
    ] {
        match Specifiers::parse_lenient(careless) {
            Ok(specifiers) => assert_eq!(specifiers, meant.parse().unwrap(), "{careless}"),
            Err(_) => assert_eq!(meant, "", "{careless}"),
        }
    }
    assert!(Requirement::parse_lenient("a (>=1.0.*) ; extra == 'x'").is_ok());
    assert!("a (>=1.0.*)".parse::<Requirement>().is_err());
}

#[test]
fn requirements_are_read_written_and_refused_as_by_packaging() {
    let text = include_str!("data/requirements.txt");
    let mut rows = lines(text).peekable();
    let (mut good, mut bad) = (0, 0);
    while let Some(row) = rows.next() {
        if let Some(written) = row.strip_prefix('+') {
            let expected = rows.next().unwrap().strip_prefix('=').unwrap();
            let read: Requirement = written.parse().unwrap_or_else(|error| panic!("{written}: {error}"));
            // Names are kept in their normal form here, in the author's there.
            let normal = |text: &str| {
                let mut text = text.to_lowercase().replace(['_', '.'], "-");
                while text.contains("--") {
                    text = text.replace("--", "-");
                }
                text
            };
            assert_eq!(normal(&read.to_string()), normal(expected), "{written}");
            assert_eq!(expected.parse::<Requirement>().unwrap(), read);
            good += 1;
        } else if let Some(written) = row.strip_prefix('-') {
            let mut message = Vec::new();
            while let Some(line) = rows.peek().and_then(|line| line.strip_prefix('|')) {
                message.push(line);
                rows.next();
            }
            let error = match written.parse::<Requirement>() {
                Ok(read) => panic!("{written:?} was read as {read}"),
                Err(error) => error.to_string(),
            };
            assert_eq!(error, message.join("\n"), "{written:?}");
            bad += 1;
        }
    }
    assert!(good > 50 && bad > 30, "{good} {bad}");
}

pub fn environment() -> Environment {
    Environment {
        implementation_name: "cpython".into(),
        implementation_version: "3.14.0".into(),
        os_name: "posix".into(),
        platform_machine: "x86_64".into(),
        platform_python_implementation: "CPython".into(),
        platform_release: "6.1.0-13-amd64".into(),
        platform_system: "Linux".into(),
        platform_version: "#1 SMP".into(),
        python_full_version: "3.14.0".into(),
        python_version: "3.14".into(),
        sys_platform: "linux".into(),
    }
}

#[test]
fn markers_hold_when_packaging_says_so() {
    let rows: Vec<&str> = lines(include_str!("data/markers.txt")).collect();
    for row in rows.chunks(3) {
        let marker: Marker = row[0].parse().unwrap_or_else(|error| panic!("{}: {error}", row[0]));
        assert_eq!(format!("={marker}"), row[1]);
        let answer = |extras: &[Name]| if marker.evaluate(&environment(), extras) { "yes" } else { "no" };
        let foo = [Name::new("foo-bar").unwrap()];
        assert_eq!(format!(">{} {}", answer(&[]), answer(&foo)), row[2], "{}", row[0]);
    }
    assert!(rows.len() > 150);
    let deep = format!("{}os_name == 'x'{}", "(".repeat(100_000), ")".repeat(100_000));
    assert!(deep.parse::<Marker>().is_err(), "a marker of any depth takes no stack");
}

#[test]
fn names_are_normalised() {
    for (written, normal) in
        [("Foo.Bar", "foo-bar"), ("a__b-_.c", "a-b-c"), ("x", "x"), ("0a", "0a"), ("A-B", "a-b")]
    {
        assert_eq!(Name::new(written).unwrap().as_str(), normal);
    }
    for bad in ["", "-a", "a-", "a b", "ä", "a/b", ".", "a\n"] {
        assert!(Name::new(bad).is_err(), "{bad:?}");
    }
}

#[test]
fn file_names_are_taken_apart() {
    let wheel = WheelName::parse("Foo_Bar-1.0.post1-2b-py2.py3-none-any.whl").unwrap();
    assert_eq!((wheel.name.as_str(), wheel.version.to_string().as_str()), ("foo-bar", "1.0.post1"));
    assert_eq!(wheel.build, Some((2, "b".to_owned())));
    assert_eq!(wheel.tags(), "py2.py3-none-any");
    for bad in [
        "foo-1.0.whl",
        "foo-1.0-py3-none-any.zip",
        "foo-x-py3-none-any.whl",
        "foo-1.0-b-py3-none-any.whl",
        "-1.0-py3-none-any.whl",
        "foo-1.0--none-any.whl",
        "foo-1.0-1-2-py3-none-any.whl",
    ] {
        assert!(WheelName::parse(bad).is_err(), "{bad}");
    }
    let name = Name::new("foo-bar").unwrap();
    for good in ["foo-bar-1.0.tar.gz", "Foo_Bar-1.0.zip", "foo.bar-1.0.tar.bz2"] {
        assert_eq!(SdistName::parse(good, &name).unwrap().version, version("1.0"), "{good}");
    }
    assert_eq!(SdistName::parse("foo-bar-1.0-2.tar.gz", &name).unwrap().version, version("1.0.post2"));
    for bad in ["foo-1.0.tar.gz", "foo-bar-1.0.exe", "foo-bar-.tar.gz", "foo-bar.tar.gz"] {
        assert!(SdistName::parse(bad, &name).is_err(), "{bad}");
    }
}

#[test]
fn tags_are_taken_in_order() {
    let target = |implementation: &str, platforms: Vec<String>| {
        Tags::of(&Target {
            implementation: implementation.to_owned(),
            python: (3, 14),
            abis: Vec::new(),
            platforms,
        })
    };
    let linux = tags::platforms(System::Glibc(2, 36), "x86_64");
    assert_eq!(linux.first().unwrap(), "manylinux_2_36_x86_64");
    assert_eq!(linux.last().unwrap(), "linux_x86_64");
    assert!(linux.contains(&"manylinux1_x86_64".to_owned()));
    let own = target("dx", linux.clone());
    let fit = |tags: &Tags, name: &str| WheelName::parse(&format!("a-1-{name}.whl")).unwrap().fit(tags);
    let pure = fit(&own, "py2.py3-none-any").unwrap();
    let native = fit(&own, "py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64").unwrap();
    assert!(native < pure);
    assert_eq!(fit(&own, "cp314-cp314-manylinux_2_17_x86_64"), Err(Misfit::Python));
    assert_eq!(fit(&own, "py3-abi3-any"), Err(Misfit::Abi));
    assert_eq!(fit(&own, "py3-none-win_amd64"), Err(Misfit::Platform));
    let cpython = target("cp", tags::expand_platform("manylinux_2_28_x86_64"));
    let by = |name: &str| fit(&cpython, name);
    assert_eq!(by("cp314-cp314-manylinux_2_28_x86_64"), Ok(0));
    assert!(by("cp314-cp314-manylinux_2_17_x86_64") < by("cp38-abi3-manylinux_2_17_x86_64"));
    assert!(by("cp38-abi3-manylinux2014_x86_64") < by("py3-none-any"));
    assert_eq!(by("cp314-cp314-manylinux_2_34_x86_64"), Err(Misfit::Platform));
    assert_eq!(by("cp313-cp313-manylinux_2_17_x86_64"), Err(Misfit::Abi));
    assert!(tags::platforms(System::Mac(14, 5), "aarch64").contains(&"macosx_11_0_arm64".to_owned()));
    assert!(tags::platforms(System::Mac(14, 5), "x86_64").contains(&"macosx_10_9_universal2".to_owned()));
    let places: HashMap<_, _> = own.iter().map(|tag| (tag.to_string(), ())).collect();
    assert_eq!(places.len(), own.iter().count(), "no tag twice");
}
