//! An editable wheel where the backend makes none (PEP 660): the metadata of the wheel, and a `.pth` file that leads to the project.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zip::write::SimpleFileOptions;

use super::super::index::hash::sha256;
use super::super::install::archive::{Archive, Reader, Source};
use super::source::SourceError;
use super::{BuildError, Built};

/// Where projects keep their packages, below the project.
const ROOTS: &[&str] = &["src", "lib", "python", ""];

/// Makes the wheel in `folder` from the one that was built.
pub fn wheel(label: &str, project: &Path, built: &Built, folder: &Path) -> Result<PathBuf, BuildError> {
    let damaged = |source| BuildError::Source(SourceError::Zip { archive: built.path.clone(), source });
    let file = File::open(&built.path).map_err(BuildError::io("read", &built.path))?;
    let archive = Archive::open(Source::File(&file)).map_err(damaged)?;
    let mut reader = Reader::new();
    let mut kept: Vec<(String, Vec<u8>)> = Vec::new();
    let mut tops: Vec<String> = Vec::new();
    let mut info = String::new();
    for entry in archive.entries.iter().filter(|entry| !entry.is_directory()) {
        let top = entry.name.split('/').next().unwrap_or_default();
        if !top.ends_with(".dist-info") {
            if !top.ends_with(".data") && !tops.iter().any(|known| known == top) {
                tops.push(top.to_owned());
            }
            continue;
        }
        top.clone_into(&mut info);
        if !entry.name.ends_with("/RECORD") {
            let mut content = Vec::new();
            archive.read(entry, &mut reader, &mut content).map_err(damaged)?;
            kept.push((entry.name.clone(), content));
        }
    }
    // The place where all that the wheel brings lies as it would lie when installed.
    let holds = |root: &&&str| tops.iter().all(|top| project.join(root).join(top).exists());
    let root = ROOTS.iter().find(holds).map_or_else(
        || project.to_path_buf(),
        |root| match *root {
            "" => project.to_path_buf(),
            root => project.join(root),
        },
    );
    let Some(text) = root.to_str().filter(|text| !text.contains(['\n', '\r'])) else {
        return Err(BuildError::Answer {
            project: label.to_owned(),
            hook: String::from("build_editable"),
            problem: format!("the path {} cannot be written into a .pth file", root.display()),
        });
    };
    let stem = info.trim_end_matches(".dist-info");
    kept.push((format!("__editable__.{stem}.pth"), format!("{text}\n").into_bytes()));
    let mut record = String::new();
    for (name, content) in &kept {
        let digest = URL_SAFE_NO_PAD.encode(sha256(content));
        record.push_str(&format!("{},sha256={digest},{}\n", quoted(name), content.len()));
    }
    record.push_str(&format!("{info}/RECORD,,\n"));
    kept.push((format!("{info}/RECORD"), record.into_bytes()));
    let path = folder.join(built.path.file_name().unwrap_or_default());
    let written = write(&path, &kept);
    written.map_err(BuildError::io("write", &path))?;
    Ok(path)
}

fn write(path: &Path, files: &[(String, Vec<u8>)]) -> std::io::Result<()> {
    let mut writer = zip::ZipWriter::new(fs::File::create_new(path)?);
    for (name, content) in files {
        writer.start_file(name.as_str(), SimpleFileOptions::default()).map_err(std::io::Error::other)?;
        writer.write_all(content)?;
    }
    writer.finish().map(drop).map_err(std::io::Error::other)
}

/// A field of RECORD, a CSV file.
fn quoted(name: &str) -> String {
    match name.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", name.replace('"', "\"\"")),
        false => name.to_owned(),
    }
}
