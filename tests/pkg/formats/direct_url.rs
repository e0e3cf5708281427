//! `direct_url.json`: its three forms, its old field, and credentials.

use dx::pkg::direct_url::{DirectUrl, Origin, without_credentials};

fn error(text: &str) -> String {
    DirectUrl::parse(text).expect_err(text).to_string()
}

#[test]
fn each_form_is_read_and_written_back() {
    for text in [
        r#"{"dir_info":{},"url":"file:///projects/mine"}"#,
        r#"{"dir_info":{"editable":true},"url":"file:///projects/mine"}"#,
        r#"{"dir_info":{"editable":false},"subdirectory":"src","url":"file:///projects/mine"}"#,
        r#"{"archive_info":{},"url":"https://example.org/a.zip"}"#,
        r#"{"archive_info":{"hash":"sha256=ff","hashes":{"md5":"11","sha256":"ff"}},"url":"https://example.org/a.zip"}"#,
        r#"{"url":"https://example.org/r.git","vcs_info":{"commit_id":"aa","requested_revision":"main","vcs":"git"}}"#,
    ] {
        assert_eq!(DirectUrl::parse(text).unwrap().to_json(), text);
    }
    assert!(DirectUrl::parse(r#"{"url":"file:///p","dir_info":{"editable":true}}"#).unwrap().is_editable());
    assert!(!DirectUrl::parse(r#"{"url":"file:///p","dir_info":{}}"#).unwrap().is_editable());
}

#[test]
fn the_old_hash_stands_for_the_new_ones_or_agrees_with_them() {
    let read = DirectUrl::parse(r#"{"url":"https://example.org/a.zip","archive_info":{"hash":"sha256=ff"}}"#)
        .unwrap();
    let Origin::Archive { hashes: Some(hashes) } = read.origin else { panic!("no hashes") };
    assert_eq!(hashes.into_iter().collect::<Vec<_>>(), [("sha256".to_owned(), "ff".to_owned())]);
    let with = |info: &str| error(&format!(r#"{{"url":"https://example.org/a.zip","archive_info":{info}}}"#));
    assert_eq!(with(r#"{"hashes":{"md5":12345}}"#), "Hash values must be strings in 'archive_info.hashes'");
    assert_eq!(
        with(r#"{"hash":"md5:1"}"#),
        "Invalid hash format (expected '<algorithm>=<hash>') in 'archive_info.hash'"
    );
    assert!(
        with(r#"{"hashes":{"sha256":"f"},"hash":"md5=1"}"#)
            .starts_with("Algorithm 'md5' used in hash field is not present")
    );
    assert!(
        with(r#"{"hashes":{"md5":"2"},"hash":"md5=1"}"#)
            .starts_with("Algorithm 'md5' used in hash field has different value")
    );
}

#[test]
fn exactly_one_origin_is_told() {
    for text in [
        r#"{"url":"file:///p"}"#,
        r#"{"url":"https://example.org/a.zip","archive_info":{},"dir_info":{}}"#,
        r#"{"url":"https://example.org/r","vcs_info":{"vcs":"git","commit_id":"a"},"archive_info":{}}"#,
    ] {
        assert_eq!(error(text), "Exactly one of vcs_info, archive_info, dir_info must be present");
    }
}

#[test]
fn a_folder_has_an_absolute_file_address() {
    for url in ["FILE:///home/p", "file:/home/p", "file://localhost/home/p"] {
        assert!(DirectUrl::parse(&format!(r#"{{"url":"{url}","dir_info":{{}}}}"#)).is_ok(), "{url}");
    }
    for url in ["file:relative", "file:./relative", "file:", "file://relative", "file://localhost"] {
        let text = format!(r#"{{"url":"{url}","dir_info":{{}}}}"#);
        assert_eq!(error(&text), "File URL must be absolute when dir_info is present in 'url'", "{url}");
    }
    let text = r#"{"url":"https://example.org/p","dir_info":{}}"#;
    assert_eq!(error(text), "URL scheme must be file:// when dir_info is present in 'url'");
}

#[test]
fn wrong_types_are_named_by_their_place() {
    assert_eq!(error(r#"{"dir_info":{}}"#), "Missing required value in 'url'");
    let text = r#"{"url":"https://example.org/r","vcs_info":{"vcs":"git","commit_id":12345}}"#;
    assert_eq!(error(text), "Unexpected type number (expected string) in 'vcs_info.commit_id'");
    assert_eq!(
        error(r#"{"url":"u","dir_info":[]}"#),
        "Unexpected type array (expected object) in 'dir_info'"
    );
    assert_eq!(error("[]"), "the file holds no object");
    assert_eq!(error("{"), "direct_url.json is no JSON");
}

#[test]
fn credentials_are_not_stored() {
    for (url, expected) in [
        ("https://g.example/u/r.git", "https://g.example/u/r.git"),
        ("https://user:pass@g.example/r", "https://g.example/r"),
        ("https://user:pa@ss@g.example/r", "https://g.example/r"),
        ("ssh://git@g.example/r", "ssh://git@g.example/r"),
        ("ssh://cvs@g.example/r", "ssh://g.example/r"),
        ("https://${USER}:${PASSWORD}@g.example/r", "https://${USER}:${PASSWORD}@g.example/r"),
        ("https://user:${PASSWORD}@g.example/r", "https://g.example/r"),
        ("https://${TOKEN}@g.example/r", "https://${TOKEN}@g.example/r"),
        ("https://${}@g.example/r", "https://g.example/r"),
        ("https://g.example/a@b", "https://g.example/a@b"),
        ("file:///a@b", "file:///a@b"),
    ] {
        assert_eq!(without_credentials(url), expected);
    }
    let read =
        DirectUrl::parse(r#"{"url":"https://u:p@g.example/r","vcs_info":{"vcs":"git","commit_id":"a"}}"#)
            .unwrap();
    assert!(!read.to_json().contains("u:p"));
}

#[test]
fn a_reference_is_what_freeze_prints() {
    for (text, expected) in [
        (r#"{"url":"file:///p","dir_info":{}}"#, "file:///p"),
        (
            r#"{"url":"https://g.example/r","vcs_info":{"vcs":"git","commit_id":"aa"},"subdirectory":"s"}"#,
            "git+https://g.example/r@aa#subdirectory=s",
        ),
        (
            r#"{"url":"https://g.example/a.whl","archive_info":{"hashes":{"sha256":"f"}}}"#,
            "https://g.example/a.whl#sha256=f",
        ),
    ] {
        assert_eq!(DirectUrl::parse(text).unwrap().as_reference(), expected);
    }
}
