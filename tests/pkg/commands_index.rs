//! Indexes as commands meet them: several at once, slow, failing, lying, behind a login, or not there; and hashes that are demanded.

use std::time::Duration;

use crate::dx::{World, offered, package};
use crate::loopback::{Behaviour, Server, sha256};
use crate::wheels::Wheel;

fn wheels() -> Vec<Wheel> {
    vec![package("flask", "2.0", &["click>=2"]), package("click", "2.0", &[]), package("click", "2.1", &[])]
}

fn line(wheel: &Wheel, hash: &str) -> String {
    format!("{}=={} --hash=sha256:{hash}\n", wheel.name, wheel.version)
}

#[test]
fn hashes_right_wrong_and_missing() {
    let Some(world) = World::new(&wheels()) else { return };
    let (flask, click) = (&wheels()[0], &wheels()[2]);
    let right = line(flask, &sha256(&flask.build())) + &line(click, &sha256(&click.build()));
    world.write("right.txt", &right);
    world.pip(&["install", "-r", "right.txt"]).good();
    assert_eq!(world.freeze(), ["click==2.1", "flask==2.0"]);
    world.pip(&["uninstall", "-y", "flask", "click"]).good();
    let wrong = line(flask, &sha256(b"other")) + &line(click, &sha256(&click.build()));
    world.write("wrong.txt", &wrong);
    world.pip(&["install", "-r", "wrong.txt"]).bad(1, "hash");
    world.write("unpinned.txt", &format!("flask>=2 --hash=sha256:{}\n", sha256(&flask.build())));
    world.pip(&["install", "-r", "unpinned.txt"]).bad(
        1,
        "In --require-hashes mode, all requirements must have their versions pinned with ==. These do not:",
    );
    world.write("bare.txt", &(line(flask, &sha256(&flask.build())) + "click==2.1\n"));
    world
        .pip(&["install", "-r", "bare.txt"])
        .bad(1, "Hashes are required in --require-hashes mode, but they are missing from some requirements:");
    world
        .pip(&["install", "--require-hashes", "flask==2.0"])
        .bad(1, "Hashes are required in --require-hashes mode");
    // What is required by something listed has to be listed.
    world.write("alone.txt", &line(flask, &sha256(&flask.build())));
    world.pip(&["install", "-r", "alone.txt"]).bad(1, "click==2.1 (from flask==2.0)");
    assert_eq!(world.freeze(), [""; 0]);
    world.pip(&["install", "-r", "alone.txt", "--no-deps"]).good();
    world.pip(&["install", "--no-require-hashes", "-r", "alone.txt"]).good();
    // The hash of another file of the same version chooses that file.
    let other = flask.clone().tag("py2.py3-none-any").file("flask/other.py", "");
    world.server.offer(offered(&other));
    world
        .write("other.txt", &(line(&other, &sha256(&other.build())) + &line(click, &sha256(&click.build()))));
    world.pip(&["install", "--force-reinstall", "-r", "other.txt"]).good();
    assert!(world.site_packages().join("flask/other.py").exists());
    // A hash by another algorithm than the index tells is looked at in the file itself.
    let sha512: String =
        sha2::Digest::finalize(<sha2::Sha512 as sha2::Digest>::new_with_prefix(click.build()))
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
    world.write("long.txt", &format!("click==2.1 --hash=sha512:{sha512}\n"));
    world.pip(&["install", "--force-reinstall", "-r", "long.txt"]).good();
    world.write("long.txt", &format!("click==2.1 --hash=sha512:{}\n", "0".repeat(128)));
    world
        .pip(&["install", "--no-cache-dir", "--force-reinstall", "-r", "long.txt"])
        .bad(1, "is not the file it should be");
}

#[test]
fn hashes_of_addresses_and_paths() {
    let Some(world) = World::new(&wheels()) else { return };
    let click = &wheels()[1];
    let url = world.server.at("/files/click-2.0-py3-none-any.whl");
    std::fs::write(world.path(&click.file_name()), click.build()).unwrap();
    let places = [format!("click @ {url}"), url.clone(), format!("./{}", click.file_name())];
    for place in &places {
        world.write("wrong.txt", &format!("{place} --hash=sha256:{}\n", "0".repeat(64)));
        world.pip(&["install", "-r", "wrong.txt"]).bad(1, "is not the file it should be");
        world.write("right.txt", &format!("{place} --hash=sha256:{}\n", sha256(&click.build())));
        world.pip(&["install", "--force-reinstall", "-r", "right.txt"]).good();
    }
    world
        .pip(&["install", "--force-reinstall", &format!("{url}#sha256={}", "0".repeat(64))])
        .bad(1, "is not the file it should be");
}

#[test]
fn an_index_that_lies_installs_nothing() {
    let Some(world) = World::serving(
        Behaviour { lies: true, ..Behaviour::default() },
        wheels().iter().map(offered).collect(),
    ) else {
        return;
    };
    let before = world.tree();
    world.pip(&["install", "flask"]).bad(1, "is not the file it should be: its hash is");
    world.pip(&["download", "-d", "house", "flask"]).bad(1, "is not the file it should be: its hash is");
    assert!(std::fs::read_dir(world.path("house")).map_or(0, Iterator::count) == 0);
    assert_eq!(before, world.tree());
}

#[test]
fn a_server_that_fails_or_cuts() {
    let Some(world) = World::serving(
        Behaviour { fail: (1, 503), ..Behaviour::default() },
        wheels().iter().map(offered).collect(),
    ) else {
        return;
    };
    world.pip(&["install", "flask"]).good();
    world.pip(&["uninstall", "-y", "flask", "click"]).good();
    world.server.cut_next(&[100, 200, 300]);
    world.pip(&["install", "--no-cache-dir", "flask"]).good();
    world.pip(&["uninstall", "-y", "flask", "click"]).good();
    world.server.behave(|behaviour| behaviour.fail = (usize::MAX, 500));
    let ended = world.pip(&["install", "--no-cache-dir", "--retries", "0", "flask"]).bad(1, "500");
    assert!(ended.err.contains(&format!("127.0.0.1:{}", world.server.port)), "{}", ended.err);
    assert_eq!(world.freeze(), [""; 0]);
    world.server.behave(|behaviour| {
        behaviour.fail = (0, 500);
        behaviour.delay = Duration::from_secs(3);
    });
    world.pip(&["install", "--no-cache-dir", "--retries", "0", "--timeout", "0.2", "flask"]).bad(1, "hint: ");
    world
        .pip(&["install", "--no-cache-dir", "--retries", "0", "-i", "http://127.0.0.1:9/simple/", "flask"])
        .bad(1, "127.0.0.1:9");
}

#[test]
fn offline_takes_what_is_cached() {
    let Some(world) = World::new(&wheels()) else { return };
    world.pip(&["install", "--offline", "flask"]).bad(1, "flask");
    world.pip(&["install", "flask"]).good();
    world.pip(&["uninstall", "-y", "flask", "click"]).good();
    world.server.clear_log();
    world.pip(&["install", "--offline", "flask"]).good();
    assert_eq!(world.server.log().len(), 0);
    world.pip(&["download", "--offline", "-d", "house", "flask"]).good();
    world.pip(&["install", "--offline", "rich"]).bad(1, "rich");
    assert_eq!(world.server.log().len(), 0);
}

#[test]
fn two_indexes_by_each_strategy() {
    let Some(world) = World::new(&[package("shared", "1.0", &[]), package("own", "1.0", &[])]) else {
        return;
    };
    let extra = Server::start(
        Behaviour::default(),
        vec![offered(&package("shared", "0.5", &[])), offered(&package("shared", "0.6", &[]))],
    );
    let coming = |arguments: &[&str]| {
        let given = ["install", "--dry-run", "--extra-index-url"];
        let ended = world.pip(&[&given[..], &[&extra.url()], arguments].concat()).good();
        ended.out.lines().last().unwrap_or_default().to_owned()
    };
    // The first index that has a package has all of it; the extra ones come first.
    assert_eq!(coming(&["shared", "own"]), "Would install own-1.0 shared-0.6");
    assert_eq!(coming(&["--index-strategy", "unsafe-best-match", "shared"]), "Would install shared-1.0");
    assert_eq!(
        coming(&["--index-strategy", "unsafe-first-match", "shared>=0.5"]),
        "Would install shared-0.6"
    );
    assert_eq!(coming(&["--index-strategy", "unsafe-first-match", "shared>0.9"]), "Would install shared-1.0");
    world.pip(&["install", "--extra-index-url", &extra.url(), "shared>0.9"]).bad(1, "shared");
    world.pip(&["install", "--index-strategy", "any", "own"]).bad(2, "invalid choice: 'any'");
    // A lock says which index each file is of.
    let lock = world.pip(&["lock", "-o", "-", "--extra-index-url", &extra.url(), "shared", "own"]).good().out;
    assert!(lock.contains(&format!("index = \"{}\"", extra.url())), "{lock}");
    assert!(lock.contains(&format!("index = \"{}\"", world.server.url())), "{lock}");
}

#[test]
fn passwords_are_used_and_never_shown() {
    const PASSWORD: &str = "s3cr3t-p4ss";
    let Some(mut world) = World::serving(
        Behaviour { auth: Some(("me".into(), PASSWORD.into())), ..Behaviour::default() },
        wheels().iter().map(offered).collect(),
    ) else {
        return;
    };
    let with_login = world.server.url().replace("http://", &format!("http://me:{PASSWORD}@"));
    let with_wrong_login = world.server.url().replace("http://", "http://me:wr0ng-p4ss@");
    let files = world.server.at("/files/").replace("http://", &format!("http://me:{PASSWORD}@"));
    world.write("index.txt", &format!("-i {with_login}\nflask\n"));
    world.write("url.txt", &format!("click @ {files}click-2.0-py3-none-any.whl\n"));
    let mut shown = String::new();
    let mut run = |code: i32, arguments: &[&str]| {
        let ended = world.pip(arguments);
        assert_eq!(ended.code, code, "{arguments:?}: {}", ended.all());
        shown.push_str(&ended.all());
    };
    run(1, &["install", "flask"]);
    run(1, &["install", "-vvv", "--debug", "-i", &with_wrong_login, "flask"]);
    run(0, &["install", "-vvv", "--log", "log.txt", "-i", &with_login, "flask"]);
    run(0, &["install", "-vvv", "--force-reinstall", "--no-cache-dir", "-r", "index.txt", "--report", "-"]);
    run(0, &["install", "-vvv", "--force-reinstall", "-r", "url.txt", "--report", "report.json"]);
    run(1, &["install", "-vvv", "-i", &with_login, "nothing-there"]);
    run(1, &["install", "-vvv", "--force-reinstall", &format!("{files}missing-1.0-py3-none-any.whl")]);
    run(0, &["lock", "-o", "pylock.toml", "-i", &with_login, "flask"]);
    run(0, &["lock", "-o", "-", "-r", "url.txt"]);
    run(0, &["compile", "index.txt", "-o", "out.txt", "--generate-hashes"]);
    run(0, &["compile", "url.txt", "-i", &with_login]);
    run(0, &["download", "-vvv", "-d", "house", "-i", &with_login, "flask"]);
    run(0, &["freeze"]);
    run(0, &["list", "--format", "json"]);
    let mut files = vec![shown, world.read("log.txt"), world.read("report.json"), world.read("out.txt")];
    files.push(world.read("pylock.toml"));
    files.push(
        std::fs::read_to_string(world.site_packages().join("click-2.0.dist-info/direct_url.json")).unwrap(),
    );
    for text in &files {
        for secret in [PASSWORD, "wr0ng-p4ss"] {
            assert!(!text.contains(secret), "{text}");
        }
    }
    // A lock from a place with a login is installed with it.
    world
        .pip(&["install", "--no-cache-dir", "--force-reinstall", "-i", &with_login, "-r", "pylock.toml"])
        .good();
    // netrc has it too.
    world.write("home/.netrc", &format!("machine 127.0.0.1 login me password {PASSWORD}\n"));
    world.pip(&["install", "--no-cache-dir", "--force-reinstall", "flask"]).good();
    world.set("NETRC", &world.path("none").display().to_string());
    world.pip(&["install", "--no-cache-dir", "--force-reinstall", "flask"]).bad(1, "401");
}

#[test]
fn two_installs_into_one_environment_at_once() {
    let Some(world) = World::new(&wheels()) else { return };
    for round in 0..4 {
        let commands = [
            vec!["pip", "install", "flask"],
            vec!["pip", "install", "--force-reinstall", "click==2.0"],
            vec!["pip", "uninstall", "-y", "flask"],
        ];
        let mut running: Vec<_> = commands
            .iter()
            .map(|arguments| {
                let mut command = world.command(arguments);
                command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
                command.spawn().unwrap()
            })
            .collect();
        for child in &mut running {
            assert!(child.wait().unwrap().success(), "round {round}");
        }
        let frozen = world.freeze();
        assert!(frozen[0].starts_with("click==2."), "{frozen:?}");
        assert!(frozen.len() == 1 || frozen[1..] == ["flask==2.0"], "{frozen:?}");
        world.pip(&["check"]).good();
        world.pip(&["uninstall", "-y", "flask", "click"]).good();
    }
}
