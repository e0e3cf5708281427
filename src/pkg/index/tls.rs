//! TLS for the client: which certificates are trusted, and the connector that uses them.
//!
//! The model: certificates are read when the first connection needs them, and while it is being made (`Trust::preload`), since
//! reading them takes milliseconds that a run without network must not pay. A folder of certificates (`SSL_CERT_DIR` beside
//! `SSL_CERT_FILE`) is read only when the file's certificates do not vouch for a server. ureq's own connector is not used: it
//! would make one configuration a thread when many begin at once, and panics on a client certificate that does not fit its key.

use std::fmt;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_cert_signed_by_trust_anchor};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{ClientConfig, ClientConnection, DigitallySignedStruct, RootCertStore, StreamOwned};
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, Either, LazyBuffers, NextTimeout, Transport, TransportAdapter,
};

use super::config::Variables;

/// Where trusted certificates come from.
#[derive(Clone, Debug, Default)]
pub struct TrustOptions {
    /// `--cert`: a bundle or a folder, in place of the system's.
    pub cert: Option<PathBuf>,
    /// `--client-cert`: a PEM file with certificates and their private key.
    pub client_cert: Option<PathBuf>,
    /// `SSL_CERT_FILE`, `SSL_CERT_DIR`: in place of the system's too.
    pub file: Option<PathBuf>,
    pub folder: Option<PathBuf>,
}

impl TrustOptions {
    /// The two options and, from the variables, the usual names.
    pub fn new(cert: Option<&str>, client_cert: Option<&str>, variables: &Variables) -> Self {
        let path = |text: &str| PathBuf::from(text);
        Self {
            cert: cert.map(path),
            client_cert: client_cert.map(path),
            file: variables.get("SSL_CERT_FILE").map(path),
            folder: variables.get("SSL_CERT_DIR").map(path),
        }
    }
}

#[derive(Debug, Clone)]
pub enum TrustError {
    /// A file with certificates that cannot be read or holds none.
    Certificates {
        path: PathBuf,
        what: String,
    },
    /// The system has none.
    NoSystemCertificates {
        what: String,
    },
    ClientCertificate {
        path: PathBuf,
        what: String,
    },
    Provider(String),
}

impl fmt::Display for TrustError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Certificates { path, what } => write!(out, "no certificates in {}: {what}", path.display()),
            Self::NoSystemCertificates { what } => write!(out, "no certificates on this system{what}"),
            Self::ClientCertificate { path, what } => {
                write!(out, "client certificate {}: {what}", path.display())
            }
            Self::Provider(what) => write!(out, "TLS cannot be set up: {what}"),
        }
    }
}

impl std::error::Error for TrustError {}

impl TrustError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        Some(String::from(match self {
            Self::Certificates { .. } => "name a PEM file with --cert, PIP_CERT or SSL_CERT_FILE",
            Self::NoSystemCertificates { .. } => {
                "install the system's certificates, or name a PEM file with --cert"
            }
            Self::ClientCertificate { .. } => {
                "--client-cert takes one PEM file with the certificate and its unencrypted private key"
            }
            Self::Provider(_) => return None,
        }))
    }
}

/// The configurations of TLS, each made once, when first needed.
#[derive(Debug, Default)]
pub struct Trust {
    options: TrustOptions,
    verified: OnceLock<Result<Arc<ClientConfig>, TrustError>>,
    unverified: OnceLock<Result<Arc<ClientConfig>, TrustError>>,
}

impl Trust {
    pub fn new(options: TrustOptions) -> Arc<Self> {
        Arc::new(Self { options, ..Self::default() })
    }

    /// Begins to read the certificates on another thread.
    pub fn preload(self: &Arc<Self>) {
        if self.verified.get().is_none() {
            let trust = self.clone();
            // Without a thread they are read when the first connection asks.
            let _ = std::thread::Builder::new().spawn(move || {
                let _ = trust.config(true);
            });
        }
    }

    fn config(&self, verify: bool) -> Result<Arc<ClientConfig>, TrustError> {
        let cell = if verify { &self.verified } else { &self.unverified };
        cell.get_or_init(|| self.make(verify)).clone()
    }

    fn make(&self, verify: bool) -> Result<Arc<ClientConfig>, TrustError> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ClientConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()
            .map_err(|error| TrustError::Provider(error.to_string()))?
            .dangerous();
        let builder = if verify {
            builder.with_custom_certificate_verifier(Arc::new(self.verifier(&provider)?))
        } else {
            builder.with_custom_certificate_verifier(Arc::new(AnyServer(provider)))
        };
        let Some(path) = &self.options.client_cert else {
            return Ok(Arc::new(builder.with_no_client_auth()));
        };
        let error = |what: String| TrustError::ClientCertificate { path: path.clone(), what };
        let certificates: Result<Vec<_>, _> =
            CertificateDer::pem_file_iter(path).map_err(|source| error(source.to_string()))?.collect();
        let certificates = certificates.map_err(|source| error(source.to_string()))?;
        let key = PrivateKeyDer::from_pem_file(path).map_err(|source| error(source.to_string()))?;
        builder
            .with_client_auth_cert(certificates, key)
            .map(Arc::new)
            .map_err(|source| error(source.to_string()))
    }

    fn verifier(&self, provider: &Arc<CryptoProvider>) -> Result<Verifier, TrustError> {
        let (certificates, folder) = self.certificates()?;
        let first = store(certificates);
        let base = WebPkiServerVerifier::builder_with_provider(Arc::new(first.clone()), provider.clone())
            .build()
            .map_err(|error| TrustError::Provider(error.to_string()))?;
        Ok(Verifier { base, provider: provider.clone(), folder, more: OnceLock::new() })
    }

    /// The certificates to begin with, and a folder that may hold further ones.
    fn certificates(&self) -> Result<(Vec<CertificateDer<'static>>, Option<PathBuf>), TrustError> {
        let options = &self.options;
        let (file, folder) = match &options.cert {
            Some(path) if path.is_dir() => (None, Some(path.clone())),
            Some(path) => (Some(path.clone()), None),
            // A name in the environment that leads nowhere is passed over, as OpenSSL does.
            None => (
                options.file.clone().filter(|path| path.is_file()),
                options.folder.clone().filter(|path| path.is_dir()),
            ),
        };
        if let Some(path) = file {
            return Ok((read_bundle(&path)?, folder));
        }
        if let Some(path) = folder {
            let found = rustls_native_certs::load_certs_from_paths(None, Some(&path));
            if found.certs.is_empty() {
                let what = found.errors.first().map_or(String::from("none found"), ToString::to_string);
                return Err(TrustError::Certificates { path, what });
            }
            return Ok((found.certs, None));
        }
        let found = rustls_native_certs::load_native_certs();
        if found.certs.is_empty() {
            let what = found.errors.first().map_or(String::new(), |error| format!(": {error}"));
            return Err(TrustError::NoSystemCertificates { what });
        }
        Ok((found.certs, None))
    }
}

fn read_bundle(path: &Path) -> Result<Vec<CertificateDer<'static>>, TrustError> {
    let error = |what: String| TrustError::Certificates { path: path.to_path_buf(), what };
    let text = std::fs::read(path).map_err(|source| error(source.to_string()))?;
    let certificates: Vec<_> = CertificateDer::pem_slice_iter(&text).flatten().collect();
    if certificates.is_empty() {
        return Err(error(String::from("it holds none in PEM form")));
    }
    Ok(certificates)
}

fn store(certificates: Vec<CertificateDer<'static>>) -> RootCertStore {
    let mut store = RootCertStore::empty();
    store.add_parsable_certificates(certificates);
    store
}

/// Checks servers against the certificates read first, then against those of the folder.
#[derive(Debug)]
struct Verifier {
    base: Arc<WebPkiServerVerifier>,
    provider: Arc<CryptoProvider>,
    folder: Option<PathBuf>,
    more: OnceLock<RootCertStore>,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        server: &CertificateDer<'_>,
        chain: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        status: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let first = self.base.verify_server_cert(server, chain, name, status, now);
        let unknown = rustls::Error::InvalidCertificate(rustls::CertificateError::UnknownIssuer);
        let (Err(error), Some(folder)) = (&first, &self.folder) else { return first };
        if *error != unknown {
            return first;
        }
        let more = self
            .more
            .get_or_init(|| store(rustls_native_certs::load_certs_from_paths(None, Some(folder)).certs));
        let parsed = ParsedCertificate::try_from(server)?;
        let algorithms = self.provider.signature_verification_algorithms.all;
        verify_server_cert_signed_by_trust_anchor(&parsed, more, chain, now, algorithms)?;
        rustls::client::verify_server_name(&parsed, name)?;
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.base.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.base.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<rustls::SignatureScheme> {
        self.base.supported_verify_schemes()
    }
}

/// For hosts of `--trusted-host`: whoever answers is believed.
#[derive(Debug)]
struct AnyServer(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyServer {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<rustls::SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

/// Wraps a connection to an `https` URL in TLS.
pub struct TlsConnector {
    pub trust: Arc<Trust>,
    pub verify: bool,
}

impl fmt::Debug for TlsConnector {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("TlsConnector")
    }
}

impl<In: Transport> Connector<In> for TlsConnector {
    type Out = Either<In, TlsTransport>;

    fn connect(
        &self,
        details: &ConnectionDetails,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, ureq::Error> {
        let Some(transport) = chained else { return Ok(None) };
        if !details.needs_tls() || transport.is_tls() {
            return Ok(Some(Either::A(transport)));
        }
        let config = self.trust.config(self.verify).map_err(|error| ureq::Error::Other(Box::new(error)))?;
        let host = details.uri.host().unwrap_or("").trim_matches(['[', ']']).to_string();
        let name =
            ServerName::try_from(host).map_err(|_| ureq::Error::Tls("the host's name is none for TLS"))?;
        let boxed: Box<dyn Transport> = Box::new(transport);
        let mut socket = TransportAdapter::new(boxed, details.current_time.clone());
        socket.set_timeout(details.timeout);
        let mut connection = ClientConnection::new(config, name).map_err(ureq::Error::Rustls)?;
        connection.complete_io(&mut socket).map_err(tls_error)?;
        let stream = StreamOwned { conn: connection, sock: socket };
        let buffers =
            LazyBuffers::new(details.config.input_buffer_size(), details.config.output_buffer_size());
        Ok(Some(Either::B(TlsTransport { buffers, stream })))
    }
}

/// rustls hides its error in one of input and output.
fn tls_error(error: std::io::Error) -> ureq::Error {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        Some(inner) => ureq::Error::Rustls(inner.clone()),
        None => error.into(),
    }
}

pub struct TlsTransport {
    buffers: LazyBuffers,
    stream: StreamOwned<ClientConnection, TransportAdapter>,
}

impl fmt::Debug for TlsTransport {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("TlsTransport")
    }
}

impl Transport for TlsTransport {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        self.stream.get_mut().set_timeout(timeout);
        let output = self.buffers.output();
        let output = output.get(..amount).unwrap_or(&[]);
        Ok(self.stream.write_all(output)?)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        self.stream.get_mut().set_timeout(timeout);
        let amount = self.stream.read(self.buffers.input_append_buf())?;
        self.buffers.input_appended(amount);
        Ok(amount > 0)
    }

    fn is_open(&mut self) -> bool {
        self.stream.get_mut().get_mut().is_open()
    }

    fn is_tls(&self) -> bool {
        true
    }
}
