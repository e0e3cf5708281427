//! Two trees, of what comes and of what goes, and the moves that they need in an environment as it is.
//!
//! Directories are moved whole where that is possible: a package that comes needs one rename, not one a file; one that goes too,
//! if nothing of anybody else's is in its directory (`is_all_going`). Only directories that others share are gone into.
//!
//! What decides, for each name in a shared directory (`Planner::plan_folder`):
//!
//! - nothing there: what comes moves in.
//! - a file or a link there: it moves aside if it goes or if something comes; if it does not go, it is in the way of what
//!   comes, and is replaced as pip does.
//! - a directory there: moved aside whole if all in it goes; else gone into if something comes or goes in it. A file that comes
//!   in the place of a directory that stays is the one thing refused.
//!
//! A directory of the environment's own (`Layout::is_own`) never moves. Bytecode in `__pycache__` goes with its module.

use std::collections::BTreeSet;
use std::io;

use rustc_hash::{FxHashMap, FxHashSet};

use super::folder::{Folder, Kind};
use super::journal::Move;
use super::layout::{self, Layout};

/// Where the content of a file that comes is.
#[derive(Debug)]
pub enum Content {
    /// In the store: the numbers of the addition and of the file in its manifest.
    Stored {
        addition: u32,
        file: u32,
    },
    /// Bytecode of that file.
    Bytecode {
        addition: u32,
        file: u32,
    },
    Made {
        bytes: Vec<u8>,
        executable: bool,
    },
}

#[derive(Debug)]
pub struct Item {
    pub name: String,
    pub content: Content,
    /// The addition that brings it.
    pub by: u32,
}

/// A directory of what comes.
#[derive(Debug, Default)]
pub struct Node {
    /// From the environment's root.
    pub path: String,
    pub folders: Vec<u32>,
    pub files: Vec<Item>,
    /// How often somebody began to put files into it: names can only meet when more than once.
    sources: u32,
}

/// What comes: directories, each after its parent; the first is the root.
#[derive(Debug)]
pub struct Coming {
    pub nodes: Vec<Node>,
    by_path: FxHashMap<String, u32>,
}

impl Coming {
    pub fn new() -> Coming {
        Coming { nodes: vec![Node::default()], by_path: FxHashMap::from_iter([(String::new(), 0)]) }
    }

    /// The directory at `path`, made with its parents if need be, to put files into.
    pub fn folder(&mut self, path: &str) -> u32 {
        let at = self.node(path);
        if let Some(node) = self.nodes.get_mut(at as usize) {
            node.sources += 1;
        }
        at
    }

    fn node(&mut self, path: &str) -> u32 {
        if let Some(at) = self.by_path.get(path) {
            return *at;
        }
        let parent = self.node(path.rsplit_once('/').map_or("", |(parent, _)| parent));
        let at = self.nodes.len() as u32;
        self.nodes.push(Node { path: path.to_owned(), ..Node::default() });
        self.by_path.insert(path.to_owned(), at);
        if let Some(parent) = self.nodes.get_mut(parent as usize) {
            parent.folders.push(at);
        }
        at
    }

    pub fn push(&mut self, folder: u32, item: Item) {
        if let Some(node) = self.nodes.get_mut(folder as usize) {
            node.files.push(item);
        }
    }

    /// Leaves of files that several additions bring the last one's; gives each path with the one that lost and the one that won.
    pub fn settle(&mut self) -> Vec<(String, u32, u32)> {
        let mut met = Vec::new();
        for node in self.nodes.iter_mut().filter(|node| node.sources > 1) {
            let mut winners: FxHashMap<&str, usize> = FxHashMap::default();
            let mut losers = FxHashSet::default();
            for (at, item) in node.files.iter().enumerate() {
                if let Some(before) = winners.insert(&item.name, at) {
                    losers.insert(before);
                    let loser = node.files.get(before).map_or(item.by, |item| item.by);
                    met.push((layout::join(&node.path, &item.name), loser, item.by));
                }
            }
            let mut at = 0;
            node.files.retain(|_| {
                at += 1;
                !losers.contains(&(at - 1))
            });
        }
        met
    }

    /// A path that is a file for one addition and a directory for another.
    pub fn contradiction(&self) -> Option<String> {
        let is_both = |node: &&Node| {
            let (parent, name) = node.path.rsplit_once('/').unwrap_or(("", &node.path));
            let parent = self.by_path.get(parent).and_then(|at| self.nodes.get(*at as usize));
            parent
                .is_some_and(|parent| parent.sources > 0 && parent.files.iter().any(|item| item.name == name))
        };
        self.nodes.iter().skip(1).find(is_both).map(|node| node.path.clone())
    }

    fn child(&self, node: Option<u32>, name: &str) -> Option<u32> {
        let node = self.nodes.get(node? as usize)?;
        self.by_path.get(&layout::join(&node.path, name)).copied()
    }
}

/// What goes: the files and directories of one directory.
#[derive(Debug, Default)]
pub struct Going {
    files: FxHashSet<String>,
    folders: FxHashMap<String, Going>,
    /// Everything in it goes, listed or not.
    is_whole: bool,
}

impl Going {
    pub fn add_file(&mut self, path: &str) {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        self.folder(folder).files.insert(name.to_owned());
    }

    pub fn add_folder(&mut self, path: &str) {
        self.folder(path).is_whole = true;
    }

    fn folder(&mut self, path: &str) -> &mut Going {
        let parts = path.split('/').filter(|part| !part.is_empty());
        parts.fold(self, |going, part| going.folders.entry(part.to_owned()).or_default())
    }

    /// Whether a file goes; bytecode beside its module does with it.
    fn has_file(&self, name: &str) -> bool {
        let legacy =
            || Some(format!("{}.py", name.strip_suffix(".pyc").or_else(|| name.strip_suffix(".pyo"))?));
        self.is_whole
            || self.files.contains(name)
            || legacy().is_some_and(|module| self.files.contains(&module))
    }

    /// The `__pycache__` of this directory, as far as it goes: bytecode of modules that go, whatever its tag.
    fn goes_from_cache(&self, name: &str) -> bool {
        let module = name.split('.').next().unwrap_or_default();
        let listed = self.folders.get("__pycache__").is_some_and(|cache| cache.has_file(name));
        listed || name.ends_with(".pyc") && self.files.contains(&format!("{module}.py"))
    }
}

/// A file of an environment that nothing removes and something replaces.
#[derive(Debug, PartialEq, Eq)]
pub struct Replaced {
    pub path: String,
    pub by: u32,
}

#[derive(Debug)]
pub enum PlanError {
    /// A file would have to take the place of a directory that stays.
    InTheWay(String),
    Io {
        path: String,
        source: io::Error,
    },
}

/// Finds the moves.
pub struct Planner<'a> {
    pub root: &'a Folder,
    pub layout: &'a Layout,
    pub coming: &'a Coming,
    pub moves: Vec<Move>,
    pub replaced: Vec<Replaced>,
}

impl Planner<'_> {
    pub fn plan(&mut self, going: &Going) -> Result<(), PlanError> {
        self.plan_folder("", Some(0), Some(going))
    }

    fn list(&self, path: &str) -> Result<Vec<(String, Kind)>, PlanError> {
        let listed = self.root.folder(path).and_then(|folder| folder.list());
        listed.map_err(|source| PlanError::Io { path: path.to_owned(), source })
    }

    /// What is at a path. The environment's own directories may be links.
    fn kind(&self, path: &str) -> Result<Option<Kind>, PlanError> {
        let kind = self.root.kind(path).map_err(|source| PlanError::Io { path: path.to_owned(), source })?;
        if kind == Some(Kind::Other) && self.layout.is_own(path) && self.root.folder(path).is_ok() {
            return Ok(Some(Kind::Directory));
        }
        Ok(kind)
    }

    /// Plans a directory that is there and stays.
    fn plan_folder(&mut self, path: &str, node: Option<u32>, going: Option<&Going>) -> Result<(), PlanError> {
        let coming = self.coming;
        let node_ref = node.and_then(|at| coming.nodes.get(at as usize));
        let mut names: BTreeSet<&str> = BTreeSet::new();
        let mut bringers: FxHashMap<&str, u32> = FxHashMap::default();
        if let Some(node) = node_ref {
            let folders = node.folders.iter().filter_map(|at| coming.nodes.get(*at as usize));
            names.extend(
                folders.map(|folder| folder.path.rsplit_once('/').map_or(&*folder.path, |(_, name)| name)),
            );
            names.extend(node.files.iter().map(|item| item.name.as_str()));
            bringers.extend(node.files.iter().map(|item| (item.name.as_str(), item.by)));
        }
        // Only what goes needs to know what else is there: the bytecode beside modules.
        let listed =
            if going.is_some_and(|going| !going.files.is_empty()) { self.list(path)? } else { Vec::new() };
        if let Some(going) = going {
            names.extend(going.files.iter().map(String::as_str));
            names.extend(going.folders.keys().map(String::as_str));
            names.extend(listed.iter().map(|(name, _)| name.as_str()).filter(|name| going.has_file(name)));
            if !going.files.is_empty() && listed.iter().any(|(name, _)| name == "__pycache__") {
                names.insert("__pycache__");
            }
        }
        for name in names {
            let child_path = layout::join(path, name);
            let child = self.coming.child(node, name);
            let bringer = bringers.get(name).copied();
            self.plan_name(&child_path, name, child, bringer, going)?;
        }
        Ok(())
    }

    fn plan_name(
        &mut self,
        path: &str,
        name: &str,
        child: Option<u32>,
        bringer: Option<u32>,
        going: Option<&Going>,
    ) -> Result<(), PlanError> {
        let comes = child.is_some() || bringer.is_some();
        match self.kind(path)? {
            None => {}
            Some(Kind::Other) => {
                let goes = going.is_some_and(|going| going.has_file(name));
                if !goes && !comes {
                    return Ok(());
                }
                if !goes {
                    let by = bringer.unwrap_or_else(|| self.first_bringer(child));
                    self.replaced.push(Replaced { path: path.to_owned(), by });
                }
                self.moves.push(Move::Aside(path.to_owned()));
            }
            Some(Kind::Directory) => {
                let own = going.and_then(|going| going.folders.get(name));
                let is_cache = name == "__pycache__" && going.is_some_and(|going| !going.files.is_empty());
                let goes = !self.layout.is_own(path)
                    && match going {
                        Some(going) if is_cache => self.is_cache_going(path, going)?,
                        _ => own.is_some_and(|own| self.is_all_going(path, own).unwrap_or(false)),
                    };
                if goes {
                    self.moves.push(Move::Aside(path.to_owned()));
                } else if bringer.is_some() {
                    return Err(PlanError::InTheWay(path.to_owned()));
                } else {
                    if let (true, Some(going)) = (is_cache, going) {
                        self.plan_cache(path, child, going)?;
                    } else if child.is_some() || own.is_some() {
                        self.plan_folder(path, child, own)?;
                    }
                    return Ok(());
                }
            }
        }
        if comes {
            self.moves.push(Move::In(path.to_owned()));
        }
        Ok(())
    }

    /// Who brings the first file below a directory.
    fn first_bringer(&self, node: Option<u32>) -> u32 {
        let mut at = node;
        while let Some(node) = at.and_then(|at| self.coming.nodes.get(at as usize)) {
            if let Some(item) = node.files.first() {
                return item.by;
            }
            at = node.folders.first().copied();
        }
        0
    }

    /// Whether nothing would be left in the directory at `path` without what goes.
    fn is_all_going(&self, path: &str, going: &Going) -> Result<bool, PlanError> {
        if going.is_whole {
            return Ok(true);
        }
        let nothing = Going::default();
        for (name, kind) in self.list(path)? {
            let child_path = layout::join(path, &name);
            let goes = match kind {
                Kind::Other => going.has_file(&name),
                Kind::Directory if name == "__pycache__" && !going.files.is_empty() => {
                    self.is_cache_going(&child_path, going)?
                }
                Kind::Directory => {
                    self.is_all_going(&child_path, going.folders.get(&name).unwrap_or(&nothing))?
                }
            };
            if !goes {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn is_cache_going(&self, path: &str, going: &Going) -> Result<bool, PlanError> {
        let goes = |(name, kind): (String, Kind)| kind == Kind::Other && going.goes_from_cache(&name);
        Ok(self.list(path)?.into_iter().all(goes))
    }

    /// Plans a `__pycache__` in which some bytecode stays.
    fn plan_cache(&mut self, path: &str, node: Option<u32>, going: &Going) -> Result<(), PlanError> {
        let mut own = Going::default();
        for (name, kind) in self.list(path)? {
            if kind == Kind::Other && going.goes_from_cache(&name) {
                own.files.insert(name);
            }
        }
        self.plan_folder(path, node, Some(&own))
    }
}
