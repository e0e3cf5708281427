//! Every option and command of `dx pip`: two tables from which the parser, the help pages and the completions follow.
//!
//! Options have pip's names, letters and kinds. What dx adds stands in the same table and says so. A command lists the options that it
//! takes; one that it does not list is an error, as in pip.

/// How often an option may be given, and with what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// No value.
    Switch,
    /// No value; each time counts.
    Count,
    /// The last value counts.
    One,
    /// All values count.
    Many,
}

/// An option.
#[derive(Debug)]
pub struct Flag {
    /// The long name without dashes, by which it is asked for.
    pub long: &'static str,
    pub short: Option<char>,
    /// Other long names.
    pub aliases: &'static [&'static str],
    pub kind: Kind,
    /// What the value is called, empty for none.
    pub value: &'static str,
    pub help: &'static str,
}

const fn flag(
    long: &'static str,
    short: Option<char>,
    kind: Kind,
    value: &'static str,
    help: &'static str,
) -> Flag {
    Flag { long, short, aliases: &[], kind, value, help }
}

use Kind::{Count, Many, One, Switch};

/// Every option, in alphabetical order of the long names.
#[rustfmt::skip]
pub const FLAGS: &[Flag] = &[
    flag("abi", None, Many, "abi", "Take wheels of this binary interface, for another target than dx"),
    flag("algorithm", Some('a'), One, "algorithm", "sha256, sha384 or sha512"),
    flag("all", None, Switch, "", "Show what is usually left out: pip itself"),
    flag("all-extras", None, Switch, "", "All extras of the projects whose pyproject.toml is read (dx's own)"),
    flag("all-releases", None, Many, "packages", "Take pre-releases of these packages (commas between them, or :all:, :none:)"),
    flag("allow-old-pure", None, Switch, "", "Take an older pure release where newer ones have only native wheels (dx's own)"),
    flag("annotation-style", None, One, "style", "How `compile` notes who requires a package: split, line or none (dx's own)"),
    flag("break-system-packages", None, Switch, "", "Change an environment that belongs to the system's package manager"),
    flag("build-constraint", None, Many, "file", "Versions that packages needed for building are limited to"),
    flag("cache-dir", None, One, "dir", "Keep the cache in this folder"),
    flag("cert", None, One, "path", "Certificate authorities to trust instead of the system's, in PEM"),
    flag("check-build-dependencies", None, Switch, "", "With --no-build-isolation: check that what a build needs is installed"),
    flag("client-cert", None, One, "path", "Certificate and key that identify you to the index, in one PEM file"),
    flag("compile", None, Switch, "", "Compile to bytecode while installing (once for all environments)"),
    Flag { long: "config-settings", short: Some('C'), aliases: &["config-setting", "global-option"], kind: Many, value: "key=value", help: "Hand a setting to the build backend" },
    flag("constraint", Some('c'), Many, "file", "Limit versions by the lines of this file, without installing what they name"),
    flag("debug", None, Switch, "", "Show the chain of causes behind an error"),
    Flag { long: "dest", short: Some('d'), aliases: &["destination-dir", "destination-directory"], kind: One, value: "dir", help: "Put the files into this folder" },
    flag("disable-pip-version-check", None, Switch, "", "Has no meaning here: dx never looks for newer versions of itself"),
    flag("dry-run", None, Switch, "", "Only say what would be done"),
    flag("editable", Some('e'), Many, "path/url", "Install a project in place, so that changes to it count at once"),
    flag("editable-only", Some('e'), Switch, "", "Only projects that are installed in place"),
    flag("exclude", None, Many, "package", "Leave this package out"),
    flag("exclude-editable", None, Switch, "", "Leave out what is installed in place"),
    flag("exclude-newer", None, One, "date", "Behave as if nothing had been published after this date or time (RFC 3339; dx's own name of --uploaded-prior-to)"),
    flag("exists-action", None, Many, "action", "An error here: dx has one way with paths that exist"),
    flag("extra-index-url", None, Many, "url", "Another index; a package that it has is taken from there (see --index-strategy)"),
    flag("extra", None, Many, "extra", "This extra of the projects whose pyproject.toml is read (dx's own)"),
    flag("files", Some('f'), Switch, "", "Also list the files of each package"),
    flag("find-links", Some('f'), Many, "url", "Also look for files in this folder, or on this page of links"),
    flag("force-reinstall", None, Switch, "", "Install again what is there in the right version"),
    flag("format", None, One, "format", "How to write: columns, freeze or json; of `cache list`: human or abspath"),
    flag("generate-hashes", None, Switch, "", "Write the hashes of all files of each version (dx's own)"),
    flag("group", None, Many, "[path:]group", "Install a dependency group of a pyproject.toml (PEP 735)"),
    flag("help", Some('h'), Switch, "", "Show this page"),
    flag("ignore-installed", Some('I'), Switch, "", "Resolve and install as if nothing were installed"),
    flag("ignore-requires-python", None, Switch, "", "Take releases that say they are not for this Python"),
    flag("implementation", None, One, "implementation", "Take wheels of this implementation, such as cp, pp or py, for another target than dx"),
    flag("include-editable", None, Switch, "", "Also list what is installed in place (the default)"),
    Flag { long: "index-url", short: Some('i'), aliases: &["pypi-url", "default-index"], kind: One, value: "url", help: "The index to install from (PEP 503, PEP 691), or a folder laid out as one" },
    flag("index-strategy", None, One, "strategy", "first-index, unsafe-first-match, or unsafe-best-match as pip merges indexes (dx's own)"),
    flag("isolated", None, Switch, "", "Read neither environment variables nor your own configuration file"),
    flag("json", None, Switch, "", "Write JSON"),
    flag("keyring-provider", None, One, "provider", "Where credentials are looked up: auto and disabled mean that no keyring is asked"),
    flag("link-mode", None, One, "mode", "How files get from the cache into the environment: clone, hardlink, copy or symlink (dx's own)"),
    flag("local", Some('l'), Switch, "", "In an environment with access to the system's packages: only its own"),
    flag("log", None, One, "path", "Also append all messages to this file"),
    flag("no-binary", None, Many, "packages", "Take no wheels of these packages (commas between them, or :all:, :none:)"),
    flag("no-build-isolation", None, Switch, "", "Build in the environment itself; what a build needs has to be installed"),
    flag("no-cache-dir", None, Switch, "", "Keep nothing in the cache and take nothing from it"),
    flag("no-clean", None, Switch, "", "Leave the folders in which packages were built"),
    flag("no-color", None, Switch, "", "Write without colours"),
    flag("no-compile", None, Switch, "", "Leave bytecode to the first import (the default)"),
    Flag { long: "no-deps", short: None, aliases: &["no-dependencies"], kind: Switch, value: "", help: "Leave out what the packages require" },
    flag("no-header", None, Switch, "", "Leave out the comment at the top (dx's own)"),
    flag("no-index", None, Switch, "", "Ask no index; take only what --find-links offers"),
    flag("no-input", None, Switch, "", "Ask nothing (dx never does)"),
    flag("no-proxy-env", None, Switch, "", "Ignore the environment's proxies"),
    flag("no-require-hashes", None, Switch, "", "Do not demand hashes of everything because one requirement has one"),
    flag("no-verify", None, Switch, "", "Take built wheels unchecked"),
    flag("no-warn-conflicts", None, Switch, "", "Do not warn about requirements that the result breaks"),
    flag("no-warn-script-location", None, Switch, "", "Do not warn about scripts outside PATH"),
    flag("not-required", None, Switch, "", "Only packages that no other one requires"),
    flag("offline", None, Switch, "", "Make no request; take everything from the cache (dx's own)"),
    flag("only-binary", None, Many, "packages", "Build nothing from source of these packages (commas between them, or :all:, :none:)"),
    flag("only-deps", None, Switch, "", "Install what the packages require, not the packages themselves"),
    flag("only-final", None, Many, "packages", "Take no pre-releases of these packages (commas between them, or :all:, :none:)"),
    flag("outdated", Some('o'), Switch, "", "Only packages of which the index has a newer version"),
    flag("output", Some('o'), One, "path", "Write to this file; - is standard output"),
    flag("override", None, Many, "file", "Take this file's requirements instead of what packages say they need (dx's own)"),
    flag("path", None, Many, "path", "Look at this folder of packages instead of the environment"),
    flag("platform", None, Many, "platform", "Take wheels of this platform, such as manylinux_2_28_x86_64, for another target than this machine"),
    flag("pre", None, Switch, "", "Take pre-releases like any release"),
    flag("prefer-binary", None, Switch, "", "Take an older wheel rather than a newer source distribution"),
    flag("prefix", None, One, "dir", "Install below this folder, laid out as an environment"),
    flag("progress-bar", None, One, "kind", "auto, on, off or raw"),
    flag("proxy", None, One, "url", "Make all requests through this proxy"),
    flag("python", None, One, "path", "Work on the environment of this Python (its executable or folder)"),
    flag("python-version", None, One, "version", "Resolve for this version of Python, such as 3.12"),
    flag("quiet", Some('q'), Count, "", "Say less; up to three times"),
    flag("refresh-package", None, Many, "packages", "Ask the index anew for these packages (commas between them, or :all:)"),
    flag("report", None, One, "file", "Write what was done as JSON (pip's installation report); - is standard output"),
    flag("require-hashes", None, Switch, "", "Refuse whatever has no hash in a requirements file"),
    flag("require-virtualenv", None, Switch, "", "Refuse to work outside of a virtual environment"),
    Flag { long: "requirement", short: Some('r'), aliases: &["requirements"], kind: Many, value: "file", help: "Install what this file lists: a requirements file, or a lock file (pylock.toml)" },
    Flag { long: "requirements-from-script", short: None, aliases: &[], kind: Many, value: "file", help: "Install what the script's comment block lists (PEP 723)" },
    flag("resolution", None, One, "order", "highest, lowest, or lowest-direct (dx's own)"),
    flag("resume-retries", None, One, "count", "How often a broken download is taken up again"),
    flag("retries", None, One, "count", "How often a failed request is made again"),
    flag("root", None, One, "dir", "Install relative to this other root folder"),
    flag("root-user-action", None, One, "action", "Has no meaning here: dx does not warn about root"),
    flag("src", None, One, "dir", "Where projects from version control that are installed in place are checked out"),
    flag("system", None, Switch, "", "Work on dx's own packages instead of a virtual environment (dx's own)"),
    flag("target", Some('t'), One, "dir", "Install into this folder of packages"),
    Flag { long: "timeout", short: None, aliases: &["default-timeout"], kind: One, value: "seconds", help: "How long to wait for a server" },
    flag("trusted-host", None, Many, "host", "Do not check this host's certificate"),
    flag("upgrade", Some('U'), Switch, "", "Take the newest version of what is named, even if another one is installed"),
    flag("upgrade-package", Some('P'), Many, "package", "Keep the versions of an existing file, but not this package's (dx's own)"),
    flag("upgrade-strategy", None, One, "strategy", "Whether --upgrade also upgrades what they require: only-if-needed or eager"),
    flag("uploaded-prior-to", None, One, "time", "Behave as if nothing had been published from this time on (ISO 8601, or P3D for three days ago)"),
    flag("uptodate", Some('u'), Switch, "", "Only packages of which the index has no newer version"),
    flag("use-deprecated", None, Many, "feature", "None of pip's deprecated features exist here: each is an error"),
    flag("use-feature", None, Many, "feature", "Features of pip that dx has anyway are accepted, others are an error"),
    flag("user", None, Switch, "", "Work on your own packages (site.USER_SITE)"),
    flag("verbose", Some('v'), Count, "", "Say more; up to three times"),
    flag("version", Some('V'), Switch, "", "Show the version"),
    flag("wheel-dir", Some('w'), One, "dir", "Put the wheels into this folder"),
    flag("yes", Some('y'), Switch, "", "Do not ask (dx never does)"),
];

/// A command of `dx pip`.
#[derive(Debug)]
pub struct Command {
    pub name: &'static str,
    /// What may follow the name, a line each.
    pub usages: &'static [&'static str],
    pub summary: &'static str,
    pub about: &'static [&'static str],
    /// Its own options by their long names; the groups below come on top.
    pub flags: &'static [&'static str],
    pub groups: &'static [&'static Group],
    pub examples: &'static [(&'static str, &'static str)],
}

/// Options that several commands share, under a heading of their own.
#[derive(Debug)]
pub struct Group {
    pub title: &'static str,
    pub flags: &'static [&'static str],
}

/// Taken by every command, in front of its name too.
pub const GENERAL: Group = Group {
    title: "General Options",
    flags: &[
        "help",
        "debug",
        "isolated",
        "require-virtualenv",
        "python",
        "verbose",
        "version",
        "quiet",
        "log",
        "no-input",
        "keyring-provider",
        "proxy",
        "no-proxy-env",
        "retries",
        "timeout",
        "exists-action",
        "trusted-host",
        "cert",
        "client-cert",
        "cache-dir",
        "no-cache-dir",
        "disable-pip-version-check",
        "no-color",
        "use-feature",
        "use-deprecated",
        "resume-retries",
        "offline",
        "system",
    ],
};

pub const SELECTION: Group = Group {
    title: "Package Selection Options",
    flags: &[
        "pre",
        "all-releases",
        "only-final",
        "no-binary",
        "only-binary",
        "prefer-binary",
        "allow-old-pure",
        "exclude-newer",
        "uploaded-prior-to",
    ],
};

pub const INDEX: Group = Group {
    title: "Package Index Options",
    flags: &["index-url", "extra-index-url", "no-index", "index-strategy", "refresh-package", "find-links"],
};

const TARGETS: Group =
    Group { title: "Target Options", flags: &["platform", "python-version", "implementation", "abi"] };

const RESOLUTION: Group = Group {
    title: "Resolution Options",
    flags: &[
        "requirement",
        "constraint",
        "override",
        "requirements-from-script",
        "group",
        "no-deps",
        "only-deps",
        "editable",
        "resolution",
        "ignore-requires-python",
        "require-hashes",
        "no-require-hashes",
    ],
};

const BUILD: Group = Group {
    title: "Build Options",
    flags: &[
        "no-build-isolation",
        "check-build-dependencies",
        "build-constraint",
        "config-settings",
        "no-clean",
        "src",
    ],
};

/// Every command, in the order of the overview.
#[rustfmt::skip]
pub const COMMANDS: &[Command] = &[
    Command {
        name: "install",
        usages: &["[options] <requirement> ...", "[options] -r <requirements file> ...", "[options] [-e] <project path or URL> ...", "[options] <archive path or URL> ..."],
        summary: "Install packages.",
        about: &["Installs packages and what they require, from an index, from files, folders, URLs and version control. Everything is fetched and checked before the environment changes; after an error or a kill it is as it was."],
        flags: &["dry-run", "target", "user", "root", "prefix", "upgrade", "upgrade-strategy", "force-reinstall", "ignore-installed", "break-system-packages", "compile", "no-compile", "link-mode", "no-warn-script-location", "no-warn-conflicts", "progress-bar", "root-user-action", "report"],
        groups: &[&RESOLUTION, &TARGETS, &BUILD, &SELECTION, &INDEX],
        examples: &[
            ("dx pip install flask 'requests>=2'", "two packages and what they need"),
            ("dx pip install -r requirements.txt", "what a file lists"),
            ("dx pip install -U rich", "the newest version of a package"),
            ("dx pip install -e .", "the project in this folder, in place"),
            ("dx pip install --dry-run --report - -q flask", "what would be installed, as JSON"),
        ],
    },
    Command {
        name: "uninstall",
        usages: &["[options] <package> ...", "[options] -r <requirements file> ..."],
        summary: "Uninstall packages.",
        about: &["Removes packages and everything that was installed with them, all of them or none."],
        flags: &["requirement", "yes", "root-user-action", "break-system-packages", "user", "prefix", "target"],
        groups: &[],
        examples: &[("dx pip uninstall -y flask", "remove a package")],
    },
    Command {
        name: "sync",
        usages: &["[options] <requirements or lock file> ..."],
        summary: "Make the environment exactly what files say (dx's own).",
        about: &["Installs what the files list, in the versions that they pin, and removes everything else."],
        flags: &["dry-run", "report", "compile", "no-compile", "link-mode", "progress-bar", "break-system-packages", "user", "prefix", "ignore-requires-python", "require-hashes", "no-require-hashes", "constraint"],
        groups: &[&TARGETS, &BUILD, &SELECTION, &INDEX],
        examples: &[("dx pip sync pylock.toml", "exactly what a lock file says"), ("dx pip sync requirements.txt", "exactly what a file lists")],
    },
    Command {
        name: "compile",
        usages: &["[options] <requirements file or pyproject.toml> ..."],
        summary: "Write a requirements file with exact versions (dx's own).",
        about: &["Resolves what the files ask for and writes every package with its version, with hashes if wanted. Versions in an existing output file are kept where they fit."],
        flags: &["output", "generate-hashes", "no-header", "annotation-style", "upgrade", "upgrade-package", "extra", "all-extras", "progress-bar"],
        groups: &[&RESOLUTION, &TARGETS, &BUILD, &SELECTION, &INDEX],
        examples: &[("dx pip compile requirements.in -o requirements.txt --generate-hashes", "exact versions with hashes")],
    },
    Command {
        name: "lock",
        usages: &["[options] [-e] <project path> ...", "[options] <requirement> ...", "[options] -r <requirements file> ..."],
        summary: "Write a lock file (pylock.toml, PEP 751).",
        about: &["Resolves the requirements and writes every package with its files and hashes. Versions in an existing lock file are kept where they fit."],
        flags: &["output", "upgrade", "upgrade-package", "progress-bar"],
        groups: &[&RESOLUTION, &TARGETS, &BUILD, &SELECTION, &INDEX],
        examples: &[("dx pip lock -e .", "lock the project in this folder into pylock.toml")],
    },
    Command {
        name: "download",
        usages: &["[options] <requirement> ...", "[options] -r <requirements file> ..."],
        summary: "Download packages.",
        about: &["Puts the files of packages and of what they require into a folder, without installing them."],
        flags: &["dest", "progress-bar"],
        groups: &[&RESOLUTION, &TARGETS, &BUILD, &SELECTION, &INDEX],
        examples: &[("dx pip download -d wheels flask", "fetch a package and what it needs")],
    },
    Command {
        name: "wheel",
        usages: &["[options] <requirement> ...", "[options] <project path> ..."],
        summary: "Build wheels from your requirements.",
        about: &["Builds a wheel of everything that is asked for and of what that requires, and puts the wheels into a folder."],
        flags: &["wheel-dir", "no-verify", "progress-bar"],
        groups: &[&RESOLUTION, &BUILD, &SELECTION, &INDEX],
        examples: &[("dx pip wheel --no-deps .", "the wheel of the project in this folder")],
    },
    Command {
        name: "list",
        usages: &["[options]"],
        summary: "List installed packages.",
        about: &["Lists the packages of the environment, in alphabetical order."],
        flags: &["outdated", "uptodate", "editable-only", "local", "user", "path", "format", "not-required", "exclude-editable", "include-editable", "exclude", "prefix", "target"],
        groups: &[&SELECTION, &INDEX],
        examples: &[("dx pip list --outdated", "what has a newer version"), ("dx pip list --format json", "for programs")],
    },
    Command {
        name: "freeze",
        usages: &["[options]"],
        summary: "Output installed packages in requirements format.",
        about: &["Writes a line for each installed package that `dx pip install -r` understands."],
        flags: &["requirement", "local", "user", "path", "all", "exclude-editable", "exclude", "prefix", "target"],
        groups: &[],
        examples: &[("dx pip freeze > requirements.txt", "note what is installed")],
    },
    Command {
        name: "show",
        usages: &["[options] <package> ..."],
        summary: "Show information about installed packages.",
        about: &["Writes name, version, licence, place and requirements of packages; with -f their files."],
        flags: &["files", "prefix", "target"],
        groups: &[],
        examples: &[("dx pip show -f flask", "a package with its files")],
    },
    Command {
        name: "check",
        usages: &["[options]"],
        summary: "Verify installed packages have compatible dependencies.",
        about: &["Looks whether everything that installed packages require is installed in a fitting version. Exits with 1 if not."],
        flags: &["prefix", "target"],
        groups: &[],
        examples: &[("dx pip check", "look for broken requirements")],
    },
    Command {
        name: "tree",
        usages: &["[options] [package] ..."],
        summary: "Show installed packages as a tree of requirements (dx's own).",
        about: &["Shows each package with what it requires below it."],
        flags: &["prefix", "target", "exclude"],
        groups: &[],
        examples: &[("dx pip tree", "the whole environment"), ("dx pip tree flask", "one package")],
    },
    Command {
        name: "inspect",
        usages: &["[options]"],
        summary: "Inspect the python environment.",
        about: &["Writes a JSON report of the environment and all its packages, in pip's format."],
        flags: &["local", "user", "path"],
        groups: &[],
        examples: &[("dx pip inspect", "everything as JSON")],
    },
    Command {
        name: "index",
        usages: &["versions [options] <package>"],
        summary: "Inspect information available from package indexes.",
        about: &["`versions` lists the versions of a package that the index has and this Python can take."],
        flags: &["ignore-requires-python", "json"],
        groups: &[&TARGETS, &SELECTION, &INDEX],
        examples: &[("dx pip index versions flask", "which versions there are")],
    },
    Command {
        name: "config",
        usages: &["list", "get <key>", "set <key> <value>", "unset <key>", "edit", "debug"],
        summary: "Manage local and global configuration.",
        about: &["Shows and changes pip's configuration files, which dx reads too."],
        flags: &["editor", "global", "site", "user"],
        groups: &[],
        examples: &[("dx pip config list", "what is configured"), ("dx pip config set global.timeout 60", "change a value")],
    },
    Command {
        name: "cache",
        usages: &["dir", "info", "list [pattern]", "remove <pattern>", "purge", "prune"],
        summary: "Inspect and manage the cache of packages.",
        about: &["`prune` removes what was not used for long until the cache is within its size; `purge` removes everything."],
        flags: &["format"],
        groups: &[],
        examples: &[("dx pip cache info", "how large it is"), ("dx pip cache prune", "tidy up")],
    },
    Command {
        name: "hash",
        usages: &["[options] <file> ..."],
        summary: "Compute hashes of package archives.",
        about: &["Writes a --hash option for a requirements file for each file."],
        flags: &["algorithm"],
        groups: &[],
        examples: &[("dx pip hash dist/*.whl", "hashes of built wheels")],
    },
    Command {
        name: "debug",
        usages: &["[options]"],
        summary: "Show information useful for debugging.",
        about: &["Shows versions, places and the tags of wheels that this Python takes."],
        flags: &[],
        groups: &[&TARGETS],
        examples: &[("dx pip debug --verbose", "all compatible tags")],
    },
    Command {
        name: "completion",
        usages: &["[options]"],
        summary: "A helper command used for command completion.",
        about: &["Writes a script that lets a shell complete the words of `pip`; `dx completions` writes those for `dx`."],
        flags: &["bash", "zsh", "fish", "powershell"],
        groups: &[],
        examples: &[("eval \"$(dx pip completion --bash)\"", "in ~/.bashrc")],
    },
    Command {
        name: "help",
        usages: &["<command>"],
        summary: "Show help for commands.",
        about: &["Shows a command's page."],
        flags: &[],
        groups: &[],
        examples: &[("dx pip help install", "the page of `install`")],
    },
];

/// Options of `completion` and `config` alone, kept apart because their names mean something else elsewhere.
#[rustfmt::skip]
const OWN_FLAGS: &[Flag] = &[
    flag("bash", Some('b'), Switch, "", "The script for bash"),
    flag("zsh", Some('z'), Switch, "", "The script for zsh"),
    flag("fish", Some('f'), Switch, "", "The script for fish"),
    flag("powershell", Some('p'), Switch, "", "The script for PowerShell"),
    flag("editor", None, One, "editor", "The editor for `edit`, instead of $VISUAL or $EDITOR"),
    flag("global", None, Switch, "", "The configuration of the whole machine"),
    flag("site", None, Switch, "", "The configuration of this environment"),
];

/// The option of a long name or alias.
pub fn named(long: &str) -> Option<&'static Flag> {
    FLAGS.iter().chain(OWN_FLAGS).find(|flag| flag.long == long || flag.aliases.contains(&long))
}

/// The command of a name.
pub fn command(name: &str) -> Option<&'static Command> {
    COMMANDS.iter().find(|command| command.name == name)
}

impl Command {
    /// All options that the command takes, in the order of its page.
    pub fn all_flags(&self) -> impl Iterator<Item = &'static Flag> {
        self.flags
            .iter()
            .chain(self.groups.iter().flat_map(|group| group.flags))
            .chain(GENERAL.flags)
            .filter_map(|long| named(long))
    }
}
