//! Which proxy a URL goes through: `--proxy`, the usual variables, and the hosts that none is for.

use std::net::IpAddr;

use url::Url;

use super::config::Variables;

/// The proxies of a run.
#[derive(Clone, Debug, Default)]
pub struct Proxies {
    http: Option<String>,
    https: Option<String>,
    bypass: Vec<String>,
}

impl Proxies {
    /// From `--proxy`, which then counts for every host, else from the variables, lower-case names first.
    ///
    /// `HTTP_PROXY` in upper case is not read where `REQUEST_METHOD` is set: there a client of the machine could have set it.
    pub fn new(option: Option<&str>, variables: &Variables) -> Self {
        let full = |proxy: &str| {
            if proxy.contains("://") { proxy.to_string() } else { format!("http://{proxy}") }
        };
        if let Some(proxy) = option.map(full) {
            return Self { http: Some(proxy.clone()), https: Some(proxy), bypass: Vec::new() };
        }
        let all = variables.get_either("all_proxy");
        let in_cgi = variables.get("REQUEST_METHOD").is_some();
        let http =
            if in_cgi { variables.get("http_proxy") } else { variables.get_either("http_proxy") }.or(all);
        let https = variables.get_either("https_proxy").or(all);
        let bypass = variables.get_either("no_proxy").unwrap_or("");
        let bypass = bypass.split([',', ' ']).map(|host| host.trim().to_ascii_lowercase());
        Self {
            http: http.map(full),
            https: https.map(full),
            bypass: bypass.filter(|host| !host.is_empty()).collect(),
        }
    }

    /// The proxy for a URL.
    pub fn proxy_of(&self, url: &Url) -> Option<&str> {
        let proxy = if url.scheme() == "https" { &self.https } else { &self.http };
        proxy.as_deref().filter(|_| !self.is_bypassed(url))
    }

    fn is_bypassed(&self, url: &Url) -> bool {
        let Some(host) = url.host_str() else { return false };
        let host = host.trim_matches(['[', ']']).to_ascii_lowercase();
        let port = url.port_or_known_default();
        self.bypass.iter().any(|entry| entry == "*" || names(entry, &host, port))
    }
}

/// Whether an entry of `NO_PROXY` names the host: the host itself or a domain above it, with or without a port, or a network.
fn names(entry: &str, host: &str, port: Option<u16>) -> bool {
    let address = host.parse::<IpAddr>().ok();
    if let Some(address) = address {
        if let Some((network, bits)) = entry.split_once('/') {
            return in_network(address, network, bits);
        }
        if entry.trim_matches(['[', ']']).parse() == Ok(address) {
            return true;
        }
    }
    let (entry, entry_port) = match entry.rsplit_once(':') {
        Some((name, number)) if !name.contains(':') => match number.parse::<u16>() {
            Ok(number) => (name, Some(number)),
            Err(_) => (entry, None),
        },
        _ => (entry, None),
    };
    if entry_port.is_some() && entry_port != port {
        return false;
    }
    let entry = entry.trim_start_matches("*.").trim_start_matches('.');
    // An address has no domain above it.
    let below = || address.is_none() && host.strip_suffix(entry).is_some_and(|rest| rest.ends_with('.'));
    !entry.is_empty() && (host == entry || below())
}

fn in_network(address: IpAddr, network: &str, bits: &str) -> bool {
    let (Ok(network), Ok(bits)) = (network.parse::<IpAddr>(), bits.parse::<u32>()) else { return false };
    match (address, network) {
        (IpAddr::V4(one), IpAddr::V4(other)) if bits <= 32 => {
            let shift = 32 - bits;
            u64::from(one.to_bits()) >> shift == u64::from(other.to_bits()) >> shift
        }
        (IpAddr::V6(one), IpAddr::V6(other)) if bits <= 128 => {
            let shifted =
                |address: std::net::Ipv6Addr| address.to_bits().checked_shr(128 - bits).unwrap_or(0);
            shifted(one) == shifted(other)
        }
        _ => false,
    }
}
