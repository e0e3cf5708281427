//! `dx pip install` and `uninstall` as a user runs them: options, results, output lines and exit codes.

use crate::dx::{World, offered, offered_source, package};
use crate::wheels::{Sdist, Wheel};

/// flask needs click and, on Windows alone, colorama; click has an extra.
fn wheels() -> Vec<Wheel> {
    let mut wheels = vec![
        package("flask", "1.0", &["click>=1"]),
        package("flask", "2.0", &["click>=2", "colorama; sys_platform == 'win32'"])
            .entry_points("[console_scripts]\nflask = flask:main\n"),
        package("click", "1.0", &[]),
        package("click", "2.0", &[]),
        package("click", "2.1", &["rich>=1; extra == 'fancy'"]),
        package("click", "3.0rc1", &[]),
        package("rich", "1.0", &[]),
        package("rich", "1.1", &[]),
        package("colorama", "1.0", &[]),
    ];
    wheels[4] = wheels[4].clone().metadata("Provides-Extra: fancy\nRequires-Dist: rich>=1; extra == 'fancy'");
    wheels
}

#[test]
fn installs_what_is_asked_for_and_what_that_requires() {
    let Some(world) = World::new(&wheels()) else { return };
    world
        .pip(&["install", "flask"])
        .good()
        .says("Collecting flask\n")
        .says("Collecting click>=2 (from flask)\n")
        .has_line("  Downloading flask-2.0-py3-none-any.whl (1.1 kB)")
        .has_line("Installing collected packages: click, flask")
        .has_line("Successfully installed click-2.1 flask-2.0");
    assert_eq!(world.freeze(), ["click==2.1", "flask==2.0"]);
    assert!(world.path("env/bin/flask").exists());
    let info = world.site_packages().join("flask-2.0.dist-info");
    assert!(
        info.join("REQUESTED").exists()
            && !world.site_packages().join("click-2.1.dist-info/REQUESTED").exists()
    );
    assert_eq!(std::fs::read_to_string(info.join("INSTALLER")).unwrap().trim(), "dx");
    // Once more: nothing happens, and each requirement is said to be there.
    let again = world.pip(&["install", "flask"]).good();
    let place = "./env/lib/python3.14/site-packages";
    assert!(again.out.starts_with("Requirement already satisfied: "), "{}", again.out);
    again
        .has_line(&format!("Requirement already satisfied: flask in {place} (2.0)"))
        .has_line(&format!("Requirement already satisfied: click>=2 in {place} (from flask) (2.1)"));
    world.pip(&["check"]).good().has_line("No broken requirements found.");
}

#[test]
fn quiet_and_verbose() {
    let Some(world) = World::new(&wheels()) else { return };
    let quiet = world.pip(&["install", "-q", "flask"]).good();
    assert_eq!(quiet.all(), "");
    world
        .pip(&["install", "-v", "--force-reinstall", "flask"])
        .good()
        .says("  Successfully uninstalled flask-2.0")
        .says(" requests");
    world.pip(&["-qqq", "install", "nothing-there"]).bad(1, "");
}

#[test]
fn upgrades_only_what_is_asked_for() {
    let Some(world) = World::new(&wheels()) else { return };
    world.pip(&["install", "flask<2", "click<2"]).good();
    // What fits stays.
    world.pip(&["install", "flask"]).good();
    assert_eq!(world.freeze(), ["click==1.0", "flask==1.0"]);
    // -U: what is named, and what that makes necessary.
    world.pip(&["install", "-U", "flask"]).good();
    assert_eq!(world.freeze(), ["click==2.1", "flask==2.0"]);
    world.pip(&["install", "click==2.0"]).good();
    world.pip(&["install", "--upgrade", "flask"]).good();
    assert_eq!(world.freeze(), ["click==2.0", "flask==2.0"]);
    world.pip(&["install", "--upgrade", "--upgrade-strategy", "eager", "flask"]).good();
    assert_eq!(world.freeze(), ["click==2.1", "flask==2.0"]);
    world
        .pip(&["install", "-U", "--upgrade-strategy", "sometimes", "flask"])
        .bad(2, "invalid choice: 'sometimes'");
}

#[test]
fn force_reinstall_makes_everything_anew() {
    let Some(world) = World::new(&wheels()) else { return };
    world.pip(&["install", "flask"]).good();
    let module = world.site_packages().join("click/__init__.py");
    std::fs::remove_file(&module).unwrap();
    world
        .pip(&["install", "--force-reinstall", "flask"])
        .good()
        .has_line("Successfully installed click-2.1 flask-2.0");
    assert!(module.exists());
    std::fs::remove_file(&module).unwrap();
    world
        .pip(&["install", "--force-reinstall", "--no-deps", "flask"])
        .good()
        .has_line("Successfully installed flask-2.0");
    assert!(!module.exists());
}

#[test]
fn without_and_only_dependencies() {
    let Some(world) = World::new(&wheels()) else { return };
    world.pip(&["install", "--no-deps", "flask"]).good();
    assert_eq!(world.freeze(), ["flask==2.0"]);
    world.pip(&["check"]).bad(1, "").has_line("flask 2.0 requires click, which is not installed.");
    world.pip(&["uninstall", "-y", "flask"]).good();
    world.pip(&["install", "--only-deps", "flask"]).good();
    assert_eq!(world.freeze(), ["click==2.1"]);
    world
        .pip(&["install", "--only-deps", "--no-deps", "flask"])
        .bad(2, "--only-deps cannot be used with --no-deps");
}

#[test]
fn constraints_and_overrides() {
    let Some(world) = World::new(&wheels()) else { return };
    world.write("limits.txt", "click<2.1\nnothing-there==1\n");
    world.pip(&["install", "-c", "limits.txt", "flask"]).good();
    assert_eq!(world.freeze(), ["click==2.0", "flask==2.0"]);
    world.write("tight.txt", "click<2\n");
    world.pip(&["install", "--force-reinstall", "-c", "tight.txt", "flask==2.0"]).bad(1, "click");
    world.write("instead.txt", "click==1.0\n");
    world.pip(&["install", "--force-reinstall", "--override", "instead.txt", "flask==2.0"]).good();
    assert_eq!(world.freeze(), ["click==1.0", "flask==2.0"]);
}

#[test]
fn extras_and_markers() {
    let Some(world) = World::new(&wheels()) else { return };
    world.pip(&["install", "click[fancy]"]).good();
    assert_eq!(world.freeze(), ["click==2.1", "rich==1.1"]);
    world.pip(&["install", "click[plain]"]).good();
    let missing = world.pip(&["install", "--force-reinstall", "click[plain]"]).good();
    assert!(missing.err.contains("click 2.1 does not provide the extra 'plain'"), "{}", missing.err);
    world.pip(&["install", "colorama; sys_platform == 'win32'"]).good();
    assert_eq!(world.freeze(), ["click==2.1", "rich==1.1"]);
}

#[test]
fn prereleases_when_they_are_asked_for() {
    let Some(world) = World::new(&wheels()) else { return };
    let coming = |arguments: &[&str]| {
        let out = world.pip(&[&["install", "--dry-run"], arguments].concat()).good().out;
        out.lines().last().unwrap_or_default().to_owned()
    };
    assert_eq!(coming(&["click"]), "Would install click-2.1");
    assert_eq!(coming(&["--pre", "click"]), "Would install click-3.0rc1");
    assert_eq!(coming(&["click>=3.0rc0"]), "Would install click-3.0rc1");
    assert_eq!(coming(&["--all-releases", "click", "click"]), "Would install click-3.0rc1");
    assert_eq!(
        coming(&["--all-releases", ":all:", "--only-final", "click", "click"]),
        "Would install click-2.1"
    );
    world
        .pip(&["install", "--pre", "--all-releases", "click", "click"])
        .bad(1, "--pre cannot be used with --all-releases or --only-final");
}

#[test]
fn the_lowest_and_the_older() {
    let Some(world) = World::new(&[]) else { return };
    let versions =
        [("1.0", "2020-01-01T00:00:00Z"), ("1.5", "2022-06-01T12:00:00Z"), ("2.0", "2025-01-01T00:00:00Z")];
    for (version, time) in versions {
        for wheel in [package("top", version, &["low"]), package("low", version, &[])] {
            let mut file = offered(&wheel);
            file.upload_time = Some(time.to_owned());
            world.server.offer(file);
        }
    }
    let coming = |arguments: &[&str]| {
        let out = world.pip(&[&["install", "--dry-run"], arguments].concat()).good().out;
        out.lines().last().unwrap_or_default().to_owned()
    };
    assert_eq!(coming(&["top"]), "Would install low-2.0 top-2.0");
    assert_eq!(coming(&["--resolution", "lowest", "top>1"]), "Would install low-1.0 top-1.5");
    assert_eq!(coming(&["--resolution", "lowest-direct", "top"]), "Would install low-2.0 top-1.0");
    world.pip(&["install", "--resolution", "middle", "top"]).bad(2, "invalid choice: 'middle'");
    assert_eq!(coming(&["--exclude-newer", "2023-01-01", "top"]), "Would install low-1.5 top-1.5");
    assert_eq!(
        coming(&["--uploaded-prior-to", "2022-06-01T00:00:00Z", "top"]),
        "Would install low-1.0 top-1.0"
    );
    world.pip(&["install", "--exclude-newer", "yesterday", "top"]).bad(2, "'yesterday' is no date");
    world
        .pip(&["install", "--exclude-newer", "2019-01-01", "top"])
        .bad(1, "was uploaded after the date asked for");
}

#[test]
fn yanked_releases_and_other_pythons() {
    let Some(world) = World::new(&[]) else { return };
    for (version, yanked, python) in
        [("1.0", None, None), ("1.1", Some("broken"), None), ("1.2", None, Some(">=3.99"))]
    {
        let mut file = offered(&package("some", version, &[]));
        file.yanked = yanked.map(str::to_owned);
        file.requires_python = python.map(str::to_owned);
        world.server.offer(file);
    }
    world.pip(&["install", "some"]).good().has_line("Successfully installed some-1.0");
    world.pip(&["install", "some==1.1"]).good().has_line("Successfully installed some-1.1");
    world.pip(&["install", "some==1.2"]).bad(1, "requires Python >=3.99");
    world.pip(&["install", "--ignore-requires-python", "some==1.2"]).good();
    assert_eq!(world.freeze(), ["some==1.2"]);
}

#[test]
fn what_there_is_not() {
    let Some(world) = World::new(&wheels()) else { return };
    world
        .pip(&["install", "nothing-there"])
        .bad(1, "ERROR: Could not find a version that satisfies the requirement nothing-there (from versions: none)")
        .bad(1, "ERROR: No matching distribution found for nothing-there");
    world
        .pip(&["install", "click>9"])
        .bad(1, "satisfies the requirement click>9 (from versions: 1.0, 2.0, 2.1, 3.0rc1)")
        .bad(1, "ERROR: No matching distribution found for click>9");
    world.pip(&["install", "flask==2.0", "click<2"]).bad(1, "flask");
    world
        .pip(&["install"])
        .bad(1, "You must give at least one requirement to install (see \"pip help install\")");
    world.pip(&["install", "--nothing"]).bad(2, "no such option: --nothing");
    world.pip(&["instal"]).bad(1, "unknown command \"instal\" - maybe you meant \"install\"");
    world.pip(&["install", "flask==="]).bad(1, "Invalid requirement: 'flask==='");
    world.pip(&["install", "-r", "missing.txt"]).bad(1, "Could not open requirements file: missing.txt");
    assert_eq!(world.freeze(), [""; 0]);
}

#[test]
fn into_other_places() {
    let Some(world) = World::new(&wheels()) else { return };
    world.pip(&["install", "--target", "flat", "flask"]).good();
    assert!(world.path("flat/flask/__init__.py").exists() && world.path("flat/click-2.1.dist-info").exists());
    assert!(world.path("flat/bin/flask").exists());
    let again = world.pip(&["install", "--target", "flat", "flask"]).good();
    assert!(again.err.contains("already exists. Specify --upgrade to force replacement."), "{}", again.err);
    world.pip(&["install", "--target", "flat", "--upgrade", "flask==1.0"]).good();
    assert!(
        world.path("flat/flask-1.0.dist-info").exists() && !world.path("flat/flask-2.0.dist-info").exists()
    );
    world.pip(&["install", "--prefix", "below", "flask"]).good();
    assert!(world.path("below/lib/python3.14/site-packages/flask/__init__.py").exists());
    assert!(world.path("below/bin/flask").exists());
    world.pip(&["install", "--root", "image", "--prefix", "/opt/it", "flask"]).good();
    assert!(world.path("image/opt/it/lib/python3.14/site-packages/flask/__init__.py").exists());
    // In an environment without the system's packages there is no place of one's own.
    world
        .pip(&["install", "--user", "flask"])
        .bad(1, "User site-packages are not visible in the virtual environment");
    assert_eq!(world.freeze(), [""; 0]);
}

#[test]
fn into_ones_own_packages() {
    let Some(mut world) = World::new(&wheels()) else { return };
    world.set("VIRTUAL_ENV", "");
    world.set("PYTHONUSERBASE", &world.path("own").display().to_string());
    world.pip(&["install", "--user", "flask"]).good();
    assert!(world.path("own/lib/python3.14/site-packages/flask/__init__.py").exists());
    world.pip(&["uninstall", "-y", "--user", "flask", "click"]).good();
    assert!(!world.path("own/lib/python3.14/site-packages/flask").exists());
}

#[test]
fn a_dry_run_with_a_report_changes_nothing() {
    let Some(world) = World::new(&wheels()) else { return };
    let before = world.tree();
    let ended = world.pip(&["install", "--dry-run", "--quiet", "--report", "-", "flask"]).good();
    assert_eq!(before, world.tree());
    let report: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(report["version"], "1");
    assert_eq!(report["environment"]["python_version"], "3.14");
    let names: Vec<(&str, bool)> = report["install"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| (item["metadata"]["name"].as_str().unwrap(), item["requested"].as_bool().unwrap()))
        .collect();
    assert_eq!(names, [("click", false), ("flask", true)]);
    let click = &report["install"][0];
    assert!(click["download_info"]["url"].as_str().unwrap().ends_with("/files/click-2.1-py3-none-any.whl"));
    let hash = click["download_info"]["archive_info"]["hashes"]["sha256"].as_str().unwrap();
    assert_eq!(click["download_info"]["archive_info"]["hash"], format!("sha256={hash}"));
    world.pip(&["install", "--report", "it.json", "flask"]).good();
    let report: serde_json::Value = serde_json::from_str(&world.read("it.json")).unwrap();
    assert_eq!(report["install"].as_array().unwrap().len(), 2);
}

#[test]
fn requirements_files_with_all_their_options() {
    let Some(mut world) = World::new(&wheels()) else { return };
    world.set("PIP_INDEX_URL", "http://127.0.0.1:9/nobody/");
    world.set("WANTED", "flask");
    let lines = format!(
        "--index-url {}\n# a comment\n${{WANTED}} >= 1, \\\n    < 2  # behind it\n-c sub/limits.txt\n-r sub/more.txt\n--pre\n",
        world.server.url()
    );
    world.write("all.txt", &lines);
    world.write("sub/limits.txt", "click<3\n");
    world.write("sub/more.txt", "rich==1.0 ; python_version >= '3'\ncolorama ; sys_platform == 'win32'\n");
    world.pip(&["install", "-r", "all.txt"]).good();
    // --pre, yet below 3: pre-releases of 3.0 are not below it.
    assert_eq!(world.freeze(), ["click==2.1", "flask==1.0", "rich==1.0"]);
    world.write("loop.txt", "-r loop.txt\n");
    world.pip(&["install", "-r", "loop.txt"]).bad(1, "loop.txt recursively references itself in loop.txt");
    world.write("wrong.txt", "flask\n--nothing\n");
    world.pip(&["install", "-r", "wrong.txt"]).bad(1, "no such option: --nothing");
    // All that is in one is uninstalled by it.
    world.pip(&["uninstall", "-y", "-r", "all.txt"]).good();
    assert_eq!(world.freeze(), ["click==2.1"]);
}

#[test]
fn groups_and_projects() {
    let Some(world) = World::new(&wheels()) else { return };
    world.write(
        "pyproject.toml",
        "[dependency-groups]\ntest = [\"rich==1.0\", { include-group = \"base\" }]\nbase = [\"click==2.0\"]\n",
    );
    world.pip(&["install", "--group", "test"]).good();
    assert_eq!(world.freeze(), ["click==2.0", "rich==1.0"]);
    world.pip(&["install", "--group", "none"]).bad(1, "none");
    world.write(
        "script.py",
        "# /// script\n# dependencies = [\"colorama\"]\n# requires-python = \">=3.99\"\n# ///\n",
    );
    world.pip(&["install", "--requirements-from-script", "script.py"]).bad(1, "requires a different Python");
    world.pip(&["install", "--ignore-requires-python", "--requirements-from-script", "script.py"]).good();
    assert_eq!(world.freeze(), ["click==2.0", "colorama==1.0", "rich==1.0"]);
}

#[test]
fn uninstalls_everything_that_was_installed() {
    let Some(world) = World::new(&wheels()) else { return };
    let before = world.tree();
    world.pip(&["install", "flask"]).good();
    world
        .pip(&["uninstall", "-y", "flask", "click"])
        .good()
        .has_line("Found existing installation: flask 2.0")
        .has_line("Uninstalling flask-2.0:")
        .has_line("  Successfully uninstalled flask-2.0")
        .has_line("  Successfully uninstalled click-2.1");
    let after = world.tree();
    let names = |tree: &crate::dx::Tree| tree.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&before), names(&after));
    let absent = world.pip(&["uninstall", "-y", "flask"]).good();
    assert!(absent.err.contains("WARNING: Skipping flask as it is not installed."), "{}", absent.err);
    world.pip(&["uninstall", "-y"]).bad(1, "You must give at least one requirement to uninstall");
}

#[test]
fn another_target_is_only_resolved_for() {
    let Some(world) = World::new(&[]) else { return };
    world.server.offer(offered(&package("fast", "1.0", &[]).tag("cp312-cp312-manylinux_2_17_x86_64")));
    world.server.offer(offered(&package("fast", "0.9", &[])));
    let options =
        ["--platform", "manylinux_2_28_x86_64", "--python-version", "3.12", "--implementation", "cp"];
    world
        .pip(&[&["install", "--dry-run"], &options[..], &["fast"]].concat())
        .good()
        .has_line("Would install fast-1.0");
    world.pip(&[&["install"], &options[..], &["fast"]].concat()).bad(1, "unless installing via '--target'");
    world.pip(&["install", "fast==1.0"]).bad(1, "fast");
}

#[test]
fn never_an_old_pure_release_in_silence() {
    let Some(world) = World::new(&[]) else { return };
    world.server.offer(offered(&package("fast", "1.0", &[]).tag("cp314-cp314-manylinux_2_17_x86_64")));
    world.server.offer(offered(&package("fast", "0.9", &[])));
    world
        .pip(&["install", "fast"])
        .bad(1, "fast 1.0 has only native wheels, which dx cannot load")
        .bad(1, "fast==0.9");
    world.pip(&["install", "--allow-old-pure", "fast"]).good().has_line("Successfully installed fast-0.9");
}

#[test]
fn files_and_addresses() {
    let Some(world) = World::new(&wheels()) else { return };
    let wheel = package("local-thing", "1.0", &["click==2.0"]);
    std::fs::write(world.path(&wheel.file_name()), wheel.build()).unwrap();
    let path = format!("./{}", wheel.file_name());
    world.pip(&["install", &path]).good().has_line("Successfully installed click-2.0 local-thing-1.0");
    let recorded =
        std::fs::read_to_string(world.site_packages().join("local_thing-1.0.dist-info/direct_url.json"));
    assert!(recorded.unwrap().contains("\"archive_info\""));
    assert!(world.freeze()[1].starts_with("local-thing @ file:///"));
    let url = world.server.at("/files/rich-1.0-py3-none-any.whl");
    world.pip(&["install", &format!("rich @ {url}")]).good().has_line("Successfully installed rich-1.0");
    world.pip(&["install", &format!("flask @ {url}")]).bad(1, "holds rich, not flask");
    world.pip(&["install", "./missing-1.0-py3-none-any.whl"]).bad(1, "missing-1.0-py3-none-any.whl");
    // A folder of files instead of an index.
    std::fs::create_dir(world.path("house")).unwrap();
    for wheel in [package("inner", "1.0", &[]), package("outer", "1.0", &["inner"])] {
        std::fs::write(world.path("house").join(wheel.file_name()), wheel.build()).unwrap();
    }
    world.pip(&["install", "--no-index", "--find-links", "house", "outer"]).good();
    world.pip(&["install", "--no-index", "-f", "house", "flask"]).bad(1, "flask");
    let sdist = Sdist::new("sourced", "1.0");
    world.server.offer(offered_source(&sdist));
    world.pip(&["install", "--only-binary", ":all:", "sourced"]).bad(1, "sourced");
}

#[test]
fn configured_by_variables_and_files() {
    let Some(mut world) = World::new(&wheels()) else { return };
    world.set("PIP_NO_DEPS", "1");
    world.set("PIP_QUIET", "1");
    assert_eq!(world.pip(&["install", "flask"]).good().all(), "");
    assert_eq!(world.freeze(), ["flask==2.0"]);
    world.write("pip.conf", "[install]\nupgrade = yes\n[global]\nquiet = 0\n");
    world.set("PIP_CONFIG_FILE", &world.path("pip.conf").display().to_string());
    world.set("PIP_QUIET", "0");
    world.set("PIP_NO_DEPS", "0");
    world.pip(&["install", "flask==1.0"]).good();
    world.pip(&["install", "flask"]).good().has_line("Successfully installed flask-2.0");
    world.write("pip.conf", "[install]\nupgrade = perhaps\n");
    world.pip(&["install", "flask"]).bad(1, "perhaps");
}
