//! The commands that look and change nothing (`list`, `freeze`, `show`, `check`, `inspect`, `index versions`, `hash`), and those for
//! configuration and cache, by the real binary. What they print is pip 26.3's, written here as facts; `cargo xtask packages` compares
//! real packages with pip itself.

use crate::dx::{World, package};
use crate::wheels::Wheel;

/// Three packages: `Big.App` needs `lib-one` and, by an extra, `lib_two`.
fn wheels() -> Vec<Wheel> {
    vec![
        package("Big.App", "2.0", &["lib-one>=1", "lib_two; extra == 'more'"])
            .metadata(
                "Summary: An application\nHome-page: https://example.org/app\nAuthor: A. U. Thor\nAuthor-email: a@example.org\n\
                 License: MIT\nClassifier: Development Status :: 4 - Beta\nProject-URL: Docs, https://example.org/docs\n\
                 Provides-Extra: more\nRequires-Dist: lib-one>=1\nRequires-Dist: lib_two; extra == 'more'",
            )
            .entry_points("[console_scripts]\nbig = Big.App:main\n"),
        package("lib-one", "1.0", &[]),
        package("lib-one", "1.5", &[]),
        package("lib-one", "2.0rc1", &[]),
        package("lib_two", "0.9", &[]),
    ]
}

fn world() -> Option<World> {
    let world = World::new(&wheels())?;
    world.pip(&["install", "-q", "Big.App", "lib-one==1.0"]).good();
    Some(world)
}

#[test]
fn list_has_pips_three_formats() {
    let Some(world) = world() else { return };
    let out = |words: &[&str]| world.pip(&[&["list"], words].concat()).good().out;
    assert_eq!(out(&[]), "Package Version\n------- -------\nBig.App 2.0\nlib-one 1.0\n");
    assert_eq!(out(&["--format", "freeze"]), "Big.App==2.0\nlib-one==1.0\n");
    assert_eq!(
        out(&["--format=json"]),
        "[{\"name\": \"Big.App\", \"version\": \"2.0\"}, {\"name\": \"lib-one\", \"version\": \"1.0\"}]\n"
    );
    let site = world.site_packages().display().to_string();
    assert_eq!(
        out(&["-v", "--format", "json", "--not-required"]),
        format!(
            "[{{\"name\": \"Big.App\", \"version\": \"2.0\", \"location\": \"{site}\", \"installer\": \"dx\"}}]\n"
        )
    );
    assert_eq!(out(&["--exclude", "big_app", "--format", "freeze"]), "lib-one==1.0\n");
    assert_eq!(out(&["--editable"]), "");
    assert_eq!(
        out(&["--outdated"]),
        "Package Version Latest Type\n------- ------- ------ -----\nlib-one 1.0     1.5    wheel\n"
    );
    assert_eq!(
        out(&["--outdated", "--pre", "--format", "json"]),
        "[{\"name\": \"lib-one\", \"version\": \"1.0\", \"latest_version\": \"2.0rc1\", \"latest_filetype\": \"wheel\"}]\n"
    );
    assert_eq!(out(&["--uptodate", "--format", "freeze"]), "Big.App==2.0\n");
}

#[test]
fn freeze_show_and_check() {
    let Some(world) = world() else { return };
    assert_eq!(world.freeze(), ["Big.App==2.0", "lib-one==1.0"]);
    assert_eq!(world.pip(&["freeze", "--exclude", "BIG-app"]).good().out, "lib-one==1.0\n");
    let site = world.site_packages().display().to_string();
    let head = format!(
        "Name: Big.App\nVersion: 2.0\nSummary: An application\nHome-page: https://example.org/app\nAuthor: A. U. Thor\nAuthor-email: \
         a@example.org\nLicense: MIT\nLocation: {site}\nRequires: lib-one\nRequired-by: \n"
    );
    assert_eq!(world.pip(&["show", "big-app"]).good().out, head);
    let verbose = world.pip(&["show", "-v", "big-app"]).good().out;
    let rest = verbose.strip_prefix(&head).unwrap_or_else(|| panic!("{verbose}"));
    assert!(
        rest.contains("\nInstaller: dx\nClassifiers:\n  Development Status :: 4 - Beta\nEntry-points:\n"),
        "{rest}"
    );
    assert!(
        rest.ends_with(
            "  [console_scripts]\n  big = Big.App:main\nProject-URLs:\n  Docs, https://example.org/docs\n"
        ),
        "{rest}"
    );
    let both = world.pip(&["show", "lib-one", "missing", "Big_App"]).good();
    assert!(both.out.contains("Required-by: Big.App\n---\nName: Big.App\n"), "{}", both.out);
    assert_eq!(both.err, "WARNING: Package(s) not found: missing\n");
    let files = world.pip(&["show", "-f", "lib-one"]).good().out;
    let (_, files) = files.split_once("\nFiles:\n").unwrap_or_else(|| panic!("{files}"));
    let mut sorted: Vec<&str> = files.lines().collect();
    assert!(
        sorted.contains(&"  lib_one/__init__.py") && sorted.contains(&"  lib_one-1.0.dist-info/RECORD"),
        "{files}"
    );
    sorted.sort_unstable();
    assert_eq!(sorted, files.lines().collect::<Vec<_>>());
    world.pip(&["show"]).bad(1, "ERROR: Please provide a package name or names.");
    world.pip(&["show", "missing"]).bad(1, "WARNING: Package(s) not found: missing");
    world.pip(&["check"]).good().has_line("No broken requirements found.");
    world.pip(&["uninstall", "-y", "lib-one"]).good();
    let broken = world.pip(&["check"]);
    assert_eq!(
        (broken.code, broken.out.as_str()),
        (1, "Big.App 2.0 requires lib-one, which is not installed.\n")
    );
}

#[test]
fn inspect_is_pips_report() {
    let Some(world) = world() else { return };
    let text = world.pip(&["inspect"]).good().out;
    assert!(text.starts_with("{\n  \"version\": \"1\",\n  \"pip_version\": \"26.3\",\n"), "{text}");
    let report: serde_json::Value = serde_json::from_str(&text).unwrap();
    let app = &report["installed"][0];
    assert_eq!(app["metadata"]["name"], "Big.App");
    assert_eq!(app["metadata"]["requires_dist"][1], "lib_two; extra == 'more'");
    assert_eq!((&app["installer"], &app["requested"]), (&"dx".into(), &true.into()));
    let place = world.site_packages().join("Big.App-2.0.dist-info").display().to_string().to_lowercase();
    let found = app["metadata_location"].as_str().unwrap_or_default().to_lowercase();
    assert_eq!(found.replace("big_app", "big.app"), place);
    assert!(app.get("direct_url").is_none());
    assert_eq!(report["environment"]["python_version"], "3.14");
    assert_eq!(report["environment"]["implementation_name"], "dx");
}

#[test]
fn index_versions_lists_what_the_index_has() {
    let Some(world) = world() else { return };
    let out = |words: &[&str]| world.pip(&[&["index", "versions"], words].concat()).good().out;
    assert_eq!(
        out(&["lib-one"]),
        "lib-one (1.5)\nAvailable versions: 1.5, 1.0\n  INSTALLED: 1.0\n  LATEST:    1.5\n"
    );
    assert_eq!(
        out(&["lib-one", "--pre", "--json"]),
        "{\"name\": \"lib-one\", \"versions\": [\"2.0rc1\", \"1.5\", \"1.0\"], \"latest\": \"2.0rc1\", \"installed_version\": \"1.0\"}\n"
    );
    assert_eq!(out(&["lib_two"]), "lib_two (0.9)\nAvailable versions: 0.9\n");
    world.pip(&["index", "versions", "nothing"]).bad(1, "ERROR: No matching distribution found for nothing");
    world.pip(&["index", "versions"]).bad(1, "ERROR: You need to specify exactly one argument");
    world.pip(&["index"]).bad(1, "ERROR: Need an action (versions) to perform.");
}

#[test]
fn hash_writes_options_of_a_requirements_file() {
    let Some(world) = World::new(&[]) else { return };
    world.write("file.whl", "abc");
    let sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(world.pip(&["hash", "file.whl"]).good().out, format!("file.whl:\n--hash=sha256:{sha256}\n"));
    let sha384 = world.pip(&["hash", "--algorithm", "sha384", "file.whl"]).good().out;
    assert!(sha384.starts_with("file.whl:\n--hash=sha384:cb00753f45a35e8b"), "{sha384}");
    world.pip(&["hash", "-a", "md5", "file.whl"]).bad(2, "option -a: invalid choice: 'md5' (choose from");
    world.pip(&["hash"]).bad(1, "Usage:\n  ");
    world.pip(&["hash", "missing"]).bad(1, "ERROR: cannot read missing");
}

#[test]
fn config_changes_the_users_file_and_reads_all() {
    let Some(mut world) = World::new(&[]) else { return };
    let path = world.path("home/.config/pip/pip.conf").display().to_string();
    world.pip(&["config", "set", "global.time_out", "60"]).good().has_line(&format!("Writing to {path}"));
    world.pip(&["config", "set", "install.find-links", "it's"]).good();
    assert_eq!(
        world.read("home/.config/pip/pip.conf"),
        "[global]\ntime-out = 60\n\n[install]\nfind-links = it's\n"
    );
    assert_eq!(world.pip(&["config", "get", "global.time-out"]).good().out, "60\n");
    let listed = world.pip(&["config", "list", "--user"]).good().out;
    assert!(
        listed.starts_with("global.time-out='60'\ninstall.find-links=\"it's\"\n:env:.index-url='"),
        "{listed}"
    );
    world.pip(&["config", "unset", "install.find-links"]).good();
    assert_eq!(world.read("home/.config/pip/pip.conf"), "[global]\ntime-out = 60\n");
    world.pip(&["config", "get", "global.nothing"]).bad(1, "ERROR: No such key - global.nothing");
    world.pip(&["config", "get", "nothing"]).bad(1, "Perhaps you wanted to use 'global.nothing' instead?");
    world.pip(&["config", "unset", "global.nothing"]).bad(1, "ERROR: No such key - global.nothing");
    world.pip(&["config", "set", "key"]).bad(1, "Got unexpected number of arguments, expected 2.");
    world.pip(&["config", "--user", "--site", "list"]).bad(1, "Need exactly one file to operate upon");
    world.pip(&["config"]).bad(1, "ERROR: Need an action (debug, edit, get, list, set, unset) to perform.");
    // The environment's file, once it is there, is the one that is meant.
    world.pip(&["config", "--site", "set", "global.retries", "7"]).good();
    assert_eq!(world.read("env/pip.conf"), "[global]\nretries = 7\n");
    assert_eq!(world.pip(&["config", "get", "global.retries"]).good().out, "7\n");
    let debug = world.pip(&["config", "debug"]).good().out;
    assert!(debug.starts_with("env_var:\n  PIP_INDEX_URL='"), "{debug}");
    assert!(debug.contains(&format!("  {path}, exists: True\n    global.time-out: 60\n")), "{debug}");
    world.pip(&["config", "edit"]).bad(1, "Could not determine editor to use.");
    world.set("EDITOR", "printf '[list]\\nformat = freeze\\n' >");
    world.pip(&["config", "edit", "--user"]).good();
    assert_eq!(world.read("home/.config/pip/pip.conf"), "[list]\nformat = freeze\n");
    world.set("EDITOR", "exit 3;");
    world.pip(&["config", "edit", "--user"]).bad(1, "Editor Subprocess exited with exit code 3");
}

#[test]
fn the_cache_is_shown_and_emptied() {
    let Some(mut world) = world() else { return };
    let place = world.path("cache/dx/pip").display().to_string();
    assert_eq!(world.pip(&["cache", "dir"]).good().out, format!("{place}\n"));
    world
        .pip(&["cache", "info"])
        .good()
        .has_line(&format!("Cache location: {place}"))
        .says("\nUnpacked wheels: 2 (");
    let listed = world.pip(&["cache", "list"]).good().out;
    assert!(
        listed.starts_with("Cache contents:\n\n - Big.App-2.0 (") && listed.contains("\n - lib_one-1.0 ("),
        "{listed}"
    );
    assert_eq!(world.pip(&["cache", "list", "lib-one", "--format", "abspath"]).good().out.lines().count(), 1);
    assert_eq!(world.pip(&["cache", "list", "[xyz]*"]).good().out, "No wheels are cached.\n");
    world.pip(&["cache", "remove", "nothing"]).good();
    world
        .pip(&["cache", "remove", "lib_*"])
        .good()
        .says("Files removed: ")
        .has_line("Directories removed: 1");
    world.pip(&["cache", "info"]).good().says("\nUnpacked wheels: 1 (");
    // What is installed does not need the cache, and what is gone is fetched again.
    assert_eq!(world.freeze(), ["Big.App==2.0", "lib-one==1.0"]);
    world.pip(&["install", "-q", "--force-reinstall", "--no-deps", "lib-one==1.0"]).good();
    world.set("DX_CACHE_LIMIT", "none");
    world.pip(&["cache", "prune"]).good().says("Files removed: 0 (0 bytes)\n");
    world.set("DX_CACHE_LIMIT", "much");
    world.pip(&["cache", "prune"]).bad(1, "ERROR: DX_CACHE_LIMIT: 'much' is no size");
    world.set("DX_CACHE_LIMIT", "0");
    world.pip(&["cache", "prune"]).good();
    world.pip(&["cache", "info"]).good().says("\nUnpacked wheels: 0 (0 bytes)\n");
    world.pip(&["install", "-q", "--force-reinstall", "--no-deps", "lib-one==1.0"]).good();
    world.pip(&["cache", "purge"]).good().says("Files removed: ");
    world.pip(&["cache", "list"]).good().has_line("No wheels are cached.");
    world.pip(&["cache", "dir", "more"]).bad(1, "ERROR: Too many arguments");
    world.pip(&["cache", "remove"]).bad(1, "ERROR: Please provide a pattern");
    world.pip(&["cache"]).bad(1, "ERROR: Need an action (dir, info, list, prune, purge, remove) to perform.");
    world.pip(&["--no-cache-dir", "cache", "dir"]).bad(1, "can not function since cache is disabled");
}

#[test]
fn an_install_looks_after_the_cache_once_a_day() {
    let Some(mut world) = world() else { return };
    world.set("DX_CACHE_LIMIT", "0");
    let entries = || world.pip(&["cache", "list", "--format", "abspath"]).good().out.lines().count();
    world.pip(&["install", "-q", "lib_two"]).good();
    assert_eq!(entries(), 3, "the last look was today");
    let stamp = std::fs::File::options().append(true).open(world.path("cache/dx/pip/.collected")).unwrap();
    let yesterday = std::time::SystemTime::now() - std::time::Duration::from_secs(25 * 60 * 60);
    stamp.set_modified(yesterday).unwrap();
    world.pip(&["list"]).good();
    assert_eq!(entries(), 3, "who only looks leaves the cache alone");
    world.pip(&["install", "-q", "lib_two"]).good();
    assert_eq!(entries(), 0);
    assert_eq!(world.freeze(), ["Big.App==2.0", "lib-one==1.0", "lib_two==0.9"]);
}

#[test]
fn completion_speaks_pips_protocol() {
    let Some(mut world) = world() else { return };
    let script = world.pip(&["completion", "--bash"]).good().out;
    assert!(
        script.contains("# pip bash completion start\n") && script.contains("PIP_AUTO_COMPLETE=1"),
        "{script}"
    );
    world.pip(&["completion"]).good();
    world.set("PIP_AUTO_COMPLETE", "1");
    let mut complete = |line: &str, at: &str| {
        world.set("COMP_WORDS", line);
        world.set("COMP_CWORD", at);
        let ended = world.pip(&[]);
        assert_eq!(ended.code, 1);
        ended.out.trim_end().to_owned()
    };
    assert_eq!(complete("pip ins", "1"), "install inspect");
    assert_eq!(complete("pip show l", "2"), "lib-one");
    assert_eq!(complete("pip show big", "2"), "Big.App");
    assert_eq!(complete("pip config s", "2"), "set");
    assert_eq!(complete("pip list --not", "2"), "--not-required");
    assert_eq!(complete("pip list --form", "2"), "--format=");
    assert_eq!(complete("pip list --format=json --form", "3"), "");
}

#[test]
fn debug_shows_the_tags() {
    let Some(world) = World::new(&[]) else { return };
    let debug =
        world.pip(&["debug", "--platform", "any", "--python-version", "3.14", "--implementation", "py"]);
    let debug = debug
        .good()
        .says("\nsys.platform: ")
        .says(" (target: platform='any' python_version='3.14' implementation='py')\n");
    assert!(debug.err.starts_with("WARNING: This command is only meant for debugging."), "{}", debug.err);
}

#[test]
fn of_two_opposite_options_the_last_one_counts() {
    let Some(world) = World::new(&wheels()) else { return };
    let cached = |world: &World| world.tree().keys().any(|path| path.contains("lib_one/__pycache__/"));
    world.pip(&["install", "-q", "--compile", "--no-compile", "lib-one"]).good();
    assert!(!cached(&world));
    world.pip(&["install", "-q", "--force-reinstall", "--no-compile", "--compile", "lib-one"]).good();
    assert!(cached(&world));
    world.pip(&["uninstall", "-y", "-q", "lib-one"]).good();
    assert!(!world.site_packages().join("lib_one").exists());
    world
        .pip(&["list", "--pre", "--only-final", ":all:"])
        .bad(1, "ERROR: --pre cannot be used with --all-releases or --only-final.");
}
