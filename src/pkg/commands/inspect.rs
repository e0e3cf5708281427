//! `dx pip inspect`: the environment and all its packages as JSON, in pip's format (version 1).
//!
//! Packages come in the order of their names; pip writes them as the folder lists them. `dx_version` is dx's own addition.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::super::install::installed::Form;
use super::super::metadata::MetadataJson;
use super::present::{self, Present};
use super::report::PIP;
use super::session::{Session, Trouble};
use crate::version;

#[derive(Serialize)]
struct Report<'a> {
    version: &'static str,
    pip_version: &'static str,
    dx_version: &'static str,
    installed: Vec<Item<'a>>,
    environment: BTreeMap<&'static str, &'a str>,
}

#[derive(Serialize)]
struct Item<'a> {
    metadata: MetadataJson<'a>,
    metadata_location: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    direct_url: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    installer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    requested: Option<bool>,
}

/// The command.
pub fn inspect(session: &Session<'_>) -> Result<i32, Trouble> {
    let packages = present::all(session)?;
    let report = Report {
        version: "1",
        pip_version: PIP,
        dx_version: version::DX,
        installed: packages.iter().map(item).collect(),
        environment: session.host.markers.items().into_iter().collect(),
    };
    let text = serde_json::to_string_pretty(&report)
        .map_err(|error| Trouble::new(format!("the report cannot be written: {error}")))?;
    session.ui.result(&text);
    Ok(0)
}

fn item(package: &Present) -> Item<'_> {
    let direct_url = match &package.direct_url {
        Some(direct) => serde_json::from_str(&direct.to_json()).ok(),
        // What older tools installed in place says so in another way.
        None => package.editable_location().and_then(|location| {
            let url = url::Url::from_file_path(&location).ok()?;
            Some(serde_json::json!({ "url": url.as_str(), "dir_info": { "editable": true } }))
        }),
    };
    Item {
        metadata: package.metadata.to_json(),
        metadata_location: package.installed.path.display().to_string(),
        direct_url,
        installer: package.installed.installer(),
        requested: (package.installed.form == Form::DistInfo).then(|| package.installed.is_requested()),
    }
}
