//! `dx run` with packages, and `dx tool run`: environments that are made when they are wanted, and used again.

use crate::dx::{World, package};
use crate::wheels::Wheel;

fn wheels() -> Vec<Wheel> {
    vec![
        package("greet", "1.0", &["words"])
            .file(
                "greet/main.py",
                "import sys, words\ndef main():\n    print(words.version, sys.argv[1:])\n    return 3\n",
            )
            .entry_points("[console_scripts]\ngreet = greet.main:main\nother = greet.main:main\n"),
        package("greet", "0.9", &[]).entry_points("[console_scripts]\ngreet = greet:version\n"),
        package("words", "1.0", &[]),
        package("words", "1.1", &[]),
    ]
}

/// A world whose binary runs Python: a developer's scratch binary is the installer alone.
fn world() -> Option<World> {
    let world = World::new(&wheels())?;
    match world.dx(&["run", "-c", "pass"]) {
        ended if ended.err.contains("scratch binary") => {
            eprintln!("skipped: this binary runs no Python");
            None
        }
        ended => {
            ended.good();
            Some(world)
        }
    }
}

#[test]
fn a_script_says_what_it_requires() {
    let Some(world) = world() else { return };
    world.write(
        "say.py",
        "# /// script\n# dependencies = [\"words<1.1\"]\n# requires-python = \">=3.12\"\n# ///\nimport sys, words\nprint(words.version, sys.argv[1:])\nsys.exit(4)\n",
    );
    let ended = world.dx(&["run", "say.py", "one", "-q"]);
    assert_eq!((ended.code, &*ended.out), (4, "1.0 ['one', '-q']\n"), "{}", ended.err);
    // The environment is there now: nobody is asked again.
    world.server.clear_log();
    assert_eq!(world.dx(&["run", "say.py"]).out, "1.0 []\n");
    assert_eq!(world.server.log().len(), 0);
    // The project's own environment stays as it is.
    assert_eq!(world.freeze(), [""; 0]);
    world.write("plain.py", "print('plain')\n");
    assert_eq!(world.dx(&["run", "plain.py"]).good().out, "plain\n");
    world.write("future.py", "# /// script\n# requires-python = \">=3.99\"\n# dependencies = []\n# ///\n");
    world.dx(&["run", "future.py"]).bad(1, "future.py requires Python >=3.99, and dx is Python 3.14");
    world.write("wrong.py", "# /// script\n# dependencies = [\"nothing-there\"]\n# ///\n");
    world.dx(&["run", "wrong.py"]).bad(1, "nothing-there");
    world.write("broken.py", "# /// script\n# dependencies = 3\n# ///\n");
    world.dx(&["run", "broken.py"]).bad(1, "broken.py");
}

#[test]
fn packages_for_one_run() {
    let Some(world) = world() else { return };
    let code = "import words; print(words.version)";
    assert_eq!(world.dx(&["run", "--with", "words", "-c", code]).good().out, "1.1\n");
    assert_eq!(world.dx(&["run", "--with=words==1.0", "-c", code]).good().out, "1.0\n");
    world.write("list.txt", "words==1.0\n");
    assert_eq!(world.dx(&["run", "--with-requirements", "list.txt", "-c", code]).good().out, "1.0\n");
    world.write("say.py", "# /// script\n# dependencies = [\"words==1.0\"]\n# ///\nimport words, greet\nprint(words.version, greet.version)\n");
    assert_eq!(world.dx(&["run", "--with", "greet", "say.py"]).good().out, "1.0 1.0\n");
    world
        .dx(&["run", "--with", "nothing-there", "-c", code])
        .bad(1, "No matching distribution found for nothing-there");
    world.dx(&["run", "--with"]).bad(2, "--with needs a value");
    let before = world.server.log().len();
    assert_eq!(world.dx(&["run", "--refresh", "--with", "words", "-c", code]).good().out, "1.1\n");
    assert!(world.server.log().len() > before);
}

#[test]
fn environments_are_told_apart_by_what_they_are_made_from() {
    let Some(world) = world() else { return };
    let code = "import words; print(words.version)";
    world.write("inner.txt", "words==1.0\n");
    world.write("list.txt", "-r inner.txt\n");
    let run = || world.dx(&["run", "--with-requirements", "list.txt", "-c", code]).good().out;
    assert_eq!(run(), "1.0\n");
    world.write("inner.txt", "words==1.1\n");
    assert_eq!(run(), "1.1\n");
    // The same path from elsewhere is another file, and a changed file is another one too.
    for (folder, version) in [("one", "5.0"), ("two", "6.0")] {
        world.write(&format!("{folder}/keep"), "");
        let wheel = package("words", version, &[]);
        let name = "words-5.0-py3-none-any.whl".replace("5.0", version);
        std::fs::write(world.path(folder).join(&name), wheel.build()).unwrap();
    }
    let from = |folder: &str, arguments: &[&str]| {
        let mut command = world.command(arguments);
        crate::dx::ended(command.current_dir(world.path(folder)).output().unwrap()).good().out
    };
    let with = ["run", "--with", "./words-5.0-py3-none-any.whl", "-c", code];
    assert_eq!(from("one", &with), "5.0\n");
    let other = package("words", "5.0", &[]).file("words/new.py", "");
    std::fs::write(world.path("two/words-5.0-py3-none-any.whl"), other.build()).unwrap();
    let new = ["run", "--with", "./words-5.0-py3-none-any.whl", "-c", "import words.new; print('new')"];
    assert_eq!(from("two", &new), "new\n");
}

#[test]
fn what_is_configured_for_other_places_does_not_count() {
    let Some(mut world) = world() else { return };
    for (name, value) in
        [("PIP_USER", "1"), ("PIP_TARGET", "flat"), ("PIP_DRY_RUN", "1"), ("PIP_REPORT", "it.json")]
    {
        world.set(name, value);
        let code = format!("import words; print(words.version, {name:?})");
        let ended = world.dx(&["run", "--refresh", "--with", "words", "-c", &code]).good();
        assert_eq!(ended.out, format!("1.1 {name}\n"));
    }
    assert!(!world.path("flat").exists() && !world.path("it.json").exists());
}

#[test]
fn programs_of_packages() {
    let Some(world) = world() else { return };
    let ended = world.dx(&["tool", "run", "greet", "you", "--there"]);
    assert_eq!((ended.code, &*ended.out), (3, "1.1 ['you', '--there']\n"), "{}", ended.err);
    let ended = world.dx(&["x", "--with", "words==1.0", "greet"]);
    assert_eq!((ended.code, &*ended.out), (3, "1.0 []\n"), "{}", ended.err);
    let ended = world.dx(&["x", "--from", "greet", "other"]);
    assert_eq!((ended.code, &*ended.out), (3, "1.1 []\n"), "{}", ended.err);
    world.dx(&["x", "words"]).bad(1, "words has no program named 'words'");
    world.dx(&["x", "--from", "greet", "missing"]).bad(1, "there are greet, other");
    world.dx(&["x"]).bad(2, "name a program");
    world.dx(&["x", "nothing-there"]).bad(1, "nothing-there");
}
