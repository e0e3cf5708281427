//! How the client reaches servers: retries, logins, redirects, proxies, certificates; and what it never shows.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use dx::pkg::index::Index;
use dx::pkg::index::client::{Client, ClientError, ClientOptions};
use dx::pkg::index::config::Variables;
use dx::pkg::index::proxy::Proxies;
use dx::pkg::index::tls::TrustOptions;
use dx::pkg::index::url::redacted;
use url::Url;

use super::index::{name, options};
use super::loopback::{Behaviour, Folder, Offered, Server};

fn quick() -> ClientOptions {
    ClientOptions {
        backoff: Duration::from_millis(1),
        timeout: Duration::from_secs(5),
        ..ClientOptions::default()
    }
}

fn get(options: ClientOptions, url: &str) -> Result<(u16, Vec<u8>), ClientError> {
    let url = Url::parse(url).expect("a URL");
    Client::new(options).fetch(&url, &[], 1 << 20).map(|(head, body)| (head.status, body))
}

fn offered() -> Vec<Offered> {
    vec![Offered::wheel("a", "1.0", 1)]
}

#[test]
fn transient_failures_are_retried_and_others_not() {
    for (status, asked) in [(429, 3), (500, 3), (502, 3), (503, 3), (400, 1), (404, 1), (410, 1)] {
        let server = Server::start(Behaviour { fail: (2, status), ..Behaviour::default() }, offered());
        let (found, _) = get(quick(), &server.at("/simple/a/")).expect("an answer");
        assert_eq!((server.log().len(), found), (asked, if asked == 3 { 200 } else { status }), "{status}");
    }
}

#[test]
fn retries_end_and_say_what_was_answered() {
    let server = Server::start(Behaviour { fail: (99, 503), ..Behaviour::default() }, offered());
    let error =
        get(ClientOptions { retries: 2, ..quick() }, &server.at("/simple/a/")).expect_err("no answer");
    assert_eq!(server.log().len(), 3);
    assert!(
        error.to_string().contains("503 Service Unavailable") && error.to_string().contains("/simple/a/"),
        "{error}"
    );
}

#[test]
fn the_server_says_how_long_to_wait() {
    let behaviour =
        Behaviour { fail: (1, 429), retry_after: Some(String::from("1")), ..Behaviour::default() };
    let server = Server::start(behaviour, offered());
    let began = Instant::now();
    get(quick(), &server.at("/simple/a/")).expect("an answer");
    assert!(began.elapsed() >= Duration::from_secs(1));
    let past = Some(String::from("Wed, 21 Oct 2015 07:28:00 GMT"));
    let server =
        Server::start(Behaviour { fail: (1, 429), retry_after: past, ..Behaviour::default() }, offered());
    get(ClientOptions { backoff: Duration::from_secs(600), ..quick() }, &server.at("/simple/a/"))
        .expect("at once");
}

#[test]
fn pauses_grow() {
    let server = Server::start(Behaviour { fail: (3, 500), ..Behaviour::default() }, offered());
    let began = Instant::now();
    get(ClientOptions { backoff: Duration::from_millis(40), ..quick() }, &server.at("/simple/a/"))
        .expect("an answer");
    assert!(began.elapsed() >= Duration::from_millis(40 + 80 + 160));
}

#[test]
fn a_broken_answer_is_asked_for_again() {
    let file = Offered::wheel("a", "1.0", 5000);
    let server = Server::start(Behaviour { cut: vec![100], ..Behaviour::default() }, vec![file.clone()]);
    let (_, body) = get(quick(), &server.at("/files/a-1.0-py3-none-any.whl")).expect("an answer");
    assert!(body == file.bytes);
    assert_eq!(server.log().len(), 2);
}

#[test]
fn a_silent_server_is_given_up() {
    let server =
        Server::start(Behaviour { delay: Duration::from_secs(3), ..Behaviour::default() }, offered());
    let began = Instant::now();
    let options = ClientOptions { timeout: Duration::from_millis(100), retries: 1, ..quick() };
    let error = get(options, &server.at("/simple/a/")).expect_err("no answer");
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    assert!(
        error.to_string().contains("in time") && error.hint().expect("a hint").contains("--timeout"),
        "{error}"
    );
}

#[test]
fn nobody_there_is_said() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let port = listener.local_addr().expect("an address").port();
    drop(listener);
    let error = get(ClientOptions { retries: 1, ..quick() }, &format!("http://u:hidden@127.0.0.1:{port}/x"))
        .expect_err("nobody");
    let text = format!("{error} {error:?}");
    assert!(text.contains(&format!("127.0.0.1:{port}/x")) && !text.contains("hidden"), "{text}");
    assert!(std::error::Error::source(&error).is_some() && error.hint().is_some());
    for bad in ["ftp://example.org/x", "mailto:x@example.org"] {
        assert!(matches!(get(quick(), bad), Err(ClientError::Url { .. })), "{bad}");
    }
}

#[test]
fn answers_have_a_limit() {
    let server = Server::start(Behaviour::default(), Vec::new());
    server.route("/long", 200, &[], &[b'x'; 1000]);
    let url = Url::parse(&server.at("/long")).expect("a URL");
    assert!(Client::new(quick()).fetch(&url, &[], 1000).is_ok());
    assert!(matches!(
        Client::new(quick()).fetch(&url, &[], 999),
        Err(ClientError::TooLong { limit: 999, .. })
    ));
}

#[test]
fn redirects_are_followed_but_not_for_ever() {
    let server = Server::start(Behaviour::default(), offered());
    for (status, path) in [(301, "/1"), (302, "/2"), (303, "/3"), (307, "/4"), (308, "/5")] {
        server.route(path, status, &[("Location", "/simple/a/")], b"");
        assert_eq!(get(quick(), &server.at(path)).expect("an answer").0, 200, "{status}");
    }
    server.route("/round", 302, &[("Location", "/round")], b"");
    let error = get(quick(), &server.at("/round")).expect_err("a circle");
    assert!(matches!(error, ClientError::TooManyRedirects { .. }), "{error}");
    server.route("/out", 302, &[("Location", "file:///etc/passwd")], b"");
    assert!(matches!(get(quick(), &server.at("/out")), Err(ClientError::Url { .. })));
    // Links of a page are relative to where it came from in the end.
    server.route("/simple/moved/", 302, &[("Location", "/elsewhere/b/")], b"");
    server.route("/elsewhere/b/", 200, &[("Content-Type", "text/html")], b"<a href='b-1.zip'>b</a>");
    let folder = Folder::new("moved");
    let index = Index::new(options(&server, &folder)).expect("an index");
    let page = index.page(&name("moved")).expect("a page");
    assert_eq!(page.file(0).expect("a file").url(), server.at("/elsewhere/b/b-1.zip"));
}

fn locked() -> Behaviour {
    Behaviour { auth: Some((String::from("us er"), String::from("p@ss:/%"))), ..Behaviour::default() }
}

#[test]
fn a_login_in_the_url_is_decoded_sent_and_not_shown() {
    let server = Server::start(locked(), offered());
    let with_login = server.url().replace("http://", "http://us%20er:p%40ss%3A%2F%25@");
    let folder = Folder::new("login");
    let mut chosen = options(&server, &folder);
    chosen.index_url = Some(with_login);
    let index = Index::new(chosen).expect("an index");
    let page = index.page(&name("a")).expect("a page");
    let file = page.file(0).expect("a file");
    assert!(!file.url().contains('@'));
    index.metadata(&file).expect("files of the same host get the login too");
    let error = index.page(&name("b")).expect_err("none").to_string();
    assert!(error.contains("****@127.0.0.1") && !error.contains("p%40ss"), "{error}");
    assert!(index.index_names()[0].contains("****"));
    // Without the login there is a hint.
    let folder = Folder::new("login");
    let error = Index::new(options(&server, &folder)).expect("an index").page(&name("a")).expect_err("401");
    assert!(
        error.to_string().contains("401") && error.hint().expect("a hint").contains("USER:PASSWORD"),
        "{error}"
    );
}

#[test]
fn credentials_stay_with_their_host() {
    let other = Server::start(Behaviour::default(), offered());
    let server = Server::start(locked(), offered());
    server.route("/simple/a/", 302, &[("Location", &other.at("/simple/a/"))], b"");
    // 127.0.0.1 and localhost are two hosts; so are two ports.
    let login = server.at("/simple/a/").replace("http://", "http://us%20er:p%40ss%3A%2F%25@");
    assert_eq!(get(quick(), &login).expect("an answer").0, 200);
    assert!(server.log()[0].header("authorization").is_some());
    assert!(other.log()[0].header("authorization").is_none());
    let client = Client::new(quick());
    client.remember_login(&Url::parse(&login).expect("a URL"));
    client.fetch(&Url::parse(&other.at("/simple/a/")).expect("a URL"), &[], 1 << 20).expect("an answer");
    assert!(other.log().iter().all(|asked| asked.header("authorization").is_none()));
}

#[test]
fn netrc_gives_logins_by_host() {
    let server = Server::start(locked(), offered());
    let folder = Folder::new("netrc");
    let write = |text: &str| std::fs::write(folder.path("netrc"), text).expect("a file");
    let with = |key: &str, path: PathBuf| {
        let variables = Variables::from_iter([(key, path.display().to_string())]);
        get(ClientOptions { variables, ..quick() }, &server.at("/simple/a/")).expect("an answer").0
    };
    write(
        "# a comment\nmachine example.org login x password y\nmachine 127.0.0.1\n login \"us er\"\n password p@ss:/%\n",
    );
    assert_eq!(with("NETRC", folder.path("netrc")), 200);
    write("macdef init\nmachine 127.0.0.1 login no password no\n\ndefault login \"us er\" password p@ss:/%");
    assert_eq!(with("NETRC", folder.path("netrc")), 200);
    std::fs::rename(folder.path("netrc"), folder.path(".netrc")).expect("renamed");
    assert_eq!(with("HOME", folder.0.clone()), 200);
    std::fs::write(folder.path(".netrc"), "machine example.org login a password b machine").expect("a file");
    assert_eq!(with("HOME", folder.0.clone()), 401);
}

#[test]
fn urls_are_shown_without_secrets() {
    let cases = [
        ("https://u:p@example.org/a@b?c#d", "https://u:****@example.org/a@b?c#d"),
        ("https://token@example.org/", "https://****@example.org/"),
        ("https://u:p:q@r@example.org", "https://u:****@example.org"),
        ("git+ssh://git@example.org/x", "git+ssh://git@example.org/x"),
        ("https://example.org/a@1", "https://example.org/a@1"),
        ("/no/url@x", "/no/url@x"),
    ];
    for (url, shown) in cases {
        assert_eq!(redacted(url), shown);
    }
}

/// A proxy that passes everything on; what it was asked, first line and login.
struct Proxy {
    url: String,
    asked: Arc<Mutex<Vec<(String, Option<String>)>>>,
}

impl Proxy {
    fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let url = format!("127.0.0.1:{}", listener.local_addr().expect("an address").port());
        let asked: Arc<Mutex<Vec<_>>> = Arc::default();
        let log = asked.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let log = log.clone();
                std::thread::spawn(move || forward(stream, &log));
            }
        });
        Self { url, asked }
    }

    fn lines(&self) -> Vec<String> {
        self.asked.lock().expect("unpoisoned").iter().map(|(line, _)| line.clone()).collect()
    }
}

fn read_head(stream: &mut impl Read) -> Option<String> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).ok()?;
        head.push(byte[0]);
    }
    String::from_utf8(head).ok()
}

fn forward(mut stream: TcpStream, log: &Mutex<Vec<(String, Option<String>)>>) -> Option<()> {
    let head = read_head(&mut stream)?;
    let line = head.lines().next()?.to_string();
    let login = head.lines().find_map(|line| line.strip_prefix("Proxy-Authorization: ")).map(String::from);
    log.lock().expect("unpoisoned").push((line.clone(), login));
    let target = line.split_whitespace().nth(1)?.to_string();
    let mut upstream = if line.starts_with("CONNECT") {
        let upstream = TcpStream::connect(target).ok()?;
        stream.write_all(b"HTTP/1.1 200 fine\r\n\r\n").ok()?;
        upstream
    } else {
        let url = Url::parse(&target).ok()?;
        // The host's name means nothing: all are the loopback's.
        let mut upstream = TcpStream::connect(("127.0.0.1", url.port()?)).ok()?;
        upstream.write_all(head.replacen(&target, url.path(), 1).as_bytes()).ok()?;
        upstream
    };
    let (mut from, mut to) = (stream.try_clone().ok()?, upstream.try_clone().ok()?);
    std::thread::spawn(move || std::io::copy(&mut from, &mut to));
    std::io::copy(&mut upstream, &mut stream).ok()?;
    Some(())
}

fn variables(pairs: &[(&str, &str)]) -> Variables {
    Variables::from_iter(pairs.iter().copied())
}

#[test]
fn proxies_are_used_as_configured() {
    let server = Server::start(Behaviour::default(), offered());
    let url = server.at("/simple/a/");
    let proxy = Proxy::start();
    let full = format!("http://{}", proxy.url);
    let through = |pairs: &[(&str, &str)]| {
        let before = proxy.lines().len();
        let proxies = Proxies::new(None, &variables(pairs));
        let (status, _) = get(ClientOptions { proxies, ..quick() }, &url).expect("an answer");
        assert_eq!(status, 200, "{pairs:?}");
        proxy.lines().len() > before
    };
    assert!(!through(&[]));
    assert!(through(&[("http_proxy", &full)]));
    assert!(through(&[("HTTP_PROXY", &proxy.url)]), "without a scheme");
    assert!(through(&[("ALL_PROXY", &full)]));
    assert!(!through(&[("HTTPS_PROXY", &full)]), "not for http");
    assert!(!through(&[("HTTP_PROXY", &full), ("REQUEST_METHOD", "GET")]));
    for bypass in
        ["*", "127.0.0.1", "example.org, 127.0.0.1", "127.0.0.0/8", &format!("127.0.0.1:{}", server.port)]
    {
        assert!(!through(&[("http_proxy", &full), ("no_proxy", bypass)]), "{bypass}");
        assert!(!through(&[("http_proxy", &full), ("NO_PROXY", bypass)]), "{bypass}");
    }
    for other in ["example.org", "127.0.0.2", "10.0.0.0/8", "127.0.0.1:1", "0.0.1"] {
        assert!(through(&[("http_proxy", &full), ("no_proxy", other)]), "{other}");
    }
    assert!(proxy.lines().iter().all(|line| *line == format!("GET {url} HTTP/1.1")), "{:?}", proxy.lines());
}

#[test]
fn the_option_is_for_all_hosts_and_the_proxy_finds_them() {
    let server = Server::start(Behaviour::default(), offered());
    let proxy = Proxy::start();
    let proxies = Proxies::new(Some(&format!("us%3Aer:pw@{}", proxy.url)), &variables(&[("no_proxy", "*")]));
    let url = format!("http://nowhere.invalid:{}/simple/a/", server.port);
    let client = Client::new(ClientOptions { proxies, ..quick() });
    for _ in 0..2 {
        let (head, _) = client.fetch(&Url::parse(&url).expect("a URL"), &[], 1 << 20).expect("an answer");
        assert_eq!(head.status, 200);
    }
    let asked = proxy.asked.lock().expect("unpoisoned").clone();
    assert_eq!(asked[0], (format!("GET {url} HTTP/1.1"), Some(String::from("Basic dXM6ZXI6cHc="))));
}

#[test]
fn domains_without_a_proxy() {
    let proxies =
        |no_proxy| Proxies::new(None, &variables(&[("https_proxy", "p:1"), ("no_proxy", no_proxy)]));
    let direct = |no_proxy, url: &str| proxies(no_proxy).proxy_of(&Url::parse(url).expect("a URL")).is_none();
    for entry in ["example.org", ".example.org", "*.example.org", "EXAMPLE.org"] {
        assert!(direct(entry, "https://a.example.org/"), "{entry}");
        assert!(!direct(entry, "https://anexample.org/"), "{entry}");
    }
    assert!(
        direct("example.org:443", "https://example.org/")
            && !direct("example.org:8443", "https://example.org/")
    );
    assert!(direct("::1", "https://[::1]/") && direct("fe80::/10", "https://[fe80::1]/"));
    assert!(!direct("", "https://example.org/"));
}

fn data(name: &str) -> PathBuf {
    // The tests are also built from a package elsewhere.
    std::path::Path::new(file!())
        .parent()
        .map(|folder| {
            let folder = if folder.is_absolute() {
                folder.into()
            } else {
                std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)
            };
            folder.join("data/tls").join(name)
        })
        .expect("a folder")
}

/// A server that speaks TLS and passes requests on to a plain one.
fn tls_front(server: &Server, ask_client: bool) -> u16 {
    use rustls::pki_types::pem::PemObject;
    use rustls::pki_types::{CertificateDer, PrivateKeyDer};
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ServerConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .expect("versions");
    let builder = if ask_client {
        let mut roots = rustls::RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(data("ca.pem")).expect("a certificate")).expect("an issuer");
        let verifier = rustls::server::WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
        builder.with_client_cert_verifier(verifier.build().expect("a verifier"))
    } else {
        builder.with_no_client_auth()
    };
    let certificate = CertificateDer::from_pem_file(data("server.pem")).expect("a certificate");
    let key = PrivateKeyDer::from_pem_file(data("server.pem")).expect("a key");
    let config = Arc::new(builder.with_single_cert(vec![certificate], key).expect("a configuration"));
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let target = server.port;
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let config = config.clone();
            std::thread::spawn(move || {
                let connection = rustls::ServerConnection::new(config).ok()?;
                let mut tls = rustls::StreamOwned::new(connection, stream);
                while let Some(head) = read_head(&mut tls) {
                    let mut plain = TcpStream::connect(("127.0.0.1", target)).ok()?;
                    plain.write_all(head.as_bytes()).ok()?;
                    let answer = read_head(&mut plain)?;
                    let length = answer.lines().find_map(|line| line.strip_prefix("Content-Length: "))?;
                    let mut body = vec![0; length.parse().ok()?];
                    plain.read_exact(&mut body).ok()?;
                    tls.write_all(answer.as_bytes()).ok()?;
                    tls.write_all(&body).ok()?;
                    tls.flush().ok()?;
                }
                Some(())
            });
        }
    });
    port
}

fn trusting(cert: Option<PathBuf>) -> ClientOptions {
    ClientOptions { trust: TrustOptions { cert, ..TrustOptions::default() }, retries: 0, ..quick() }
}

#[test]
fn certificates_are_checked_against_those_named() {
    let server = Server::start(Behaviour::default(), offered());
    let port = tls_front(&server, false);
    for host in ["localhost", "127.0.0.1"] {
        let url = format!("https://{host}:{port}/simple/a/");
        assert_eq!(get(trusting(Some(data("ca.pem"))), &url).expect("an answer").0, 200);
        // The system's certificates do not vouch for it. A machine without any says that instead.
        let error = get(trusting(None), &url).expect_err("nobody vouches");
        assert!(
            matches!(error, ClientError::Connection { .. })
                && error.hint().expect("a hint").contains("--cert"),
            "{error}"
        );
        for entry in [host.to_string(), format!("{host}:{port}")] {
            let options = ClientOptions { trusted_hosts: vec![entry], ..trusting(None) };
            assert_eq!(get(options, &url).expect("a trusted host").0, 200);
        }
        let options = ClientOptions {
            trusted_hosts: vec![String::from("example.org"), format!("{host}:1")],
            ..trusting(None)
        };
        assert!(get(options, &url).is_err(), "trust is for the hosts named alone");
    }
    let asked = server.log().len();
    assert_eq!(asked, 6, "a server that is not believed hears nothing");
}

#[test]
fn files_and_folders_of_certificates() {
    let server = Server::start(Behaviour::default(), offered());
    let port = tls_front(&server, false);
    let url = format!("https://localhost:{port}/simple/a/");
    let folder = Folder::new("certs");
    std::fs::create_dir(folder.path("certs")).expect("a folder");
    std::fs::copy(data("ca.pem"), folder.path("certs/issuer.pem")).expect("copied");
    std::fs::create_dir(folder.path("empty")).expect("a folder");
    let text = |path: PathBuf| path.display().to_string();
    let ask = |cert: Option<&str>, pairs: &[(&str, String)]| {
        let variables = Variables::from_iter(pairs.iter().cloned());
        let trust = TrustOptions::new(cert, None, &variables);
        get(ClientOptions { trust, retries: 0, ..quick() }, &url)
    };
    let (file, certs) = (text(data("ca.pem")), text(folder.path("certs")));
    assert!(ask(Some(&file), &[]).is_ok());
    assert!(ask(Some(&certs), &[]).is_ok(), "--cert with a folder");
    assert!(ask(None, &[("SSL_CERT_FILE", file.clone())]).is_ok());
    assert!(ask(None, &[("SSL_CERT_DIR", certs.clone())]).is_ok());
    // Another file's certificates do not do, those of the folder beside it do.
    let other = text(data("client.pem"));
    assert!(ask(None, &[("SSL_CERT_FILE", other.clone())]).is_err());
    assert!(ask(None, &[("SSL_CERT_FILE", other), ("SSL_CERT_DIR", certs)]).is_ok());
    let error = ask(Some("/nowhere.pem"), &[]).expect_err("no file");
    let cause = std::error::Error::source(&error).expect("a cause").to_string();
    assert!(cause.contains("/nowhere.pem") && error.hint().expect("a hint").contains("PEM"), "{cause}");
    assert!(ask(Some(&text(folder.path("empty"))), &[]).is_err());
}

#[test]
fn client_certificates_are_shown() {
    let server = Server::start(Behaviour::default(), offered());
    let port = tls_front(&server, true);
    let url = format!("https://localhost:{port}/simple/a/");
    let with = |client_cert| {
        let trust = TrustOptions { cert: Some(data("ca.pem")), client_cert, ..TrustOptions::default() };
        get(ClientOptions { trust, retries: 0, ..quick() }, &url)
    };
    assert_eq!(with(Some(data("client.pem"))).expect("an answer").0, 200);
    assert!(with(None).is_err());
    let error = with(Some(data("ca.pem"))).expect_err("it has no key");
    assert!(error.hint().expect("a hint").contains("--client-cert"), "{error}");
}

#[test]
fn tunnels_are_dug_for_tls() {
    let server = Server::start(Behaviour::default(), offered());
    let port = tls_front(&server, false);
    let proxy = Proxy::start();
    let proxies = Proxies::new(None, &variables(&[("HTTPS_PROXY", &format!("http://a:b@{}", proxy.url))]));
    let options = ClientOptions { proxies, ..trusting(Some(data("ca.pem"))) };
    assert_eq!(get(options, &format!("https://localhost:{port}/simple/a/")).expect("an answer").0, 200);
    let asked = proxy.asked.lock().expect("unpoisoned").clone();
    assert_eq!(asked, [(format!("CONNECT localhost:{port} HTTP/1.1"), Some(String::from("Basic YTpi")))]);
    let proxies = Proxies::new(Some("http://pr oxy:x"), &Variables::default());
    let error = get(ClientOptions { proxies, ..quick() }, "https://localhost:1/").expect_err("no proxy");
    assert!(matches!(error, ClientError::Proxy { .. }) && error.hint().is_some(), "{error}");
}

#[test]
fn fifty_connections_at_once() {
    let slow = Behaviour { delay: Duration::from_millis(100), ..Behaviour::default() };
    let files = (0..50).map(|number| Offered::wheel(&format!("p{number}"), "1", 1)).collect();
    let server = Server::start(slow, files);
    let folder = Folder::new("fifty");
    let index = Index::new(options(&server, &folder)).expect("an index");
    let began = Instant::now();
    for _ in 0..2 {
        std::thread::scope(|scope| {
            for number in 0..50 {
                let index = &index;
                scope.spawn(move || match number % 2 {
                    0 => drop(index.page(&name(&format!("p{number}"))).expect("a page")),
                    _ => drop(
                        index
                            .client()
                            .fetch(&Url::parse(&server_url(index, number)).expect("a URL"), &[], 1 << 20)
                            .expect("an answer"),
                    ),
                });
            }
        });
    }
    // One after the other they would take 7.5 seconds; the second round finds the connections open.
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    assert!(server.connections() <= 50, "{}", server.connections());
}

fn server_url(index: &Index, number: usize) -> String {
    format!("{}p{number}/", index.index_names()[0])
}
