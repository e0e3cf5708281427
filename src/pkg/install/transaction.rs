//! One transaction for everything that a command changes in an environment: all of it, or nothing.
//!
//! The order (`apply`): find out what comes and what goes; make the transaction's directory; link what comes into its stage;
//! write the journal; make the moves, renames all of them; mark the transaction as committed; delete what went. Before
//! the moves nothing that an interpreter could see has changed; `journal` says how the moves are undone, by this process when one
//! of them fails or the user interrupts, by the next command (`recover`) when this process was killed.
//!
//! Promised after a kill at any moment: once `recover` ran, the environment is byte for byte the old one or the new one. After a
//! power loss: the same for names; the content of files that came from freshly unpacked wheels may not have reached the disk.
//!
//! Files that two distributions bring go to the later one, a file in the way of what comes is replaced, both as pip does and both
//! with a warning where somebody owns what was lost.

use std::fmt;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use rustc_hash::FxHashMap;

pub use super::addition::Addition;
use super::addition::{self, AdditionError, Context};
use super::failpoint::failpoint;
use super::folder::Folder;
use super::installed::{self, Installed};
pub use super::journal::Recovered;
use super::journal::{self, JournalError, Move, MoveError};
use super::layout::{self, Layout};
use super::lock::{self, Kind, Lock, LockError};
use super::place::{LinkMode, Placer, Stored};
use super::scripts::{self, ScriptError};
use super::tree::{Coming, Content, Going, Item, PlanError, Planner, Replaced};
use super::uninstall::{self, Removal, UninstallError};

/// What a command changes.
#[derive(Debug, Default)]
pub struct Plan {
    pub remove: Vec<Installed>,
    pub add: Vec<Addition>,
}

#[derive(Default)]
pub struct Options<'a> {
    pub link_mode: LinkMode,
    /// Place bytecode of this tag where the store has it.
    pub bytecode: Option<&'a str>,
    /// Set when the user wants to stop: the transaction is undone.
    pub interrupted: Option<&'a AtomicBool>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Warning {
    /// Two distributions of the plan bring a file; the later one's is there.
    SameFile { path: String, lost: String, won: String },
    /// A file of a distribution that stays was replaced.
    Replaced { path: String, by: String, owner: String },
    /// RECORD of a removed distribution lists files that are not the environment's: they were left.
    NotRemoved { name: String, paths: Vec<String> },
    /// Files were copied, because the file system cannot do what was asked for.
    Copied(LinkMode),
    /// What was replaced or removed could not be deleted; the next command tries again.
    Leftover(String),
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Warning::SameFile { path, lost, won } => {
                write!(f, "{path} is in {lost} and in {won}; {won}'s file was installed")
            }
            Warning::Replaced { path, by, owner } => {
                write!(f, "{path} of {owner} was replaced by that of {by}")
            }
            Warning::NotRemoved { name, paths } => {
                write!(f, "would not remove of {name} (outside of the environment): {}", paths.join(", "))
            }
            Warning::Copied(mode) => {
                let mode = match mode {
                    LinkMode::Clone => "cloned",
                    LinkMode::Hardlink => "hard-linked",
                    LinkMode::Symlink => "linked",
                    LinkMode::Copy => "copied",
                };
                write!(
                    f,
                    "files of the cache cannot be {mode} into this environment and were copied, which is slower"
                )
            }
            Warning::Leftover(reason) => write!(f, "old files could not be deleted: {reason}"),
        }
    }
}

/// What was done.
#[derive(Debug, Default)]
pub struct Report {
    pub warnings: Vec<Warning>,
    /// Files that came, bytecode included.
    pub files: usize,
}

#[derive(Debug)]
pub enum TransactionError {
    /// The user stopped it. The environment is as it was.
    Interrupted,
    /// A file of the store is missing or was edited: the entry has to be removed and unpacked again. The environment is as it was.
    StoreDamaged {
        name: String,
        path: PathBuf,
    },
    Script {
        name: String,
        source: ScriptError,
    },
    /// A wheel with a file that is the environment's own.
    Reserved {
        name: String,
        path: String,
    },
    /// A file would take the place of a directory, or both come.
    InTheWay(PathBuf),
    Uninstall(UninstallError),
    Io {
        path: PathBuf,
        source: io::Error,
    },
    Lock(LockError),
    /// A transaction of an earlier process cannot be undone, because its journal is unreadable.
    JournalDamaged(PathBuf),
}

impl fmt::Display for TransactionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TransactionError::Interrupted => f.write_str("interrupted; the environment is as it was"),
            TransactionError::StoreDamaged { name, path } => {
                write!(
                    f,
                    "the cached files of {name} are damaged: {} is missing or was changed",
                    path.display()
                )
            }
            TransactionError::Script { name, .. } => write!(f, "the scripts of {name} cannot be installed"),
            TransactionError::Reserved { name, path } => {
                write!(f, "{name} would replace {path}, which belongs to the environment itself")
            }
            TransactionError::InTheWay(path) => {
                write!(f, "{} would have to be a file and is a directory", path.display())
            }
            TransactionError::Uninstall(error) => error.fmt(f),
            TransactionError::Io { path, .. } => {
                write!(f, "the environment cannot be changed at {}", path.display())
            }
            TransactionError::Lock(_) => f.write_str("the environment cannot be locked"),
            TransactionError::JournalDamaged(path) => write!(
                f,
                "an earlier install was cut off and its journal {} cannot be read: what it changed is unknown",
                path.display()
            ),
        }
    }
}

impl std::error::Error for TransactionError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            TransactionError::Script { source, .. } => Some(source),
            TransactionError::Uninstall(error) => error.source(),
            TransactionError::Io { source, .. } => Some(source),
            TransactionError::Lock(error) => Some(error),
            _ => None,
        }
    }
}

impl TransactionError {
    /// What the user can do.
    pub fn hint(&self) -> Option<String> {
        match self {
            TransactionError::Uninstall(error) => error.hint(),
            TransactionError::JournalDamaged(_) => Some(format!(
                "make the environment anew, or delete {} and reinstall its packages",
                journal::FOLDER
            )),
            TransactionError::Io { source, .. } => match source.kind() {
                io::ErrorKind::StorageFull => Some("the disk is full; nothing was changed".into()),
                io::ErrorKind::PermissionDenied => {
                    Some("nothing was changed; is the environment yours, or read-only?".into())
                }
                io::ErrorKind::CrossesDevices => {
                    Some("the environment spans several file systems; nothing was changed".into())
                }
                _ => None,
            },
            _ => None,
        }
    }
}

/// An environment under its exclusive lock, with whatever an earlier process left cleaned up.
pub struct Environment {
    pub layout: Layout,
    /// What was found of an earlier transaction.
    pub recovered: Recovered,
    _lock: Lock,
}

impl Environment {
    /// Locks the environment and recovers it. The root is made if it is not there.
    ///
    /// `waiting` is called once when another process has the lock.
    pub fn open(layout: Layout, waiting: &mut dyn FnMut()) -> Result<Environment, TransactionError> {
        let root = &layout.root;
        fs::create_dir_all(root).map_err(|source| TransactionError::Io { path: root.clone(), source })?;
        let lock = lock::lock(root, Kind::Exclusive, waiting).map_err(TransactionError::Lock)?;
        let recovered = recover(root)?;
        Ok(Environment { layout, recovered, _lock: lock })
    }

    /// What is installed.
    pub fn installed(&self) -> Result<installed::Scan, installed::InstalledError> {
        installed::scan(&self.layout.site_packages())
    }

    /// Makes the plan so. On an error the environment is as it was.
    pub fn apply(&self, plan: &Plan, options: &Options<'_>) -> Result<Report, TransactionError> {
        apply(&self.layout, plan, options)
    }
}

/// Whether the environment at `root` is being changed right now, or was when a process was killed.
pub fn is_unsettled(root: &Path) -> bool {
    journal::is_active(root)
}

/// Ends what a killed process left in the environment at `root`, whose lock the caller holds.
pub fn recover(root: &Path) -> Result<Recovered, TransactionError> {
    journal::recover(root).map_err(|error| match error {
        JournalError::Damaged(path) => TransactionError::JournalDamaged(path),
        JournalError::Move(MoveError { path, source }) => {
            TransactionError::Io { path: root.join(path), source }
        }
        JournalError::Io { path, source } => TransactionError::Io { path, source },
    })
}

/// Everything that is known before the first change on the disk.
struct Prepared<'a> {
    plan: &'a Plan,
    layout: &'a Layout,
    root: Folder,
    coming: Coming,
    moves: Vec<Move>,
}

/// Makes `plan` so in the environment of `layout`, whose lock the caller holds and which was recovered.
pub fn apply(layout: &Layout, plan: &Plan, options: &Options<'_>) -> Result<Report, TransactionError> {
    let mut report = Report::default();
    let prepared = prepare(layout, plan, options, &mut report)?;
    if prepared.moves.is_empty() {
        return Ok(report);
    }
    let placer = Placer::new(options.link_mode);
    let done = carry_out(&prepared, &placer, options);
    // The transaction's directory goes in any case, unless the moves could not be undone: then it is what can undo them.
    match &done {
        Ok(()) => failpoint("clean-up"),
        Err(_) if journal::is_active(&layout.root) => return done.map(|()| report),
        Err(_) => {}
    }
    let cleaned = clean_up(&layout.root);
    done?;
    if let Err(error) = cleaned {
        report.warnings.push(Warning::Leftover(error.to_string()));
    }
    if placer.fell_back() {
        report.warnings.push(Warning::Copied(options.link_mode));
    }
    Ok(report)
}

fn prepare<'a>(
    layout: &'a Layout,
    plan: &'a Plan,
    options: &Options<'_>,
    report: &mut Report,
) -> Result<Prepared<'a>, TransactionError> {
    let io = |path: &Path| {
        let path = path.to_path_buf();
        move |source| TransactionError::Io { path, source }
    };
    let root = Folder::open(&layout.root).map_err(io(&layout.root))?;
    let shebang = scripts::shebang(&layout.python);
    let context = Context { layout, shebang: &shebang, bytecode: options.bytecode };
    let mut coming = Coming::new();
    for (number, addition) in plan.add.iter().enumerate() {
        addition::collect(&context, &mut coming, addition, number as u32)
            .map_err(|error| addition_error(error, &addition.entry.manifest.name))?;
    }
    let mut going = Going::default();
    for installed in &plan.remove {
        let removal = uninstall::removal(layout, installed).map_err(TransactionError::Uninstall)?;
        take_removal(removal, &mut going, &mut coming, report);
    }
    let name_of = |number: u32| name_of(plan, number);
    for (path, lost, won) in coming.settle() {
        if lost != won {
            report.warnings.push(Warning::SameFile { path, lost: name_of(lost), won: name_of(won) });
        }
    }
    if let Some(path) = coming.contradiction() {
        return Err(TransactionError::InTheWay(layout.root.join(path)));
    }
    let mut planner =
        Planner { root: &root, layout, coming: &coming, moves: Vec::new(), replaced: Vec::new() };
    planner.plan(&going).map_err(|error| match error {
        PlanError::InTheWay(path) => TransactionError::InTheWay(layout.root.join(path)),
        PlanError::Io { path, source } => TransactionError::Io { path: layout.root.join(path), source },
    })?;
    let Planner { moves, replaced, .. } = planner;
    warn_of_owners(layout, plan, replaced, report);
    report.files = coming.nodes.iter().map(|node| node.files.len()).sum();
    Ok(Prepared { plan, layout, root, coming, moves })
}

fn addition_error(error: AdditionError, name: &str) -> TransactionError {
    let name = name.to_owned();
    match error {
        AdditionError::Script(source) => TransactionError::Script { name, source },
        AdditionError::Reserved(path) => TransactionError::Reserved { name, path },
        AdditionError::Io { path, source } if source.kind() == io::ErrorKind::NotFound => {
            drop(source);
            TransactionError::StoreDamaged { name, path }
        }
        AdditionError::Io { path, source } => TransactionError::Io { path, source },
    }
}

/// What nobody of the additions brings, but a removal writes anew.
const NOBODY: u32 = u32::MAX;

fn name_of(plan: &Plan, number: u32) -> String {
    plan.add.get(number as usize).map_or_else(String::new, |addition| addition.entry.manifest.name.clone())
}

fn take_removal(removal: Removal, going: &mut Going, coming: &mut Coming, report: &mut Report) {
    for path in &removal.files {
        going.add_file(path);
    }
    for path in &removal.folders {
        going.add_folder(path);
    }
    for (path, bytes) in removal.rewritten {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", &path));
        going.add_file(&path);
        let node = coming.folder(folder);
        let content = Content::Made { bytes, executable: false };
        coming.push(node, Item { name: name.to_owned(), content, by: NOBODY });
    }
    if !removal.refused.is_empty() {
        let name = removal.name.to_string();
        report.warnings.push(Warning::NotRemoved { name, paths: removal.refused });
    }
}

/// Finds out whose files were replaced; nobody's go without a word, as with pip.
fn warn_of_owners(layout: &Layout, plan: &Plan, replaced: Vec<Replaced>, report: &mut Report) {
    if replaced.is_empty() {
        return;
    }
    let Ok(scan) = installed::scan(&layout.site_packages()) else { return };
    let mut owners: FxHashMap<String, String> = FxHashMap::default();
    for installed in scan.distributions.iter().filter(|installed| !plan.remove.contains(installed)) {
        for file in installed.files().ok().flatten().unwrap_or_default() {
            if let Some(path) = layout::normal(&layout::join(&layout.purelib, &file.path)) {
                owners.insert(path, installed.name.to_string());
            }
        }
    }
    for Replaced { path, by } in replaced {
        if let Some(owner) = owners.remove(&path) {
            report.warnings.push(Warning::Replaced { path, by: name_of(plan, by), owner });
        }
    }
}

/// Stages, writes the journal, makes the moves.
fn carry_out(
    prepared: &Prepared<'_>,
    placer: &Placer,
    options: &Options<'_>,
) -> Result<(), TransactionError> {
    let root = &prepared.root;
    let go_on = || !options.interrupted.is_some_and(|flag| flag.load(Ordering::Relaxed));
    let io = |path: &str| {
        let path = prepared.layout.root.join(path);
        move |source| TransactionError::Io { path, source }
    };
    journal::begin(root).map_err(io(journal::FOLDER))?;
    stage(prepared, placer, options, &go_on)?;
    failpoint("stage-written");
    journal::write(root, &prepared.moves).map_err(io(journal::FOLDER))?;
    if !go_on() {
        return Err(TransactionError::Interrupted);
    }
    journal::run(root, &prepared.moves, &go_on).map_err(|failure| match failure {
        None => TransactionError::Interrupted,
        Some(MoveError { path, source }) => io(&path)(source),
    })
}

/// A wheel of the store while it is linked.
struct OpenEntry {
    tree: Folder,
    tree_path: PathBuf,
    /// With bytecode of the wanted tag.
    bytecode: Option<(Folder, PathBuf)>,
}

/// Puts everything that comes into the stage.
fn stage(
    prepared: &Prepared<'_>,
    placer: &Placer,
    options: &Options<'_>,
    go_on: &(dyn Fn() -> bool + Sync),
) -> Result<(), TransactionError> {
    let stage_path = prepared.layout.root.join(journal::STAGE);
    let io = |source| TransactionError::Io { path: stage_path.clone(), source };
    let stage = prepared.root.folder(journal::STAGE).map_err(io)?;
    let mut entries = Vec::with_capacity(prepared.plan.add.len());
    for addition in &prepared.plan.add {
        let tree_path = addition.entry.tree();
        let name = addition.entry.manifest.name.clone();
        let open = |path: &Path| {
            let damaged = |_| TransactionError::StoreDamaged { name: name.clone(), path: path.to_path_buf() };
            Folder::open(path).map_err(damaged)
        };
        let bytecode = options.bytecode.map(|tag| addition.entry.bytecode(tag));
        let bytecode = bytecode.and_then(|path| Some((Folder::open(&path).ok()?, path)));
        entries.push(OpenEntry { tree: open(&tree_path)?, tree_path, bytecode });
    }
    let stager = Stager { prepared, placer, stage, entries };
    let nodes = &prepared.coming.nodes;
    for node in nodes.iter().skip(1) {
        stager.stage.make_folder(&node.path).map_err(io)?;
        failpoint("stage-folder");
    }
    let next = AtomicUsize::new(0);
    let failure = Mutex::new(None);
    let total: usize = nodes.iter().map(|node| node.files.len()).sum();
    super::in_threads(if total < 64 { 1 } else { super::threads() }, || {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(node) = nodes.get(at) else { return };
            let staged = if go_on() {
                stager.fill(&node.path, &node.files)
            } else {
                Err(TransactionError::Interrupted)
            };
            if let Err(error) = staged {
                next.store(nodes.len(), Ordering::Relaxed);
                failure.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).get_or_insert(error);
            }
        }
    });
    failure.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner()).map_or(Ok(()), Err)
}

struct Stager<'a> {
    prepared: &'a Prepared<'a>,
    placer: &'a Placer,
    stage: Folder,
    entries: Vec<OpenEntry>,
}

impl Stager<'_> {
    /// Puts the files of one directory into the stage.
    fn fill(&self, folder: &str, files: &[Item]) -> Result<(), TransactionError> {
        let mut to = String::with_capacity(folder.len() + 64);
        let mut from = String::new();
        for item in files {
            to.clear();
            push_path(&mut to, folder, &item.name);
            match &item.content {
                Content::Made { bytes, executable } => {
                    let write = || self.stage.create(&to, *executable)?.write_all(bytes);
                    write().map_err(|source| TransactionError::Io {
                        path: self.prepared.layout.root.join(&to),
                        source,
                    })?;
                }
                Content::Stored { addition, file } => self.link(*addition, *file, None, &mut from, &to)?,
                Content::Bytecode { addition, file } => {
                    self.link(*addition, *file, Some(&item.name), &mut from, &to)?
                }
            }
            failpoint("stage-file");
        }
        Ok(())
    }

    /// Links a file of the store, or the bytecode of that name beside it.
    fn link(
        &self,
        addition: u32,
        file: u32,
        bytecode: Option<&str>,
        from: &mut String,
        to: &str,
    ) -> Result<(), TransactionError> {
        let known = self.prepared.plan.add.get(addition as usize).zip(self.entries.get(addition as usize));
        let Some((addition, open)) = known else { return Ok(()) };
        let manifest = &addition.entry.manifest;
        let Some(file) = manifest.files.get(file as usize) else { return Ok(()) };
        let Some(folder) = manifest.folders.get(file.folder as usize) else { return Ok(()) };
        let (tree, tree_path, name) = match (bytecode, &open.bytecode) {
            (Some(name), Some((tree, path))) => (tree, path, name),
            (Some(_), None) => return Ok(()),
            (None, _) => (&open.tree, &open.tree_path, file.name.as_str()),
        };
        from.clear();
        push_path(from, &folder.source, name);
        // Who edits a hard-linked file in place edits the store's: what has another size is not the wheel's any more.
        if bytecode.is_none() && tree.size(from) != Some(file.size) {
            let path = tree_path.join(from.as_str());
            return Err(TransactionError::StoreDamaged { name: manifest.name.clone(), path });
        }
        let executable = file.executable && bytecode.is_none();
        let stored = Stored { tree, tree_path, path: from, executable };
        self.placer.place(&stored, &self.stage, to).map_err(|source| {
            if source.kind() == io::ErrorKind::NotFound {
                let path = tree_path.join(from.as_str());
                return TransactionError::StoreDamaged { name: manifest.name.clone(), path };
            }
            TransactionError::Io { path: self.prepared.layout.root.join(to), source }
        })
    }
}

fn push_path(path: &mut String, folder: &str, name: &str) {
    if !folder.is_empty() {
        path.push_str(folder);
        path.push('/');
    }
    path.push_str(name);
}

/// Deletes the transaction's directory, what went in several threads.
fn clean_up(root: &Path) -> io::Result<()> {
    let aside = fs::read_dir(root.join(journal::ASIDE)).map(|entries| entries.flatten().collect::<Vec<_>>());
    let old = aside.unwrap_or_default();
    let next = AtomicUsize::new(0);
    super::in_threads(super::threads().min(old.len()), || {
        while let Some(entry) = old.get(next.fetch_add(1, Ordering::Relaxed)) {
            // What cannot be deleted here is tried again below, where the error counts.
            let _ = match entry.file_type() {
                Ok(kind) if kind.is_dir() => fs::remove_dir_all(entry.path()),
                _ => fs::remove_file(entry.path()),
            };
        }
    });
    match fs::remove_dir_all(root.join(journal::FOLDER)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
