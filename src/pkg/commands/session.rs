//! What every command begins with: its options, the environment that it works on, the cache, the index, and how errors end it.

use std::collections::HashSet;
use std::error::Error;
use std::ffi::OsString;
use std::fmt;
use std::fs::OpenOptions;
use std::path::{Path, PathBuf};

use super::super::index::client::ClientOptions;
use super::super::index::config::{ConfigError, Places, Settings, Variables};
use super::super::index::proxy::Proxies;
use super::super::index::tls::TrustOptions;
use super::super::index::{Index, IndexOptions, Refresh, Strategy, options as index_options};
use super::super::install::layout::Layout;
use super::super::install::transaction;
use super::super::marker::Environment as Markers;
use super::super::name::Name;
use super::super::python::Python;
use super::super::requirements::{RequirementsError, Setting};
use super::super::resolve::Failure;
use super::super::tags::System;
use super::super::venv::{Environment, FindError, Kind, Search};
use super::flags::Command;
use super::options::{Given, Options, UsageError};
use super::ui::{Bars, Ui};

/// What the process brings: dx itself and the machine.
pub struct Host<'h> {
    pub python: &'h dyn Python,
    /// dx itself, links resolved.
    pub executable: PathBuf,
    /// The full path of the link that the process was started as.
    pub started_as: Option<PathBuf>,
    /// The names of links to dx that are a Python, and those that are its installer.
    pub links: (&'h [&'h str], &'h [&'h str]),
    pub markers: Markers,
    pub system: System,
    pub variables: Variables,
    /// The command line, for files that record it.
    pub arguments: Vec<String>,
}

/// What ended a command: what is shown, and the exit code.
#[derive(Debug)]
pub struct Trouble {
    /// Shown as an error; nothing if everything was said already.
    pub message: String,
    pub causes: Vec<String>,
    pub hints: Vec<String>,
    pub code: i32,
    /// Usage errors come with the usage, without `ERROR:`.
    pub usage: bool,
}

impl Trouble {
    /// An error that ends with code 1.
    pub fn new(message: impl Into<String>) -> Trouble {
        Trouble { message: message.into(), causes: Vec::new(), hints: Vec::new(), code: 1, usage: false }
    }

    /// An error of another module with its causes and what to do.
    pub fn of(error: &dyn Error, hint: Option<String>) -> Trouble {
        let mut causes = Vec::new();
        let mut cause = error.source();
        while let Some(error) = cause {
            causes.push(error.to_string());
            cause = error.source();
        }
        Trouble { causes, hints: hint.into_iter().collect(), ..Trouble::new(error.to_string()) }
    }

    pub fn with_hint(mut self, hint: impl Into<String>) -> Trouble {
        self.hints.push(hint.into());
        self
    }

    /// A wrong command line.
    pub fn usage(message: impl Into<String>) -> Trouble {
        Trouble { code: 2, usage: true, ..Trouble::new(message) }
    }

    /// Nothing more to say.
    pub fn silent(code: i32) -> Trouble {
        Trouble { code, ..Trouble::new("") }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for Trouble {}

impl From<UsageError> for Trouble {
    fn from(error: UsageError) -> Trouble {
        Trouble::usage(error.0)
    }
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Trouble {
        let hint = failure.hint.clone();
        Trouble::of(&failure, hint)
    }
}

impl From<ConfigError> for Trouble {
    fn from(error: ConfigError) -> Trouble {
        let hint = error.hint();
        Trouble::of(&error, hint)
    }
}

/// Turns errors that have a `hint` into troubles.
macro_rules! troubles {
    ($($error:ty),* $(,)?) => {
        $(impl From<$error> for Trouble {
            fn from(error: $error) -> Trouble {
                let hint = error.hint();
                Trouble::of(&error, hint)
            }
        })*
    };
}

troubles!(
    super::super::cache::CacheError,
    super::super::index::IndexError,
    super::super::install::store::StoreError,
    super::super::install::transaction::TransactionError,
    super::super::venv::VenvError,
    FindError,
);

impl From<RequirementsError> for Trouble {
    fn from(error: RequirementsError) -> Trouble {
        let hint = error.hint();
        let mut trouble = Trouble::of(&error, hint);
        // pip shows where a requirement went wrong behind the requirement.
        if let RequirementsError::Requirement { cause, .. } = &error {
            trouble.message = format!("{}: {cause}", trouble.message);
            trouble.causes.clear();
        }
        trouble
    }
}

/// One run of one command.
pub struct Session<'h> {
    pub host: &'h Host<'h>,
    pub command: &'static Command,
    pub options: Options,
    pub ui: Ui,
    /// How pip was called, for usage and examples.
    pub program: String,
    /// dx's folder in the cache.
    pub cache: PathBuf,
    /// A cache for this run alone, removed at the end.
    temporary: Option<Temporary>,
}

/// A folder that goes with its owner.
struct Temporary(PathBuf);

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl<'h> Session<'h> {
    pub fn new(host: &'h Host<'h>, command: &'static Command, given: Given) -> Result<Session<'h>, Trouble> {
        let isolated = given.has("isolated");
        let settings = Settings::load(&host.variables, &places(host, given.value("python"), isolated))?;
        let options = Options { given, settings, command: command.name };
        let verbosity = options.count("verbose")? as i32 - options.count("quiet")? as i32;
        let bars = match options.value("progress-bar") {
            None | Some("auto") => Bars::Auto,
            Some("on") => Bars::On,
            Some("off" | "raw") => Bars::Off,
            Some(other) => {
                return Err(Trouble::usage(format!(
                    "option --progress-bar: invalid choice: '{other}' (choose from 'auto', 'on', 'off', 'raw')"
                )));
            }
        };
        let log = match options.value("log") {
            None => None,
            Some(path) => Some(
                OpenOptions::new()
                    .create(true)
                    .append(true)
                    .open(path)
                    .map_err(|error| Trouble::new(format!("cannot write the log {path}: {error}")))?,
            ),
        };
        let mut ui = Ui::new(verbosity, options.switch("no-color")?, bars, log);
        ui.debug = options.switch("debug")?;
        let mut temporary = None;
        let cache = match (options.switch("no-cache-dir")?, options.value("cache-dir")) {
            (true, _) => {
                let folder = std::env::temp_dir().join(format!("dx-cache-{}", std::process::id()));
                temporary = Some(Temporary(folder.clone()));
                folder
            }
            (false, Some(folder)) => PathBuf::from(expand_home(folder, &host.variables)).join("dx"),
            (false, None) => default_cache(&host.variables),
        };
        for feature in options.values("use-feature") {
            if !FEATURES.contains(&feature.as_str()) {
                return Err(Trouble::usage(format!("option --use-feature: dx has no feature '{feature}'")));
            }
        }
        if let Some(action) = options.values("exists-action").first() {
            return Err(Trouble::usage(format!(
                "option --exists-action: dx has one way with what exists already, so '{action}' cannot be chosen"
            )));
        }
        if let Some(feature) = options.values("use-deprecated").first() {
            return Err(Trouble::usage(format!(
                "option --use-deprecated: dx has no deprecated feature '{feature}'"
            )));
        }
        if let Some(provider @ ("import" | "subprocess")) = options.value("keyring-provider") {
            return Err(Trouble::usage(format!(
                "option --keyring-provider: dx asks no keyring, so '{provider}' cannot be had; use netrc or credentials in the URL"
            )));
        }
        if options.switch("pre")?
            && !(options.values("all-releases").is_empty() && options.values("only-final").is_empty())
        {
            return Err(Trouble::new("--pre cannot be used with --all-releases or --only-final."));
        }
        let program = String::from("dx pip");
        Ok(Session { host, command, options, ui, program, cache, temporary })
    }

    /// Whether the cache is for this run alone.
    pub fn has_no_cache(&self) -> bool {
        self.temporary.is_some()
    }

    /// The environment that the command works on.
    pub fn environment(&self) -> Result<Environment, Trouble> {
        let folder = std::env::current_dir().unwrap_or_default();
        let path = |long| self.options.value(long).map(PathBuf::from);
        let (python, prefix, target) = (path("python"), path("prefix"), path("target"));
        let rooted = match (path("root"), &prefix) {
            (Some(root), prefix) => {
                let prefix = prefix.clone().unwrap_or_else(|| PathBuf::from("/usr/local"));
                Some(root.join(prefix.strip_prefix("/").unwrap_or(&prefix)))
            }
            (None, _) => prefix.clone(),
        };
        let variable = |name: &str| self.host.variables.get(name).map(Into::into);
        let environment = Environment::find(&Search {
            python: python.as_deref(),
            prefix: rooted.as_deref(),
            target: target.as_deref(),
            user: self.options.switch("user")?,
            system: self.options.switch("system")?,
            break_system_packages: self.options.switch("break-system-packages")?,
            ..search(self.host, &folder, &variable)
        })?;
        if self.options.switch("require-virtualenv")? && environment.kind != Kind::Virtual {
            return Err(Trouble {
                code: 3,
                ..Trouble::new("Could not find an activated virtualenv (required).")
            });
        }
        self.settle(&environment);
        Ok(environment)
    }

    /// Ends what a killed command left half done, so that commands that only look see the old state or the new one too.
    fn settle(&self, environment: &Environment) {
        if !transaction::is_unsettled(&environment.root) {
            return;
        }
        // Opening recovers, once whoever is at work has ended. Where that is not allowed, what is there is shown as it is.
        let opened =
            transaction::Environment::open(layout(environment), &mut self.waiting(&shown(&environment.root)));
        if let Err(error) = opened {
            self.ui.warn(&format!("{} may be incomplete: {error}", shown(&environment.root)));
        }
    }

    /// The index, with what requirements files say laid over what is configured.
    pub fn index(&self, settings: &[&Setting]) -> Result<Index, Trouble> {
        let options = &self.options;
        let mut variables = self.host.variables.clone();
        if options.switch("no-proxy-env")? {
            let is_proxy = |name: &str| name.to_ascii_lowercase().ends_with("_proxy");
            variables = variables.iter().filter(|(name, _)| !is_proxy(name)).collect();
        }
        let timeout = match options.value("timeout") {
            None => ClientOptions::default().timeout,
            Some(text) => text.parse::<f64>().ok().and_then(index_options::timeout_of).ok_or_else(|| {
                Trouble::usage(format!("option --timeout: invalid floating-point value: '{text}'"))
            })?,
        };
        let number = |long: &str, default: u32| match options.value(long) {
            None => Ok(default),
            Some(text) => text
                .parse::<u32>()
                .map_err(|_| Trouble::usage(format!("option --{long}: invalid integer value: '{text}'"))),
        };
        let retries = number("retries", 5)?.max(number("resume-retries", 0)?);
        let mut trusted_hosts = options.values("trusted-host");
        let mut index_url = options.value("index-url").map(str::to_owned);
        let mut extra_index_urls = options.values("extra-index-url");
        let mut find_links = options.values("find-links");
        let mut no_index = options.switch("no-index")?;
        for setting in settings {
            match setting {
                Setting::IndexUrl(url) => {
                    index_url = Some(url.clone());
                    no_index = false;
                }
                Setting::ExtraIndexUrl(url) => extra_index_urls.push(url.clone()),
                Setting::FindLinks(place) => find_links.push(place.clone()),
                Setting::NoIndex => no_index = true,
                Setting::TrustedHost(host) => trusted_hosts.push(host.clone()),
                _ => {}
            }
        }
        let strategy = match options.value("index-strategy") {
            None => Strategy::default(),
            Some(text) => Strategy::of(text).ok_or_else(|| {
                Trouble::usage(format!(
                    "option --index-strategy: invalid choice: '{text}' (choose from {})",
                    STRATEGIES
                ))
            })?,
        };
        let client = ClientOptions {
            trust: TrustOptions::new(options.value("cert"), options.value("client-cert"), &variables),
            proxies: Proxies::new(options.value("proxy"), &variables),
            trusted_hosts,
            timeout,
            retries,
            offline: options.switch("offline")?,
            variables,
            ..ClientOptions::default()
        };
        let refresh = refresh(&options.values("refresh-package"))?;
        let options = IndexOptions {
            index_url,
            extra_index_urls,
            find_links,
            no_index,
            strategy,
            cache: self.cache.clone(),
            refresh,
            client,
        };
        Ok(Index::new(options)?)
    }

    /// Tells what a wait for another process is about.
    pub fn waiting(&self, what: &str) -> impl FnMut() {
        let line = format!("waiting for another dx that works on {what}");
        let shown = self.ui.verbosity >= 0;
        move || {
            if shown {
                eprintln!("{line}");
            }
        }
    }
}

/// What `--refresh-package` asks for.
fn refresh(values: &[String]) -> Result<Refresh, Trouble> {
    let mut names = HashSet::new();
    for value in values.iter().flat_map(|value| value.split(',')).map(str::trim) {
        match value {
            "" => {}
            ":all:" => return Ok(Refresh::Everything),
            ":none:" => names.clear(),
            name => {
                names.insert(Name::new(name).map_err(|error| Trouble::usage(error.to_string()))?);
            }
        }
    }
    Ok(Refresh::Packages(names))
}

const STRATEGIES: &str = "'first-index', 'unsafe-first-match', 'unsafe-best-match'";

/// Features of pip that can be asked for by name and that dx has.
const FEATURES: &[&str] =
    &["fast-deps", "truststore", "no-binary-enable-wheel-cache", "inprocess-build-deps", "build-constraint"];

/// How an environment is looked for where no option says anything.
pub fn search<'s>(
    host: &'s Host<'_>,
    folder: &'s Path,
    variable: &'s dyn Fn(&str) -> Option<OsString>,
) -> Search<'s> {
    Search {
        executable: &host.executable,
        started_as: host.started_as.as_deref(),
        folder,
        variable,
        python: None,
        prefix: None,
        target: None,
        user: false,
        system: false,
        break_system_packages: false,
    }
}

/// Where configuration files are looked for: that of an environment is the one that is named, or that of the link that was started.
pub fn places(host: &Host<'_>, python: Option<&str>, isolated: bool) -> Places {
    let is_environment = |folder: &Path| folder.join("pyvenv.cfg").is_file();
    let around = |program: &Path| program.parent().and_then(Path::parent).map(Path::to_path_buf);
    let named = python.map(PathBuf::from);
    let prefix = match named {
        Some(named) if is_environment(&named) => Some(named),
        Some(named) => around(&named),
        None => host.started_as.as_deref().and_then(around),
    };
    Places { prefix: prefix.filter(|folder| is_environment(folder)), isolated }
}

/// A path that begins with `~` is below the home folder.
fn expand_home(path: &str, variables: &Variables) -> String {
    match (path.strip_prefix("~/"), variables.home()) {
        (Some(rest), Some(home)) => home.join(rest).display().to_string(),
        _ => path.to_owned(),
    }
}

/// dx's folder in the user's cache.
fn default_cache(variables: &Variables) -> PathBuf {
    let home = || variables.home().unwrap_or_else(std::env::temp_dir);
    let base = if cfg!(windows) {
        variables.get("LOCALAPPDATA").map_or_else(|| home().join("AppData/Local"), PathBuf::from)
    } else if cfg!(target_os = "macos") {
        home().join("Library/Caches")
    } else {
        variables
            .get("XDG_CACHE_HOME")
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
            .unwrap_or_else(|| home().join(".cache"))
    };
    base.join("dx").join("pip")
}

/// Where an environment has its folders, as installing needs it.
pub fn layout(environment: &Environment) -> Layout {
    match environment.kind {
        Kind::Target => Layout::target(&environment.root, environment.python.clone()),
        _ => Layout {
            root: environment.root.clone(),
            purelib: environment.folders.purelib.clone(),
            platlib: environment.folders.platlib.clone(),
            scripts: environment.folders.scripts.clone(),
            data: environment.folders.data.clone(),
            headers: environment.folders.headers.clone(),
            python: environment.python.clone(),
        },
    }
}

/// A path for messages: relative to the working folder where it is below it, as pip shows it.
pub fn shown(path: &Path) -> String {
    let folder = std::env::current_dir().unwrap_or_default();
    match path.strip_prefix(&folder) {
        Ok(rest) if !rest.as_os_str().is_empty() => format!("./{}", rest.display()),
        _ => path.display().to_string(),
    }
}
