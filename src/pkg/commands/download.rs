//! `dx pip download` and `dx pip wheel`: the files of an answer in a folder instead of an environment.
//!
//! Everything is fetched, checked and built first; only then does the folder change, a file at a time, each whole or not there.

use std::fs;
use std::path::{Path, PathBuf};

use rustc_hash::FxHashMap;

use super::super::direct_url::{DirectUrl, Origin};
use super::super::filename::WheelName;
use super::super::index::hash::{Algorithm, Hash, Hasher};
use super::super::index::metadata;
use super::super::index::url::file_name;
use super::super::metadata::Metadata;
use super::super::name::Name;
use super::super::requirement::Source;
use super::super::requirements::Target as Asked;
use super::super::resolve::Chosen;
use super::super::version::Version;
use super::inputs::Inputs;
use super::session::{Session, Trouble, shown};
use super::solve::{For, Keep, Solved};
use super::{answer, install, output, ui, wheels};

/// A file that is to be in the folder.
struct Coming {
    chosen: Chosen,
    filename: String,
    /// Where it is now; nothing for what is in the folder already.
    from: Option<PathBuf>,
    /// Its size where it was fetched just now.
    fetched: Option<u64>,
    is_built: bool,
    /// The folder has another file of that name.
    is_other: bool,
}

/// `dx pip download`.
pub fn download(session: &Session<'_>) -> Result<i32, Trouble> {
    run(session, "dest", false)
}

/// `dx pip wheel`.
pub fn wheel(session: &Session<'_>) -> Result<i32, Trouble> {
    run(session, "wheel-dir", true)
}

fn run(session: &Session<'_>, place: &str, only_wheels: bool) -> Result<i32, Trouble> {
    let name = session.command.name;
    let operands = session.options.given.operands.clone();
    let inputs = Inputs::read(session, &operands)?;
    if inputs.is_empty() {
        return Err(Trouble::new(format!(
            "You must give at least one requirement to {name} (see \"pip help {name}\")"
        )));
    }
    if let Some(path) = session.options.given.values("editable").first() {
        return Err(Trouble::new(format!("{name} cannot handle the editable requirement {path}"))
            .with_hint("leave out -e"));
    }
    let folder = std::path::absolute(session.options.value(place).unwrap_or("."))
        .map_err(|error| Trouble::new(format!("--{place}: {error}")))?;
    let target = For::of(session)?;
    let nothing = FxHashMap::default();
    answer::with(session, &inputs, &target, &nothing, Keep::default(), |solved| {
        let solved = install::only_dependencies(session, solved)?;
        save(session, &solved, &folder, only_wheels)
    })
}

fn save(
    session: &Session<'_>,
    solved: &Solved<'_>,
    folder: &Path,
    only_wheels: bool,
) -> Result<i32, Trouble> {
    fs::create_dir_all(folder)
        .map_err(|error| Trouble::new(format!("cannot create {}: {error}", folder.display())))?;
    output::tidy(folder);
    let packages = &solved.resolution.packages;
    session.ui.begin("Fetching packages", None);
    let bar = session.ui.bar();
    let coming = wheels::each(packages, packages.len(), |chosen| {
        one(solved, chosen, folder, only_wheels, &|done, _| {
            if let Some(bar) = &bar {
                bar.set_message(format!("Fetching {} {} ({})", chosen.name, chosen.version, ui::size(done)));
            }
        })
    });
    session.ui.end();
    let coming: Vec<Coming> = coming?.into_iter().flatten().collect();
    if only_wheels && !session.options.switch("no-verify")? {
        coming.iter().filter(|file| file.is_built).try_for_each(verify)?;
    }
    for file in &coming {
        session.ui.say(&format!("Collecting {}", install::asked_text(solved, &file.chosen.name)));
        let to = folder.join(&file.filename);
        let place = shown(&to);
        if file.is_other {
            session.ui.warn(&format!("Previously-downloaded file {place} has bad hash. Re-downloading."));
        }
        match (&file.from, file.fetched) {
            (None, _) => session.ui.say(&format!("  File was already downloaded {place}")),
            (Some(_), _) if file.is_built => {}
            (Some(_), Some(size)) => {
                session.ui.say(&format!("  Downloading {} ({})", file.filename, ui::size(size)))
            }
            (Some(_), None) => session.ui.say(&format!("  Using cached {}", file.filename)),
        }
    }
    for file in &coming {
        let to = folder.join(&file.filename);
        if let Some(from) = &file.from {
            output::copy(from, &to)?;
            if !file.is_built {
                session.ui.say(&format!("Saved {}", shown(&to)));
            }
        }
    }
    let names = |is_wanted: &dyn Fn(&&Coming) -> bool| {
        coming.iter().filter(is_wanted).map(|file| file.chosen.name.to_string()).collect::<Vec<_>>().join(" ")
    };
    let text = match only_wheels {
        true => ("Successfully built", names(&|file| file.is_built)),
        false => ("Successfully downloaded", names(&|_| true)),
    };
    if !text.1.is_empty() {
        session.ui.say(&format!("{} {}", text.0, text.1));
    }
    session.ui.detail(&format!("{} requests", solved.universe.index.requests()));
    Ok(0)
}

/// Gets one package's file; nothing where there is none to be saved.
fn one(
    solved: &Solved<'_>,
    chosen: &Chosen,
    folder: &Path,
    only_wheels: bool,
    progress: &(dyn Fn(u64, Option<u64>) + Sync),
) -> Result<Option<Coming>, Trouble> {
    let made = |filename: String, from: PathBuf, fetched: Option<u64>, is_built: bool| {
        Some(Coming {
            chosen: chosen.clone(),
            filename,
            from: Some(from),
            fetched,
            is_built,
            is_other: false,
        })
    };
    let built = |path: PathBuf| {
        let filename = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        made(filename, path, None, true)
    };
    let index = solved.universe.index;
    let required = wheels::required(solved, &chosen.name);
    if let Some(direct) = solved.universe.direct_of(&chosen.name) {
        let url = DirectUrl::parse(&direct.direct_url).map_err(|error| Trouble::of(&error, None))?;
        let is_wheel = url.url.ends_with(".whl");
        return Ok(match url.origin {
            Origin::Archive { .. } if is_wheel => made(file_name(&url.url), direct.wheel, None, false),
            _ if only_wheels => built(direct.wheel),
            Origin::Archive { .. } => {
                // The address as it was asked for: it may hold a login.
                let asked = asked_url(solved, chosen).unwrap_or(url.url);
                let fetched = index.download_url(&asked, &required, progress)?;
                made(file_name(&asked), fetched.path, None, false)
            }
            // pip leaves folders where they are.
            Origin::Directory { .. } => None,
            Origin::Vcs { .. } => built(direct.wheel),
        });
    }
    let lost = || Trouble::new(format!("{} {} has no file", chosen.name, chosen.version));
    let entry = chosen.entry.as_ref().ok_or_else(lost)?;
    let page = solved.universe.page(&chosen.name).ok_or_else(lost)?;
    let file = entry.file().and_then(|file| page.file(file as usize)).ok_or_else(lost)?;
    if only_wheels && entry.wheel.is_none() {
        let (path, _) = solved
            .universe
            .builder
            .source_wheel(&chosen.name, &chosen.version, &file)
            .map_err(Trouble::from)?;
        return Ok(built(path));
    }
    let filename = file.filename().to_owned();
    let there = is_there(&folder.join(&filename), &file.hashes(), &required);
    if there == Some(true) {
        let chosen = chosen.clone();
        let coming = Coming { chosen, filename, from: None, fetched: None, is_built: false, is_other: false };
        return Ok(Some(coming));
    }
    let cached = index.downloaded(&file).is_some();
    let fetched = index.download(&file, &required, progress)?;
    let coming = made(filename, fetched.path, (!cached).then_some(fetched.size), false);
    Ok(coming.map(|coming| Coming { is_other: there == Some(false), ..coming }))
}

/// Whether a built wheel says the same of itself inside and in its name.
fn verify(file: &Coming) -> Result<(), Trouble> {
    let Some(path) = &file.from else { return Ok(()) };
    let invalid = |why: &dyn std::fmt::Display| {
        Trouble::new(format!("Built wheel for {} is invalid: {why}", file.chosen.name))
            .with_hint("--no-verify takes it all the same")
    };
    let name = WheelName::parse(&file.filename).map_err(|error| invalid(&error))?;
    let text = metadata::from_wheel(path, &name).map_err(|error| invalid(&error))?;
    let about = Metadata::parse(text.as_bytes());
    let own = about.name().and_then(|name| Name::new(name).ok());
    if own.as_ref() != Some(&name.name) {
        return Err(invalid(&format!("its name inside is {}", about.name().unwrap_or_default())));
    }
    let version = about.version().and_then(|version| version.parse::<Version>().ok());
    if version.as_ref() != Some(&name.version) {
        return Err(invalid(&format!("its version inside is {}", about.version().unwrap_or_default())));
    }
    Ok(())
}

/// The address that a package was asked for by.
fn asked_url(solved: &Solved<'_>, chosen: &Chosen) -> Option<String> {
    let own = solved.asked.get(&chosen.name).into_iter().flatten().find_map(|entry| match &entry.target {
        Asked::Url { url, .. } => Some(url.clone()),
        Asked::Named(requirement) => match &requirement.source {
            Source::Url(url) => Some(url.clone()),
            Source::Version(_) => None,
        },
        Asked::Path { .. } => None,
    });
    own.or_else(|| {
        let requires = solved.resolution.packages.iter().flat_map(|other| &other.facts.requires);
        requires.filter(|requirement| requirement.name == chosen.name).find_map(|requirement| {
            match &requirement.source {
                Source::Url(url) => Some(url.clone()),
                Source::Version(_) => None,
            }
        })
    })
}

/// Whether the folder has the file already, with the right bytes; nothing where it has none of that name.
fn is_there(path: &Path, told: &[Hash], required: &[Hash]) -> Option<bool> {
    let bytes = fs::read(path).ok()?;
    let wanted: Vec<Algorithm> = told.iter().chain(required).map(|hash| hash.algorithm).collect();
    let mut hasher = Hasher::new(wanted);
    hasher.update(&bytes);
    let (sha256, mut found) = hasher.finish();
    found.push(Hash::sha256(&sha256));
    let is_right = told.iter().all(|hash| found.contains(hash))
        && (required.is_empty() || required.iter().any(|hash| found.contains(hash)));
    Some(is_right)
}
