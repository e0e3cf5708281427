//! The journal of a transaction: which moves change an environment, and how they are undone.
//!
//! A transaction has one directory, `FOLDER` in the environment's root:
//!
//! ```text
//! stage/…           what comes, at its path from the root
//! aside/N           what goes, N the number of its move
//! journal.new       the moves, while they are written
//! journal           the moves, from the first of them on
//! committed         the same under a third name, once all moves are made
//! undone            or under this one, once all moves are undone
//! ```
//!
//! Its names are the whole state:
//!
//! 1. Without `journal`, the environment is as it was (before the first move) or as it should be (`committed`, or nothing but
//!    rubbish is left): the directory is deleted.
//! 2. With `journal`, any number of moves may have been made, the first ones first. Each is one `rename`; that its destination in this
//!    directory is there (aside), or its source here is not (in), says that it was made. Undoing goes backwards and can itself be
//!    cut off anywhere.
//!
//! After a power loss the same holds, and nothing waits for the disk. Journaling file systems (ext4, XFS, Btrfs, APFS) keep the order of
//! what is done to names, so what is found is the state at some moment before; but a file's *content* may be missing although its
//! name is there. So the journal has no content: it is a directory of symbolic links, whose targets, one behind the other, are its text
//! and belong to the names. (Waiting for the disk takes a millisecond when it is idle and a tenth of a second beside a compiler.) Where
//! links cannot be made the journal is a file and is waited for. Content of *installed* files that was written shortly before the loss may
//! be missing; `store` says how the store finds that.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::failpoint::failpoint;
use super::folder::{Folder, Kind};
use super::layout;

/// The transaction's directory in the environment's root.
pub const FOLDER: &str = ".dx-transaction";
pub const STAGE: &str = ".dx-transaction/stage";
pub const ASIDE: &str = ".dx-transaction/aside";
const NEW: &str = ".dx-transaction/journal.new";
const ACTIVE: &str = ".dx-transaction/journal";
const COMMITTED: &str = ".dx-transaction/committed";
const UNDONE: &str = ".dx-transaction/undone";
const HEAD: &str = "dx transaction 1";
const TAIL: &str = "end";

/// One change of the environment. Paths are from its root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Move {
    /// Out of the environment.
    Aside(String),
    /// From the stage to its place.
    In(String),
}

/// Where the `at`-th move puts what it takes away.
fn aside(at: usize) -> String {
    format!("{ASIDE}/{at}")
}

fn staged(path: &str) -> String {
    layout::join(STAGE, path)
}

impl Move {
    pub fn path(&self) -> &str {
        match self {
            Move::Aside(path) | Move::In(path) => path,
        }
    }

    fn make(&self, at: usize, root: &Folder) -> io::Result<()> {
        match self {
            Move::Aside(path) => {
                failpoint("change-aside");
                root.rename(path, root, &aside(at))
            }
            Move::In(path) => {
                failpoint("change-in");
                root.rename(&staged(path), root, path)
            }
        }
    }

    /// Undoes the move if it was made.
    fn undo(&self, at: usize, root: &Folder) -> io::Result<()> {
        match self {
            Move::Aside(path) if root.kind(&aside(at))?.is_some() => {
                failpoint("roll-back");
                root.rename(&aside(at), root, path)
            }
            Move::In(path) if root.kind(&staged(path))?.is_none() && root.kind(path)?.is_some() => {
                failpoint("roll-back");
                root.rename(path, root, &staged(path))
            }
            _ => Ok(()),
        }
    }
}

/// Makes the transaction's directory. What an earlier one left has to be gone.
pub fn begin(root: &Folder) -> io::Result<()> {
    root.make_folder(FOLDER)?;
    failpoint("stage-begun");
    root.make_folder(STAGE)?;
    root.make_folder(ASIDE)
}

/// How much of the journal one link holds: what every file system takes.
const LINK: usize = 1000;

/// Writes the moves down.
pub fn write(root: &Folder, moves: &[Move]) -> io::Result<()> {
    let mut text = format!("{HEAD}\n");
    for step in moves {
        text.push(if matches!(step, Move::Aside(_)) { '-' } else { '+' });
        for letter in step.path().chars() {
            match letter {
                '%' | '\n' | '\r' => text.push_str(&format!("%{:02x}", letter as u32)),
                letter => text.push(letter),
            }
        }
        text.push('\n');
    }
    text.push_str(TAIL);
    if write_links(root, text.as_bytes()).is_err() {
        remove_links(root, NEW)?;
        let mut file = root.create(NEW, false)?;
        file.write_all(text.as_bytes())?;
        file.sync_data()?;
    }
    failpoint("journal-written");
    Ok(())
}

fn write_links(root: &Folder, text: &[u8]) -> io::Result<()> {
    root.make_folder(NEW)?;
    for (at, part) in text.chunks(LINK).enumerate() {
        root.symlink_text(part, &format!("{NEW}/{at}"))?;
    }
    Ok(())
}

/// Removes a journal of links, or what there is of it.
fn remove_links(root: &Folder, path: &str) -> io::Result<()> {
    if root.kind(path)?.is_none() {
        return Ok(());
    }
    for (name, _) in root.folder(path)?.list()? {
        root.remove_file(&layout::join(path, &name))?;
    }
    root.remove_folder(path)
}

/// The text of the journal in use, `None` when there is none.
fn read(root: &Folder, path: &Path) -> io::Result<Option<String>> {
    let bytes = match root.kind(ACTIVE)? {
        None => return Ok(None),
        Some(Kind::Other) => fs::read(path.join(ACTIVE))?,
        Some(Kind::Directory) => {
            let count = root.folder(ACTIVE)?.list()?.len();
            let mut bytes = Vec::with_capacity(count * LINK);
            for at in 0..count {
                bytes.extend_from_slice(
                    fs::read_link(path.join(ACTIVE).join(at.to_string()))?.as_os_str().as_encoded_bytes(),
                );
            }
            bytes
        }
    };
    // A text that is damaged is found to be no journal.
    Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
}

/// The moves of a journal; `None` when it is not a whole one.
fn parse(text: &str) -> Option<Vec<Move>> {
    let body = text.strip_prefix(HEAD)?.strip_prefix('\n')?.strip_suffix(TAIL)?;
    let unescaped = |path: &str| path.replace("%0a", "\n").replace("%0d", "\r").replace("%25", "%");
    let step = |line: &str| match line.split_at_checked(1)? {
        ("-", path) => Some(Move::Aside(unescaped(path))),
        ("+", path) => Some(Move::In(unescaped(path))),
        _ => None,
    };
    body.lines().map(step).collect()
}

/// A change that could not be made, or not be undone.
#[derive(Debug)]
pub struct MoveError {
    pub path: String,
    pub source: io::Error,
}

/// Makes all moves and marks the transaction as done; `go_on` is asked before each. On an error everything is as it was before.
///
/// Everything is staged and the journal written. `Err(None)` says that `go_on` refused.
pub fn run(root: &Folder, moves: &[Move], go_on: &dyn Fn() -> bool) -> Result<(), Option<MoveError>> {
    let error = |path: &str| {
        let path = path.to_owned();
        move |source| Some(MoveError { path, source })
    };
    root.rename(NEW, root, ACTIVE).map_err(error(ACTIVE))?;
    failpoint("journal-named");
    let mut failure = None;
    for (at, step) in moves.iter().enumerate() {
        let made = if go_on() { step.make(at, root).map_err(error(step.path())) } else { Err(None) };
        if let Err(error) = made {
            failure = Some(error);
            break;
        }
    }
    if failure.is_none() {
        failpoint("change-done");
        failure = root.rename(ACTIVE, root, COMMITTED).map_err(error(COMMITTED)).err();
    }
    match failure {
        None => {
            failpoint("committed");
            Ok(())
        }
        Some(failure) => {
            // What cannot be undone now can be undone by the next command: the journal stays for it.
            if undo_all(root, moves).is_ok() {
                let _ = root.rename(ACTIVE, root, UNDONE);
            }
            Err(failure)
        }
    }
}

fn undo_all(root: &Folder, moves: &[Move]) -> Result<(), MoveError> {
    for (at, step) in moves.iter().enumerate().rev() {
        step.undo(at, root).map_err(|source| MoveError { path: step.path().to_owned(), source })?;
    }
    failpoint("roll-back-done");
    Ok(())
}

/// Whether moves may have been made that nobody has undone.
pub fn is_active(root: &Path) -> bool {
    fs::symlink_metadata(root.join(ACTIVE)).is_ok()
}

/// What was found of an earlier transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recovered {
    /// There was none.
    Nothing,
    /// It had been finished, or had changed nothing yet.
    CleanedUp,
    /// It had been cut off: the environment is as it was before it.
    RolledBack,
}

#[derive(Debug)]
pub enum JournalError {
    /// The journal is there and cannot be read: nothing is known of what was changed.
    Damaged(PathBuf),
    Move(MoveError),
    Io {
        path: PathBuf,
        source: io::Error,
    },
}

/// Ends whatever transaction a dead process left in the environment at `path`.
pub fn recover(path: &Path) -> Result<Recovered, JournalError> {
    let folder_path = path.join(FOLDER);
    let io = |path: &str| {
        let path = folder_path.with_file_name(path);
        move |source| JournalError::Io { path, source }
    };
    match fs::symlink_metadata(&folder_path) {
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(Recovered::Nothing);
        }
        found => found.map_err(io(FOLDER))?,
    };
    let root = Folder::open(path).map_err(io(""))?;
    let mut recovered = Recovered::CleanedUp;
    if let Some(text) = read(&root, path).map_err(io(ACTIVE))? {
        let moves = parse(&text).ok_or_else(|| JournalError::Damaged(path.join(ACTIVE)))?;
        undo_all(&root, &moves).map_err(JournalError::Move)?;
        root.rename(ACTIVE, &root, UNDONE).map_err(io(ACTIVE))?;
        recovered = Recovered::RolledBack;
    }
    failpoint("recover-clean-up");
    fs::remove_dir_all(&folder_path).map_err(io(FOLDER))?;
    Ok(recovered)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_journal_is_read_as_it_was_written() {
        let folder = std::env::temp_dir().join(format!("dx-journal-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let root = Folder::open(&folder).unwrap();
        begin(&root).unwrap();
        let moves = [Move::Aside("a%0a\n%".into()), Move::In("ü/".repeat(LINK / 2) + "x")];
        write(&root, &moves).unwrap();
        root.rename(NEW, &root, ACTIVE).unwrap();
        let text = read(&root, &folder).unwrap().unwrap();
        assert_eq!(parse(&text).as_deref(), Some(&moves[..]));
        for end in (0..text.len()).step_by(7) {
            assert_eq!(text.get(..end).and_then(parse), None, "cut at {end}");
        }
        assert_eq!(recover(&folder).unwrap(), Recovered::RolledBack);
        assert_eq!(recover(&folder).unwrap(), Recovered::Nothing);
        fs::remove_dir(&folder).unwrap();
    }
}
