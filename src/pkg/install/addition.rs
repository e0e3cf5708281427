//! One distribution that comes: which files it brings, and what the install writes of its own.
//!
//! Written, never linked: wrappers of entry points, the wheel's scripts whose first line changes, `INSTALLER`, `REQUESTED`,
//! `direct_url.json` and RECORD. RECORD lists every file with its hash, itself without; bytecode without hashes, as pip lists it.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::layout::{self, Layout};
use super::manifest::{Folder, Scheme, StoredFile};
use super::scripts::{self, ScriptError};
use super::store::StoreEntry;
use super::tree::{Coming, Content, Item};
use crate::pkg::name::Name;
use crate::pkg::record;

/// A distribution to install.
#[derive(Debug, Clone)]
pub struct Addition {
    pub entry: Arc<StoreEntry>,
    /// Whether somebody asked for it by name.
    pub requested: bool,
    /// The text of `direct_url.json`, for what comes from a URL or a directory.
    pub direct_url: Option<String>,
    /// What `INSTALLER` says.
    pub installer: &'static str,
}

impl Addition {
    /// An addition by dx, not asked for, from an index.
    pub fn new(entry: Arc<StoreEntry>) -> Addition {
        Addition { entry, requested: false, direct_url: None, installer: "dx" }
    }
}

#[derive(Debug)]
pub enum AdditionError {
    Script(ScriptError),
    /// A file that would change the environment itself.
    Reserved(String),
    Io {
        path: PathBuf,
        source: io::Error,
    },
}

/// What is the same for all additions of a command.
pub struct Context<'a> {
    pub layout: &'a Layout,
    /// The first lines of scripts.
    pub shebang: &'a Result<String, ScriptError>,
    /// The tag of the bytecode that is placed where the store has it.
    pub bytecode: Option<&'a str>,
}

/// Collects the files of one addition.
struct Collector<'a> {
    context: &'a Context<'a>,
    coming: &'a mut Coming,
    addition: &'a Addition,
    number: u32,
    /// The directory that RECORD's paths start from.
    site: &'a str,
    record: String,
}

/// Puts what `addition` brings into `coming`.
pub fn collect(
    context: &Context<'_>,
    coming: &mut Coming,
    addition: &Addition,
    number: u32,
) -> Result<(), AdditionError> {
    let manifest = &addition.entry.manifest;
    let site = context.layout.of(Scheme::Root, manifest.root_is_purelib).unwrap_or_default();
    let mut record = String::with_capacity(manifest.record.len() + 1024);
    record.push_str(&manifest.record);
    let mut collector = Collector { context, coming, addition, number, site, record };
    collector.stored_files()?;
    collector.bytecode();
    collector.wrappers()?;
    collector.metadata();
    Ok(())
}

impl Collector<'_> {
    /// Where the files of a directory of the wheel go, from the root.
    fn target(&self, folder: &Folder) -> String {
        let manifest = &self.addition.entry.manifest;
        let layout = self.context.layout;
        match layout.of(folder.scheme, manifest.root_is_purelib) {
            Some(base) if folder.scheme == Scheme::Data => {
                self.through_link(layout::join(base, &folder.target))
            }
            Some(base) => layout::join(base, &folder.target),
            None => {
                let name =
                    Name::new(&manifest.name).map_or_else(|_| manifest.name.clone(), |name| name.escaped());
                layout::join(&layout::join(&layout.headers, &name), &folder.target)
            }
        }
    }

    /// A path from the root whose first part may be a link of the environment's to one of its own directories (`lib64`).
    fn through_link(&self, path: String) -> String {
        let (first, rest) = path.split_once('/').unwrap_or((&path, ""));
        let target = fs::read_link(self.context.layout.root.join(first)).ok();
        match target.as_deref().and_then(|target| target.to_str()) {
            Some(target) if self.context.layout.is_own(target) && !target.contains('/') => {
                layout::join(target, rest)
            }
            _ => path,
        }
    }

    fn stored_files(&mut self) -> Result<(), AdditionError> {
        let manifest = &self.addition.entry.manifest;
        let mut files = manifest.files.iter().enumerate().peekable();
        for (at, folder) in manifest.folders.iter().enumerate() {
            let target = self.target(folder);
            self.check_target(&target)?;
            let node = self.coming.folder(&target);
            while let Some((number, file)) = files.next_if(|(_, file)| file.folder as usize == at) {
                let path = || layout::join(&target, &file.name);
                if target.is_empty() && (file.name == "pyvenv.cfg" || file.name.starts_with(".dx-")) {
                    return Err(AdditionError::Reserved(file.name.clone()));
                }
                if target == self.context.layout.scripts {
                    if folder.scheme == Scheme::Scripts
                        && scripts::is_wrapper_of(&file.name, &manifest.scripts)
                    {
                        continue;
                    }
                    scripts::check_name(&file.name).map_err(AdditionError::Script)?;
                }
                let content = match folder.scheme {
                    Scheme::Scripts => self.script(folder, file, number as u32)?,
                    _ => Content::Stored { addition: self.number, file: number as u32 },
                };
                if folder.scheme != Scheme::Root {
                    let path = layout::relative(&path(), self.site);
                    match &content {
                        Content::Made { bytes, .. } => {
                            record::push_row(
                                &mut self.record,
                                &path,
                                &record::sha256(bytes),
                                Some(bytes.len() as u64),
                            );
                        }
                        _ => record::push_row(&mut self.record, &path, &file.hash, Some(file.size)),
                    }
                }
                self.coming.push(node, Item { name: file.name.clone(), content, by: self.number });
            }
        }
        Ok(())
    }

    /// The transaction's own directory is nobody's.
    fn check_target(&self, target: &str) -> Result<(), AdditionError> {
        match target.starts_with(".dx-") {
            true => Err(AdditionError::Reserved(target.to_owned())),
            false => Ok(()),
        }
    }

    /// A script of the wheel's own.
    fn script(&self, folder: &Folder, file: &StoredFile, number: u32) -> Result<Content, AdditionError> {
        let path = self.addition.entry.tree().join(&folder.source).join(&file.name);
        let bytes = fs::read(&path).map_err(|source| AdditionError::Io { path, source })?;
        if !bytes.starts_with(b"#!python") {
            return Ok(Content::Stored { addition: self.number, file: number });
        }
        let shebang = self.context.shebang.as_ref().map_err(|error| AdditionError::Script(error.clone()))?;
        Ok(match scripts::rewritten(&bytes, shebang) {
            Some(bytes) => Content::Made { bytes, executable: true },
            None => Content::Stored { addition: self.number, file: number },
        })
    }

    fn wrappers(&mut self) -> Result<(), AdditionError> {
        let manifest = &self.addition.entry.manifest;
        if manifest.scripts.is_empty() {
            return Ok(());
        }
        let shebang = self.context.shebang.as_ref().map_err(|error| AdditionError::Script(error.clone()))?;
        for script in scripts::for_this_python(&manifest.scripts) {
            let text = scripts::wrapper(&script, shebang).map_err(AdditionError::Script)?;
            let scripts = self.context.layout.scripts.clone();
            self.make(&scripts, &script.name, text.into_bytes(), true);
        }
        Ok(())
    }

    /// Bytecode that the store has ready.
    fn bytecode(&mut self) {
        let Some(tag) = self.context.bytecode else { return };
        let entry = &self.addition.entry;
        let folder_path = entry.bytecode(tag);
        let mut of_folder: Option<(u32, Option<FxHashSet<String>>)> = None;
        for (number, file) in
            entry.manifest.files.iter().enumerate().filter(|(_, file)| file.name.ends_with(".py"))
        {
            let Some(folder) = entry.manifest.folders.get(file.folder as usize) else { continue };
            if !matches!(folder.scheme, Scheme::Root | Scheme::Purelib | Scheme::Platlib) {
                continue;
            }
            if of_folder.as_ref().is_none_or(|(at, _)| *at != file.folder) {
                let names = fs::read_dir(folder_path.join(&folder.source)).ok().map(|entries| {
                    entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
                });
                of_folder = Some((file.folder, names));
            }
            let name = super::store::bytecode_name(&file.name, tag);
            if !of_folder
                .as_ref()
                .is_some_and(|(_, names)| names.as_ref().is_some_and(|names| names.contains(&name)))
            {
                continue;
            }
            let cache = layout::join(&self.target(folder), "__pycache__");
            let path = layout::relative(&layout::join(&cache, &name), self.site);
            record::push_row(&mut self.record, &path, "", None);
            let node = self.coming.folder(&cache);
            let content = Content::Bytecode { addition: self.number, file: number as u32 };
            self.coming.push(node, Item { name, content, by: self.number });
        }
    }

    fn metadata(&mut self) {
        let folder = layout::join(self.site, &self.addition.entry.manifest.dist_info);
        self.make(&folder, "INSTALLER", format!("{}\n", self.addition.installer).into_bytes(), false);
        if self.addition.requested {
            self.make(&folder, "REQUESTED", Vec::new(), false);
        }
        if let Some(text) = &self.addition.direct_url {
            self.make(&folder, "direct_url.json", text.clone().into_bytes(), false);
        }
        let own = layout::join(&self.addition.entry.manifest.dist_info, "RECORD");
        record::push_row(&mut self.record, &own, "", None);
        let node = self.coming.folder(&folder);
        let bytes = std::mem::take(&mut self.record).into_bytes();
        let content = Content::Made { bytes, executable: false };
        self.coming.push(node, Item { name: "RECORD".into(), content, by: self.number });
    }

    /// Adds a file that the install writes, and its row.
    fn make(&mut self, folder: &str, name: &str, bytes: Vec<u8>, executable: bool) {
        let path = layout::relative(&layout::join(folder, name), self.site);
        record::push_row(&mut self.record, &path, &record::sha256(&bytes), Some(bytes.len() as u64));
        let node = self.coming.folder(folder);
        self.coming.push(
            node,
            Item { name: name.to_owned(), content: Content::Made { bytes, executable }, by: self.number },
        );
    }
}
