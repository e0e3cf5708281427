//! The index as the resolver sees it: pages of all forms, kept pages, several indexes, folders.

use std::sync::Arc;

use dx::pkg::index::time;
use dx::pkg::index::{CoreMetadata, Index, IndexError, IndexOptions, Package, Strategy};
use dx::pkg::name::Name;

use super::loopback::{Behaviour, Folder, Offered, Server, sha256};

pub fn options(server: &Server, folder: &Folder) -> IndexOptions {
    let mut options = IndexOptions::new(folder.path("cache"));
    options.index_url = Some(server.url());
    options.client.backoff = std::time::Duration::from_millis(1);
    options
}

pub fn open(server: &Server, folder: &Folder) -> Index {
    Index::new(options(server, folder)).expect("an index")
}

pub fn name(text: &str) -> Name {
    Name::new(text).expect("a name")
}

fn filenames(package: &Package) -> Vec<String> {
    package.files().map(|(_, file)| file.filename().to_string()).collect()
}

fn one_file() -> Offered {
    Offered {
        requires_python: Some(String::from(">=3.8,<4 & \"x\"")),
        yanked: Some(String::from("it's <bad> & \"wrong\"")),
        upload_time: Some(String::from("2023-05-03T18:29:34.123456Z")),
        ..Offered::wheel("some-thing", "1.0", 10)
    }
}

#[test]
fn json_and_html_say_the_same() {
    let server = Server::start(Behaviour { metadata: true, ..Behaviour::default() }, vec![one_file()]);
    for json in [true, false] {
        server.behave(|behaviour| behaviour.json = json);
        let folder = Folder::new("forms");
        let package = open(&server, &folder).page(&name("some.thing")).expect("a page");
        let (rank, file) = package.files().next().expect("a file");
        assert_eq!(rank, 1);
        assert_eq!(file.filename(), "some_thing-1.0-py3-none-any.whl");
        assert_eq!(file.url(), server.at("/files/some_thing-1.0-py3-none-any.whl"));
        assert_eq!(file.requires_python(), Some(">=3.8,<4 & \"x\""));
        assert_eq!(file.yanked(), Some("it's <bad> & \"wrong\""));
        assert_eq!(file.hashes()[0].hex, sha256(&one_file().bytes));
        assert!(matches!(file.core_metadata(), Some(CoreMetadata::Sha256(_))), "json {json}");
        if json {
            assert_eq!(file.size(), Some(one_file().bytes.len() as u64));
            assert_eq!(file.upload_time(), Some(1_683_138_574_123_456));
        }
    }
}

#[test]
fn the_index_is_asked_for_json_first() {
    let server = Server::start(Behaviour::default(), vec![one_file()]);
    let folder = Folder::new("accept");
    open(&server, &folder).page(&name("some-thing")).expect("a page");
    let log = server.log();
    let accept = log[0].header("accept").expect("an accept header");
    assert!(accept.starts_with("application/vnd.pypi.simple.v1+json"), "{accept}");
    assert!(accept.contains("text/html;q=0.01"), "{accept}");
    assert!(log[0].header("user-agent").is_some_and(|agent| agent.starts_with("dx/")));
    assert_eq!(log[0].path, "/simple/some-thing/");
}

#[test]
fn compressed_pages_are_read() {
    let server = Server::start(Behaviour { gzip: true, ..Behaviour::default() }, vec![one_file()]);
    let folder = Folder::new("gzip");
    let package = open(&server, &folder).page(&name("some-thing")).expect("a page");
    assert_eq!(filenames(&package), ["some_thing-1.0-py3-none-any.whl"]);
    assert_eq!(server.log()[0].header("accept-encoding"), Some("gzip"));
}

#[test]
fn a_missing_package_is_told_from_a_failing_index() {
    let server = Server::start(Behaviour::default(), vec![one_file()]);
    let folder = Folder::new("missing");
    let error = open(&server, &folder).page(&name("nothing")).expect_err("none");
    assert!(error.is_not_found() && error.to_string().contains("no package nothing"), "{error}");
    server.route("/simple/nothing/", 500, &[], b"");
    let mut options = options(&server, &folder);
    options.client.retries = 0;
    let error = Index::new(options).expect("an index").page(&name("nothing")).expect_err("none");
    assert!(!error.is_not_found() && error.to_string().contains("500"), "{error}");
    server.route("/simple/nothing/", 403, &[], b"");
    let error = open(&server, &folder).page(&name("nothing")).expect_err("none");
    assert!(error.hint().expect("a hint").contains("netrc"), "{error}");
}

#[test]
fn versions_of_the_api_are_checked() {
    for json in [true, false] {
        let server = Server::start(Behaviour { json, ..Behaviour::default() }, vec![one_file()]);
        let folder = Folder::new("api");
        server.behave(|behaviour| behaviour.api_version = String::from("1.99"));
        let index = open(&server, &folder);
        index.page(&name("some-thing")).expect("a newer minor version is read");
        let warnings = index.take_warnings();
        assert!(warnings.len() == 1 && warnings[0].contains("1.99"), "{warnings:?}");
        server.behave(|behaviour| behaviour.api_version = String::from("2.0"));
        let error = open(&server, &folder).page(&name("some-thing")).expect_err("a newer major version");
        assert!(error.to_string().contains("2.0"), "{error}");
    }
}

#[test]
fn what_is_no_page_is_refused_with_a_hint() {
    let server = Server::start(Behaviour::default(), Vec::new());
    let folder = Folder::new("nopage");
    server.route("/simple/a/", 200, &[("Content-Type", "image/png")], b"\x89PNG");
    server.route(
        "/simple/b/",
        200,
        &[("Content-Type", "application/vnd.pypi.simple.v1+json")],
        b"{\"files\": 3}",
    );
    for package in ["a", "b"] {
        let error = open(&server, &folder).page(&name(package)).expect_err("no page");
        assert!(matches!(*error, IndexError::Page(_)), "{error}");
        assert!(error.hint().expect("a hint").contains("simple"));
    }
}

#[test]
fn links_of_html_are_read_as_browsers_would() {
    let html = br#"<!doctype html><HEAD><base href="/elsewhere/"></HEAD>
        <!-- <a href="commented-1.0.tar.gz">no</a> -->
        <A class=x HREF='x-1.0.tar.gz#md5=0123456789abcdef0123456789abcdef' data-gpg-sig=true>one</A>
        <a data-requires-python="&gt;=3&#46;7" href="../x-1.1%2Blocal.tar.gz?a=1&amp;b=2">two</a>
        <a href=https://example.org/x-1.2-py3-none-any.whl data-yanked data-dist-info-metadata=true>3</a>
        <a title="a > b" href="x-1.3.zip">4</a><a href="x-1.4.exe">not a distribution</a><a name=x>no link</a>
        <a href="x-1.5.tar.gz" data-requires-python=">=3.9">unescaped</a>
        <a href="broken-"#;
    let server = Server::start(Behaviour::default(), Vec::new());
    server.route("/simple/x/", 200, &[("Content-Type", "text/html")], html);
    let folder = Folder::new("html");
    let package = open(&server, &folder).page(&name("x")).expect("a page");
    let files: Vec<_> = package.files().map(|(_, file)| file).collect();
    let urls: Vec<String> = files.iter().map(|file| file.url().replace(&server.at(""), "")).collect();
    let expected = [
        "/elsewhere/x-1.0.tar.gz",
        "/x-1.1%2Blocal.tar.gz?a=1&b=2",
        "https://example.org/x-1.2-py3-none-any.whl",
        "/elsewhere/x-1.3.zip",
        "/elsewhere/x-1.5.tar.gz",
    ];
    assert_eq!(urls, expected);
    assert_eq!(files[0].hashes()[0].to_string(), "md5:0123456789abcdef0123456789abcdef");
    assert_eq!((files[1].filename(), files[1].requires_python()), ("x-1.1+local.tar.gz", Some(">=3.7")));
    assert_eq!((files[2].yanked(), files[2].core_metadata()), (Some(""), Some(CoreMetadata::Offered)));
    assert_eq!(files[4].requires_python(), Some(">=3.9"));
}

#[test]
fn other_forms_in_json_are_read() {
    let json = br#"{"meta":{"api-version":"1.0"},"name":"x","versions":["1"],"unknown":{"a":[1,2]},"files":[
        {"filename":"x-1.tar.gz","url":"../../f/x-1.tar.gz","hashes":{},"yanked":false,"requires-python":null,"gpg-sig":true},
        {"filename":"x-2-py3-none-any.whl","url":"https://example.org/x-2-py3-none-any.whl","hashes":{"blake9":"00"},
         "yanked":true,"dist-info-metadata":{"md5":"00"},"size":null,"upload-time":"2020-01-01"},
        {"filename":"x-3\u002Dpy3-none-any.whl","url":"https://example.org/a?b","hashes":{"sha512":"NO"},"core-metadata":false}]}"#;
    let server = Server::start(Behaviour::default(), Vec::new());
    server.route("/simple/x/", 200, &[("Content-Type", "application/vnd.pypi.simple.v1+json")], json);
    let folder = Folder::new("json");
    let package = open(&server, &folder).page(&name("x")).expect("a page");
    let files: Vec<_> = package.files().map(|(_, file)| file).collect();
    assert_eq!(files.len(), 3);
    assert_eq!(files[0].url(), server.at("/f/x-1.tar.gz"));
    assert_eq!((files[0].yanked(), files[0].requires_python(), files[0].hashes().len()), (None, None, 0));
    assert_eq!((files[1].yanked(), files[1].core_metadata()), (Some(""), Some(CoreMetadata::Offered)));
    assert_eq!((files[1].upload_time(), files[1].size()), (Some(1_577_836_800_000_000), None));
    assert_eq!((files[2].filename(), &*files[2].url()), ("x-3-py3-none-any.whl", "https://example.org/a?b"));
    assert_eq!((files[2].hashes().len(), files[2].core_metadata()), (0, None));
}

#[test]
fn pages_without_freshness_are_asked_anew_and_known_again() {
    let server = Server::start(Behaviour::default(), vec![one_file()]);
    let folder = Folder::new("stale");
    let index = open(&server, &folder);
    assert!(index.stale(&name("some-thing")).is_none());
    index.page(&name("some-thing")).expect("a page");
    index.page(&name("some-thing")).expect("a page");
    assert_eq!(server.count("/simple/"), 1, "one index asks once");
    let index = open(&server, &folder);
    let stale = index.stale(&name("some-thing")).expect("a stored page");
    assert_eq!(server.count("/simple/"), 1, "what is stale is not asked for");
    assert!(!index.is_fresh(&name("some-thing")));
    let page = index.page(&name("some-thing")).expect("a page");
    assert_eq!(server.count("/simple/"), 2);
    assert!(page.is_same(&stale), "the same bytes are the same page");
    server.offer(Offered::wheel("some-thing", "2.0", 10));
    let index = open(&server, &folder);
    let stale = index.stale(&name("some-thing")).expect("a stored page");
    let page = index.page(&name("some-thing")).expect("a page");
    assert!(!page.is_same(&stale));
    assert_eq!((filenames(&stale).len(), filenames(&page).len()), (1, 2));
    assert_eq!(filenames(&open(&server, &folder).stale(&name("some-thing")).expect("stored")).len(), 2);
}

#[test]
fn the_same_bytes_from_elsewhere_have_other_links() {
    let server = Server::start(Behaviour::default(), Vec::new());
    let folder = Folder::new("elsewhere");
    let url =
        |index: &Index| index.page(&name("x")).expect("a page").file(0).expect("a file").url().to_string();
    for place in ["/one/", "/two/"] {
        server.route(place, 200, &[("Content-Type", "text/html")], b"<a href='x-1.zip'>x</a>");
        server.route("/simple/x/", 302, &[("Location", place)], b"");
        assert_eq!(url(&open(&server, &folder)), server.at(&format!("{place}x-1.zip")));
    }
}

#[test]
fn entity_tags_and_dates_save_the_transfer() {
    for etag in [true, false] {
        let behaviour = Behaviour { etag, last_modified: !etag, ..Behaviour::default() };
        let server = Server::start(behaviour, vec![one_file()]);
        let folder = Folder::new("etag");
        open(&server, &folder).page(&name("some-thing")).expect("a page");
        let index = open(&server, &folder);
        let stale = index.stale(&name("some-thing")).expect("a stored page");
        assert!(index.page(&name("some-thing")).expect("a page").is_same(&stale));
        let statuses: Vec<u16> = server.log().iter().map(|asked| asked.status).collect();
        assert_eq!(statuses, [200, 304]);
    }
}

#[test]
fn cache_control_is_obeyed() {
    let cases = [("max-age=600", 1), ("max-age=0", 2), ("no-cache, max-age=600", 2), ("no-store", 2)];
    for (control, requests) in cases {
        let behaviour = Behaviour { cache_control: Some(control.into()), ..Behaviour::default() };
        let server = Server::start(behaviour, vec![one_file()]);
        let folder = Folder::new("control");
        open(&server, &folder).page(&name("some-thing")).expect("a page");
        let index = open(&server, &folder);
        assert_eq!(index.stale(&name("some-thing")).is_some(), control != "no-store", "{control}");
        index.page(&name("some-thing")).expect("a page");
        assert_eq!(server.count("/simple/"), requests, "{control}");
        let mut again = options(&server, &folder);
        again.refresh = dx::pkg::index::Refresh::Everything;
        Index::new(again).expect("an index").page(&name("some-thing")).expect("a page");
        assert_eq!(server.count("/simple/"), requests + 1, "{control}: --refresh asks");
    }
}

#[test]
fn older_headers_of_freshness_are_read() {
    let (day, later) = ("Wed, 21 Oct 2015 07:28:00 GMT", "Wed, 21 Oct 2015 08:28:00 GMT");
    let cases: [(&[(&str, &str)], bool); 6] = [
        (&[("Date", day), ("Expires", later)], true),
        (&[("Date", later), ("Expires", day)], false),
        (&[("Expires", day)], false),
        (&[("Expires", "0")], false),
        (&[("Cache-Control", "public, max-age=600"), ("Age", "10")], true),
        (&[("Cache-Control", "max-age=600"), ("Age", "600"), ("Date", day), ("Expires", later)], false),
    ];
    for (headers, fresh) in cases {
        let server = Server::start(Behaviour::default(), Vec::new());
        let headers = [headers, &[("Content-Type", "text/html")]].concat();
        server.route("/simple/x/", 200, &headers, b"<a href='x-1.zip'>x</a>");
        let folder = Folder::new("older");
        open(&server, &folder).page(&name("x")).expect("a page");
        assert_eq!(open(&server, &folder).is_fresh(&name("x")), fresh, "{headers:?}");
    }
}

#[test]
fn points_in_time_are_read() {
    let iso = [
        ("1970-01-01T00:00:00Z", Some(0)),
        ("2000-02-29T12:30:15.5Z", Some(951_827_415_500_000)),
        ("2024-12-31 23:59:60+01:30", Some(1_735_684_200_000_000)),
        ("2023-05-03T18:29:34.1234567Z", Some(1_683_138_574_123_456)),
        ("2023-05-03T18:29", Some(1_683_138_540_000_000)),
        ("2023-13-03", None),
        ("2023-05-03T25:00:00Z", None),
        ("2023-05-03T18:29:34X", None),
        ("1960-01-01", None),
        ("20\u{e9}3-05-03", None),
        ("", None),
    ];
    for (text, expected) in iso {
        assert_eq!(time::parse_iso(text), expected, "{text}");
    }
    for text in ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT"] {
        assert_eq!(time::parse_http(text), Some(784_111_777), "{text}");
    }
    for text in ["", "-1", "Sun, 06 Foo 1994 08:49:37 GMT", "Sun, 06 Nov 99999999999999999999 08:49:37 GMT"] {
        assert_eq!(time::parse_http(text), None, "{text}");
    }
}

#[test]
fn a_confirmed_page_is_fresh_again() {
    let control = Some(String::from("max-age=2"));
    let server = Server::start(
        Behaviour { etag: true, cache_control: control, ..Behaviour::default() },
        vec![one_file()],
    );
    let folder = Folder::new("confirm");
    open(&server, &folder).page(&name("some-thing")).expect("a page");
    let file = stored_pages(&folder).pop().expect("a stored page");
    let old = std::time::SystemTime::now() - std::time::Duration::from_secs(60);
    std::fs::File::options()
        .append(true)
        .open(&file)
        .and_then(|file| file.set_modified(old))
        .expect("a time");
    open(&server, &folder).page(&name("some-thing")).expect("a page");
    open(&server, &folder).page(&name("some-thing")).expect("a page");
    let statuses: Vec<u16> = server.log().iter().map(|asked| asked.status).collect();
    assert_eq!(statuses, [200, 304], "the third one did not ask");
}

fn stored_pages(folder: &Folder) -> Vec<std::path::PathBuf> {
    let indexes = std::fs::read_dir(folder.path("cache/pages-1")).expect("pages").flatten();
    indexes
        .flat_map(|index| std::fs::read_dir(index.path()).expect("a folder").flatten())
        .map(|page| page.path())
        .collect()
}

#[test]
fn damaged_pages_are_refused_and_replaced() {
    let server = Server::start(Behaviour::default(), vec![one_file()]);
    let folder = Folder::new("damage");
    open(&server, &folder).page(&name("some-thing")).expect("a page");
    let path = stored_pages(&folder).pop().expect("a stored page");
    let whole = std::fs::read(&path).expect("the page");
    for at in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x41;
        assert!(dx::pkg::index::Page::read(bytes).is_none(), "byte {at} may not change unseen");
        assert!(dx::pkg::index::Page::read(whole[..at].to_vec()).is_none());
    }
    std::fs::write(&path, &whole[..whole.len() / 2]).expect("a damaged page");
    let index = open(&server, &folder);
    assert!(index.stale(&name("some-thing")).is_none());
    index.page(&name("some-thing")).expect("a page");
    assert_eq!(std::fs::read(&path).expect("the page"), whole);
}

#[test]
fn offline_uses_what_is_stored_and_asks_nobody() {
    let server = Server::start(Behaviour::default(), vec![one_file()]);
    let folder = Folder::new("offline");
    let index = open(&server, &folder);
    let page = index.page(&name("some-thing")).expect("a page");
    index.metadata(&page.files().next().expect("a file").1).expect("metadata");
    server.clear_log();
    let mut offline = options(&server, &folder);
    offline.client.offline = true;
    let index = Index::new(offline).expect("an index");
    let page = index.page(&name("some-thing")).expect("a stored page");
    let file = page.files().next().expect("a file").1;
    assert!(index.metadata(&file).expect("stored metadata").contains("Name: some-thing"));
    let error = index.page(&name("other")).expect_err("nothing stored");
    assert!(error.to_string().contains("offline") && !error.is_not_found(), "{error}");
    assert_eq!((server.log().len(), index.requests()), (0, 0));
}

#[test]
fn offline_an_index_that_was_never_asked_stands_in_nobodys_way() {
    let (extra, main) = two_servers();
    let folder = Folder::new("offline2");
    open(&main, &folder).page(&name("theirs")).expect("a page");
    let mut chosen = options(&main, &folder);
    chosen.extra_index_urls = vec![extra.url()];
    chosen.client.offline = true;
    let index = Index::new(chosen).expect("an index");
    assert_eq!(filenames(&index.page(&name("theirs")).expect("stored")), ["theirs-1.0-py3-none-any.whl"]);
    let error = index.page(&name("both")).expect_err("nowhere stored");
    assert!(error.to_string().contains("offline"), "{error}");
}

#[test]
fn threads_that_ask_for_one_page_share_the_answer() {
    let slow = Behaviour { delay: std::time::Duration::from_millis(50), ..Behaviour::default() };
    let server = Server::start(slow, vec![one_file()]);
    let folder = Folder::new("threads");
    let index = open(&server, &folder);
    let pages: Vec<Arc<Package>> = std::thread::scope(|scope| {
        let asked: Vec<_> =
            (0..8).map(|_| scope.spawn(|| index.page(&name("some-thing")).expect("a page"))).collect();
        asked.into_iter().map(|asked| asked.join().expect("a thread")).collect()
    });
    assert!(pages.iter().all(|page| Arc::ptr_eq(page, &pages[0])));
    assert_eq!(server.log().len(), 1);
}

#[test]
fn connections_are_kept() {
    let files = (0..20).map(|number| Offered::wheel(&format!("p{number}"), "1", 1)).collect();
    let server = Server::start(Behaviour::default(), files);
    let folder = Folder::new("keep");
    let index = open(&server, &folder);
    for number in 0..20 {
        index.page(&name(&format!("p{number}"))).expect("a page");
    }
    assert_eq!((server.log().len(), server.connections()), (20, 1));
}

fn two_servers() -> (Server, Server) {
    let first = Server::start(
        Behaviour::default(),
        vec![Offered::wheel("both", "1.0", 1), Offered::wheel("mine", "1.0", 1)],
    );
    let second = Server::start(
        Behaviour::default(),
        vec![Offered::wheel("both", "9.0", 1), Offered::wheel("theirs", "1.0", 1)],
    );
    (first, second)
}

#[test]
fn the_first_index_with_a_package_wins() {
    let (extra, main) = two_servers();
    let folder = Folder::new("first");
    let mut chosen = options(&main, &folder);
    chosen.extra_index_urls = vec![extra.url()];
    let index = Index::new(chosen).expect("an index");
    let both = index.page(&name("both")).expect("a page");
    assert_eq!(filenames(&both), ["both-1.0-py3-none-any.whl"], "extra indexes come before the main one");
    assert_eq!(main.log().len(), 0, "the other one does not even hear the name");
    assert_eq!(filenames(&index.page(&name("theirs")).expect("a page")), ["theirs-1.0-py3-none-any.whl"]);
    // A failing index is not one without the package: going on would let the other index answer for it.
    extra.route("/simple/mine/", 401, &[], b"");
    assert!(index.page(&name("mine")).expect_err("no answer").to_string().contains("401"));
}

#[test]
fn unsafe_strategies_ask_all() {
    for strategy in [Strategy::UnsafeBestMatch, Strategy::UnsafeFirstMatch] {
        let (extra, main) = two_servers();
        let folder = Folder::new("all");
        let mut chosen = options(&main, &folder);
        chosen.extra_index_urls = vec![extra.url()];
        chosen.strategy = strategy;
        let index = Index::new(chosen).expect("an index");
        let both = index.page(&name("both")).expect("a page");
        let ranks: Vec<_> = both.files().map(|(rank, file)| (rank, file.filename().to_string())).collect();
        let expected =
            [(1, "both-1.0-py3-none-any.whl".to_string()), (2, "both-9.0-py3-none-any.whl".to_string())];
        assert_eq!(ranks, expected);
        assert_eq!(both.file(1).expect("the second").filename(), "both-9.0-py3-none-any.whl");
        assert!(both.file(2).is_none());
        let asked = index.page(&name("none")).expect_err("none").to_string();
        assert!(asked.contains(&main.url()) && asked.contains(&extra.url()), "{asked}");
    }
}

#[test]
fn find_links_takes_folders_files_and_pages() {
    let folder = Folder::new("links");
    let write = |name: &str, bytes: &[u8]| {
        std::fs::create_dir_all(folder.path(name).parent().expect("a folder")).expect("a folder");
        std::fs::write(folder.path(name), bytes).expect("a file");
    };
    let wheel = Offered::wheel("here", "1.0", 1);
    write("wheels/here-1.0-py3-none-any.whl", &wheel.bytes);
    write("wheels/here-2.0.tar.gz", b"");
    write("wheels/README.txt", b"");
    write("one/here-3.0-py3-none-any.whl", b"");
    write("page/links.html", b"<a href=\"here-4.0.zip#sha256=00\">x</a><a href='other-1.zip'>y</a>");
    let server = Server::start(Behaviour::default(), vec![Offered::wheel("here", "5.0", 1)]);
    let path = |name: &str| folder.path(name).display().to_string();
    let mut chosen = options(&server, &folder);
    chosen.no_index = true;
    chosen.find_links = vec![
        path("wheels"),
        format!("file://{}", path("one/here-3.0-py3-none-any.whl")),
        path("page/links.html"),
        server.at("/links/"),
        path("missing"),
    ];
    let index = Index::new(chosen).expect("an index");
    let here = index.page(&name("here")).expect("a page");
    let expected = [
        "here-1.0-py3-none-any.whl",
        "here-2.0.tar.gz",
        "here-3.0-py3-none-any.whl",
        "here-4.0.zip",
        "here-5.0-py3-none-any.whl",
    ];
    assert_eq!(filenames(&here), expected);
    assert!(here.files().all(|(rank, _)| rank == 0));
    assert_eq!(filenames(&index.page(&name("other")).expect("a page")), ["other-1.zip"]);
    assert_eq!(server.count("/links/"), 1, "read once for all packages");
    let warnings = index.take_warnings();
    assert!(warnings.len() == 1 && warnings[0].contains("missing"), "{warnings:?}");
    let file = here.file(0).expect("a file");
    assert!(index.metadata(&file).expect("of a local wheel").contains("Name: here"));
    let got = index.download(&file, &[], &|_, _| {}).expect("a local file");
    assert_eq!(got.path, folder.path("wheels/here-1.0-py3-none-any.whl"));
    assert_eq!(Offered::new("", "", std::fs::read(got.path).expect("its bytes")).bytes, wheel.bytes);
    assert!(index.page(&name("nothing")).expect_err("none").is_not_found());
}

#[test]
fn a_folder_can_be_the_index() {
    let folder = Folder::new("tree");
    for (path, bytes) in [
        ("simple/a-b/a_b-1.0-py3-none-any.whl", Offered::wheel("a-b", "1.0", 1).bytes),
        ("simple/c/index.html", b"<a href='../files/c-1.0.tar.gz'>c</a>".to_vec()),
    ] {
        std::fs::create_dir_all(folder.path(path).parent().expect("a folder")).expect("a folder");
        std::fs::write(folder.path(path), bytes).expect("a file");
    }
    for url in
        [format!("file://{}", folder.path("simple").display()), folder.path("simple").display().to_string()]
    {
        let mut options = IndexOptions::new(folder.path("cache"));
        options.index_url = Some(url);
        let index = Index::new(options).expect("an index");
        let package = index.page(&name("a_b")).expect("a page");
        assert_eq!(filenames(&package), ["a_b-1.0-py3-none-any.whl"]);
        assert!(index.metadata(&package.file(0).expect("a file")).expect("metadata").contains("Name: a-b"));
        let linked = index.page(&name("c")).expect("a page");
        let url = linked.file(0).expect("a file").url().to_string();
        assert!(url.ends_with("/simple/files/c-1.0.tar.gz") && url.starts_with("file:///"), "{url}");
        assert!(index.page(&name("d")).expect_err("none").is_not_found());
        assert_eq!(index.requests(), 0);
    }
}

#[test]
fn nothing_to_ask_is_said() {
    let folder = Folder::new("none");
    let mut options = IndexOptions::new(folder.path("cache"));
    options.no_index = true;
    let error = Index::new(options).expect("an index").page(&name("x")).expect_err("none");
    assert!(matches!(*error, IndexError::NoIndex { .. }) && error.hint().is_some());
    let folder = Folder::new("none");
    let mut options = IndexOptions::new(folder.path("cache"));
    options.index_url = Some(String::from("http://["));
    assert!(matches!(Index::new(options), Err(IndexError::Url { .. })));
}

#[test]
fn an_index_without_tls_elsewhere_is_not_asked_unless_trusted() {
    let folder = Folder::new("insecure");
    let mut options = IndexOptions::new(folder.path("cache"));
    options.index_url = Some(String::from("http://user:secret@192.0.2.1/simple"));
    options.client.timeout = std::time::Duration::from_millis(50);
    options.client.retries = 0;
    let index = Index::new(options.clone()).expect("an index");
    let error = index.page(&name("x")).expect_err("refused");
    assert!(error.hint().expect("a hint").contains("--trusted-host 192.0.2.1"));
    assert!(!error.to_string().contains("secret") && index.requests() == 0, "{error}");
    let mut linked = options.clone();
    linked.no_index = true;
    linked.find_links = vec![String::from("http://192.0.2.1/links")];
    let index = Index::new(linked).expect("an index");
    index.page(&name("x")).expect_err("nothing");
    let warnings = index.take_warnings();
    assert!(
        warnings.len() == 1 && warnings[0].contains("is not asked") && index.requests() == 0,
        "{warnings:?}"
    );
    options.client.trusted_hosts = vec![String::from("192.0.2.1")];
    let index = Index::new(options).expect("an index");
    assert!(matches!(*index.page(&name("x")).expect_err("no answer"), IndexError::Client(_)));
    assert_eq!(index.requests(), 1);
}
