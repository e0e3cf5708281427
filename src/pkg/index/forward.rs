//! `http` URLs through an HTTP proxy: the request goes to the proxy with the whole URL in its first line (RFC 9112, 3.2.2).
//!
//! ureq knows tunnels alone (`CONNECT`), which proxies as a rule allow for TLS only. So the agent for such URLs has no proxy in
//! its configuration; instead its resolver yields the proxy's address, and its connections rewrite the head of each request.

use std::fmt;
use std::io::{Read, Write};

use base64::Engine;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, LazyBuffers, NextTimeout, Transport, TransportAdapter,
};

/// Resolves every host to the proxy.
#[derive(Debug)]
pub(super) struct ProxyResolver<R> {
    pub inner: R,
    pub proxy: Uri,
}

impl<R: Resolver> Resolver for ProxyResolver<R> {
    fn resolve(
        &self,
        _: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        self.inner.resolve(&self.proxy, config, timeout)
    }
}

/// Makes connections whose requests carry whole URLs, and the proxy's login.
pub(super) struct ForwardConnector {
    login: Option<String>,
}

impl ForwardConnector {
    pub fn new(proxy: &ureq::Proxy) -> Self {
        let login = proxy.username().map(|user| {
            let text = format!("{user}:{}", proxy.password().unwrap_or(""));
            base64::engine::general_purpose::STANDARD.encode(text)
        });
        Self { login }
    }
}

impl fmt::Debug for ForwardConnector {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("ForwardConnector")
    }
}

impl<In: Transport> Connector<In> for ForwardConnector {
    type Out = ForwardTransport;

    fn connect(
        &self,
        details: &ConnectionDetails,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, ureq::Error> {
        let Some(transport) = chained else { return Ok(None) };
        let boxed: Box<dyn Transport> = Box::new(transport);
        let authority = details.uri.authority().map_or("", |authority| authority.as_str());
        let buffers =
            LazyBuffers::new(details.config.input_buffer_size(), details.config.output_buffer_size());
        Ok(Some(ForwardTransport {
            buffers,
            inner: TransportAdapter::new(boxed, details.current_time.clone()),
            base: format!("http://{authority}"),
            login: self.login.clone(),
        }))
    }
}

pub(super) struct ForwardTransport {
    buffers: LazyBuffers,
    inner: TransportAdapter,
    base: String,
    login: Option<String>,
}

impl fmt::Debug for ForwardTransport {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("ForwardTransport")
    }
}

impl ForwardTransport {
    /// The head of a request with the whole URL. Requests have no bodies here, and a head is written at once, as it fits the
    /// buffer; what does not begin like one passes unchanged.
    fn rewritten(&self, head: &[u8]) -> Option<Vec<u8>> {
        let path = head.strip_prefix(b"GET ").filter(|path| path.starts_with(b"/"))?;
        let end = path.windows(2).position(|pair| pair == b"\r\n")? + 2;
        let (line, rest) = path.split_at_checked(end)?;
        let mut out = [b"GET ", self.base.as_bytes(), line].concat();
        if let Some(login) = &self.login {
            out.extend(format!("Proxy-Authorization: Basic {login}\r\n").bytes());
        }
        out.extend(rest);
        Some(out)
    }
}

impl Transport for ForwardTransport {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        self.inner.set_timeout(timeout);
        let output = self.buffers.output();
        let bytes = output.get(..amount).unwrap_or(&[]).to_vec();
        let bytes = self.rewritten(&bytes).unwrap_or(bytes);
        Ok(self.inner.write_all(&bytes)?)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        self.inner.set_timeout(timeout);
        let amount = self.inner.read(self.buffers.input_append_buf())?;
        self.buffers.input_appended(amount);
        Ok(amount > 0)
    }

    fn is_open(&mut self) -> bool {
        self.inner.get_mut().is_open()
    }
}
