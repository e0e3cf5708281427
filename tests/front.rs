//! The front as a process: personalities, exit codes and messages that only a real command line shows.

#![cfg(unix)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const DX: &str = env!("CARGO_BIN_EXE_dx");

/// A folder of this test's own, removed with the value.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Scratch {
        let folder = std::env::temp_dir().join(format!("dx-front-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).expect("a folder");
        Scratch(folder)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn run(program: &Path, words: &[&str]) -> Output {
    Command::new(program).args(words).stdin(std::process::Stdio::null()).output().expect("starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn absent_commands_say_so_and_exit_with_2() {
    let output = run(Path::new(DX), &["test", "anything"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(text(&output.stderr), "dx: 'test' is not available in this build yet\n");
    assert!(output.stdout.is_empty());
}

#[test]
fn pip_answers_wrong_command_lines_as_pip_does() {
    let output = run(Path::new(DX), &["pip", "instal"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(text(&output.stderr), "ERROR: unknown command \"instal\" - maybe you meant \"install\"\n");
    let output = run(Path::new(DX), &["pip", "list", "--nothing"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).ends_with("\n\nno such option: --nothing\n"), "{}", text(&output.stderr));
    assert!(output.stdout.is_empty());
    let output = run(Path::new(DX), &["venv", "--nothing"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty() && !output.stderr.is_empty());
}

#[test]
fn every_command_of_pip_has_a_page() {
    let overview = text(&run(Path::new(DX), &["pip", "--help"]).stdout);
    let names = overview
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .map_while(|line| line.strip_prefix("  ").and_then(|line| line.split(' ').next()));
    let names: Vec<&str> = names.collect();
    assert!(names.len() >= 20, "{overview}");
    for name in names {
        let page = run(Path::new(DX), &["pip", name, "--help"]);
        assert_eq!(page.status.code(), Some(0), "{name}");
        let page = text(&page.stdout);
        assert!(page.contains("\nUsage:\n") && page.contains("\nGeneral Options:\n"), "{name}: {page}");
        assert!(page.lines().all(|line| line.chars().count() <= 110), "{name}: {page}");
    }
}

#[test]
fn links_change_the_personality() {
    let scratch = Scratch::new("links");
    let linked = run(Path::new(DX), &["link", scratch.0.to_str().unwrap()]);
    assert!(linked.status.success(), "{}", text(&linked.stderr));
    for name in ["python", "python3", "python3.14"] {
        let output = run(&scratch.0.join(name), &["-V"]);
        assert!(text(&output.stdout).starts_with("Python 3.14."), "{name}");
        assert_eq!(output.status.code(), Some(0));
    }
    for name in ["pip", "pip3", "pip3.14"] {
        let output = run(&scratch.0.join(name), &["--version"]);
        assert_eq!(output.status.code(), Some(0), "{name}");
        // What tools look for: `pip VERSION from PLACE (python VERSION)`.
        let line = text(&output.stdout);
        assert!(line.starts_with("pip 26.") && line.contains(" (python 3.14)"), "{line}");
    }
    assert_eq!(run(&scratch.0.join("pytest"), &["--version"]).status.code(), Some(2));
    assert_eq!(
        run(Path::new(DX), &["link", scratch.0.to_str().unwrap()]).status.code(),
        Some(0),
        "a second time"
    );
}

#[test]
fn usage_errors_look_like_cpythons() {
    let output = run(Path::new(DX), &["run", "-Z"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        text(&output.stderr),
        format!(
            "Unknown option: -Z\nusage: {DX} run [option] ... [-c cmd | -m mod | file | -] [arg] ...\nTry `python -h' for more information.\n"
        )
    );
    let output = run(Path::new(DX), &["run", "-X", "utf8=3", "-c", "pass"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        text(&output.stderr),
        "Fatal Python error: preconfig_init_utf8_mode: invalid -X utf8 option value\nPython runtime state: preinitializing\n\n"
    );
}

#[test]
fn wrong_commands_exit_with_2() {
    for words in [
        &[][..],
        &["no-such-thing"],
        &["help", "nothing"],
        &["completions"],
        &["completions", "tcsh"],
        &["link"],
    ] {
        let output = run(Path::new(DX), words);
        assert_eq!(output.status.code(), Some(2), "{words:?}");
        assert!(output.stdout.is_empty() && !output.stderr.is_empty(), "{words:?}");
    }
}

#[test]
fn pages_and_versions_go_to_stdout() {
    for words in [
        &["--help"][..],
        &["help"],
        &["help", "run"],
        &["run", "--help"],
        &["run", "-h"],
        &["link", "--help"],
    ] {
        let output = run(Path::new(DX), words);
        assert_eq!(output.status.code(), Some(0), "{words:?}");
        assert!(!output.stdout.is_empty() && output.stderr.is_empty(), "{words:?}");
    }
    assert!(text(&run(Path::new(DX), &["--version"]).stdout).starts_with("dx "));
    assert!(text(&run(Path::new(DX), &["-V"]).stdout).starts_with("Python 3.14."));
}

#[test]
fn completion_scripts_parse_where_their_shell_is_there() {
    let scratch = Scratch::new("completions");
    for (shell, check) in [("bash", &["-n"][..]), ("zsh", &["-n"]), ("fish", &["--no-execute"])] {
        let script = scratch.0.join(shell);
        std::fs::write(&script, run(Path::new(DX), &["completions", shell]).stdout).expect("written");
        if let Ok(output) = Command::new(shell).args(check).arg(&script).output() {
            assert!(output.status.success(), "{shell}: {}", text(&output.stderr));
        }
    }
}

#[test]
fn a_closed_pipe_is_no_panic() {
    let command = format!("'{DX}' help run | true; '{DX}' completions zsh | head -c 1 >/dev/null");
    let output = Command::new("sh").args(["-c", &command]).output().expect("sh");
    assert!(!text(&output.stderr).contains("panic"), "{}", text(&output.stderr));
}

/// What a program at the prompt says, on stdout and on stderr, with the exit code.
fn at_prompt(words: &[&str], input: &str) -> (String, String, Option<i32>) {
    use std::io::Write;
    let mut child = Command::new(DX)
        .arg("run")
        .args(words)
        .env_remove("PYTHONSTARTUP")
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("starts");
    child.stdin.take().expect("a pipe").write_all(input.as_bytes()).expect("is read");
    let output = child.wait_with_output().expect("ends");
    (text(&output.stdout), text(&output.stderr), output.status.code())
}

#[test]
fn the_plain_prompt_takes_statement_by_statement() {
    let (said, shown, code) = at_prompt(&["-iq"], "1 + 1\n_ * 2\ndef f():\n  return 1 / 0\n\nf()\n(1,\n2)\n");
    assert_eq!(said, "2\n4\n(1, 2)\n");
    let failed = "Traceback (most recent call last):\n  File \"<stdin>\", line 1, in <module>\n    f()\n    ~^^\n  File \"<stdin>\", \
                  line 2, in f\n    return 1 / 0\n           ~~^~~\nZeroDivisionError: division by zero\n";
    assert_eq!(shown, format!(">>> >>> >>> ... ... >>> {failed}>>> ... >>> \n"));
    assert_eq!(code, Some(0));
    let (_, shown, code) = at_prompt(&["-iq"], "5 5\nexit(3)\n");
    assert_eq!(shown, ">>>   File \"<stdin>\", line 1\n    5 5\n      ^\nSyntaxError: invalid syntax\n>>> ");
    assert_eq!(code, Some(3));
}

#[test]
fn a_prompt_follows_a_program() {
    let (said, shown, code) = at_prompt(&["-i", "-c", "x = 5; raise SystemExit(4)"], "x\n");
    assert_eq!((said.as_str(), code), ("5\n", Some(0)));
    assert!(shown.ends_with("SystemExit: 4\n>>> >>> \n"), "{shown}");
}
