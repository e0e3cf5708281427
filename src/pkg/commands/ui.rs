//! What a user sees: lines of text by importance, colours and progress on a terminal, plain text in a pipe.
//!
//! Results go to standard output, everything else to standard error, as pip does. `-q` and `-v` move the threshold; `NO_COLOR` and
//! `--no-color` leave colours out, and nothing is drawn where the stream is no terminal.

use std::borrow::Cow;
use std::fs::File;
use std::io::{IsTerminal, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::super::requirements::redacted;

/// How a command speaks.
pub struct Ui {
    /// 0 by default, more with `-v`, less with `-q`.
    pub verbosity: i32,
    colours: bool,
    bars: bool,
    log: Option<Mutex<File>>,
    bar: Mutex<Option<ProgressBar>>,
    pub started: Instant,
    /// Show the causes of errors.
    pub debug: bool,
}

/// When to draw progress bars.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bars {
    Auto,
    On,
    Off,
}

impl Ui {
    pub fn new(verbosity: i32, no_color: bool, bars: Bars, log: Option<File>) -> Ui {
        let terminal = std::io::stderr().is_terminal();
        let no_color = no_color || std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        Ui {
            verbosity,
            colours: terminal && !no_color && !dumb,
            bars: match bars {
                Bars::Off => false,
                Bars::Auto | Bars::On => terminal && !dumb && verbosity >= 0,
            },
            log: log.map(Mutex::new),
            bar: Mutex::default(),
            started: Instant::now(),
            debug: false,
        }
    }

    fn note(&self, line: &str) {
        if let Some(log) = &self.log
            && let Ok(mut log) = log.lock()
        {
            let _ = writeln!(log, "{line}");
        }
    }

    fn held(&self) -> MutexGuard<'_, Option<ProgressBar>> {
        self.bar.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn out(&self, text: &str) {
        let write = || {
            let mut out = std::io::stdout().lock();
            let _ =
                out.write_all(text.as_bytes()).and_then(|()| out.write_all(b"\n")).and_then(|()| out.flush());
        };
        match &*self.held() {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }

    fn err(&self, text: &str) {
        let write = || {
            let _ = std::io::stderr().lock().write_all(format!("{text}\n").as_bytes());
        };
        match &*self.held() {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }

    /// A result: shown whatever the threshold.
    pub fn result(&self, line: &str) {
        self.note(line);
        self.out(line);
    }

    /// What is being done: shown unless `-q`.
    pub fn say(&self, line: &str) {
        let line = &*shown(line);
        self.note(line);
        if self.verbosity >= 0 {
            self.out(line);
        }
    }

    /// Details: shown with `-v`.
    pub fn detail(&self, line: &str) {
        let line = &*shown(line);
        self.note(line);
        if self.verbosity > 0 {
            self.out(line);
        }
    }

    /// A warning: shown unless `-qq`.
    pub fn warn(&self, line: &str) {
        let line = &*shown(line);
        self.note(&format!("WARNING: {line}"));
        if self.verbosity > -2 {
            self.err(&self.paint("33", &format!("WARNING: {line}")));
        }
    }

    /// An error: shown unless `-qqq`.
    pub fn error(&self, line: &str) {
        let line = &*shown(line);
        self.note(&format!("ERROR: {line}"));
        if self.verbosity > -3 {
            self.err(&self.paint("31", &format!("ERROR: {line}")));
        }
    }

    /// What to do about an error.
    pub fn hint(&self, line: &str) {
        let line = &*shown(line);
        self.note(&format!("hint: {line}"));
        if self.verbosity > -3 {
            self.err(&format!("{} {line}", self.paint("36", "hint:")));
        }
    }

    fn paint(&self, colour: &str, text: &str) -> String {
        match self.colours {
            true => format!("\x1b[{colour}m{text}\x1b[0m"),
            false => text.to_owned(),
        }
    }

    /// Begins to show that something takes time; `total` in bytes where it is known.
    pub fn begin(&self, what: &str, total: Option<u64>) {
        if !self.bars {
            return;
        }
        let bar = match total {
            Some(total) => ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr())
                .with_style(
                    ProgressStyle::with_template("{msg} {bar:32} {bytes}/{total_bytes} {bytes_per_sec}")
                        .unwrap_or_else(|_| ProgressStyle::default_bar()),
                ),
            None => ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr()).with_style(
                ProgressStyle::with_template("{spinner} {msg}")
                    .unwrap_or_else(|_| ProgressStyle::default_spinner()),
            ),
        };
        bar.set_message(what.to_owned());
        bar.enable_steady_tick(Duration::from_millis(100));
        *self.held() = Some(bar);
    }

    /// The bar that is shown, for threads to move.
    pub fn bar(&self) -> Option<ProgressBar> {
        self.held().clone()
    }

    /// Takes the bar away.
    pub fn end(&self) {
        if let Some(bar) = self.held().take() {
            bar.finish_and_clear();
        }
    }

    /// Whether somebody watches.
    pub fn is_watched(&self) -> bool {
        self.bars
    }
}

/// A line without the passwords of addresses in it, whoever put them there.
fn shown(line: &str) -> Cow<'_, str> {
    match line.contains("://") && line.contains('@') {
        true => Cow::Owned(redacted(line)),
        false => Cow::Borrowed(line),
    }
}

/// A number of bytes as pip writes it: `103 kB`, `1.2 MB`.
pub fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..10_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        10_000..1_000_000 => format!("{} kB", bytes / 1_000),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}

/// A time for people: `12ms`, `3.4s`.
pub fn duration(time: Duration) -> String {
    match time.as_millis() {
        millis @ 0..1_000 => format!("{millis}ms"),
        _ => format!("{:.1}s", time.as_secs_f64()),
    }
}
