//! `lock`, `sync`, `compile`, `download` and `wheel`: files out of requirements, and environments out of files.

use crate::dx::{World, offered, offered_source, package};
use crate::loopback::{Behaviour, Folder, Offered};
use crate::wheels::{Sdist, Wheel};

fn wheels() -> Vec<Wheel> {
    vec![
        package("flask", "1.0", &["click>=1"]),
        package("flask", "2.0", &["click>=2", "colorama; sys_platform == 'win32'"]),
        package("click", "1.0", &[]),
        package("click", "2.0", &[]),
        package("rich", "1.0", &[]),
        package("rich", "1.1", &["click"]),
        package("colorama", "1.0", &[]),
    ]
}

/// Everything that is in a folder, by name.
fn names(folder: &std::path::Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn a_lock_has_every_file_of_each_version() {
    let Some(world) = World::new(&wheels()) else { return };
    let mut native = offered(&package("click", "2.0", &[]).tag("cp312-cp312-win_amd64"));
    native.requires_python = Some(">=3.8".into());
    native.upload_time = Some("2023-05-03T18:29:34.123456Z".into());
    world.server.offer(native);
    world.server.offer(offered_source(&Sdist::new("click", "2.0")));
    world.pip(&["lock", "flask"]).good();
    let text = world.read("pylock.toml");
    let lock: toml::Table = text.parse().unwrap();
    assert_eq!(lock["lock-version"].as_str(), Some("1.0"));
    assert_eq!(lock["created-by"].as_str(), Some("dx"));
    assert_eq!(lock["requires-python"].as_str(), Some("==3.14.*"));
    // One marker on the way asked for the platform, none for anything else.
    let environments = lock["environments"].as_array().unwrap();
    assert_eq!(
        environments.iter().map(|one| one.as_str().unwrap()).collect::<Vec<_>>(),
        ["sys_platform == \"linux\""]
    );
    let packages = lock["packages"].as_array().unwrap();
    assert_eq!(packages.len(), 2);
    let click = packages[0].as_table().unwrap();
    assert_eq!(click["name"].as_str(), Some("click"));
    assert_eq!(click["index"].as_str(), Some(&*world.server.url()));
    let files: Vec<&str> =
        click["wheels"].as_array().unwrap().iter().map(|wheel| wheel["name"].as_str().unwrap()).collect();
    assert_eq!(files, ["click-2.0-cp312-cp312-win_amd64.whl", "click-2.0-py3-none-any.whl"]);
    let first = &click["wheels"][0];
    assert_eq!(first["hashes"]["sha256"].as_str().unwrap().len(), 64);
    assert_eq!(first["upload-time"].to_string(), "2023-05-03T18:29:34.123456Z");
    assert!(first["size"].as_integer().unwrap() > 100);
    assert!(click["sdist"]["url"].as_str().unwrap().ends_with("/files/click-2.0.tar.gz"));
    assert_eq!(packages[1]["dependencies"][0]["name"].as_str(), Some("click"));
    // Again: the same text; on standard output too; and without a file of the chosen kind.
    world.pip(&["lock", "flask"]).good();
    assert_eq!(world.read("pylock.toml"), text);
    assert_eq!(world.pip(&["lock", "-q", "-o", "-", "flask"]).good().out, text);
    let wheels = world.pip(&["lock", "-o", "-", "--only-binary", ":all:", "flask"]).good().out;
    assert!(!wheels.contains("sdist"), "{wheels}");
}

#[test]
fn a_lock_without_markers_is_for_all_machines() {
    let Some(world) = World::new(&wheels()) else { return };
    let text = world.pip(&["lock", "-o", "-", "rich"]).good().out;
    assert!(!text.contains("environments"), "{text}");
    let other = world.pip(&["lock", "-o", "-", "--python-version", "3.12", "rich"]).good().out;
    assert!(other.contains("requires-python = \"==3.12.*\""), "{other}");
    let marked = world.pip(&["lock", "-o", "-", "rich; python_full_version >= '3.14.3'"]).good().out;
    assert!(marked.contains("python_full_version == "), "{marked}");
    let unmarked = world.pip(&["lock", "-o", "-", "rich; python_version >= '3.9'"]).good().out;
    assert!(!unmarked.contains("environments"), "{unmarked}");
}

#[test]
fn a_lock_keeps_its_versions_until_it_is_upgraded() {
    let Some(world) = World::new(&wheels()) else { return };
    world.pip(&["lock", "flask<2", "click<2", "rich"]).good();
    let versions = || {
        let lock: toml::Table = world.read("pylock.toml").parse().unwrap();
        let packages = lock["packages"].as_array().unwrap();
        packages.iter().map(|one| one["version"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    world.pip(&["lock", "flask", "rich"]).good();
    assert_eq!(versions(), ["1.0", "1.0", "1.1"]);
    world.pip(&["lock", "-P", "click", "flask", "rich"]).good();
    assert_eq!(versions(), ["2.0", "1.0", "1.1"]);
    world.pip(&["lock", "-U", "flask", "rich"]).good();
    assert_eq!(versions(), ["2.0", "2.0", "1.1"]);
    world.write("pylock.toml", "no lock");
    let ended = world.pip(&["lock", "flask"]).good();
    assert!(ended.err.contains("the versions of pylock.toml are not kept"), "{}", ended.err);
    let ended = world.pip(&["lock", "-o", "odd.toml", "flask"]).good();
    assert!(ended.err.contains("odd.toml is not a valid lock file name."), "{}", ended.err);
    world.pip(&["lock"]).bad(1, "You must give at least one requirement to lock");
    world.pip(&["lock", "-r", "pylock.toml"]).bad(1, "pylock.toml is a lock file");
}

#[test]
fn a_lock_is_installed_as_it_is() {
    let Some(world) = World::new(&wheels()) else { return };
    world.pip(&["lock", "flask<2"]).good();
    world.server.offer(offered(&package("click", "2.5", &[])));
    world.server.clear_log();
    world
        .pip(&["install", "-r", "pylock.toml"])
        .good()
        .has_line("Successfully installed click-2.0 flask-1.0");
    assert_eq!(world.server.count("/simple/"), 0, "a lock asks no index");
    world.pip(&["install", "-r", "pylock.toml"]).good().says("Requirement already satisfied: click in ");
    assert_eq!(world.freeze(), ["click==2.0", "flask==1.0"]);
    world.pip(&["install", "-r", "pylock.toml", "rich"]).bad(1, "cannot be installed together");
    world.write("limits.txt", "click<2\n");
    world
        .pip(&["install", "-r", "pylock.toml", "-c", "limits.txt"])
        .bad(1, "which the constraint click<2 (-c limits.txt (line 1)) excludes");
}

#[test]
fn a_lock_is_not_believed_but_checked() {
    let Some(world) = World::new(&wheels()) else { return };
    world.pip(&["lock", "rich==1.0"]).good();
    let text = world.read("pylock.toml");
    let hash = text.split("sha256 = \"").nth(1).unwrap().split('"').next().unwrap();
    world.write("pylock.lies.toml", &text.replace(hash, &"0".repeat(64)));
    world.pip(&["install", "-r", "pylock.lies.toml"]).bad(1, "is not the file it should be");
    world.write(
        "pylock.weak.toml",
        &text.replace(&format!("sha256 = \"{hash}\""), "md5 = \"d41d8cd98f00b204e9800998ecf8427e\""),
    );
    world.pip(&["install", "-r", "pylock.weak.toml"]).bad(1, "has no hash by sha256, sha384 or sha512");
    world.write("pylock.old.toml", &text.replace("==3.14.*", "==3.12.*"));
    world.pip(&["install", "-r", "pylock.old.toml"]).bad(1, "does not satisfy '==3.12.*'");
    world.write(
        "pylock.far.toml",
        &text.replace("requires-python", "environments = [\"sys_platform == 'amiga'\"]\nrequires-python"),
    );
    world.pip(&["install", "-r", "pylock.far.toml"]).bad(1, "none of the lock file's environments");
    world.write("pylock.new.toml", &text.replace("lock-version = \"1.0\"", "lock-version = \"2.0\""));
    world.pip(&["install", "-r", "pylock.new.toml"]).bad(1, "lock file version 2.0 is not supported");
    world.write("pylock.no.toml", "lock-version");
    world.pip(&["install", "-r", "pylock.no.toml"]).bad(1, "Invalid pylock file 'pylock.no.toml'");
    world.pip(&["install", "-r", "pylock.none.toml"]).bad(1, "Error reading pylock file 'pylock.none.toml'");
    assert_eq!(world.freeze(), [""; 0]);
    // From the net it works as well.
    world.server.route("/locks/pylock.toml", 200, &[], text.as_bytes());
    world.pip(&["install", "-r", &world.server.at("/locks/pylock.toml")]).good();
    assert_eq!(world.freeze(), ["rich==1.0"]);
}

#[test]
fn locks_of_folders_and_archives_keep_their_places() {
    let Some(world) = World::new(&wheels()) else { return };
    let wheel = package("local-thing", "1.0", &[]);
    world.write("house/keep", "");
    std::fs::write(world.path("house").join(wheel.file_name()), wheel.build()).unwrap();
    let path = format!("./house/{}", wheel.file_name());
    world.pip(&["lock", "-o", "locks/pylock.toml", &path]).bad(1, "cannot write locks/pylock.toml");
    std::fs::create_dir(world.path("locks")).unwrap();
    world
        .pip(&[
            "lock",
            "-o",
            "locks/pylock.toml",
            &path,
            &format!("rich @ {}", world.server.at("/files/rich-1.0-py3-none-any.whl")),
        ])
        .good();
    let text = world.read("locks/pylock.toml");
    assert!(text.contains("path = \"../house/local_thing-1.0-py3-none-any.whl\""), "{text}");
    world
        .pip(&["install", "-r", "locks/pylock.toml"])
        .good()
        .has_line("Successfully installed local-thing-1.0 rich-1.0");
    // A folder of files has paths too.
    world.pip(&["lock", "-o", "pylock.toml", "--no-index", "-f", "house", "local-thing"]).good();
    let text = world.read("pylock.toml");
    assert!(text.contains("path = \"house/local_thing-1.0-py3-none-any.whl\""), "{text}");
    world.pip(&["uninstall", "-y", "local-thing"]).good();
    world
        .pip(&["install", "--no-index", "-r", "pylock.toml"])
        .good()
        .has_line("Successfully installed local-thing-1.0");
}

#[test]
fn sync_makes_an_environment_exactly_so() {
    let Some(world) = World::new(&wheels()) else { return };
    world.pip(&["lock", "flask<2"]).good();
    world.pip(&["install", "rich", "click==1.0"]).good();
    let before = world.tree();
    world
        .pip(&["sync", "--dry-run", "pylock.toml"])
        .good()
        .has_line("Would uninstall rich-1.1")
        .has_line("Would install click-2.0 flask-1.0");
    assert_eq!(before, world.tree());
    world
        .pip(&["sync", "pylock.toml"])
        .good()
        .has_line("  Successfully uninstalled rich-1.1")
        .has_line("Successfully installed click-2.0 flask-1.0");
    assert_eq!(world.freeze(), ["click==2.0", "flask==1.0"]);
    let settled = world.tree();
    world.pip(&["sync", "pylock.toml"]).good().says("env is as the files say");
    assert_eq!(settled, world.tree());
    // Requirements list everything; what they require and do not list does not come in.
    world.write("list.txt", "flask==2.0\nrich\n");
    world.pip(&["sync", "list.txt"]).good();
    assert_eq!(world.freeze(), ["flask==2.0", "rich==1.1"]);
    world.write("list.txt", "rich>=1\n");
    world.pip(&["sync", "list.txt"]).good();
    assert_eq!(world.freeze(), ["rich==1.1"]);
    world.write("wrong.txt", "nothing-there\n");
    world.pip(&["sync", "wrong.txt"]).bad(1, "nothing-there");
    assert_eq!(world.freeze(), ["rich==1.1"]);
    world.write("none.txt", "");
    world.pip(&["sync", "none.txt"]).good();
    assert_eq!(world.freeze(), [""; 0]);
    world.pip(&["sync"]).bad(1, "You must give at least one file to sync");
    world.pip(&["sync", "pylock.toml", "list.txt"]).bad(1, "cannot say together");
}

#[test]
fn sync_leaves_an_installed_pip() {
    let Some(world) = World::new(&[package("pip", "26.3", &[]), package("rich", "1.0", &[])]) else { return };
    world.pip(&["install", "pip", "rich"]).good();
    world.write("none.txt", "# nothing\n");
    world.pip(&["sync", "none.txt"]).good();
    assert!(world.site_packages().join("pip-26.3.dist-info").exists());
    assert!(!world.site_packages().join("rich").exists());
}

#[test]
fn compile_writes_exact_versions_and_who_wants_them() {
    let Some(world) = World::new(&wheels()) else { return };
    world.write("in.txt", "flask\nrich ; python_version > '3'\ncolorama ; sys_platform == 'win32'\n");
    world.write("limits.txt", "click<3\n");
    world.pip(&["compile", "in.txt", "-c", "limits.txt", "-o", "out.txt"]).good();
    assert_eq!(
        world.read("out.txt"),
        "# This file was autogenerated by dx via the following command:\n\
         #    dx pip compile in.txt -c limits.txt -o out.txt\n\
         click==2.0\n    # via\n    #   -c limits.txt\n    #   flask\n    #   rich\n\
         flask==2.0\n    # via -r in.txt\n\
         rich==1.1 ; python_version > \"3\"\n    # via -r in.txt\n"
    );
    let line = world.pip(&["compile", "--no-header", "--annotation-style", "line", "in.txt"]).good().out;
    assert_eq!(
        line,
        "click==2.0              # via flask, rich\nflask==2.0              # via -r in.txt\nrich==1.1 ; python_version > \"3\"  # via -r in.txt\n"
    );
    let none = world.pip(&["compile", "--no-header", "--annotation-style=none", "in.txt"]).good().out;
    assert_eq!(none, "click==2.0\nflask==2.0\nrich==1.1 ; python_version > \"3\"\n");
    world.pip(&["compile", "--annotation-style", "fancy", "in.txt"]).bad(2, "invalid choice: 'fancy'");
    world.pip(&["compile"]).bad(1, "You must give at least one file to compile");
    // What was compiled installs, with and without hashes.
    world.pip(&["compile", "-q", "--generate-hashes", "in.txt", "-o", "hashed.txt"]).good();
    let hashed = world.read("hashed.txt");
    assert_eq!(hashed.matches("    --hash=sha256:").count(), 3, "{hashed}");
    world.pip(&["install", "--require-hashes", "-r", "hashed.txt"]).good();
    world.pip(&["sync", "out.txt"]).good().says("is as the files say");
    assert_eq!(world.freeze(), ["click==2.0", "flask==2.0", "rich==1.1"]);
}

#[test]
fn compile_keeps_the_versions_of_its_file() {
    let Some(world) = World::new(&wheels()) else { return };
    world.write("in.txt", "flask\n");
    world.write("out.txt", "click==1.0\nflask==1.0\nrich==1.0\n");
    let compiled = |arguments: &[&str]| {
        let given = ["compile", "--no-header", "--annotation-style", "none", "in.txt", "-o", "out.txt"];
        world.pip(&[&given[..], arguments].concat()).good();
        world.read("out.txt")
    };
    assert_eq!(compiled(&[]), "click==1.0\nflask==1.0\n");
    assert_eq!(compiled(&["--upgrade-package", "click"]), "click==2.0\nflask==1.0\n");
    assert_eq!(compiled(&["-U"]), "click==2.0\nflask==2.0\n");
}

#[test]
fn compile_reads_projects() {
    let Some(world) = World::new(&wheels()) else { return };
    world.write(
        "pyproject.toml",
        "[project]\nname = \"Mine\"\nversion = \"1\"\ndependencies = [\"click\"]\nrequires-python = \">=3.8\"\n\
         [project.optional-dependencies]\nweb = [\"flask\"]\nnice = [\"rich\", \"mine[web]\"]\n",
    );
    let compiled = |arguments: &[&str]| {
        world.pip(&[&["compile", "--no-header", "pyproject.toml"], arguments].concat()).good().out
    };
    assert_eq!(compiled(&[]), "click==2.0\n    # via Mine (pyproject.toml)\n");
    let web = "click==2.0\n    # via\n    #   Mine (pyproject.toml)\n    #   flask\nflask==2.0\n    # via Mine (pyproject.toml)\n";
    assert_eq!(compiled(&["--extra", "web"]), web);
    assert!(compiled(&["--extra", "nice"]).contains("flask==2.0"));
    assert_eq!(compiled(&["--extra", "nice"]), compiled(&["--all-extras"]));
    world.pip(&["compile", "pyproject.toml", "--extra", "none"]).bad(1, "pyproject.toml has no extra 'none'");
    world.write("extra.txt", "flask[async]\n");
    let ended = world.pip(&["compile", "--no-header", "--annotation-style=none", "extra.txt"]).good();
    assert_eq!(ended.out, "click==2.0\nflask[async]==2.0\n");
}

#[test]
fn downloads_files_once() {
    let Some(world) = World::new(&wheels()) else { return };
    world
        .pip(&["download", "-d", "house", "flask"])
        .good()
        .has_line("Collecting flask")
        .has_line("Saved ./house/click-2.0-py3-none-any.whl")
        .has_line("Saved ./house/flask-2.0-py3-none-any.whl")
        .has_line("Successfully downloaded click flask");
    assert_eq!(names(&world.path("house")), ["click-2.0-py3-none-any.whl", "flask-2.0-py3-none-any.whl"]);
    let bytes = std::fs::read(world.path("house/flask-2.0-py3-none-any.whl")).unwrap();
    assert_eq!(bytes, wheels()[1].build());
    let again = world
        .pip(&["download", "-d", "house", "flask"])
        .good()
        .has_line("  File was already downloaded ./house/click-2.0-py3-none-any.whl");
    assert!(!again.out.contains("Saved"), "{}", again.out);
    // A wrong file is fetched anew, and said to be wrong.
    world.write("house/flask-2.0-py3-none-any.whl", "something else");
    let mended = world
        .pip(&["download", "-d", "house", "flask"])
        .good()
        .has_line("Saved ./house/flask-2.0-py3-none-any.whl");
    assert!(
        mended.err.contains("flask-2.0-py3-none-any.whl has bad hash. Re-downloading."),
        "{}",
        mended.err
    );
    assert_eq!(std::fs::read(world.path("house/flask-2.0-py3-none-any.whl")).unwrap(), bytes);
    world.pip(&["download", "--no-deps", "-d", "alone", "flask"]).good();
    assert_eq!(names(&world.path("alone")), ["flask-2.0-py3-none-any.whl"]);
    // Installed or not does not matter, and nothing gets installed.
    assert_eq!(world.freeze(), [""; 0]);
    world.pip(&["install", "--no-index", "-f", "house", "flask"]).good();
    world.pip(&["download"]).bad(1, "You must give at least one requirement to download");
    world
        .pip(&["download", "-d", "house", "nothing-there"])
        .bad(1, "No matching distribution found for nothing-there");
}

#[test]
fn downloads_for_other_targets_and_from_addresses() {
    let Some(world) = World::new(&wheels()) else { return };
    world.server.offer(offered(&package("fast", "1.0", &[]).tag("cp312-cp312-win_amd64")));
    let options = [
        "--platform",
        "win_amd64",
        "--python-version",
        "312",
        "--implementation",
        "cp",
        "--only-binary=:all:",
        "-d",
        "win",
    ];
    world.pip(&[&["download"], &options[..], &["fast", "flask"]].concat()).good();
    // colorama is for Windows, and so wanted here.
    assert_eq!(
        names(&world.path("win")),
        [
            "click-2.0-py3-none-any.whl",
            "colorama-1.0-py3-none-any.whl",
            "fast-1.0-cp312-cp312-win_amd64.whl",
            "flask-2.0-py3-none-any.whl"
        ]
    );
    let url = world.server.at("/files/rich-1.0-py3-none-any.whl");
    world.pip(&["download", "-d", "net", &url]).good().has_line("Saved ./net/rich-1.0-py3-none-any.whl");
    world.pip(&["lock", "flask<2"]).good();
    world
        .pip(&["download", "-d", "locked", "-r", "pylock.toml"])
        .good()
        .has_line("Successfully downloaded click flask");
}

#[test]
fn what_a_killed_download_left_is_tidied_up() {
    let Some(world) = World::new(&wheels()) else { return };
    world.write("house/.4194305-flask-2.0-py3-none-any.whl.dx-part", "half");
    let held = world.path("house/.4194306-other.whl.dx-part");
    let file = std::fs::File::create(&held).unwrap();
    file.lock().unwrap();
    world.pip(&["download", "--no-deps", "-d", "house", "flask"]).good();
    assert_eq!(names(&world.path("house")), [".4194306-other.whl.dx-part", "flask-2.0-py3-none-any.whl"]);
}

#[test]
fn wheels_are_collected() {
    let Some(world) = World::new(&wheels()) else { return };
    let ended = world
        .pip(&["wheel", "-w", "house", "flask"])
        .good()
        .has_line("Saved ./house/flask-2.0-py3-none-any.whl");
    assert!(!ended.out.contains("Successfully built"), "{}", ended.out);
    assert_eq!(names(&world.path("house")), ["click-2.0-py3-none-any.whl", "flask-2.0-py3-none-any.whl"]);
    world.pip(&["wheel", "-e", "."]).bad(1, "cannot handle the editable requirement");
    world.pip(&["wheel"]).bad(1, "You must give at least one requirement to wheel");
}

#[test]
fn an_index_without_hashes_is_locked_all_the_same() {
    let Some(mut world) = World::serving(Behaviour::default(), Vec::<Offered>::new()) else { return };
    let wheel = package("bare", "1.0", &[]);
    world.server.route("/files/bare-1.0-py3-none-any.whl", 200, &[], &wheel.build());
    let page = b"<a href=\"/files/bare-1.0-py3-none-any.whl\">bare-1.0-py3-none-any.whl</a>";
    world.server.route("/simple/bare/", 200, &[("Content-Type", "text/html")], page);
    world.pip(&["lock", "bare"]).good();
    let hash = crate::loopback::sha256(&wheel.build());
    assert!(world.read("pylock.toml").contains(&hash));
    world.write("hashed.txt", &format!("bare==1.0 --hash=sha256:{hash}\n"));
    world.pip(&["install", "-r", "hashed.txt"]).good();
    world.write("wrong.txt", &format!("bare==1.0 --hash=sha256:{}\n", "0".repeat(64)));
    let other = Folder::new("cache");
    world.set("XDG_CACHE_HOME", &other.0.display().to_string());
    world.pip(&["install", "--force-reinstall", "-r", "wrong.txt"]).bad(1, "is not the file it should be");
}
