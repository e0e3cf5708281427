//! The HTTP client: connections kept and shared by all threads, proxies, certificates, logins, redirects and retries.
//!
//! The model: [`Client::send`] makes one GET, following redirects itself so that each hop gets its own proxy, trust and login;
//! an answer that promises to get better (429, 5xx, a broken connection) is asked for again with growing pauses. What the
//! answer means is the caller's to judge: every other status comes back as a [`Response`].
//!
//! Invariants: 1. a login goes to the host that it was given for and to no other (`credentials_stay_with_their_host`);
//! 2. nothing is sent when offline (`offline_asks_nobody`); 3. nothing of TLS is read before a connection is made.

use std::collections::HashMap;
use std::fmt;
use std::io::Read;
use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use base64::Engine;
use ureq::http::{self, HeaderMap};
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{
    ConnectProxyConnector, Connector, NextTimeout, SocksConnector, TcpConnector,
};
use url::Url;

use super::config::Variables;
use super::forward::{ForwardConnector, ProxyResolver};
use super::netrc::Netrc;
use super::proxy::Proxies;
use super::time;
use super::tls::{TlsConnector, Trust, TrustError, TrustOptions};
use super::url::{Credentials, bare, credentials_of, redacted, same_origin};

/// Connections kept open, for one host and for all.
const MAX_IDLE: usize = 64;

const MAX_REDIRECTS: usize = 10;

/// The longest that a server can make us wait by `Retry-After`.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(60);

/// How the client reaches servers.
#[derive(Clone, Debug)]
pub struct ClientOptions {
    pub trust: TrustOptions,
    pub proxies: Proxies,
    /// Hosts (`HOST` or `HOST:PORT`) whose certificates are not checked, and that may be asked without TLS.
    pub trusted_hosts: Vec<String>,
    /// For connecting, and for each wait for bytes.
    pub timeout: Duration,
    /// How often a failed request is made again.
    pub retries: u32,
    /// The first pause between two tries; each further one is twice as long.
    pub backoff: Duration,
    /// No request at all.
    pub offline: bool,
    /// For `.netrc`.
    pub variables: Variables,
}

impl Default for ClientOptions {
    fn default() -> Self {
        Self {
            trust: TrustOptions::default(),
            proxies: Proxies::default(),
            trusted_hosts: Vec::new(),
            timeout: Duration::from_secs(15),
            retries: 5,
            backoff: Duration::from_millis(250),
            offline: false,
            variables: Variables::default(),
        }
    }
}

#[derive(Debug)]
pub enum ClientError {
    /// A request would be needed, and none may be made.
    Offline {
        url: String,
    },
    /// Not a URL that can be asked.
    Url {
        url: String,
        what: String,
    },
    /// No answer.
    Connection {
        url: String,
        source: Box<ureq::Error>,
    },
    /// The answer broke off.
    Body {
        url: String,
        source: std::io::Error,
    },
    /// The answer is longer than such an answer can be.
    TooLong {
        url: String,
        limit: u64,
    },
    Status {
        url: String,
        status: u16,
    },
    TooManyRedirects {
        url: String,
    },
    Proxy {
        proxy: String,
    },
}

impl fmt::Display for ClientError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Offline { url } => write!(out, "{url} is not in the cache, and dx is offline"),
            Self::Url { url, what } => write!(out, "{url:?} is not a URL to fetch: {what}"),
            Self::Connection { url, source } => match &**source {
                ureq::Error::Timeout(_) => write!(out, "no answer in time from {url}"),
                ureq::Error::HostNotFound => write!(out, "the host of {url} is not known"),
                _ => write!(out, "cannot fetch {url}"),
            },
            Self::Body { url, .. } => write!(out, "the answer of {url} broke off"),
            Self::TooLong { url, limit } => write!(out, "the answer of {url} has more than {limit} bytes"),
            Self::Status { url, status } => {
                let reason =
                    http::StatusCode::from_u16(*status).ok().and_then(|code| code.canonical_reason());
                write!(out, "{url} answered {status} {}", reason.unwrap_or("")).map(|()| ())
            }
            Self::TooManyRedirects { url } => write!(out, "{url} redirects more than {MAX_REDIRECTS} times"),
            Self::Proxy { proxy } => write!(out, "{proxy:?} is not the URL of a proxy"),
        }
    }
}

impl std::error::Error for ClientError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Connection { source, .. } => match &**source {
                ureq::Error::Other(inner) => Some(inner.as_ref()),
                ureq::Error::Io(inner) => Some(inner),
                ureq::Error::Rustls(inner) => Some(inner),
                other => Some(other),
            },
            Self::Body { source, .. } => Some(source),
            _ => None,
        }
    }
}

impl ClientError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        let text = match self {
            Self::Offline { .. } => "run once without --offline",
            Self::Status { status: 401 | 403, .. } => {
                "give a login: in the URL (https://USER:PASSWORD@HOST/…), or in ~/.netrc"
            }
            Self::Status { status: 407, .. } => "give the proxy's login: http://USER:PASSWORD@HOST:PORT",
            Self::Connection { source, .. } => match &**source {
                ureq::Error::Timeout(_) => {
                    "the network may be slow: give it more time with --timeout SECONDS"
                }
                ureq::Error::HostNotFound => "check the host's name, and the network",
                ureq::Error::Rustls(rustls::Error::InvalidCertificate(_)) => {
                    "name the certificate's issuer with --cert FILE, or pass --trusted-host HOST to believe that host"
                }
                ureq::Error::Other(inner) => return inner.downcast_ref::<TrustError>()?.hint(),
                ureq::Error::ConnectProxyFailed(_) => "check HTTP_PROXY, HTTPS_PROXY, NO_PROXY and --proxy",
                _ => "check the network, and HTTPS_PROXY if there is a proxy",
            },
            Self::Body { .. } => "try again: what has arrived of a file is kept",
            Self::Proxy { .. } => "a proxy is named like http://HOST:PORT",
            _ => return None,
        };
        Some(text.into())
    }

    /// Whether asking again may help.
    fn is_transient(&self) -> bool {
        match self {
            Self::Body { .. } => true,
            Self::Status { status, .. } => is_transient(*status),
            Self::Connection { source, .. } => matches!(
                **source,
                ureq::Error::Io(_)
                    | ureq::Error::Timeout(_)
                    | ureq::Error::HostNotFound
                    | ureq::Error::ConnectionFailed
                    | ureq::Error::Protocol(_)
                    | ureq::Error::BodyStalled
            ),
            _ => false,
        }
    }
}

/// An answer: its status and headers; the body waits to be read.
pub struct Response {
    pub status: u16,
    /// Where the answer came from, after redirects, without a login.
    pub url: Url,
    headers: HeaderMap,
    body: ureq::Body,
}

impl Response {
    /// A header's text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// How long the body is, if the server says so.
    pub fn length(&self) -> Option<u64> {
        self.header("content-length")?.trim().parse().ok()
    }

    /// The first byte and the full length that `Content-Range` names.
    pub fn content_range(&self) -> Option<(u64, Option<u64>)> {
        let range = self.header("content-range")?.trim().strip_prefix("bytes")?.trim();
        let (part, total) = range.split_once('/')?;
        let (first, _) = part.split_once('-')?;
        Some((first.trim().parse().ok()?, total.trim().parse().ok()))
    }

    /// The body as a stream.
    pub fn into_reader(self) -> impl Read {
        self.body.into_with_config().limit(u64::MAX).reader()
    }

    /// The body in memory.
    ///
    /// # Errors
    /// A body that breaks off, or is longer than `limit`.
    pub fn into_bytes(self, url: &Url, limit: u64) -> Result<(Head, Vec<u8>), ClientError> {
        let mut bytes = Vec::with_capacity(self.length().unwrap_or(16_384).min(1 << 22) as usize);
        let head = Head { status: self.status, url: self.url.clone(), headers: self.headers.clone() };
        let reader = self.into_reader();
        reader
            .take(limit.saturating_add(1))
            .read_to_end(&mut bytes)
            .map_err(|source| ClientError::Body { url: redacted(url.as_str()), source })?;
        if bytes.len() as u64 > limit {
            return Err(ClientError::TooLong { url: redacted(url.as_str()), limit });
        }
        Ok((head, bytes))
    }
}

/// Status and headers of an answer that was read.
pub struct Head {
    pub status: u16,
    pub url: Url,
    headers: HeaderMap,
}

impl Head {
    /// A header's text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

#[derive(PartialEq, Eq)]
struct AgentKind {
    verify: bool,
    proxy: Option<String>,
    tls: bool,
}

/// The client; share it between threads by reference.
pub struct Client {
    options: ClientOptions,
    trust: Arc<Trust>,
    /// One agent for each way to reach servers: checked or not, and through which proxy.
    agents: Mutex<Vec<(AgentKind, ureq::Agent)>>,
    /// Logins of configured URLs, for other URLs of the same host.
    logins: Mutex<Vec<(Url, Credentials)>>,
    netrc: OnceLock<Netrc>,
    resolver: CachingResolver,
    requests: AtomicU64,
}

impl Client {
    pub fn new(options: ClientOptions) -> Self {
        Self {
            trust: Trust::new(options.trust.clone()),
            options,
            agents: Mutex::default(),
            logins: Mutex::default(),
            netrc: OnceLock::new(),
            resolver: CachingResolver::default(),
            requests: AtomicU64::new(0),
        }
    }

    /// How many requests were sent so far, redirects and retries included.
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Whether requests may be made.
    pub fn is_offline(&self) -> bool {
        self.options.offline
    }

    /// Keeps the login of a configured URL for all URLs of its host.
    pub fn remember_login(&self, url: &Url) {
        if let Some(credentials) = credentials_of(url) {
            let mut logins = self.logins.lock().unwrap_or_else(PoisonError::into_inner);
            logins.push((bare(url), credentials));
        }
    }

    /// Whether pip would ask the URL at all: over TLS, on this machine, or on a host named by `--trusted-host`.
    pub fn is_secure(&self, url: &Url) -> bool {
        let local = match url.host() {
            Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(url::Host::Ipv4(address)) => address.is_loopback(),
            Some(url::Host::Ipv6(address)) => address.is_loopback(),
            None => true,
        };
        url.scheme() != "http" || local || self.is_trusted(url)
    }

    fn is_trusted(&self, url: &Url) -> bool {
        let Some(host) = url.host_str() else { return false };
        let port = url.port_or_known_default();
        self.options.trusted_hosts.iter().any(|entry| {
            let with_port = entry.rsplit_once(':').and_then(|(name, port)| Some((name, port.parse().ok()?)));
            match with_port {
                Some((name, entry_port)) => {
                    host.eq_ignore_ascii_case(name) && port == Some::<u16>(entry_port)
                }
                None => host.eq_ignore_ascii_case(entry),
            }
        })
    }

    /// A GET, with retries.
    ///
    /// # Arguments
    /// `headers` beside those that every request has; a `range` is not compressed.
    ///
    /// # Errors
    /// No answer, or none that gets better; [`ClientError::Offline`]. Any status that is not worth a retry is an answer.
    pub fn send(&self, url: &Url, headers: &[(&str, &str)]) -> Result<Response, ClientError> {
        self.ask(url, headers, Ok)
    }

    /// A GET whose body is read into memory; a body that breaks off is asked for again.
    ///
    /// # Errors
    /// As [`Client::send`]; also a body longer than `limit`.
    pub fn fetch(
        &self,
        url: &Url,
        headers: &[(&str, &str)],
        limit: u64,
    ) -> Result<(Head, Vec<u8>), ClientError> {
        self.ask(url, headers, |answer| answer.into_bytes(url, limit))
    }

    /// The error for an answer that is none of those hoped for.
    pub fn status_error(url: &Url, status: u16) -> ClientError {
        ClientError::Status { url: redacted(url.as_str()), status }
    }

    /// A GET, and what is to be made of its answer; a transient error of either asks again.
    ///
    /// # Errors
    /// As [`Client::send`], and what `then` returns.
    pub fn ask<T>(
        &self,
        url: &Url,
        headers: &[(&str, &str)],
        then: impl Fn(Response) -> Result<T, ClientError>,
    ) -> Result<T, ClientError> {
        let mut tried = 0;
        loop {
            let (error, pause) = match self.follow(url, headers) {
                Ok(answer) if is_transient(answer.status) => {
                    let after = answer.header("retry-after").and_then(retry_after);
                    (Self::status_error(url, answer.status), after)
                }
                Ok(answer) => match then(answer) {
                    Ok(done) => return Ok(done),
                    Err(error) => (error, None),
                },
                Err(error) => (error, None),
            };
            let gets_better = error.is_transient();
            if !gets_better || tried >= self.options.retries {
                return Err(error);
            }
            let pause = pause.unwrap_or_else(|| self.pause(tried, &error));
            std::thread::sleep(pause.min(MAX_RETRY_AFTER));
            tried += 1;
        }
    }

    fn pause(&self, tried: u32, error: &ClientError) -> Duration {
        // A kept connection that the server closed meanwhile is no reason to wait.
        let closed = |source: &ureq::Error| {
            use std::io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
            matches!(source, ureq::Error::Io(error) if matches!(
                error.kind(), BrokenPipe | ConnectionAborted | ConnectionReset | UnexpectedEof))
        };
        match error {
            ClientError::Connection { source, .. } if tried == 0 && closed(source) => Duration::ZERO,
            _ => self.options.backoff.saturating_mul(1 << tried.min(10)),
        }
    }

    fn follow(&self, url: &Url, headers: &[(&str, &str)]) -> Result<Response, ClientError> {
        let mut at = url.clone();
        for _ in 0..=MAX_REDIRECTS {
            let mut answer = self.ask_once(&at, headers)?;
            let next = match answer.status {
                301 | 302 | 303 | 307 | 308 => answer.header("location").map(String::from),
                _ => None,
            };
            let Some(next) = next else {
                answer.url = bare(&at);
                return Ok(answer);
            };
            at = at.join(&next).map_err(|error| ClientError::Url {
                url: redacted(&next),
                what: format!("{} redirects there, {error}", redacted(at.as_str())),
            })?;
        }
        Err(ClientError::TooManyRedirects { url: redacted(url.as_str()) })
    }

    fn ask_once(&self, url: &Url, headers: &[(&str, &str)]) -> Result<Response, ClientError> {
        let shown = || redacted(url.as_str());
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
            let what = String::from("http and https URLs with a host are");
            return Err(ClientError::Url { url: shown(), what });
        }
        if self.options.offline {
            return Err(ClientError::Offline { url: shown() });
        }
        let agent = self.agent(url)?;
        let target = bare(url);
        let mut request = agent.get(target.as_str());
        for (name, value) in headers {
            request = request.header(*name, *value);
            if name.eq_ignore_ascii_case("range") {
                request = request.header("accept-encoding", "identity");
            }
        }
        if let Some(login) = self.login(url) {
            let text = format!("{}:{}", login.user, login.password);
            let text = base64::engine::general_purpose::STANDARD.encode(text);
            request = request.header("authorization", format!("Basic {text}"));
        }
        self.requests.fetch_add(1, Ordering::Relaxed);
        let answer = request
            .call()
            .map_err(|source| ClientError::Connection { url: shown(), source: Box::new(source) })?;
        let (parts, body) = answer.into_parts();
        Ok(Response { status: parts.status.as_u16(), url: target, headers: parts.headers, body })
    }

    /// The login for a URL: its own, else that of a configured URL of the same host, else that of `.netrc`.
    fn login(&self, url: &Url) -> Option<Credentials> {
        credentials_of(url).or_else(|| self.configured_login(url)).or_else(|| {
            let netrc = self.netrc.get_or_init(|| Netrc::load(&self.options.variables));
            netrc.login(url.host_str()?).cloned()
        })
    }

    fn configured_login(&self, url: &Url) -> Option<Credentials> {
        let logins = self.logins.lock().unwrap_or_else(PoisonError::into_inner);
        // Two indexes of one host may have two logins: the longest common path tells.
        let common =
            |known: &Url| known.path().bytes().zip(url.path().bytes()).take_while(|(a, b)| a == b).count();
        let same = logins.iter().filter(|(known, _)| same_origin(known, url));
        same.max_by_key(|(known, _)| common(known)).map(|(_, login)| login.clone())
    }

    fn agent(&self, url: &Url) -> Result<ureq::Agent, ClientError> {
        let verify = !self.is_trusted(url);
        let proxy = self.options.proxies.proxy_of(url);
        let mut agents = self.agents.lock().unwrap_or_else(PoisonError::into_inner);
        let kind = AgentKind {
            verify,
            proxy: proxy.map(String::from),
            // Proxies are spoken to in another way for TLS.
            tls: proxy.is_none() || url.scheme() == "https",
        };
        let known = agents.iter().find(|(known, _)| *known == kind);
        if let Some((_, agent)) = known {
            return Ok(agent.clone());
        }
        if verify && url.scheme() == "https" {
            self.trust.preload();
        }
        let through = match proxy {
            Some(text) => {
                let error = |_| ClientError::Proxy { proxy: redacted(text) };
                Some(ureq::Proxy::new(text).map_err(error)?)
            }
            None => None,
        };
        let forwarding = through
            .as_ref()
            .filter(|proxy| url.scheme() == "http" && matches!(proxy.protocol(), ureq::ProxyProtocol::Http));
        let agent = match forwarding {
            Some(proxy) => {
                let connector = ().chain(TcpConnector::default()).chain(ForwardConnector::new(proxy));
                let resolver = ProxyResolver { inner: self.resolver.clone(), proxy: proxy.uri().clone() };
                ureq::Agent::with_parts(self.agent_config(None), connector, resolver)
            }
            None => {
                let connector =
                    ().chain(SocksConnector::default())
                        .chain(ConnectProxyConnector::default())
                        .chain(TcpConnector::default())
                        .chain(TlsConnector { trust: self.trust.clone(), verify });
                ureq::Agent::with_parts(self.agent_config(through), connector, self.resolver.clone())
            }
        };
        agents.push((kind, agent.clone()));
        Ok(agent)
    }

    fn agent_config(&self, proxy: Option<ureq::Proxy>) -> ureq::config::Config {
        let timeout = Some(self.options.timeout);
        ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(proxy)
            .timeout_connect(timeout)
            .timeout_per_read(timeout)
            .timeout_per_write(timeout)
            .max_idle_connections(MAX_IDLE)
            .max_idle_connections_per_host(MAX_IDLE)
            .max_response_header_size(256 * 1024)
            .user_agent(user_agent())
            .build()
    }
}

/// Statuses that promise to get better: those that pip and uv retry.
fn is_transient(status: u16) -> bool {
    matches!(status, 408 | 429 | 500 | 502 | 503 | 504 | 520..=527)
}

fn retry_after(text: &str) -> Option<Duration> {
    let seconds =
        text.trim().parse::<u64>().ok().or_else(|| Some(time::parse_http(text)?.saturating_sub(time::now())));
    seconds.map(Duration::from_secs)
}

/// `dx/0.1.0 (linux x86_64) Python/3.14.6`
fn user_agent() -> String {
    let (system, machine) = (std::env::consts::OS, std::env::consts::ARCH);
    format!("dx/{} ({system} {machine}) Python/{}", crate::version::DX, crate::version::python())
}

/// Looks a host up once: the threads of one client ask the same few hosts at the same time.
#[derive(Clone, Debug, Default)]
struct CachingResolver {
    known: Arc<Mutex<HashMap<String, Vec<SocketAddr>>>>,
}

impl Resolver for CachingResolver {
    fn resolve(
        &self,
        uri: &http::Uri,
        _: &ureq::config::Config,
        _: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let host = uri.host().ok_or(ureq::Error::HostNotFound)?;
        let port = uri.port_u16().unwrap_or(match uri.scheme_str() {
            Some("https") => 443,
            Some(scheme) if scheme.starts_with("socks") => 1080,
            _ => 80,
        });
        let key = format!("{host}:{port}");
        // Held while looking up, so that the others wait for the one answer.
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if !known.contains_key(&key) {
            let found: Vec<SocketAddr> =
                key.to_socket_addrs().map_err(|_| ureq::Error::HostNotFound)?.collect();
            known.insert(key.clone(), found);
        }
        let mut addresses = self.empty();
        // The type holds sixteen at most.
        for address in known.get(&key).into_iter().flatten().take(16) {
            addresses.push(*address);
        }
        if addresses.is_empty() { Err(ureq::Error::HostNotFound) } else { Ok(addresses) }
    }
}
