//! An index for tests: a small HTTP/1.1 server on 127.0.0.1 that serves files from memory and misbehaves as told.
//!
//! [`Server::start`] takes the files and a [`Behaviour`]; every request is logged, so that a test can tell what was asked and
//! how often. Pages are at `/simple/NAME/`, files at `/files/NAME`, `--find-links` pages at `/links/`, and [`Server::route`] adds answers of any kind.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine;
use sha2::Digest;

/// A file of the index.
#[derive(Clone, Debug, Default)]
pub struct Offered {
    pub package: String,
    pub filename: String,
    pub bytes: Vec<u8>,
    pub requires_python: Option<String>,
    pub yanked: Option<String>,
    pub upload_time: Option<String>,
}

impl Offered {
    pub fn new(package: &str, filename: &str, bytes: Vec<u8>) -> Self {
        Self { package: package.into(), filename: filename.into(), bytes, ..Self::default() }
    }

    /// A wheel `NAME-VERSION-py3-none-any.whl` with metadata and some ballast of incompressible bytes before it.
    pub fn wheel(name: &str, version: &str, ballast: usize) -> Self {
        let bytes = wheel(name, version, &metadata(name, version), ballast);
        Self::new(name, &format!("{}-{version}-py3-none-any.whl", name.replace('-', "_")), bytes)
    }
}

/// Core metadata of nothing but name and version.
pub fn metadata(name: &str, version: &str) -> String {
    format!("Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nSummary: made for a test\n\n")
}

/// A wheel's archive.
pub fn wheel(name: &str, version: &str, metadata: &str, ballast: usize) -> Vec<u8> {
    let info = format!("{}-{version}.dist-info", name.replace('-', "_"));
    let noise = noise(ballast);
    archive(&[
        (&format!("{}/__init__.py", name.replace('-', "_")), b"x = 1\n"),
        ("ballast.bin", &noise),
        (&format!("{info}/METADATA"), metadata.as_bytes()),
        (&format!("{info}/WHEEL"), b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"),
        (&format!("{info}/RECORD"), b""),
    ])
}

/// Bytes that do not compress.
pub fn noise(count: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    };
    (0..count).map(|_| next()).collect()
}

/// A zip archive of files, deflated.
pub fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    for (name, bytes) in files {
        writer.start_file(*name, options).expect("a new entry");
        writer.write_all(bytes).expect("room in memory");
    }
    writer.finish().expect("an archive").into_inner()
}

pub fn sha256(bytes: &[u8]) -> String {
    sha2::Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What a server does about ranges.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ranges {
    #[default]
    Given,
    /// The whole file comes instead.
    Ignored,
    /// 416, whatever is asked for.
    Refused,
}

/// How a server behaves.
#[derive(Clone, Debug)]
pub struct Behaviour {
    pub json: bool,
    /// Sizes are told on JSON pages.
    pub sizes: bool,
    pub api_version: String,
    /// Metadata files are offered, and whether their hash is told and true.
    pub metadata: bool,
    pub metadata_lies: bool,
    pub ranges: Ranges,
    pub etag: bool,
    pub last_modified: bool,
    pub cache_control: Option<String>,
    pub gzip: bool,
    /// Before each answer.
    pub delay: Duration,
    /// So many first requests get this status.
    pub fail: (usize, u16),
    pub retry_after: Option<String>,
    /// The page tells hashes that are not the files'.
    pub lies: bool,
    /// The first answers with files break off after so many bytes.
    pub cut: Vec<usize>,
    /// User and password that are wanted.
    pub auth: Option<(String, String)>,
    /// The base of the files' URLs, if it is not this server's.
    pub files_at: Option<String>,
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            json: true,
            sizes: true,
            api_version: String::from("1.1"),
            metadata: false,
            metadata_lies: false,
            ranges: Ranges::Given,
            etag: false,
            last_modified: false,
            cache_control: None,
            gzip: false,
            delay: Duration::ZERO,
            fail: (0, 503),
            retry_after: None,
            lies: false,
            cut: Vec::new(),
            auth: None,
            files_at: None,
        }
    }
}

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Asked {
    pub path: String,
    /// Names in lower case.
    pub headers: HashMap<String, String>,
    /// The status of the answer.
    pub status: u16,
}

impl Asked {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }
}

/// An answer of a test's own.
#[derive(Clone, Debug, Default)]
pub struct Route {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

struct State {
    behaviour: Mutex<Behaviour>,
    files: Mutex<Vec<Offered>>,
    routes: Mutex<HashMap<String, Route>>,
    log: Mutex<Vec<Asked>>,
    failed: AtomicUsize,
    cuts: AtomicUsize,
    connections: AtomicUsize,
    stop: AtomicBool,
    base: String,
}

/// The server; it stops when dropped.
pub struct Server {
    state: Arc<State>,
    pub port: u16,
}

impl Server {
    pub fn start(behaviour: Behaviour, files: Vec<Offered>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let state = Arc::new(State {
            behaviour: Mutex::new(behaviour),
            files: Mutex::new(files),
            routes: Mutex::default(),
            log: Mutex::default(),
            failed: AtomicUsize::new(0),
            cuts: AtomicUsize::new(0),
            connections: AtomicUsize::new(0),
            stop: AtomicBool::new(false),
            base: format!("http://127.0.0.1:{port}"),
        });
        let shared = state.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if shared.stop.load(Ordering::SeqCst) {
                    break;
                }
                let shared = shared.clone();
                shared.connections.fetch_add(1, Ordering::SeqCst);
                std::thread::spawn(move || shared.serve(&stream));
            }
        });
        Self { state, port }
    }

    /// The index's URL.
    pub fn url(&self) -> String {
        format!("{}/simple/", self.state.base)
    }

    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.state.base)
    }

    /// Changes how the server behaves from now on.
    pub fn behave(&self, change: impl FnOnce(&mut Behaviour)) {
        change(&mut self.state.behaviour.lock().expect("unpoisoned"));
    }

    pub fn offer(&self, file: Offered) {
        self.state.files.lock().expect("unpoisoned").push(file);
    }

    /// Replaces a file's bytes.
    pub fn change(&self, filename: &str, bytes: Vec<u8>) {
        let mut files = self.state.files.lock().expect("unpoisoned");
        files.iter_mut().find(|file| file.filename == filename).expect("such a file").bytes = bytes;
    }

    pub fn route(&self, path: &str, status: u16, headers: &[(&str, &str)], body: &[u8]) {
        let headers = headers.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        let route = Route { status, headers, body: body.to_vec() };
        self.state.routes.lock().expect("unpoisoned").insert(path.into(), route);
    }

    /// All requests so far.
    pub fn log(&self) -> Vec<Asked> {
        self.state.log.lock().expect("unpoisoned").clone()
    }

    /// The next answers with files break off after so many bytes.
    pub fn cut_next(&self, after: &[usize]) {
        self.state.cuts.store(0, Ordering::SeqCst);
        self.behave(|behaviour| behaviour.cut = after.to_vec());
    }

    pub fn clear_log(&self) {
        self.state.log.lock().expect("unpoisoned").clear();
    }

    /// How many requests there were for paths with that in them.
    pub fn count(&self, part: &str) -> usize {
        self.log().iter().filter(|asked| asked.path.contains(part)).count()
    }

    pub fn connections(&self) -> usize {
        self.state.connections.load(Ordering::SeqCst)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.state.stop.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

/// Status, headers, body, and after how many bytes it breaks off.
struct Reply {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    cut: Option<usize>,
}

impl Reply {
    fn new(status: u16, body: &[u8]) -> Self {
        Self { status, headers: Vec::new(), body: body.to_vec(), cut: None }
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }
}

impl State {
    fn serve(&self, stream: &TcpStream) {
        let mut reader = BufReader::new(stream);
        while let Some(mut asked) = read_request(&mut reader) {
            if self.stop.load(Ordering::SeqCst) {
                return;
            }
            let behaviour = self.behaviour.lock().expect("unpoisoned").clone();
            std::thread::sleep(behaviour.delay);
            let reply = self.answer(&asked, &behaviour);
            asked.status = reply.status;
            self.log.lock().expect("unpoisoned").push(asked);
            if write_reply(stream, &reply).is_err() || reply.cut.is_some() {
                let _ = stream.shutdown(std::net::Shutdown::Both);
                return;
            }
        }
    }

    fn answer(&self, asked: &Asked, behaviour: &Behaviour) -> Reply {
        if self.failed.load(Ordering::SeqCst) < behaviour.fail.0 {
            self.failed.fetch_add(1, Ordering::SeqCst);
            let reply = Reply::new(behaviour.fail.1, b"not now");
            return match &behaviour.retry_after {
                Some(after) => reply.with("Retry-After", after),
                None => reply,
            };
        }
        if let Some((user, password)) = &behaviour.auth {
            let wanted = base64::engine::general_purpose::STANDARD.encode(format!("{user}:{password}"));
            if asked.header("authorization") != Some(&format!("Basic {wanted}")) {
                return Reply::new(401, b"who are you?").with("WWW-Authenticate", "Basic realm=\"test\"");
            }
        }
        if let Some(route) = self.routes.lock().expect("unpoisoned").get(&asked.path) {
            let reply = Reply::new(route.status, &route.body);
            return route.headers.iter().fold(reply, |reply, (name, value)| reply.with(name, value));
        }
        let files = self.files.lock().expect("unpoisoned").clone();
        if let Some(name) = asked.path.strip_prefix("/simple/") {
            return self.page(name.trim_end_matches('/'), &files, asked, behaviour);
        }
        if asked.path == "/links/" {
            let body = self.html(&files.iter().collect::<Vec<_>>(), behaviour);
            return Reply::new(200, body.as_bytes()).with("Content-Type", "text/html");
        }
        let Some(name) = asked.path.strip_prefix("/files/") else { return Reply::new(404, b"") };
        if let Some(file) = files.iter().find(|file| file.filename == name) {
            return self.file(file, asked, behaviour);
        }
        let of_metadata = name.strip_suffix(".metadata").filter(|_| behaviour.metadata);
        match of_metadata.and_then(|name| files.iter().find(|file| file.filename == name)) {
            Some(file) => Reply::new(200, &metadata_of(file)),
            None => Reply::new(404, b""),
        }
    }

    fn page(&self, name: &str, files: &[Offered], asked: &Asked, behaviour: &Behaviour) -> Reply {
        let files: Vec<&Offered> = files.iter().filter(|file| file.package == name).collect();
        if files.is_empty() {
            return Reply::new(404, b"");
        }
        let json = behaviour.json && asked.header("accept").unwrap_or("").contains("simple.v1+json");
        let (kind, body) = if json {
            ("application/vnd.pypi.simple.v1+json", self.json(name, &files, behaviour))
        } else {
            ("text/html; charset=utf-8", self.html(&files, behaviour))
        };
        let mut reply = Reply::new(200, body.as_bytes()).with("Content-Type", kind);
        let tag = format!("\"{}\"", &sha256(body.as_bytes())[..16]);
        let date = "Wed, 21 Oct 2015 07:28:00 GMT";
        if behaviour.etag {
            reply = reply.with("ETag", &tag);
        }
        if behaviour.last_modified {
            reply = reply.with("Last-Modified", date);
        }
        if let Some(control) = &behaviour.cache_control {
            reply = reply.with("Cache-Control", control);
        }
        let same = behaviour.etag && asked.header("if-none-match") == Some(&tag);
        let as_old = behaviour.last_modified && asked.header("if-modified-since") == Some(date);
        if same || (!behaviour.etag && as_old) {
            reply.status = 304;
            reply.body.clear();
        } else if behaviour.gzip && asked.header("accept-encoding").unwrap_or("").contains("gzip") {
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
            encoder.write_all(&reply.body).expect("room in memory");
            reply.body = encoder.finish().expect("room in memory");
            reply = reply.with("Content-Encoding", "gzip");
        }
        reply
    }

    fn url_of(&self, file: &Offered, behaviour: &Behaviour) -> String {
        format!("{}/files/{}", behaviour.files_at.as_ref().unwrap_or(&self.base), file.filename)
    }

    fn json(&self, name: &str, files: &[&Offered], behaviour: &Behaviour) -> String {
        let file = |file: &&Offered| {
            let mut object = serde_json::json!({
                "filename": file.filename,
                "url": self.url_of(file, behaviour),
                "hashes": { "sha256": told_hash(&file.bytes, behaviour.lies) },
            });
            let fields = object.as_object_mut().expect("an object");
            let mut put = |key: &str, value: serde_json::Value| fields.insert(key.into(), value);
            if behaviour.sizes {
                put("size", file.bytes.len().into());
            }
            if let Some(requires) = &file.requires_python {
                put("requires-python", requires.as_str().into());
            }
            if let Some(reason) = &file.yanked {
                put("yanked", reason.as_str().into());
            }
            if let Some(time) = &file.upload_time {
                put("upload-time", time.as_str().into());
            }
            if behaviour.metadata {
                let hash = told_hash(&metadata_of(file), behaviour.metadata_lies);
                put("core-metadata", serde_json::json!({ "sha256": hash }));
            }
            object
        };
        let files: Vec<_> = files.iter().map(file).collect();
        let meta = serde_json::json!({ "api-version": behaviour.api_version });
        serde_json::json!({ "meta": meta, "name": name, "files": files }).to_string()
    }

    fn html(&self, files: &[&Offered], behaviour: &Behaviour) -> String {
        let escape = |text: &str| {
            text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
        };
        let mut page = format!(
            "<!DOCTYPE html><html><head><meta name=\"pypi:repository-version\" content=\"{}\"></head><body>\n",
            behaviour.api_version
        );
        for file in files {
            let hash = told_hash(&file.bytes, behaviour.lies);
            let url = self.url_of(file, behaviour);
            page += &format!("<a href=\"{url}#sha256={hash}\"");
            if let Some(requires) = &file.requires_python {
                page += &format!(" data-requires-python=\"{}\"", escape(requires));
            }
            if let Some(reason) = &file.yanked {
                page += &format!(" data-yanked=\"{}\"", escape(reason));
            }
            if behaviour.metadata {
                let hash = told_hash(&metadata_of(file), behaviour.metadata_lies);
                page += &format!(" data-core-metadata=\"sha256={hash}\"");
            }
            page += &format!(">{}</a><br>\n", file.filename);
        }
        page + "</body></html>\n"
    }

    fn file(&self, file: &Offered, asked: &Asked, behaviour: &Behaviour) -> Reply {
        let total = file.bytes.len();
        let tag = format!("\"{}\"", &sha256(&file.bytes)[..16]);
        let stale = asked.header("if-range").is_some_and(|known| known != tag);
        if behaviour.etag && asked.header("if-none-match") == Some(&tag) {
            return Reply::new(304, b"").with("ETag", &tag);
        }
        let range = asked.header("range").filter(|_| behaviour.ranges != Ranges::Ignored && !stale);
        let mut reply = match range {
            None => Reply::new(200, &file.bytes),
            Some(_) if behaviour.ranges == Ranges::Refused => Reply::new(416, b""),
            Some(range) => match parse_range(range, total) {
                Some((start, end)) => Reply::new(206, &file.bytes[start..end])
                    .with("Content-Range", &format!("bytes {start}-{}/{total}", end - 1)),
                None => Reply::new(416, b"").with("Content-Range", &format!("bytes */{total}")),
            },
        };
        let at = self.cuts.fetch_add(1, Ordering::SeqCst);
        reply.cut = behaviour.cut.get(at).copied();
        if behaviour.etag { reply.with("ETag", &tag) } else { reply }
    }
}

/// The METADATA of a wheel.
pub fn metadata_of(file: &Offered) -> Vec<u8> {
    let Ok(mut archive) = zip::ZipArchive::new(std::io::Cursor::new(&file.bytes)) else { return Vec::new() };
    let mut names = archive.file_names().flatten().map(String::from);
    let name = names.find(|name| name.ends_with(".dist-info/METADATA"));
    drop(names);
    let mut text = Vec::new();
    if let Some(mut entry) = name.and_then(|name| archive.by_name(&name).ok()) {
        let _ = entry.read_to_end(&mut text);
    }
    text
}

fn told_hash(bytes: &[u8], lies: bool) -> String {
    if lies { sha256(b"something else") } else { sha256(bytes) }
}

fn parse_range(text: &str, total: usize) -> Option<(usize, usize)> {
    let (first, last) = text.strip_prefix("bytes=")?.split_once('-')?;
    let (start, end) = match (first.parse::<usize>(), last.parse::<usize>()) {
        (Ok(first), Ok(last)) => (first, (last + 1).min(total)),
        (Ok(first), Err(_)) => (first, total),
        (Err(_), Ok(count)) => (total.saturating_sub(count), total),
        _ => return None,
    };
    (start < end).then_some((start, end))
}

fn read_request(reader: &mut impl BufRead) -> Option<Asked> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|count| *count > 0)?;
    let mut words = line.split_whitespace();
    let target = (words.next()? == "GET").then(|| words.next())??;
    // What comes through a proxy may name the whole URL.
    let path = match target.strip_prefix("http://") {
        Some(rest) => rest.find('/').map_or("/", |at| &rest[at..]).to_string(),
        None => target.to_string(),
    };
    let mut headers = HashMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|count| *count > 0)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_string());
    }
    Some(Asked { path, headers, status: 0 })
}

fn write_reply(mut stream: &TcpStream, reply: &Reply) -> std::io::Result<()> {
    let mut head = format!("HTTP/1.1 {} Reason\r\nContent-Length: {}\r\n", reply.status, reply.body.len());
    if reply.status == 304 {
        head = String::from("HTTP/1.1 304 Not Modified\r\n");
    }
    for (name, value) in &reply.headers {
        head += &format!("{name}: {value}\r\n");
    }
    let end = reply.cut.map_or(reply.body.len(), |cut| cut.min(reply.body.len()));
    let mut bytes = (head + "\r\n").into_bytes();
    bytes.extend(&reply.body[..end]);
    stream.write_all(&bytes)?;
    stream.flush()
}

/// A folder of a test's own, removed when dropped.
pub struct Folder(pub std::path::PathBuf);

impl Folder {
    pub fn new(label: &str) -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let next = NEXT.fetch_add(1, Ordering::SeqCst);
        let path = std::env::temp_dir().join(format!("dx-{label}-{}-{next}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).expect("a temporary folder");
        Self(path)
    }

    pub fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
