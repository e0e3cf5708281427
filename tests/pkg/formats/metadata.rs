//! Core metadata: fields, continuation, bodies, damaged bytes and the JSON form.

use dx::pkg::metadata::{Metadata, MetadataError};

fn values(text: &str, field: &str) -> Vec<String> {
    Metadata::parse(text.as_bytes()).get_all(field).map(str::to_owned).collect()
}

#[test]
fn a_field_is_found_whatever_its_case() {
    for name in ["Author", "AUTHOR", "author"] {
        assert_eq!(values(&format!("{name}: Tarek Ziadé"), "author"), ["Tarek Ziadé"]);
    }
    assert_eq!(values("Whatever: Else", "whatever"), ["Else"]);
    assert_eq!(values("Author: a", "Author-email"), [""; 0]);
}

#[test]
fn repeated_fields_keep_their_order() {
    assert_eq!(values("Classifier: b\nName: x\nclassifier: a\n", "Classifier"), ["b", "a"]);
}

#[test]
fn blanks_before_a_value_go_and_blanks_behind_it_stay() {
    assert_eq!(values("Keywords:  \t A ", "Keywords"), ["A "]);
    assert_eq!(values("Keywords:\n    A\n", "Keywords"), ["A"]);
    assert_eq!(values("Keywords:\nName: x", "Keywords"), [""]);
}

#[test]
fn lines_that_begin_with_a_blank_continue_the_value() {
    let text = "Author: C. Schultz, Syndicate,\n        Los Angeles <c@example.org>\nName: x\n";
    assert_eq!(values(text, "author"), ["C. Schultz, Syndicate,\n        Los Angeles <c@example.org>"]);
    let text = "Requires-Dist: a>=1 ;\r\n  python_version < '3'\r\nName: x\r\n";
    let metadata = Metadata::parse(text.as_bytes());
    assert_eq!(metadata.requires_dist().collect::<Vec<_>>(), ["a>=1 ; python_version < '3'"]);
    assert_eq!(metadata.name(), Some("x"));
}

#[test]
fn the_body_is_the_description() {
    for text in ["hello", "Description: hello", "\nhello", "Name: x\n\nhello"] {
        assert_eq!(Metadata::parse(text.as_bytes()).description().as_deref(), Some("hello"), "{text:?}");
    }
    let text = "Description: one\n        two\n        three";
    assert_eq!(Metadata::parse(text.as_bytes()).description().as_deref(), Some("one\ntwo\nthree"));
    assert_eq!(Metadata::parse(b"Name: x\n\n").description(), None);
    assert_eq!(Metadata::parse(b"Name: x\n\nName: y\n").name(), Some("x"));
    assert_eq!(
        Metadata::parse(b"Name: x\nno header here\nVersion: 1\n").description().as_deref(),
        Some("no header here\nVersion: 1\n")
    );
}

#[test]
fn damaged_text_is_read_as_far_as_it_goes() {
    let metadata = Metadata::parse(b"Name: x\nAuthor: \xc0msterdam\nVersion: 1\n\n\xc0body");
    assert_eq!(metadata.get("author"), Some("\u{fffd}msterdam"));
    assert_eq!(metadata.version(), Some("1"));
    assert_eq!(metadata.description().as_deref(), Some("\u{fffd}body"));
    for bytes in [
        &b""[..],
        b"\n",
        b"\r",
        b":",
        b": x",
        b" ",
        b" x\n",
        b"From me\nName: x",
        b"\xef\xbb\xbfName: x",
        b"\x00",
        b"A:\n\t\n",
    ] {
        let metadata = Metadata::parse(bytes);
        let _ =
            (metadata.check(), metadata.description(), serde_json::to_string(&metadata.to_json()).unwrap());
    }
    assert_eq!(Metadata::parse(b"From me\nName: x").name(), Some("x"));
    assert_eq!(Metadata::parse(b"\xef\xbb\xbfName: x").name(), Some("x"));
    assert_eq!(Metadata::parse(b": nothing\n more\nName: x").name(), Some("x"));
}

#[test]
fn keywords_are_split_at_commas_or_else_at_blanks() {
    for (text, expected) in [
        ("A", &["A"][..]),
        ("A, B", &["A", "B"]),
        (" A,B ", &["A", "B"]),
        ("A B", &["A", "B"]),
        ("dog puppy voting", &["dog", "puppy", "voting"]),
    ] {
        assert_eq!(Metadata::parse(format!("Keywords: {text}").as_bytes()).keywords(), expected, "{text:?}");
    }
    assert!(Metadata::parse(b"").keywords().is_empty());
}

#[test]
fn project_urls_are_pairs() {
    for (text, expected) in [
        ("", ("", "")),
        ("A", ("A", "")),
        ("A,B", ("A", "B")),
        (" A, B ", ("A", "B")),
        ("A,B,C", ("A", "B,C")),
    ] {
        let text = format!("project-url: {text}");
        assert_eq!(
            Metadata::parse(text.as_bytes()).project_urls().collect::<Vec<_>>(),
            [expected],
            "{text:?}"
        );
    }
}

#[test]
fn the_home_page_may_be_a_project_url() {
    let labelled =
        "Project-URL: Source, https://example.org/s\nProject-URL: Home-Page, https://example.org/h\n";
    assert_eq!(Metadata::parse(labelled.as_bytes()).home_page(), Some("https://example.org/h"));
    let both = format!("Home-page: https://example.org/old\n{labelled}");
    assert_eq!(Metadata::parse(both.as_bytes()).home_page(), Some("https://example.org/old"));
    let unknown = format!("Home-page: UNKNOWN\n{labelled}");
    assert_eq!(Metadata::parse(unknown.as_bytes()).home_page(), Some("https://example.org/h"));
}

#[test]
fn what_is_required_is_checked_when_asked_for() {
    let check = |text: &str| Metadata::parse(text.as_bytes()).check();
    for version in ["1.0", "1.2", "2.1", "2.4", "2.5", "2.99"] {
        assert_eq!(check(&format!("Metadata-Version: {version}\nName: x\nVersion: 1\n")), Ok(()));
    }
    assert_eq!(
        check("Metadata-Version: 3.0\nName: x\nVersion: 1\n"),
        Err(MetadataError::Unsupported("3.0".to_owned()))
    );
    assert_eq!(check("Name: x\nVersion: 1\n"), Err(MetadataError::Missing("Metadata-Version")));
    assert_eq!(check("Metadata-Version: 2.1\nVersion: 1\n"), Err(MetadataError::Missing("Name")));
    assert_eq!(check("Metadata-Version: 2.1\nName:  \nVersion: 1\n"), Err(MetadataError::Missing("Name")));
    assert_eq!(
        check("Metadata-Version: 2.1\nName: x\n\nVersion: 1\n"),
        Err(MetadataError::Missing("Version"))
    );
    assert_eq!(
        check("Metadata-Version: 2.1\nName: x\nName: y\nVersion: 1\n"),
        Err(MetadataError::Repeated("Name"))
    );
    assert_eq!(check("Metadata-Version: 2.1\nName: x\nName: x\nVersion: 1\n"), Ok(()));
}

#[test]
fn only_new_files_promise_what_a_build_would_say() {
    let is_static = |text: &str| Metadata::parse(text.as_bytes()).is_static("Requires-Dist");
    assert!(is_static("Metadata-Version: 2.2\n"));
    assert!(is_static("Metadata-Version: 2.10\nDynamic: Version\n"));
    assert!(!is_static("Metadata-Version: 2.1\n"));
    assert!(!is_static("Metadata-Version: 2.4\nDynamic: requires-dist\n"));
    assert!(!is_static(""));
}

#[test]
fn the_json_form_has_pips_keys_in_pips_order() {
    let text = "Version: 1.0a2\nMetadata-Version: 2.4\nName: BeagleVote\nKeywords: dog puppy\nAuthor: A\nPlatform: RareDOS\n\
                License-Expression: MIT\nLicense-File: LICENSE\nLicense-File: NOTICE\nRequires-Dist: pkginfo\n\
                Provides-Extra: pdf\nProject-URL: Docs, https://example.org\nDynamic: Summary\nThisIsNotReal: Hello!\n\
                Summary: first\nSummary: second\n\nThis description intentionally left blank.\n";
    let json = serde_json::to_string(&Metadata::parse(text.as_bytes()).to_json()).unwrap();
    assert_eq!(
        json,
        "{\"metadata_version\":\"2.4\",\"name\":\"BeagleVote\",\"version\":\"1.0a2\",\"dynamic\":[\"Summary\"],\
         \"platform\":[\"RareDOS\"],\"summary\":\"first\",\"description\":\"This description intentionally left blank.\\n\",\
         \"keywords\":[\"dog\",\"puppy\"],\"author\":\"A\",\"license_expression\":\"MIT\",\
         \"license_file\":[\"LICENSE\",\"NOTICE\"],\"requires_dist\":[\"pkginfo\"],\
         \"project_url\":[\"Docs, https://example.org\"],\"provides_extra\":[\"pdf\"]}"
    );
}
