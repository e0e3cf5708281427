//! Requirements files: lines, options, targets, nesting and errors, as pip has them.

use std::collections::BTreeMap;

use dx::pkg::requirements::{Outside, Requirements, RequirementsError, Setting, Target, fragment, redacted};

/// Reads `file` from a row of files, with the variables `TOKEN` and `EMPTY`.
fn read(files: &[(&str, &str)], file: &str, constraint: bool) -> Result<Requirements, RequirementsError> {
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
    read_bytes(&files, file, constraint)
}

fn read_bytes(
    files: &[(&str, &[u8])],
    file: &str,
    constraint: bool,
) -> Result<Requirements, RequirementsError> {
    let files: BTreeMap<&str, &[u8]> = files.iter().copied().collect();
    let read = |name: &str| {
        files.get(name).map(|bytes| bytes.to_vec()).ok_or_else(|| format!("no file {name}").into())
    };
    let variables = BTreeMap::from([("TOKEN", "secret"), ("A_1", "one"), ("EMPTY", "")]);
    let variable = |name: &str| variables.get(name).map(|value| (*value).to_owned());
    let mut requirements = Requirements::default();
    requirements.read(file, constraint, &Outside { read: &read, variable: &variable })?;
    Ok(requirements)
}

fn parse(text: &str) -> Requirements {
    read(&[("r.txt", text)], "r.txt", false).unwrap_or_else(|error| panic!("{text:?}: {error}"))
}

fn error(text: &str) -> String {
    read(&[("r.txt", text)], "r.txt", false).expect_err(text).to_string()
}

/// Each requirement's line and what it names, in one text.
fn shown(requirements: &Requirements) -> Vec<(usize, String)> {
    let one = |target: &Target| match target {
        Target::Named(requirement) => requirement.to_string(),
        Target::Path { path, .. } => format!("path {path}"),
        Target::Url { url, .. } => format!("url {url}"),
    };
    requirements
        .entries
        .iter()
        .map(|entry| (entry.origin.as_ref().map_or(0, |origin| origin.line), one(&entry.target)))
        .collect()
}

fn lines(text: &str) -> Vec<(usize, String)> {
    shown(&parse(text))
}

fn row(expected: &[(usize, &str)]) -> Vec<(usize, String)> {
    expected.iter().map(|(line, text)| (*line, (*text).to_owned())).collect()
}

#[test]
fn lines_are_joined_and_comments_end_them() {
    for (text, expected) in [
        ("a\n\nb # c\n#d\n  # e\nf\n", &[(1, "a"), (3, "b"), (6, "f")][..]),
        ("req1 \\\n# comment \\\nreq2\n", &[(1, "req1"), (3, "req2")]),
        ("req1\\\n# comment\n", &[(1, "req1")]),
        ("req1 \\\n# comment\nreq2\n", &[(1, "req1"), (3, "req2")]),
        ("l1\nl2>1, \\\n<3\nl3 \\\n>1, \\\n<3\nl4", &[(1, "l1"), (2, "l2<3,>1"), (4, "l3<3,>1"), (7, "l4")]),
        ("l1\nl2 \\", &[(1, "l1"), (2, "l2")]),
        ("a\r\nb\rc\x0bd\u{2028}e", &[(1, "a"), (2, "b"), (3, "c"), (4, "d"), (5, "e")]),
        ("", &[]),
        ("\\", &[]),
    ] {
        assert_eq!(lines(text), row(expected), "{text:?}");
    }
    // A `#` that stands inside a word is none of a comment.
    assert_eq!(lines("https://example.org/a#egg=b"), row(&[(1, "url https://example.org/a#egg=b")]));
}

#[test]
fn variables_have_one_form_only() {
    let of = |text: &str| match &parse(&format!("-i {text}")).settings[0].0 {
        Setting::IndexUrl(url) => url.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(of("https://${TOKEN}@x/${A_1}/${TOKEN}"), "https://secret@x/one/secret");
    for untouched in ["$TOKEN", "${token}", "${UNSET}", "${EMPTY}", "%TOKEN%", "${TOKEN", "${}", "${${TOKEN"]
    {
        assert_eq!(of(untouched), untouched);
    }
}

#[test]
fn texts_are_decoded_as_they_say() {
    let names = |bytes: &[u8]| {
        read_bytes(&[("r.txt", bytes)], "r.txt", false)
            .map(|read| shown(&read).into_iter().map(|(_, text)| text).collect::<Vec<_>>())
    };
    assert_eq!(names(b"\xef\xbb\xbfa").unwrap(), ["a"]);
    assert_eq!(names(b"\xff\xfea\0\n\0b\0").unwrap(), ["a", "b"]);
    assert_eq!(names(b"\xfe\xff\0a").unwrap(), ["a"]);
    assert_eq!(names(b"\xff\xfe\0\0a\0\0\0").unwrap(), ["a"]);
    assert_eq!(names(b"# -*- coding: latin-1 -*-\n./\xe4").unwrap(), ["path ./ä"]);
    assert_eq!(names(b"\n# vim: set fileencoding=cp1252 :\n./\x80").unwrap(), ["path ./€"]);
    assert_eq!(names("./ä".as_bytes()).unwrap(), ["path ./ä"]);
    assert_eq!(
        names(b"./\xe4").unwrap_err().to_string(),
        "Could not decode requirements file r.txt as utf-8"
    );
    assert_eq!(
        names(b"# coding: klingon\na").unwrap_err().to_string(),
        "Could not decode requirements file r.txt as klingon"
    );
    assert_eq!(
        names(b"\xff\xfea").unwrap_err().to_string(),
        "Could not decode requirements file r.txt as utf-16-le"
    );
}

#[test]
fn targets_are_told_apart_by_their_text() {
    for (text, expected) in [
        ("SomeProject", "someproject"),
        ("SomeProject >= 2", "someproject>=2"),
        ("a[x,y]>=1; python_version < '4'", "a[x,y]>=1 ; python_version < \"4\""),
        ("a @ https://example.org/a.whl", "a @ https://example.org/a.whl"),
        ("a @ file:///x/y", "a @ file:///x/y"),
        ("a[x]@https://example.org/a.whl", "a[x] @ https://example.org/a.whl"),
        ("./dir", "path ./dir"),
        (".", "path ."),
        ("../d@e", "path ../d@e"),
        ("/abs/x-1-py3-none-any.whl", "path /abs/x-1-py3-none-any.whl"),
        ("x-1-py3-none-any.whl[extra]; python_version < '4'", "path x-1-py3-none-any.whl"),
        ("dir/sub[a]", "path dir/sub"),
        ("x-1.tar.gz", "path x-1.tar.gz"),
        ("https://example.org/x.whl ; os_name == 'posix'", "url https://example.org/x.whl"),
        (
            "git+https://example.org/r@main#egg=X&subdirectory=s",
            "url git+https://example.org/r@main#egg=X&subdirectory=s",
        ),
        ("file:///x/y.zip", "url file:///x/y.zip"),
    ] {
        let found = lines(text);
        // How a requirement is printed belongs to its own tests: here only what it is.
        let plain = |text: &str| text.replace([' ', '"', '\''], "").to_lowercase();
        assert_eq!(plain(&found[0].1), plain(expected), "{text:?}");
    }
}

#[test]
fn extras_and_markers_stand_beside_every_target() {
    let requirements = parse(
        "./d[a,B_c] ; python_version < '4'\nx.whl[e]\ngit+ssh://git@example.org/r#egg=Na_me[f]\nn[g] ; os_name == 'x'\nhttps://example.org/x.whl[h]",
    );
    let seen = requirements.entries.iter().map(|entry| {
        let extras: Vec<&str> = entry.target.extras().iter().map(|name| name.as_str()).collect();
        (entry.target.name().map(|name| name.as_str()), extras, entry.target.marker().is_some())
    });
    assert_eq!(
        seen.collect::<Vec<_>>(),
        [
            (None, vec!["a", "b-c"], true),
            (None, vec!["e"], false),
            (Some("na-me"), vec!["f"], false),
            (Some("n"), vec!["g"], true),
            (None, vec!["h"], false),
        ]
    );
    assert_eq!(
        fragment("https://x/y#egg=a&subdirectory=b").collect::<Vec<_>>(),
        [("egg", "a"), ("subdirectory", "b")]
    );
}

#[test]
fn editables_are_folders_and_repositories() {
    let requirements = parse(
        "-e .\n--editable=dir[x]\n-e./d ; python_version < '4'\n-e git+https://example.org/r#egg=p\n-e 'p @ git+https://example.org/r'\n-e git://example.org/r#egg=p\n-e \"my dir\"",
    );
    assert!(requirements.entries.iter().all(|entry| entry.editable));
    let shown: Vec<String> = shown(&requirements).into_iter().map(|(_, text)| text).collect();
    assert_eq!(shown[..3], ["path .", "path dir", "path ./d"]);
    assert_eq!(shown[3], "url git+https://example.org/r#egg=p");
    assert_eq!(shown[5..], ["url git+git://example.org/r#egg=p", "path my dir"]);
    assert!(requirements.entries[2].target.marker().is_some());
    assert!(error("-e https://example.org/x.whl#egg=x").starts_with("Not a valid editable requirement"));
    assert!(error("-e git+https://example.org/r").starts_with("Could not detect requirement name"));
}

#[test]
fn a_requirement_has_its_own_options() {
    let requirements = parse(
        "a==1 --hash=sha256:ABC \\\n  --hash sha384:de\nb --config-settings=\"k=v w\" -C x=1 --config-setting x=2\n-e . -C k=v\n",
    );
    let hashes: Vec<String> = requirements.entries[0].hashes.iter().map(|hash| hash.to_string()).collect();
    assert_eq!(hashes, ["sha256:abc", "sha384:de"]);
    let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    assert_eq!(requirements.entries[1].config_settings, [pair("k", "v w"), pair("x", "1"), pair("x", "2")]);
    assert_eq!(requirements.entries[2].config_settings, [pair("k", "v")]);
    assert!(requirements.warnings.is_empty());
    for (line, message) in [
        (
            "a --hash=sha256",
            "Arguments to --hash must be a hash name followed by a value, like --hash=sha256:abcde...",
        ),
        ("a --hash=md5:1", "Allowed hash algorithms for --hash are sha256, sha384, sha512."),
        ("a -C x", "Arguments to -C must be of the form KEY=VAL"),
    ] {
        assert_eq!(error(line), format!("Invalid requirement: {line}\n{message} (from line 1 of r.txt)"));
    }
}

#[test]
fn options_of_the_run_keep_their_order() {
    let requirements = parse(
        "-i https://a\n--index-url=https://b --extra-index-url https://c\n--pypi-url https://d\n-fdir\n--find-links 'a b'\n--no-index\n\
         --no-binary=:all:\n--only-binary x,y\n--prefer-binary\n--require-hashes\n--no-require-hashes\n--pre\n--trusted-host h:1\n\
         --use-feature f\n--all-releases x\n--only-final y\n--extra-index https://e\n",
    );
    let settings: Vec<Setting> = requirements.settings.iter().map(|(setting, _)| setting.clone()).collect();
    let text = |text: &str| text.to_owned();
    assert_eq!(
        settings,
        [
            Setting::IndexUrl(text("https://a")),
            Setting::IndexUrl(text("https://b")),
            Setting::ExtraIndexUrl(text("https://c")),
            Setting::IndexUrl(text("https://d")),
            Setting::FindLinks(text("dir")),
            Setting::FindLinks(text("a b")),
            Setting::NoIndex,
            Setting::NoBinary(text(":all:")),
            Setting::OnlyBinary(text("x,y")),
            Setting::PreferBinary,
            Setting::RequireHashes(true),
            Setting::RequireHashes(false),
            Setting::Pre,
            Setting::TrustedHost(text("h:1")),
            Setting::UseFeature(text("f")),
            Setting::AllReleases(text("x")),
            Setting::OnlyFinal(text("y")),
            Setting::ExtraIndexUrl(text("https://e")),
        ]
    );
    assert_eq!(requirements.settings[4].1.to_string(), "-r r.txt (line 4)");
}

#[test]
fn wrong_options_are_refused() {
    for (line, message) in [
        ("--bogus", "no such option: --bogus"),
        ("-x", "no such option: -x"),
        ("a --bogus=1", "no such option: --bogus"),
        ("--no-index=1", "--no-index option does not take a value"),
        ("-r", "-r option requires 1 argument"),
        ("--pr", "ambiguous option: --pr (--pre, --prefer-binary?)"),
        ("-i 'x", "Could not split options: -i 'x"),
    ] {
        assert_eq!(error(line), format!("Invalid requirement: {line}\n{message} (from line 1 of r.txt)"));
    }
}

#[test]
fn what_is_passed_over_is_said() {
    for (text, part) in [
        ("a --no-index", "'--no-index' behind a requirement is ignored (line 1 of r.txt)"),
        ("a --hash=sha256:1 -r b.txt", "'-r' behind a requirement"),
        ("--hash=sha256:1", "--hash without a requirement"),
        ("-e . --hash=sha256:1", "--hash of an editable"),
        ("--no-index word", "'word' belongs to no option"),
    ] {
        let warnings = parse(text).warnings;
        assert!(warnings.len() == 1 && warnings[0].contains(part), "{text:?}: {warnings:?}");
    }
}

#[test]
fn nested_files_are_relative_to_the_one_that_names_them() {
    let files = [
        ("dir/r.txt", "-r sub/n.txt\n-c ../c.txt\n-r https://example.org/x/u.txt\n./here\n-r /abs.txt"),
        ("dir/sub/n.txt", "n"),
        ("c.txt", "c<2\n-r dir/r2.txt"),
        ("dir/r2.txt", "r2"),
        ("https://example.org/x/u.txt", "-r ../v.txt"),
        ("https://example.org/v.txt", "v"),
        ("/abs.txt", "abs"),
    ];
    let requirements = read(&files, "dir/r.txt", false).unwrap();
    let origins = requirements.entries.iter().map(|entry| entry.origin.as_ref().unwrap().to_string());
    assert_eq!(
        origins.collect::<Vec<_>>(),
        [
            "-r dir/sub/n.txt (line 1)",
            "-c c.txt (line 1)",
            "-r dir/r2.txt (line 1)",
            "-r https://example.org/v.txt (line 1)",
            "-r dir/r.txt (line 4)",
            "-r /abs.txt (line 1)",
        ]
    );
    assert_eq!(
        requirements.entries.iter().map(|entry| entry.constraint).collect::<Vec<_>>(),
        [false, true, false, false, false, false]
    );
}

#[test]
fn a_file_may_come_twice_but_not_inside_itself() {
    let twice = [("a", "requests"), ("b", "-r a"), ("c", "-r a\n-r b")];
    assert_eq!(read(&twice, "c", false).unwrap().entries.len(), 2);
    let ring =
        [("./0.txt", "-r 1.txt"), ("0.txt", "-r 1.txt"), ("1.txt", "-r 2.txt"), ("2.txt", "-r ./0.txt")];
    assert_eq!(
        read(&ring, "./0.txt", false).unwrap_err().to_string(),
        "0.txt recursively references itself in 2.txt"
    );
    let tail = [("0.txt", "-r 1.txt"), ("1.txt", "-r 2.txt"), ("2.txt", "-c 1.txt")];
    assert_eq!(
        read(&tail, "0.txt", false).unwrap_err().to_string(),
        "1.txt recursively references itself in 2.txt and again in 0.txt"
    );
    let deep = |name: &str| {
        let next: usize = name.strip_suffix(".txt").and_then(|name| name.parse().ok()).unwrap_or(0);
        Ok(format!("-r {}.txt", next + 1).into_bytes())
    };
    let outside = Outside { read: &deep, variable: &|_| None };
    let error = Requirements::default().read("0.txt", false, &outside).unwrap_err();
    assert!(matches!(error, RequirementsError::Depth { .. }), "{error}");
}

#[test]
fn a_missing_file_is_named_by_its_kind() {
    let error = read(&[("r.txt", "-c none.txt")], "r.txt", false).unwrap_err();
    assert_eq!(error.to_string(), "Could not open constraint file: none.txt");
    assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "no file none.txt");
    assert_eq!(read(&[], "r.txt", false).unwrap_err().to_string(), "Could not open requirements file: r.txt");
}

#[test]
fn constraints_have_names_and_nothing_else() {
    let of = |text: &str| read(&[("c.txt", text)], "c.txt", true);
    assert!(
        of("a<2\nb @ https://example.org/b.whl\nhttps://example.org/c.zip#egg=c")
            .unwrap()
            .entries
            .iter()
            .all(|entry| entry.constraint)
    );
    for (text, message) in [
        ("-e .", "Editable requirements are not allowed as constraints"),
        ("./x", "Unnamed requirements are not allowed as constraints"),
        ("a[b]<2", "Constraints cannot have extras"),
    ] {
        assert!(of(text).unwrap_err().to_string().starts_with(message), "{text}");
    }
}

#[test]
fn wrong_requirements_name_file_and_line() {
    let error = read(&[("path/r.txt", "\n\nmy-package=1.0")], "path/r.txt", false).unwrap_err();
    assert_eq!(error.to_string(), "Invalid requirement: 'my-package=1.0' (from line 3 of path/r.txt)");
    assert!(std::error::Error::source(&error).is_some());
    assert_eq!(error.hint().as_deref(), Some("= is not a valid operator. Did you mean == ?"));
    assert!(matches!(
        read(&[("r.txt", "req1 req2")], "r.txt", false),
        Err(RequirementsError::Requirement { .. })
    ));
}

#[test]
fn what_freeze_prints_is_read_back() {
    let text = "# Editable install with no version control (x==1)\n-e /home/x\na==1.0\nb @ file:///w/b.whl#sha256=f\n\
                -e git+https://example.org/r@0f#egg=c&subdirectory=s\nd===weird\n";
    assert_eq!(parse(text).entries.len(), 5);
}

#[test]
fn arguments_are_read_like_lines() {
    let mut requirements = Requirements::default();
    requirements.add("a>=1", false).unwrap();
    requirements.add("dir", true).unwrap();
    assert!(requirements.add("a b", false).is_err());
    assert_eq!(shown(&requirements), row(&[(0, "a>=1"), (0, "path dir")]));
}

#[test]
fn passwords_are_not_printed() {
    for (text, expected) in [
        ("https://u:p@h/x", "https://u:****@h/x"),
        (
            "-i https://token@h/x --extra-index-url http://a:b@c",
            "-i https://****@h/x --extra-index-url http://a:****@c",
        ),
        ("git+ssh://git@h/x", "git+ssh://git@h/x"),
        ("https://h/a@b", "https://h/a@b"),
        ("a://", "a://"),
    ] {
        assert_eq!(redacted(text), expected);
    }
    assert!(!error("-i https://u:pass@h/ --bogus").contains("pass"));
}
