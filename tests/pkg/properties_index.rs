//! Properties of the index: downloads are what their hashes say, pages survive being stored, no bytes make a reader panic.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use dx::pkg::index::hash::{Algorithm, Hash, Hasher};
use dx::pkg::index::page::{CoreMetadata, Freshness, NewFile, PageBuilder};
use dx::pkg::index::{Index, IndexError, Page, download::DownloadError, simple};
use quickcheck::{Arbitrary, Gen};
use url::Url;

use super::index::{name, options};
use super::loopback::{Behaviour, Folder, Offered, Ranges, Server, sha256};
use super::seed::tester;

/// How many cases each property is tried with.
const CASES: u64 = 150;

fn hold<P: quickcheck::Testable>(title: &str, property: P) {
    tester(title, CASES).quickcheck(property);
}

/// A file, how its server behaves, and whether the page tells its hash or another's.
#[derive(Clone, Debug)]
struct Transfer {
    content: Vec<u8>,
    /// Bytes flipped after the page told the hash.
    damage: Vec<usize>,
    cuts: Vec<usize>,
    json: bool,
    etag: bool,
    ranges: bool,
    algorithm: usize,
}

impl Arbitrary for Transfer {
    fn arbitrary(g: &mut Gen) -> Self {
        let repeat = usize::arbitrary(g) % 2000 + 1;
        let content = Vec::<u8>::arbitrary(g).repeat(repeat);
        let length = content.len().max(1);
        let places = |g: &mut Gen, most: usize| -> Vec<usize> {
            (0..usize::arbitrary(g) % (most + 1)).map(|_| usize::arbitrary(g) % length).collect()
        };
        // Half of all files are as told.
        let damage = if bool::arbitrary(g) { places(g, 2) } else { Vec::new() };
        let cuts = places(g, 3);
        let algorithm = usize::arbitrary(g) % Algorithm::ALL.len();
        let flags = [(); 3].map(|()| bool::arbitrary(g));
        Self { content, damage, cuts, json: flags[0], etag: flags[1], ranges: flags[2], algorithm }
    }

    fn shrink(&self) -> Box<dyn Iterator<Item = Self>> {
        let mut smaller = Vec::new();
        if !self.cuts.is_empty() {
            smaller.push(Self { cuts: Vec::new(), ..self.clone() });
        }
        let half = self.content.len() / 2;
        if half > 0 {
            let damage = self.damage.iter().map(|at| at % half).collect();
            smaller.push(Self { content: self.content[..half].to_vec(), damage, ..self.clone() });
        }
        Box::new(smaller.into_iter())
    }
}

fn hash_by(algorithm: Algorithm, bytes: &[u8]) -> Hash {
    let mut hasher = Hasher::new([algorithm]);
    hasher.update(bytes);
    hasher.finish().1.into_iter().find(|hash| hash.algorithm == algorithm).expect("the hash asked for")
}

/// What the cases of the first property share: each has a package of its own.
struct Shared {
    server: Server,
    folder: Folder,
    number: AtomicUsize,
    right: AtomicUsize,
}

static SHARED: OnceLock<Shared> = OnceLock::new();

impl Shared {
    fn get() -> &'static Self {
        SHARED.get_or_init(|| Self {
            server: Server::start(Behaviour::default(), Vec::new()),
            folder: Folder::new("property15"),
            number: AtomicUsize::new(0),
            right: AtomicUsize::new(0),
        })
    }

    /// Has the server tell the hash of the content, and send what became of it.
    fn offer(&self, transfer: &Transfer, sent: &[u8]) -> String {
        let package = format!("p{}", self.number.fetch_add(1, Ordering::SeqCst));
        let filename = format!("{package}-1.0.tar.gz");
        let algorithm = Algorithm::ALL[transfer.algorithm];
        let told = hash_by(algorithm, &transfer.content).hex;
        let (url, key) = (self.server.at(&format!("/files/{filename}")), algorithm.name());
        let (kind, page) = if transfer.json {
            let file = format!(r#"{{"filename":"{filename}","url":"{url}","hashes":{{"{key}":"{told}"}}}}"#);
            let page = format!(r#"{{"meta":{{"api-version":"1.0"}},"files":[{file}]}}"#);
            ("application/vnd.pypi.simple.v1+json", page)
        } else {
            ("text/html", format!("<a href='{url}#{key}={told}'>x</a>"))
        };
        self.server.route(&format!("/simple/{package}/"), 200, &[("Content-Type", kind)], page.as_bytes());
        self.server.offer(Offered::new(&package, &filename, sent.to_vec()));
        self.server.cut_next(&transfer.cuts);
        self.server.behave(|behaviour| {
            behaviour.etag = transfer.etag;
            behaviour.ranges = if transfer.ranges { Ranges::Given } else { Ranges::Ignored };
        });
        package
    }
}

// Feature: dx-py-production-ready, Property 15: Package Download Hash Verification
// Validates: Requirements 8.2
#[test]
fn a_download_is_there_exactly_when_its_hash_is_right() {
    fn property(transfer: Transfer) -> Result<bool, String> {
        let shared = Shared::get();
        let mut sent = transfer.content.clone();
        for at in &transfer.damage {
            if let Some(byte) = sent.get_mut(*at) {
                *byte ^= 0x5a;
            }
        }
        let package = shared.offer(&transfer, &sent);
        let index = Index::new(options(&shared.server, &shared.folder)).map_err(|error| error.to_string())?;
        let page = index.page(&name(&package)).map_err(|error| error.to_string())?;
        let file = page.file(0).ok_or("no file")?;
        let is_right = sent == transfer.content;
        match index.download(&file, &[], &|_, _| {}) {
            Ok(found) => {
                shared.right.fetch_add(1, Ordering::SeqCst);
                let bytes = std::fs::read(&found.path).map_err(|error| error.to_string())?;
                Ok(is_right && bytes == transfer.content && Hash::sha256(&found.sha256).hex == sha256(&bytes))
            }
            Err(IndexError::Download(DownloadError::Hash { .. })) => {
                let partial = shared.folder.path("cache/downloads-1/partial");
                Ok(!is_right && std::fs::read_dir(partial).map_or(0, Iterator::count) == 0)
            }
            Err(error) => Err(error.to_string()),
        }
    }
    hold("Property 15", property as fn(Transfer) -> Result<bool, String>);
    let shared = Shared::get();
    let (all, right) = (shared.number.load(Ordering::SeqCst), shared.right.load(Ordering::SeqCst));
    assert!(right > 20 && all - right > 20, "cases of both kinds: {right} of {all}");
    let _ = std::fs::remove_dir_all(&shared.folder.0);
}

/// A file of a page, of any texts.
#[derive(Clone, Debug)]
struct Drawn {
    filename: String,
    url: String,
    requires: Option<String>,
    yanked: Option<String>,
    size: Option<u64>,
    time: Option<u64>,
    hashed: bool,
    metadata: Option<bool>,
}

impl Arbitrary for Drawn {
    fn arbitrary(g: &mut Gen) -> Self {
        let filename = String::arbitrary(g);
        let url =
            if bool::arbitrary(g) { format!("https://example.org/{filename}") } else { String::arbitrary(g) };
        Self {
            filename,
            url,
            requires: Option::arbitrary(g),
            yanked: Option::arbitrary(g),
            size: Option::arbitrary(g),
            time: Option::arbitrary(g),
            hashed: bool::arbitrary(g),
            metadata: Option::arbitrary(g),
        }
    }
}

#[test]
fn a_stored_page_is_what_was_parsed() {
    fn property(files: Vec<Drawn>, source: Vec<u8>, etag: Option<String>, max_age: u64) -> bool {
        let hex = sha256(&source);
        let hashes =
            [(Algorithm::Md5, "0123456789abcdef0123456789abcdef"), (Algorithm::Sha256, hex.as_str())];
        let digest = [7; 32];
        let mut builder = PageBuilder::default();
        for file in &files {
            let sure = if file.metadata == Some(true) {
                CoreMetadata::Sha256(digest)
            } else {
                CoreMetadata::Offered
            };
            builder.push(&NewFile {
                filename: &file.filename,
                url: &file.url,
                hashes: if file.hashed { &hashes } else { &[] },
                requires_python: file.requires.as_deref(),
                yanked: file.yanked.as_deref(),
                size: file.size,
                upload_time: file.time,
                core_metadata: file.metadata.map(|_| sure),
            });
        }
        let etag = etag.filter(|etag| !etag.is_empty());
        let freshness = Freshness { etag, max_age, ..Freshness::default() };
        let parsed = builder.finish("u", &source, &freshness);
        let stored = |page: &Page| {
            let (head, strings) = page.parts();
            Page::read([head, strings].concat()).expect("a page that was just stored")
        };
        let page = stored(&stored(&parsed).with_freshness(&freshness));
        page.len() == files.len()
            && page.is_of("u", &source)
            && !page.is_of("v", &source)
            && !page.is_of("u", &[source, vec![1]].concat())
            && page.freshness() == freshness
            && page.files().zip(&files).all(|(read, file)| {
                read.filename() == file.filename
                    && read.url() == file.url
                    && read.requires_python() == file.requires.as_deref()
                    && read.yanked() == file.yanked.as_deref()
                    && read.size() == file.size
                    && read.upload_time() == file.time
                    && read.hashes().len() == if file.hashed { 2 } else { 0 }
                    && read.core_metadata().map(|data| data == CoreMetadata::Sha256(digest)) == file.metadata
            })
    }
    hold("stored pages", property as fn(Vec<Drawn>, Vec<u8>, Option<String>, u64) -> bool);
}

/// Bytes that look like a page in places.
#[derive(Clone, Debug)]
struct Odd(Vec<u8>);

impl Arbitrary for Odd {
    fn arbitrary(g: &mut Gen) -> Self {
        let pieces: [&[u8]; 24] = [
            b"<a ",
            b"href=",
            b"\"",
            b"'",
            b">",
            b"</a>",
            b"x-1.0.zip",
            b"#sha256=",
            b"&amp;",
            b"&#x41;",
            b"&#",
            b";",
            b"<!--",
            b"-->",
            b"<base href=",
            b"data-yanked",
            b"=",
            b"/",
            b" ",
            b"\xff",
            b"\xc3\xa9",
            b"<",
            b"{\"files\":[",
            b"]}",
        ];
        let count = usize::arbitrary(g) % 60;
        Self((0..count).flat_map(|_| g.choose(&pieces).expect("a piece").to_vec()).collect())
    }
}

#[test]
fn no_bytes_make_a_reader_panic() {
    fn property(odd: Odd) -> bool {
        let url = Url::parse("https://example.org/simple/x/").expect("a URL");
        let html = simple::parse(&url, Some("text/html"), &odd.0, &Freshness::default());
        let _ = simple::parse(&url, Some("application/json"), &odd.0, &Freshness::default());
        let _ = Page::read(odd.0);
        // Every link that is found is absolute, whatever stood there.
        html.is_ok_and(|parsed| {
            parsed.page.files().all(|file| Url::parse(&file.url()).is_ok() && !file.filename().is_empty())
        })
    }
    tester("odd bytes", 3000).quickcheck(property as fn(Odd) -> bool);
}
