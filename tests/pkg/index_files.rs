//! Metadata and files: few requests, nothing taken for true that is not, transfers resumed.

use std::sync::Mutex;

use dx::pkg::filename::WheelName;
use dx::pkg::index::download::DownloadError;
use dx::pkg::index::hash::{Algorithm, Hash, Hasher};
use dx::pkg::index::metadata::MetadataError;
use dx::pkg::index::zip_tail::{Found, Tail, ZipError, find};
use dx::pkg::index::{Index, IndexError};

use super::index::{name, open, options};
use super::loopback::{Behaviour, Folder, Offered, Ranges, Server, archive, metadata, noise, sha256, wheel};

const LARGE: usize = 400_000;

fn large() -> Offered {
    Offered::wheel("some-thing", "1.0", LARGE)
}

fn file_url(server: &Server) -> String {
    server.at("/files/some_thing-1.0-py3-none-any.whl")
}

fn read_metadata(index: &Index) -> Result<String, String> {
    let page = index.page(&name("some-thing")).expect("a page");
    let text = index.metadata(&page.file(0).expect("a file"));
    text.map(|text| text.to_string()).map_err(|error| {
        let cause = std::error::Error::source(&*error).map(ToString::to_string).unwrap_or_default();
        format!("{error}: {cause}")
    })
}

fn fetch(index: &Index, required: &[Hash]) -> Result<std::path::PathBuf, IndexError> {
    let page = index.page(&name("some-thing")).expect("a page");
    index.download(&page.file(0).expect("a file"), required, &|_, _| {}).map(|got| got.path)
}

#[test]
fn one_range_request_yields_the_metadata() {
    for sizes in [true, false] {
        let server = Server::start(Behaviour { sizes, ..Behaviour::default() }, vec![large()]);
        let folder = Folder::new("range");
        let index = open(&server, &folder);
        assert_eq!(read_metadata(&index).expect("metadata"), metadata("some-thing", "1.0"));
        assert_eq!(read_metadata(&index).expect("metadata"), metadata("some-thing", "1.0"));
        let asked: Vec<_> = server.log().into_iter().filter(|asked| asked.path.contains("/files/")).collect();
        assert_eq!((asked.len(), asked[0].status), (1, 206), "sizes {sizes}");
        assert_eq!(asked[0].header("accept-encoding"), Some("identity"));
        let range = asked[0].header("range").expect("a range");
        assert!(if sizes { range.starts_with("bytes=3") } else { range == "bytes=-65536" }, "{range}");
        // For ever: another process asks for the page alone.
        server.clear_log();
        let index = open(&server, &folder);
        let page = index.page(&name("some-thing")).expect("a page");
        assert!(index.known_metadata(&page.file(0).expect("a file")).is_some());
        read_metadata(&index).expect("metadata");
        assert_eq!(server.count("/files/"), 0);
    }
}

#[test]
fn a_small_wheel_is_taken_whole_once() {
    for sizes in [true, false] {
        let server = Server::start(
            Behaviour { sizes, ..Behaviour::default() },
            vec![Offered::wheel("some-thing", "1.0", 500)],
        );
        let folder = Folder::new("small");
        let index = open(&server, &folder);
        read_metadata(&index).expect("metadata");
        fetch(&index, &[]).expect("the file");
        assert_eq!(server.count("/files/"), 1, "sizes {sizes}");
    }
}

#[test]
fn a_server_without_ranges_sends_the_wheel_once() {
    for sizes in [true, false] {
        for (ranges, requests) in [(Ranges::Ignored, 1), (Ranges::Refused, 2)] {
            let server = Server::start(Behaviour { ranges, sizes, ..Behaviour::default() }, vec![large()]);
            let folder = Folder::new("noranges");
            let index = open(&server, &folder);
            assert_eq!(read_metadata(&index).expect("metadata"), metadata("some-thing", "1.0"), "{ranges:?}");
            let path = fetch(&index, &[]).expect("the file");
            assert!(std::fs::read(path).expect("the bytes") == large().bytes);
            assert_eq!(server.count("/files/"), requests, "{ranges:?}");
        }
    }
}

#[test]
fn the_metadata_file_is_used_where_offered() {
    let server = Server::start(Behaviour { metadata: true, ..Behaviour::default() }, vec![large()]);
    let folder = Folder::new("658");
    assert_eq!(read_metadata(&open(&server, &folder)).expect("metadata"), metadata("some-thing", "1.0"));
    let asked: Vec<_> = server.log().into_iter().filter(|asked| asked.path.contains("/files/")).collect();
    assert!(asked.len() == 1 && asked[0].path.ends_with(".whl.metadata"), "{asked:?}");
    server.behave(|behaviour| behaviour.metadata_lies = true);
    let folder = Folder::new("658");
    let error = read_metadata(&open(&server, &folder)).expect_err("another hash");
    assert!(error.contains("hash") && error.contains(&sha256(b"something else")), "{error}");
    // Offered and not there: the wheel itself has it.
    server.behave(|behaviour| behaviour.metadata_lies = false);
    server.route("/files/some_thing-1.0-py3-none-any.whl.metadata", 404, &[], b"");
    let folder = Folder::new("658");
    assert_eq!(read_metadata(&open(&server, &folder)).expect("metadata"), metadata("some-thing", "1.0"));
}

#[test]
fn a_broken_range_is_asked_for_again() {
    let server = Server::start(Behaviour { cut: vec![1000], ..Behaviour::default() }, vec![large()]);
    let folder = Folder::new("cut");
    read_metadata(&open(&server, &folder)).expect("metadata");
    assert_eq!(server.count("/files/"), 2);
}

#[test]
fn damaged_stored_metadata_is_fetched_again() {
    let server = Server::start(Behaviour::default(), vec![large()]);
    let folder = Folder::new("damaged");
    read_metadata(&open(&server, &folder)).expect("metadata");
    let hex = sha256(&large().bytes);
    let path = folder.path("cache/metadata-1").join(&hex[..2]).join(&hex);
    let mut bytes = std::fs::read(&path).expect("stored metadata");
    let end = bytes.len() - 3;
    bytes[end] ^= 1;
    std::fs::write(&path, &bytes).expect("damaged");
    assert_eq!(read_metadata(&open(&server, &folder)).expect("metadata"), metadata("some-thing", "1.0"));
    assert_eq!(server.count("/files/"), 2);
}

#[test]
fn source_distributions_have_to_be_built() {
    let server = Server::start(Behaviour::default(), vec![Offered::new("x", "x-1.0.tar.gz", vec![1, 2, 3])]);
    let folder = Folder::new("sdist");
    let index = open(&server, &folder);
    let page = index.page(&name("x")).expect("a page");
    let error = index.metadata(&page.file(0).expect("a file")).expect_err("not known");
    assert!(matches!(&*error, IndexError::Metadata(MetadataError::NeedsBuild { .. })), "{error}");
    assert_eq!(server.count("/files/"), 0);
}

fn find_in(bytes: &[u8], tail: usize) -> Result<(String, usize), ZipError> {
    let wheel = WheelName::parse("some_thing-1.0-py3-none-any.whl").expect("a name");
    let start = bytes.len().saturating_sub(tail);
    let mut part = Tail::new(bytes.len() as u64, start as u64, bytes[start..].to_vec());
    for round in 0..8 {
        match find(&part, &wheel)? {
            Found::Text(text) => return Ok((text, round)),
            Found::Need(range) => {
                let (start, end) = (range.start as usize, range.end as usize);
                assert!(start < end && end <= bytes.len(), "{range:?} of {}", bytes.len());
                part.add(range.start, bytes[start..end].to_vec());
            }
        }
    }
    panic!("it asks on and on");
}

#[test]
fn any_tail_leads_to_the_metadata() {
    let expected = metadata("some-thing", "1.0");
    let bytes = wheel("some-thing", "1.0", &expected, 30_000);
    for tail in (0..700).chain([5_000, 30_000, bytes.len() - 1, bytes.len(), bytes.len() + 9]) {
        let (text, rounds) = find_in(&bytes, tail).expect("metadata");
        assert!(text == expected && rounds <= 3, "{tail}: {rounds}");
    }
    // At the front of the archive, the directory at its end: one more request.
    let info = "some_thing-1.0.dist-info/METADATA";
    let front = archive(&[(info, expected.as_bytes()), ("ballast", &noise(100_000))]);
    assert_eq!(find_in(&front, 64 * 1024).expect("metadata"), (expected.clone(), 1));
    // A directory longer than the tail.
    let names: Vec<String> = (0..3000).map(|number| format!("some_thing/module_{number}.py")).collect();
    let mut files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
    files.push((info, expected.as_bytes()));
    assert_eq!(find_in(&archive(&files), 64 * 1024).expect("metadata"), (expected.clone(), 1));
    // Stored, and with a comment behind it.
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    writer.start_file(info, stored.large_file(true)).expect("an entry");
    std::io::Write::write_all(&mut writer, expected.as_bytes()).expect("room");
    writer.set_comment("x".repeat(300)).expect("a comment");
    let bytes = writer.finish().expect("an archive").into_inner();
    assert_eq!(find_in(&bytes, 64).expect("metadata").0, expected);
}

/// An archive with the records of zip64 behind its directory, as writers of large archives make them.
fn with_zip64(plain: &[u8]) -> Vec<u8> {
    let end = plain.len() - 22;
    let field =
        |at: usize| u64::from(u32::from_le_bytes(plain[end + at..end + at + 4].try_into().expect("four")));
    let (size, start) = (field(12), field(16));
    let mut out = plain[..end].to_vec();
    out.extend(b"PK\x06\x06");
    out.extend(44_u64.to_le_bytes());
    out.extend([45, 0, 45, 0]);
    out.extend([0; 8]);
    for value in [1, 1, size, start] {
        out.extend(value.to_le_bytes());
    }
    out.extend(b"PK\x06\x07\0\0\0\0");
    out.extend((end as u64).to_le_bytes());
    out.extend(1_u32.to_le_bytes());
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend([0xff; 12]);
    out.extend([0; 2]);
    out
}

#[test]
fn zip64_is_read() {
    let expected = metadata("some-thing", "1.0");
    let mut bytes = with_zip64(&wheel("some-thing", "1.0", &expected, 3000));
    for tail in [22, 60, 98, 500, 10_000] {
        assert_eq!(find_in(&bytes, tail).expect("metadata").0, expected, "{tail}");
    }
    let place = bytes.len() - 22 - 20 + 8;
    bytes[place] ^= 0x10;
    assert!(find_in(&bytes, 10_000).is_err());
}

#[test]
fn what_an_archive_says_is_not_believed() {
    let text = metadata("some-thing", "1.0");
    let refused = |files: &[(&str, &[u8])]| find_in(&archive(files), 1 << 16).expect_err("refused");
    let body = text.as_bytes();
    let other = |folder: &str| refused(&[(&format!("{folder}/METADATA"), body)]);
    for folder in ["other-1.0.dist-info", "some_thing-1.1.dist-info", "some_thing.dist-info", "-.dist-info"] {
        assert!(matches!(other(folder), ZipError::OtherName { .. }), "{folder}");
    }
    assert_eq!(
        find_in(&archive(&[("Some.Thing-1.0.0.dist-info/METADATA", body)]), 1 << 16)
            .expect("the same name")
            .0,
        text
    );
    assert_eq!(
        refused(&[("some_thing/METADATA", body), ("a/some_thing-1.0.dist-info/METADATA", body)]),
        ZipError::NoMetadata
    );
    let two = refused(&[("some_thing-1.0.dist-info/METADATA", body), ("other-1.0.dist-info/METADATA", body)]);
    assert!(matches!(two, ZipError::Several(..)));
    assert_eq!(refused(&[("some_thing-1.0.dist-info/METADATA", b"\xff\xfe")]), ZipError::NotText);
    // The same entry twice: the copy of the directory's entry gives a false count nobody needs.
    let good = wheel("some-thing", "1.0", &text, 100);
    for at in 0..good.len() {
        for bit in [0x01, 0x80] {
            let mut bytes = good.clone();
            bytes[at] ^= bit;
            // Whatever is changed, the result is the metadata or an error, never a panic or another text.
            if let Ok((found, _)) = find_in(&bytes, 200) {
                assert_eq!(found, text, "byte {at}");
            }
        }
    }
    for length in 0..good.len() {
        assert!(find_in(&good[..length], 1 << 16).is_err(), "cut to {length}");
    }
    assert!(find_in(&noise(5000), 1000).is_err());
}

#[test]
fn huge_sizes_are_not_allocated() {
    let mut bytes = archive(&[("some_thing-1.0.dist-info/METADATA", &[b'x'; 5000])]);
    let at = bytes.windows(4).position(|part| part == b"PK\x01\x02").expect("a directory");
    bytes[at + 24..at + 28].copy_from_slice(&0xf000_0000_u32.to_le_bytes());
    assert_eq!(find_in(&bytes, 1 << 16), Err(ZipError::TooLong(0xf000_0000)));
    bytes[at + 24..at + 28].copy_from_slice(&4999_u32.to_le_bytes());
    assert!(matches!(find_in(&bytes, 1 << 16), Err(ZipError::Damaged(_))), "more comes out than is said");
}

#[test]
fn a_file_is_fetched_once_and_kept_under_its_hash() {
    let server = Server::start(Behaviour::default(), vec![large()]);
    let folder = Folder::new("keep");
    let seen = Mutex::new(Vec::new());
    let index = open(&server, &folder);
    let page = index.page(&name("some-thing")).expect("a page");
    let file = page.file(0).expect("a file");
    assert!(index.downloaded(&file).is_none());
    let got = index
        .download(&file, &[], &|done, total| seen.lock().expect("unpoisoned").push((done, total)))
        .expect("the file");
    assert!(std::fs::read(&got.path).expect("the bytes") == large().bytes);
    assert_eq!(Hash::sha256(&got.sha256).hex, sha256(&large().bytes));
    assert_eq!(got.size, large().bytes.len() as u64);
    assert_eq!(got.path.file_name().and_then(|name| name.to_str()), Some(file.filename()));
    let seen = seen.into_inner().expect("unpoisoned");
    assert!(seen.windows(2).all(|pair| pair[0].0 <= pair[1].0));
    assert_eq!(seen.last(), Some(&(got.size, Some(got.size))));
    assert_eq!(index.downloaded(&file), Some(got.path));
    fetch(&open(&server, &folder), &[]).expect("the file");
    assert_eq!(server.count("/files/"), 1);
    assert_eq!(std::fs::read_dir(folder.path("cache/downloads-1/partial")).expect("a folder").count(), 0);
}

#[test]
fn another_hash_or_size_is_refused_and_nothing_stays() {
    let server = Server::start(Behaviour { lies: true, ..Behaviour::default() }, vec![large()]);
    let folder = Folder::new("lies");
    let error = fetch(&open(&server, &folder), &[]).expect_err("refused");
    let text = error.to_string();
    assert!(matches!(error, IndexError::Download(DownloadError::Hash { .. })), "{text}");
    assert!(
        text.contains(&sha256(b"something else"))
            && text.contains(&sha256(&large().bytes))
            && text.contains("/files/"),
        "{text}"
    );
    assert!(error.hint().is_some());
    assert!(!folder.path("cache/downloads-1/files").exists());
    assert_eq!(std::fs::read_dir(folder.path("cache/downloads-1/partial")).expect("a folder").count(), 0);
    // The size of the page was that of another file.
    for shorter in [true, false] {
        let server = Server::start(Behaviour::default(), vec![large()]);
        let index = open(&server, &folder);
        index.page(&name("some-thing")).expect("a page");
        let mut bytes = large().bytes;
        if shorter {
            bytes.truncate(1000)
        } else {
            bytes.extend([0; 1000])
        }
        server.change("some_thing-1.0-py3-none-any.whl", bytes);
        let error = fetch(&index, &[]).expect_err("refused");
        assert!(matches!(error, IndexError::Download(DownloadError::Size { .. })), "{error}");
    }
}

#[test]
fn transfers_are_resumed_where_they_broke_off() {
    for etag in [true, false] {
        let behaviour = Behaviour { cut: vec![100_000, 150_000], etag, ..Behaviour::default() };
        let server = Server::start(behaviour, vec![large()]);
        let folder = Folder::new("resume");
        let path = fetch(&open(&server, &folder), &[]).expect("the file");
        assert!(std::fs::read(path).expect("the bytes") == large().bytes);
        let asked: Vec<_> = server.log().into_iter().filter(|asked| asked.path.contains("/files/")).collect();
        assert_eq!(asked.len(), 3);
        let ranges: Vec<_> = asked.iter().map(|asked| asked.header("range")).collect();
        assert_eq!(ranges, [None, Some("bytes=100000-"), Some("bytes=250000-")]);
        assert_eq!(asked[1].header("if-range").is_some(), etag);
    }
}

#[test]
fn a_later_process_resumes_too_and_sees_a_changed_file() {
    for changed in [false, true] {
        let behaviour = Behaviour { cut: vec![100_000, 0, 0, 0, 0, 0], ..Behaviour::default() };
        let server = Server::start(behaviour, vec![large()]);
        let folder = Folder::new("later");
        let error = fetch(&open(&server, &folder), &[]).expect_err("broken off");
        assert!(
            error.to_string().contains("broke off") && error.hint().expect("a hint").contains("kept"),
            "{error}"
        );
        server.behave(|behaviour| behaviour.cut.clear());
        server.clear_log();
        if changed {
            let mut bytes = large().bytes;
            bytes[5] ^= 1;
            server.change("some_thing-1.0-py3-none-any.whl", bytes.clone());
            // What has arrived fits the page's old hash, the rest does not: all is fetched, and refused.
            let index = open(&server, &folder);
            let path = fetch(&index, &[]).expect("the new file, by its own hash");
            assert!(std::fs::read(path).expect("the bytes") == bytes);
        } else {
            fetch(&open(&server, &folder), &[]).expect("the file");
            let asked: Vec<_> =
                server.log().into_iter().filter(|asked| asked.path.contains("/files/")).collect();
            assert_eq!((asked.len(), asked[0].header("range")), (1, Some("bytes=100000-")));
        }
    }
}

#[test]
fn two_at_once_fetch_once() {
    let slow = Behaviour { delay: std::time::Duration::from_millis(50), ..Behaviour::default() };
    let server = Server::start(slow, vec![large()]);
    let folder = Folder::new("twice");
    // Two indexes stand for two processes: they share the folder alone.
    let indexes = [open(&server, &folder), open(&server, &folder)];
    std::thread::scope(|scope| {
        for index in &indexes {
            scope.spawn(move || fetch(index, &[]).expect("the file"));
        }
    });
    assert_eq!(server.count("/files/"), 1);
}

#[test]
fn demanded_hashes_are_held_as_pip_holds_them() {
    let server = Server::start(Behaviour::default(), vec![large()]);
    let folder = Folder::new("demand");
    let hashes_of = |bytes: &[u8]| {
        let mut hasher = Hasher::new(Algorithm::ALL);
        hasher.update(bytes);
        hasher.finish().1
    };
    let of = |algorithm, bytes: &[u8]| {
        hashes_of(bytes).into_iter().find(|hash| hash.algorithm == algorithm).expect("a hash")
    };
    let right = large().bytes;
    for algorithm in [Algorithm::Sha256, Algorithm::Sha384, Algorithm::Sha512] {
        for _ in 0..2 {
            fetch(&open(&server, &folder), &[of(algorithm, &right)]).expect("the file");
        }
        let error = fetch(&open(&server, &folder), &[of(algorithm, b"x")]).expect_err("another file");
        assert!(error.to_string().contains(algorithm.name()), "{error}");
    }
    fetch(&open(&server, &folder), &[of(Algorithm::Sha512, b"x"), of(Algorithm::Sha256, &right)])
        .expect("one of them is right");
    for weak in [Algorithm::Md5, Algorithm::Sha1, Algorithm::Sha224] {
        let error = fetch(&open(&server, &folder), &[of(weak, &right)]).expect_err("too weak");
        assert!(matches!(error, IndexError::Download(DownloadError::WeakHash { .. })), "{error}");
    }
}

#[test]
fn weak_hashes_of_an_index_are_checked_where_there_are_no_others() {
    let server = Server::start(Behaviour::default(), vec![large()]);
    for (hex, right) in [("", true), ("00000000000000000000000000000000", false)] {
        let mut hasher = Hasher::new([Algorithm::Md5]);
        hasher.update(&large().bytes);
        let (_, hashes) = hasher.finish();
        let md5 = hashes.iter().find(|hash| hash.algorithm == Algorithm::Md5).expect("a hash").hex.clone();
        let hex = if hex.is_empty() { &md5 } else { hex };
        let page = format!("<a href='/files/some_thing-1.0-py3-none-any.whl#md5={hex}'>x</a>");
        server.route("/simple/some-thing/", 200, &[("Content-Type", "text/html")], page.as_bytes());
        let folder = Folder::new("md5");
        assert_eq!(fetch(&open(&server, &folder), &[]).is_ok(), right);
        if right {
            // Without a SHA-256 the file is known by its URL.
            server.clear_log();
            fetch(&open(&server, &folder), &[]).expect("the file");
            assert_eq!(server.count("/files/"), 0);
        }
    }
}

#[test]
fn direct_urls_are_checked_and_asked_whether_they_changed() {
    let server = Server::start(Behaviour { etag: true, ..Behaviour::default() }, vec![large()]);
    let folder = Folder::new("direct");
    let get = |fragment: &str| {
        open(&server, &folder).download_url(&format!("{}{fragment}", file_url(&server)), &[], &|_, _| {})
    };
    let first = get("").expect("the file");
    let second = get("").expect("the file");
    assert_eq!(first, second);
    let statuses: Vec<u16> = server.log().iter().map(|asked| asked.status).collect();
    assert_eq!(statuses, [200, 304]);
    let right = format!("#sha256={}", sha256(&large().bytes));
    get(&right).expect("the file");
    assert!(get(&format!("#egg=x&sha256={}", sha256(b"x"))).is_err());
    server.change("some_thing-1.0-py3-none-any.whl", noise(5000));
    let third = get("").expect("the new file");
    assert!(third.sha256 != first.sha256 && std::fs::read(third.path).expect("the bytes") == noise(5000));
    assert!(get(&right).is_err(), "the old hash does not fit the new file");
    let mut offline = options(&server, &folder);
    offline.client.offline = true;
    let index = Index::new(offline).expect("an index");
    index.download_url(&file_url(&server), &[], &|_, _| {}).expect("what was fetched last");
    assert!(index.download_url(&server.at("/files/other.whl"), &[], &|_, _| {}).is_err());
}

#[test]
fn names_of_files_do_not_lead_elsewhere() {
    let server = Server::start(Behaviour::default(), Vec::new());
    let json = format!(
        r#"{{"meta":{{"api-version":"1.0"}},"files":[{{"filename":"../../../x-1.0.tar.gz","url":"{}","hashes":{{}}}},
           {{"filename":"a\\b-1.0.tar.gz","url":"{0}","hashes":{{}}}}]}}"#,
        server.at("/f")
    );
    server.route("/simple/x/", 200, &[("Content-Type", "application/json")], json.as_bytes());
    server.route("/f", 200, &[], b"evil");
    let folder = Folder::new("names");
    let index = open(&server, &folder);
    let page = index.page(&name("x")).expect("a page");
    for (_, file) in page.files() {
        let error = index.download(&file, &[], &|_, _| {}).expect_err("refused");
        assert!(matches!(error, IndexError::Download(DownloadError::Filename { .. })), "{error}");
    }
    assert_eq!(page.files().count(), 2);
}

#[test]
fn local_files_are_checked_too() {
    let folder = Folder::new("local");
    std::fs::write(folder.path("x-1.0.tar.gz"), b"content").expect("a file");
    let server = Server::start(Behaviour::default(), Vec::new());
    let index = open(&server, &folder);
    let url = format!("file://{}", folder.path("x-1.0.tar.gz").display());
    let got = index.download_url(&url, &[], &|_, _| {}).expect("the file");
    assert_eq!(got.path, folder.path("x-1.0.tar.gz"));
    index.download_url(&format!("{url}#sha256={}", sha256(b"content")), &[], &|_, _| {}).expect("the file");
    let error = index
        .download_url(&format!("{url}#sha256={}", sha256(b"other")), &[], &|_, _| {})
        .expect_err("refused");
    assert!(matches!(error, IndexError::Download(DownloadError::Hash { .. })), "{error}");
}
