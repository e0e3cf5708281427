//! Compatibility tags (PEP 425, 600, 656, 730): which wheels a Python on a machine can take, best first.
//!
//! dx runs pure Python and whatever does not depend on an interpreter's binary interface: `py3-none-any`, `py314-none-PLATFORM` and
//! the like. For other targets (`--implementation cp --platform …`) the tags are those of the interpreter named.

use std::fmt;

use rustc_hash::FxHashMap;

/// One tag: interpreter, binary interface, platform.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tag {
    pub interpreter: String,
    pub abi: String,
    pub platform: String,
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{}", self.interpreter, self.abi, self.platform)
    }
}

/// The tags that a target takes, in order.
#[derive(Clone, Debug, Default)]
pub struct Tags {
    list: Vec<Tag>,
    /// Place in `list` by interpreter, binary interface and platform.
    places: FxHashMap<String, FxHashMap<String, FxHashMap<String, u32>>>,
}

/// What of a wheel's tags does not fit a target: the part that comes nearest to fitting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Misfit {
    /// No tag's interpreter and version fits.
    Python,
    /// The interpreter would do, its binary interface not.
    Abi,
    /// Only the platform does not fit.
    Platform,
}

impl Tags {
    pub fn new(tags: impl IntoIterator<Item = Tag>) -> Tags {
        let mut made = Tags::default();
        for tag in tags {
            let platforms =
                made.places.entry(tag.interpreter.clone()).or_default().entry(tag.abi.clone()).or_default();
            if !platforms.contains_key(&tag.platform) {
                platforms.insert(tag.platform.clone(), made.list.len() as u32);
                made.list.push(tag);
            }
        }
        made
    }

    /// The tags, best first.
    pub fn iter(&self) -> std::slice::Iter<'_, Tag> {
        self.list.iter()
    }

    /// The place of a tag in the order, 0 for the best, or nothing if the target does not take it.
    pub fn priority(&self, interpreter: &str, abi: &str, platform: &str) -> Option<u32> {
        self.places.get(interpreter)?.get(abi)?.get(platform).copied()
    }

    /// The best place of a wheel's compressed tag set (`py2.py3-none-any`), or what does not fit.
    pub fn best(&self, interpreters: &str, abis: &str, platforms: &str) -> Result<u32, Misfit> {
        let mut best: Option<u32> = None;
        let mut misfit = Misfit::Python;
        for interpreter in interpreters.split('.') {
            let Some(by_abi) = self.places.get(interpreter) else { continue };
            misfit = misfit.max(Misfit::Abi);
            for abi in abis.split('.') {
                let Some(by_platform) = by_abi.get(abi) else { continue };
                misfit = misfit.max(Misfit::Platform);
                for platform in platforms.split('.') {
                    if let Some(place) = by_platform.get(platform) {
                        best = Some(best.map_or(*place, |best| best.min(*place)));
                    }
                }
            }
        }
        best.ok_or(misfit)
    }

    /// The tags of a target.
    pub fn of(target: &Target) -> Tags {
        let (major, minor) = target.python;
        let platforms = &target.platforms;
        let mut tags = Vec::new();
        let tag = |interpreter: &str, abi: &str, platform: &str| Tag {
            interpreter: interpreter.to_owned(),
            abi: abi.to_owned(),
            platform: platform.to_owned(),
        };
        let own = format!("{}{major}{minor}", target.implementation);
        let cpython = target.implementation == "cp";
        let mut abis: Vec<String> = target.abis.clone();
        if abis.is_empty() && cpython {
            abis.push(own.clone());
        }
        abis.retain(|abi| abi != "none" && abi != "abi3");
        for abi in &abis {
            tags.extend(platforms.iter().map(|platform| tag(&own, abi, platform)));
        }
        if cpython {
            tags.extend(platforms.iter().map(|platform| tag(&own, "abi3", platform)));
        }
        tags.extend(platforms.iter().map(|platform| tag(&own, "none", platform)));
        if cpython {
            for older in (2..minor).rev() {
                let interpreter = format!("cp{major}{older}");
                tags.extend(platforms.iter().map(|platform| tag(&interpreter, "abi3", platform)));
            }
        }
        let mut pure = vec![format!("py{major}{minor}"), format!("py{major}")];
        pure.extend((0..minor).rev().map(|older| format!("py{major}{older}")));
        for interpreter in &pure {
            tags.extend(platforms.iter().map(|platform| tag(interpreter, "none", platform)));
        }
        tags.push(tag(&own, "none", "any"));
        tags.extend(pure.iter().map(|interpreter| tag(interpreter, "none", "any")));
        Tags::new(tags)
    }
}

/// A Python on a machine, as far as wheels depend on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The short name of the implementation: `dx`, `cp`, `pp`, `py`.
    pub implementation: String,
    pub python: (u64, u64),
    /// The binary interfaces; none means those that the implementation has.
    pub abis: Vec<String>,
    /// Best first.
    pub platforms: Vec<String>,
}

/// What platform tags depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum System {
    /// Linux with the version of glibc.
    Glibc(u64, u64),
    /// Linux with the version of musl.
    Musl(u64, u64),
    /// macOS with its version.
    Mac(u64, u64),
    Windows,
    /// Something without rules of its own: only pure wheels fit.
    Other,
}

/// The platform tags of a machine, best first. `arch` is what Rust calls it (`x86_64`, `aarch64`, `x86`, …).
pub fn platforms(system: System, arch: &str) -> Vec<String> {
    let arch = match (system, arch) {
        (_, "x86") => "i686",
        (System::Mac(..), "aarch64") => "arm64",
        (_, "powerpc64") => "ppc64le",
        (_, "arm") => "armv7l",
        (_, arch) => arch,
    };
    let mut found = Vec::new();
    match system {
        System::Glibc(major, minor) => {
            let oldest = if matches!(arch, "x86_64" | "i686") { 5 } else { 17 };
            if major > 2 {
                found.extend((0..=minor).rev().map(|minor| format!("manylinux_{major}_{minor}_{arch}")));
            }
            let newest = if major > 2 { 50 } else { minor };
            for minor in (oldest..=newest).rev().filter(|_| major >= 2) {
                found.push(format!("manylinux_2_{minor}_{arch}"));
                let old_name = match minor {
                    17 => "manylinux2014",
                    12 => "manylinux2010",
                    5 => "manylinux1",
                    _ => continue,
                };
                found.push(format!("{old_name}_{arch}"));
            }
            found.push(format!("linux_{arch}"));
        }
        System::Musl(major, minor) => {
            found.extend((0..=minor).rev().map(|minor| format!("musllinux_{major}_{minor}_{arch}")));
            found.push(format!("linux_{arch}"));
        }
        System::Mac(major, minor) => mac(major, minor, arch, &mut found),
        System::Windows => found.push(
            match arch {
                "x86_64" => "win_amd64",
                "aarch64" => "win_arm64",
                _ => "win32",
            }
            .to_owned(),
        ),
        System::Other => {}
    }
    found
}

/// macOS: each release takes wheels of the ones before it; Apple's own processors since 11.
fn mac(major: u64, minor: u64, arch: &str, found: &mut Vec<String>) {
    let intel = arch == "x86_64";
    let formats: &[&str] = match arch {
        "x86_64" => &["x86_64", "intel", "fat64", "fat3", "universal2", "universal"],
        "arm64" => &["arm64", "universal2"],
        _ => &[],
    };
    for release in (11..=major).rev() {
        found.extend(formats.iter().map(|format| format!("macosx_{release}_0_{format}")));
    }
    let newest = if major >= 11 { 16 } else { minor };
    for minor in (4..=newest).rev() {
        let fits = |format: &&&str| intel || **format == "universal2";
        found.extend(formats.iter().filter(fits).map(|format| format!("macosx_10_{minor}_{format}")));
    }
}

/// What `--platform` means: the named platform and the older ones that its rules include.
pub fn expand_platform(named: &str) -> Vec<String> {
    let number = |text: &str| text.parse::<u64>().ok();
    let versioned = |rest: &str| {
        let (major, rest) = rest.split_once('_')?;
        let (minor, arch) = rest.split_once('_')?;
        Some((number(major)?, number(minor)?, arch.to_owned()))
    };
    let as_rust = |arch: &str| if arch == "i686" { "x86".to_owned() } else { arch.to_owned() };
    if let Some((major, minor, arch)) = named.strip_prefix("manylinux_").and_then(versioned)
        && minor <= 200
        && major <= 3
    {
        return platforms(System::Glibc(major, minor), &as_rust(&arch));
    }
    for (old_name, minor) in [("manylinux2014_", 17), ("manylinux2010_", 12), ("manylinux1_", 5)] {
        if let Some(arch) = named.strip_prefix(old_name) {
            return platforms(System::Glibc(2, minor), &as_rust(arch));
        }
    }
    if let Some((major, minor, arch)) = named.strip_prefix("musllinux_").and_then(versioned)
        && minor <= 200
    {
        return platforms(System::Musl(major, minor), &as_rust(&arch));
    }
    if let Some((major, minor, arch)) = named.strip_prefix("macosx_").and_then(versioned)
        && minor <= 200
        && major <= 200
    {
        let mut found = Vec::new();
        mac(major, minor, &arch, &mut found);
        if !found.is_empty() {
            return found;
        }
    }
    vec![named.to_owned()]
}
