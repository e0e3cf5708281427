//! `dx pip cache`: where the cache is, what is in it, and removing from it; and the look after it that other commands take.

use super::super::cache::{Cache, DEFAULT_LIMIT, Item, Part, Removed, size_of};
use super::super::name::Name;
use super::pattern::matches;
use super::session::{Session, Trouble};
use super::ui;

/// What the command can do, in the order of pip's message.
const ACTIONS: &str = "dir, info, list, prune, purge, remove";

/// The command.
pub fn cache(session: &Session<'_>) -> Result<i32, Trouble> {
    if session.has_no_cache() {
        return Err(Trouble::new("pip cache commands can not function since cache is disabled."));
    }
    let operands = &session.options.given.operands;
    let Some((action, rest)) = operands.split_first() else {
        return Err(Trouble::new(format!("Need an action ({ACTIONS}) to perform.")));
    };
    let most = usize::from(matches!(action.as_str(), "list" | "remove"));
    let cache = Cache::new(&session.cache);
    let too_many = rest.len() > most;
    match action.as_str() {
        "dir" | "info" | "list" | "remove" | "purge" | "prune" if too_many => {
            return Err(Trouble::new("Too many arguments"));
        }
        "dir" => session.ui.say(&session.cache.display().to_string()),
        "info" => info(session, &cache)?,
        "list" => list(session, &cache, rest.first())?,
        "remove" => {
            let pattern = rest.first().ok_or_else(|| Trouble::new("Please provide a pattern"))?;
            remove(session, &cache, pattern)?;
        }
        "purge" => {
            let lock = cache.lock(&mut session.waiting("the cache"))?;
            tell(session, cache.purge(&lock)?);
        }
        "prune" => {
            let limit = limit(session)?;
            let lock = cache.lock(&mut session.waiting("the cache"))?;
            tell(session, cache.prune(limit, &lock)?);
        }
        _ => return Err(Trouble::new(format!("Need an action ({ACTIONS}) to perform."))),
    }
    Ok(0)
}

/// What the cache may take: `DX_CACHE_LIMIT`, else `cache-limit` of pip's configuration.
fn limit(session: &Session<'_>) -> Result<u64, Trouble> {
    let variable = session.host.variables.get("DX_CACHE_LIMIT").map(|text| (text, "DX_CACHE_LIMIT"));
    let given = variable.or_else(|| session.options.value("cache-limit").map(|text| (text, "cache-limit")));
    let Some((text, origin)) = given else { return Ok(DEFAULT_LIMIT) };
    size_of(text).ok_or_else(|| {
        Trouble::new(format!("{origin}: '{text}' is no size"))
            .with_hint("write bytes, or a unit as in 500M or 5GiB, or none for no limit")
    })
}

/// Keeps the cache within its limit, at most once a day, after a command that may have filled it.
pub fn look_after(session: &Session<'_>) {
    const FILLING: &[&str] = &["install", "sync", "download", "wheel", "lock", "compile"];
    if session.has_no_cache() || !FILLING.contains(&session.command.name) {
        return;
    }
    let pruned = limit(session).and_then(|limit| Ok(Cache::new(&session.cache).prune_now_and_then(limit)?));
    match pruned {
        Ok(Some(removed)) if removed.items > 0 => session.ui.detail(&format!(
            "Removed {} from the cache ({}), unused for longest",
            counted(removed.items, "item"),
            ui::size(removed.bytes)
        )),
        Ok(_) => {}
        // What was asked for is done; the cache can wait.
        Err(trouble) => session.ui.detail(&format!("The cache was not tidied: {trouble}")),
    }
}

fn counted(count: u64, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

fn tell(session: &Session<'_>, removed: Removed) {
    session.ui.say(&format!("Files removed: {} ({})", removed.files, ui::size(removed.bytes)));
    session.ui.say(&format!("Directories removed: {}", removed.folders));
}

fn info(session: &Session<'_>, cache: &Cache) -> Result<(), Trouble> {
    let items = cache.items()?;
    let limit = match limit(session)? {
        u64::MAX => String::from("none"),
        limit => ui::size(limit),
    };
    let sum = |items: &mut dyn Iterator<Item = &Item>| items.map(|item| item.size).sum::<u64>();
    session.ui.say(&format!("Cache location: {}", session.cache.display()));
    session.ui.say(&format!("Cache size: {} (limit: {limit})", ui::size(sum(&mut items.iter()))));
    for part in Part::ALL {
        let count = items.iter().filter(|item| item.part == part).count() as u64;
        let size = sum(&mut items.iter().filter(|item| item.part == part));
        session.ui.say(&format!("{}: {count} ({})", part.title(), ui::size(size)));
    }
    Ok(())
}

/// The cached wheels that a pattern names: a package's name, a name with the beginning of a version, or a glob of either.
fn named(cache: &Cache, pattern: &str) -> Result<Vec<Item>, Trouble> {
    let name = Name::new(pattern).ok();
    // As pip has it: without a hyphen the pattern is of the name alone.
    let glob = format!("{pattern}{}", if pattern.contains('-') { "*" } else { "-*" }).to_lowercase();
    let is_named = |item: &Item| {
        item.wheel.as_ref().is_some_and(|(found, version)| {
            let same = name.as_ref().is_some_and(|name| Name::new(found).is_ok_and(|found| found == *name));
            same || matches(&glob, &label(found, version).to_lowercase())
        })
    };
    let mut found: Vec<Item> = cache.wheels()?.into_iter().filter(is_named).collect();
    found.sort_by(|left, right| left.wheel.cmp(&right.wheel).then_with(|| left.path.cmp(&right.path)));
    Ok(found)
}

/// A wheel's name and version as the name of its file begins.
fn label(name: &str, version: &str) -> String {
    format!("{}-{version}", name.replace('-', "_"))
}

fn list(session: &Session<'_>, cache: &Cache, pattern: Option<&String>) -> Result<(), Trouble> {
    let format = session.options.value("format").unwrap_or("human");
    if !["human", "abspath"].contains(&format) {
        return Err(Trouble::usage(format!(
            "option --format: invalid choice: '{format}' (choose from 'human', 'abspath')"
        )));
    }
    let found = named(cache, pattern.map_or("*", String::as_str))?;
    if format == "abspath" {
        let mut paths: Vec<String> = found.iter().map(|item| item.path.display().to_string()).collect();
        paths.sort();
        for path in paths {
            session.ui.say(&path);
        }
        return Ok(());
    }
    if found.is_empty() {
        session.ui.say("No wheels are cached.");
        return Ok(());
    }
    session.ui.say("Cache contents:\n");
    for item in &found {
        if let Some((name, version)) = &item.wheel {
            session.ui.say(&format!(" - {} ({})", label(name, version), ui::size(item.size)));
        }
    }
    Ok(())
}

fn remove(session: &Session<'_>, cache: &Cache, pattern: &str) -> Result<(), Trouble> {
    if pattern == "*" {
        let lock = cache.lock(&mut session.waiting("the cache"))?;
        tell(session, cache.purge(&lock)?);
        return Ok(());
    }
    let found = named(cache, pattern)?;
    if found.is_empty() {
        session.ui.warn(&format!("No matching packages for pattern \"{pattern}\""));
    }
    let lock = cache.lock(&mut session.waiting("the cache"))?;
    let mut removed = Removed::default();
    for item in &found {
        cache.remove(item, &lock)?;
        removed.add(item);
        session.ui.detail(&format!("Removed {}", item.path.display()));
    }
    tell(session, removed);
    Ok(())
}
