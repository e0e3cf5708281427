//! Commands that are killed (`SIGKILL`) at random moments: the environment is the old one or the new one, and the next command works.
//!
//! `DX_KILL_ROUNDS=200` sets how many moments each command is killed at; by default it is a few, spread over the time that the whole
//! command takes. The server is slow, so that a good part of them lies within downloads.

use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::dx::{Tree, World, offered, package};
use crate::loopback::{Behaviour, Folder, noise};
use crate::wheels::{Wheel, ZipEntry};

fn rounds() -> u32 {
    std::env::var("DX_KILL_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(10)
}

/// Packages that meet in folders, bring scripts and data, and change from version to version.
fn wheels() -> Vec<Wheel> {
    let mut wheels = Vec::new();
    for version in ["1.0", "2.0"] {
        wheels.push(
            package("app", version, &[&format!("base=={version}"), "tool"])
                .file("shared/app.py", version)
                .file(&format!("app/only_{}.py", &version[..1]), "")
                .entry(ZipEntry { is_stored: true, ..ZipEntry::new("app/data.bin", &noise(300_000)) })
                .entry_points("[console_scripts]\napp = app:main\n"),
        );
        wheels.push(
            package("base", version, &[])
                .file("shared/base.py", version)
                .file(&format!("base-{version}.data/data/share/base/{version}"), "")
                .executable(&format!("base-{version}.data/scripts/base-tool"), "#!python\n"),
        );
        wheels.push(package("tool", version, &[]).file("tool/deep/er/still.py", version));
    }
    wheels
}

fn slow() -> Option<World> {
    let behaviour = Behaviour { delay: Duration::from_millis(15), ..Behaviour::default() };
    World::serving(behaviour, wheels().iter().map(offered).collect())
}

/// What counts of an environment: all but notes of the installer's own, which tell of times and locks.
fn state(world: &World) -> Tree {
    let mut tree = world.tree();
    tree.retain(|path, _| !path.starts_with(".dx") && !path.contains("/.dx"));
    tree
}

/// Starts a command and kills it after some time, unless it ended before. Answers whether it was killed.
fn kill(world: &World, arguments: &[&str], after: Duration) -> bool {
    let mut child = world.command(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    std::thread::sleep(after);
    let running = child.try_wait().unwrap().is_none();
    let _ = child.kill();
    child.wait().unwrap();
    running
}

/// Kills a command at moments all over its time.
///
/// # Arguments
/// `begin` brings the state about from which the command starts; `next` is a command that has to work after the kill.
fn killed(begin: &[&[&str]], command: &[&str], next: &[&str]) {
    let Some(mut world) = slow() else { return };
    let make = |world: &World| begin.iter().for_each(|arguments| drop(world.dx(arguments).good()));
    make(&world);
    let old = state(&world);
    let timed = |world: &World| {
        let start = Instant::now();
        world.dx(command).good();
        start.elapsed()
    };
    // How long the command takes with what the cache has, and without.
    world.dx(command).good();
    let new = state(&world);
    assert_ne!(old, new, "{command:?} changes something");
    make(&world);
    let warm = timed(&world);
    make(&world);
    world.set("XDG_CACHE_HOME", &world.path("none").display().to_string());
    let mut whole = [timed(&world), warm];
    let (mut interrupted, mut olds, wanted) = (0, 0, rounds());
    let cold = Folder::new("cold");
    let mut round = 0;
    // What ended before it was killed does not count, and says that the command takes less time than was thought.
    while interrupted < wanted && round < 4 * wanted {
        world.set("XDG_CACHE_HOME", &world.path("cache").display().to_string());
        make(&world);
        assert_eq!(state(&world), old, "round {round} does not begin as the others");
        // Every other time nothing is cached, so that the kill may hit a download.
        if round % 2 == 0 {
            world.set("XDG_CACHE_HOME", &cold.path(&round.to_string()).display().to_string());
        }
        let part = f64::from(interrupted) / f64::from(wanted);
        let time = &mut whole[round as usize % 2];
        match kill(&world, command, time.mul_f64(part) + Duration::from_micros(u64::from(round) * 37 % 1000))
        {
            true => interrupted += 1,
            false => *time = time.mul_f64(0.97),
        }
        // A reader sees the old or the new state as soon as the next command, whichever it is, took the environment.
        let looks = [["pip", "list"], ["pip", "freeze"], ["pip", "check"]];
        let look = world.dx(&looks[round as usize % looks.len()]);
        assert!(look.code == 0, "round {round}: {}", look.all());
        let now = state(&world);
        assert!(
            now == old || now == new,
            "round {round}: neither old nor new: {:?}",
            differences(&now, &old, &new)
        );
        olds += u32::from(now == old);
        world.dx(next).good();
        assert_eq!(state(&world), new, "round {round}: what the next command leads to");
        world.dx(&["pip", "check"]).good();
        let _ = std::fs::remove_dir_all(cold.path(&round.to_string()));
        round += 1;
    }
    println!(
        "{command:?}: {round} rounds, {interrupted} killed, {olds} left the old state, {} the new one",
        round - olds
    );
    assert!(interrupted > 0, "no kill came in time");
}

/// Paths that are in neither state as they are now.
fn differences(now: &Tree, old: &Tree, new: &Tree) -> Vec<String> {
    let of = |state: &Tree| {
        let mut paths: Vec<String> = now
            .iter()
            .filter(|(path, bytes)| state.get(*path) != Some(bytes))
            .map(|(path, _)| format!("+{path}"))
            .collect();
        paths.extend(state.keys().filter(|path| !now.contains_key(*path)).map(|path| format!("-{path}")));
        paths
    };
    let (old, new) = (of(old), of(new));
    if old.len() < new.len() { old } else { new }
}

#[test]
fn an_install_is_killed() {
    let begin: &[&[&str]] = &[&["pip", "uninstall", "-y", "app", "base", "tool"]];
    let install = ["pip", "install", "app"];
    killed(begin, &install, &install);
}

#[test]
fn an_upgrade_is_killed() {
    let begin: &[&[&str]] = &[&["pip", "install", "-q", "--force-reinstall", "app==1.0", "tool==1.0"]];
    let upgrade = ["pip", "install", "-U", "app", "tool"];
    killed(begin, &upgrade, &upgrade);
}

#[test]
fn an_uninstall_is_killed() {
    let begin: &[&[&str]] = &[&["pip", "install", "-q", "app==2.0"]];
    let uninstall = ["pip", "uninstall", "-y", "app", "base", "tool"];
    killed(begin, &uninstall, &uninstall);
}

#[test]
fn a_download_is_killed() {
    let Some(world) = slow() else { return };
    let command = ["pip", "download", "-d", "house", "app"];
    let timed = || {
        let start = Instant::now();
        world.dx(&command).good();
        start.elapsed()
    };
    let cold = timed();
    std::fs::remove_dir_all(world.path("house")).unwrap();
    let mut whole = [cold, timed()];
    let new = crate::dx::tree(&world.path("house"));
    assert_eq!(new.len(), 3);
    let (mut interrupted, wanted) = (0, rounds());
    let mut round = 0;
    while interrupted < wanted && round < 4 * wanted {
        let _ = std::fs::remove_dir_all(world.path("house"));
        if round % 2 == 0 {
            std::fs::remove_dir_all(world.path("cache")).unwrap();
        }
        let time = &mut whole[round as usize % 2];
        match kill(&world, &command, time.mul_f64(f64::from(interrupted) / f64::from(wanted))) {
            true => interrupted += 1,
            false => *time = time.mul_f64(0.97),
        }
        if world.path("house").exists() {
            for (name, bytes) in crate::dx::tree(&world.path("house")) {
                let unfinished = name.starts_with('.') && name.ends_with(".dx-part");
                assert!(
                    unfinished || new.get(&name) == Some(&bytes),
                    "round {round}: {name} is there and not whole"
                );
            }
        }
        world.dx(&command).good();
        assert_eq!(crate::dx::tree(&world.path("house")), new, "round {round}");
        round += 1;
    }
    println!("{command:?}: {round} rounds, {interrupted} killed");
    assert!(interrupted > 0, "no kill came in time");
}
