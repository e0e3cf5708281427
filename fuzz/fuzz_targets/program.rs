//! Compiles and runs any text. No text may crash the process: what a program does wrong ends in an exception.
//!
//! `cargo +nightly fuzz run program -- -timeout=10 -rss_limit_mb=2048`; the cases under `tests` make a good first corpus:
//! `cp ../tests/lang/*/*.py ../tests/hostile/*.py corpus/program/`. A program could do harm to the machine, so whatever reaches
//! outside (import of anything, open, input, breakpoint) is taken away before it runs.
#![no_main]

use dx::runtime::api::{self, Config, ExitStatus, Target};
use libfuzzer_sys::{Corpus, fuzz_target};

/// Runs the text that stands in `{}` without the builtins that reach outside.
const HARNESS: &str = "\
import builtins, sys
def run(text):
    names = {name: value for name, value in vars(builtins).items()
             if name not in {'__import__', 'open', 'input', 'breakpoint', 'exit', 'quit', 'help'}}
    try:
        exec(compile(text, 'fuzz', 'exec'), {'__builtins__': names, '__name__': 'fuzz'})
    except BaseException:
        pass
sys.stdout = sys.stderr = None
run(bytes.fromhex('{}'))
";

fuzz_target!(|data: &[u8]| -> Corpus {
    if data.len() > 1 << 14 {
        return Corpus::Reject;
    }
    let hex: String = data.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut config = Config::new(Target::Command(HARNESS.replace("{}", &hex)));
    config.flags.isolated = true;
    config.flags.dont_write_bytecode = true;
    let status = api::run(&config);
    assert_eq!(status, ExitStatus::Code(0), "the harness catches what a program raises");
    Corpus::Keep
});
