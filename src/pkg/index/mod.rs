//! wip
pub mod client;
pub mod config;
pub mod config_edit;
pub mod default;
pub mod hash;
mod html;
pub mod http_cache;
mod json;
pub mod netrc;
pub mod page;
pub mod proxy;
pub mod simple;
pub mod time;
pub mod tls;
pub mod url;
