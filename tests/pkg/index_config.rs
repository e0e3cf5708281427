//! pip's configuration: where it lies, what wins, how values are read, and changing a file.

use dx::pkg::index::config::{ConfigError, Kind, Places, Settings, Variables, boolean};
use dx::pkg::index::options::cache_folder;
use dx::pkg::index::{IndexOptions, Strategy, config_edit};

use super::loopback::Folder;

struct Home {
    folder: Folder,
    variables: Vec<(String, String)>,
}

impl Home {
    fn new() -> Self {
        let folder = Folder::new("config");
        let path = |name: &str| folder.path(name).display().to_string();
        let variables = vec![
            (String::from("HOME"), path("home")),
            (String::from("XDG_CONFIG_DIRS"), format!("{}:{}", path("xdg1"), path("xdg2"))),
            (String::from("VIRTUAL_ENV"), path("venv")),
        ];
        Self { folder, variables }
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.folder.path(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }

    fn set(&mut self, name: &str, value: &str) {
        self.variables.push((name.into(), value.into()));
    }

    fn load(&self) -> Result<Settings, ConfigError> {
        self.load_with(&Places::default())
    }

    fn load_with(&self, places: &Places) -> Result<Settings, ConfigError> {
        Settings::load(&Variables::from_iter(self.variables.iter().cloned()), places)
    }
}

fn value(settings: &Settings, command: &str, option: &str) -> Option<String> {
    settings.get(command, option).map(|(value, _)| value.to_string())
}

const ALL: [&str; 6] = [
    "xdg1/pip/pip.conf",
    "xdg2/pip/pip.conf",
    "home/.pip/pip.conf",
    "home/.config/pip/pip.conf",
    "venv/pip.conf",
    "named.conf",
];

#[cfg(target_os = "linux")]
#[test]
fn each_place_overrides_those_before() {
    let mut home = Home::new();
    // With the named file there, the user's is not read, so it comes last and apart.
    for place in &ALL[..5] {
        home.write(place, &format!("[global]\nindex-url = {place}\n"));
        let settings = home.load().expect("a configuration");
        let (found, origin) = settings.get("install", "index-url").expect("a value");
        assert_eq!(found, *place);
        assert_eq!(origin.path, Some(home.folder.path(place)));
    }
    home.set("PIP_CONFIG_FILE", &home.folder.path("named.conf").display().to_string());
    home.write("named.conf", "[install]\nno-index = yes\n");
    std::fs::remove_file(home.folder.path("venv/pip.conf")).expect("removed");
    let settings = home.load().expect("a configuration");
    assert_eq!(
        value(&settings, "install", "index-url").as_deref(),
        Some("xdg2/pip/pip.conf"),
        "not the user's"
    );
    assert_eq!(settings.flag("install", "no-index").expect("a flag"), Some(true));
    assert_eq!(settings.flag("download", "no-index").expect("none"), None, "another command's section");
    home.set("PIP_INDEX_URL", "from the environment");
    let settings = home.load().expect("a configuration");
    let (found, origin) = settings.get("install", "index-url").expect("a value");
    assert_eq!((found, origin.kind), ("from the environment", Kind::EnvVar));
    let kinds: Vec<Kind> =
        settings.layers().iter().filter(|layer| layer.exists).map(|layer| layer.kind).collect();
    let known: Vec<Kind> = kinds.into_iter().filter(|kind| *kind != Kind::Global).collect();
    assert_eq!(known, [Kind::Env, Kind::EnvVar]);
    let isolated = home.load_with(&Places { isolated: true, prefix: None }).expect("a configuration");
    assert_eq!(value(&isolated, "install", "index-url").as_deref(), Some("xdg2/pip/pip.conf"));
    home.set("PIP_CONFIG_FILE", "/dev/null");
    let settings = home.load().expect("a configuration");
    assert_eq!(settings.layers().len(), 1, "no file at all, the environment still");
    assert_eq!(value(&settings, "install", "index-url").as_deref(), Some("from the environment"));
}

#[test]
fn a_file_that_is_named_and_missing_changes_nothing() {
    let mut home = Home::new();
    home.write("home/.pip/pip.conf", "[global]\nproxy = p\n");
    home.set("PIP_CONFIG_FILE", "/nowhere/pip.conf");
    assert_eq!(value(&home.load().expect("a configuration"), "install", "proxy").as_deref(), Some("p"));
}

#[test]
fn the_given_prefix_counts_before_the_variable() {
    let home = Home::new();
    home.write("venv/pip.conf", "[global]\nproxy = venv\n");
    home.write("other/pip.conf", "[global]\nproxy = other\n");
    let places = Places { prefix: Some(home.folder.path("other")), isolated: false };
    assert_eq!(
        value(&home.load_with(&places).expect("a configuration"), "install", "proxy").as_deref(),
        Some("other")
    );
}

#[test]
fn sections_and_empty_values_as_pip_has_them() {
    let mut home = Home::new();
    home.write(
        "home/.pip/pip.conf",
        "[global]\ntimeout = 10\nretries = 1\nproxy = g\n[install]\ntimeout = 20\n",
    );
    home.write("venv/pip.conf", "[global]\ntimeout = 30\nproxy =\n");
    home.set("PIP_RETRIES", "");
    let settings = home.load().expect("a configuration");
    assert_eq!(
        value(&settings, "install", "timeout").as_deref(),
        Some("20"),
        "the command's section wins over a later file"
    );
    assert_eq!(value(&settings, "download", "timeout").as_deref(), Some("30"));
    assert_eq!(value(&settings, "install", "proxy"), None, "an empty value takes the value away");
    assert_eq!(value(&settings, "install", "retries").as_deref(), Some("1"), "an empty variable does not");
    home.set("PIP_DEFAULT_TIMEOUT", "40");
    assert_eq!(value(&home.load().expect("a configuration"), "install", "timeout").as_deref(), Some("40"));
    home.set("PIP_TIMEOUT", "50");
    assert_eq!(value(&home.load().expect("a configuration"), "install", "timeout").as_deref(), Some("50"));
}

#[test]
fn files_are_read_as_configparser_reads_them() {
    let home = Home::new();
    home.write(
        "venv/pip.conf",
        "\u{feff}# a comment\n; another\n[global]\nINDEX_URL: https://example.org/a=b ; no comment\n\
         find-links =\n    one\n    # within\n\n    two   three\n--trusted-host=h\n[list]\n  format = json\n[odd]\nx=1\n",
    );
    let settings = home.load().expect("a configuration");
    assert_eq!(
        value(&settings, "install", "index-url").as_deref(),
        Some("https://example.org/a=b ; no comment")
    );
    assert_eq!(settings.list("install", "find-links"), ["one", "two", "three"]);
    assert_eq!(settings.list("install", "trusted-host"), ["h"]);
    for (text, line) in [
        ("[global]\nnonsense\n", 2),
        ("key = before\n", 1),
        ("[global\n", 1),
        ("[global]\na = 1\nA = 2\n", 3),
        ("[global]\n= 1\n", 2),
    ] {
        home.write("venv/pip.conf", text);
        match home.load() {
            Err(ConfigError::Syntax { line: found, path, .. }) => {
                assert_eq!((found, path), (line, home.folder.path("venv/pip.conf")), "{text:?}");
            }
            other => panic!("{text:?}: {other:?}"),
        }
    }
    std::fs::write(home.folder.path("venv/pip.conf"), b"[global]\nproxy = \xff\n").expect("a file");
    assert!(matches!(home.load(), Err(ConfigError::Read { .. })));
}

#[test]
fn values_have_kinds() {
    for (text, expected) in [
        ("YES", Some(true)),
        ("on", Some(true)),
        ("t", Some(true)),
        ("0", Some(false)),
        ("No", Some(false)),
        ("2", None),
        ("", None),
    ] {
        assert_eq!(boolean(text), expected, "{text}");
    }
    let mut home = Home::new();
    home.set("PIP_NO_INDEX", "maybe");
    home.set("PIP_RETRIES", "-1");
    let settings = home.load().expect("a configuration");
    let error = settings.flag("install", "no-index").expect_err("no word for it");
    assert!(error.to_string().contains("\"maybe\"") && error.to_string().contains("environment"), "{error}");
    assert!(error.hint().expect("a hint").contains("variable"));
    assert!(settings.number::<u32>("install", "retries").is_err());
}

#[test]
fn the_options_of_an_index_come_from_the_configuration() {
    let mut home = Home::new();
    for (key, value) in [
        ("PIP_INDEX_URL", "https://example.org/simple"),
        ("PIP_EXTRA_INDEX_URL", "https://a.example.org/simple https://b.example.org/simple"),
        ("PIP_FIND_LINKS", "/wheels\n./more"),
        ("PIP_NO_INDEX", "0"),
        ("PIP_TRUSTED_HOST", "example.org b.example.org:8080"),
        ("PIP_CERT", "/c.pem"),
        ("PIP_CLIENT_CERT", "/d.pem"),
        ("PIP_DEFAULT_TIMEOUT", "2.5"),
        ("PIP_RETRIES", "7"),
        ("PIP_PROXY", "proxy.example.org:3128"),
        ("PIP_INDEX_STRATEGY", "unsafe-best-match"),
        ("SSL_CERT_FILE", "/e.pem"),
    ] {
        home.set(key, value);
    }
    let settings = home.load().expect("a configuration");
    let variables = Variables::from_iter(home.variables.iter().cloned());
    let options = |settings: &Settings| {
        IndexOptions::from_settings(settings, "install", variables.clone(), "/cache".into())
    };
    let found = options(&settings).expect("options");
    assert_eq!(found.index_url.as_deref(), Some("https://example.org/simple"));
    assert_eq!(found.extra_index_urls, ["https://a.example.org/simple", "https://b.example.org/simple"]);
    assert_eq!(found.find_links, ["/wheels", "./more"]);
    assert!(!found.no_index);
    assert_eq!(found.strategy, Strategy::UnsafeBestMatch);
    assert_eq!(found.client.trusted_hosts, ["example.org", "b.example.org:8080"]);
    assert_eq!((found.client.timeout.as_millis(), found.client.retries), (2500, 7));
    let trust = &found.client.trust;
    let text = |path: &Option<std::path::PathBuf>| path.as_ref().map(|path| path.display().to_string());
    assert_eq!(
        (text(&trust.cert), text(&trust.client_cert), text(&trust.file)),
        (Some("/c.pem".into()), Some("/d.pem".into()), Some("/e.pem".into()))
    );
    let url = url::Url::parse("https://example.org/").expect("a URL");
    assert_eq!(found.client.proxies.proxy_of(&url), Some("http://proxy.example.org:3128"));
    let wrong = Settings::from_entries(&[("install", "index_strategy", "newest")]);
    assert!(options(&wrong).expect_err("no strategy").to_string().contains("unsafe-best-match"));
}

#[test]
fn the_cache_has_a_place_or_is_off() {
    let folder = |pairs: &[(&str, &str)]| {
        let variables = Variables::from_iter(pairs.iter().copied());
        let settings = Settings::load(&variables, &Places::default()).expect("a configuration");
        cache_folder(&settings, "install", &variables)
            .map(|found| found.map(|path| path.display().to_string()))
    };
    let of = |pairs: &[(&str, &str)]| folder(pairs).expect("a folder");
    let (file, home) = (("PIP_CONFIG_FILE", "/dev/null"), ("HOME", "/h"));
    #[cfg(target_os = "linux")]
    {
        assert_eq!(of(&[file, home]).as_deref(), Some("/h/.cache/dx"));
        assert_eq!(of(&[file, home, ("XDG_CACHE_HOME", "/x")]).as_deref(), Some("/x/dx"));
        assert_eq!(of(&[file, home, ("XDG_CACHE_HOME", "relative")]).as_deref(), Some("/h/.cache/dx"));
    }
    assert_eq!(of(&[file, home, ("PIP_CACHE_DIR", "/p")]).as_deref(), Some("/p/dx"));
    for value in ["1", "true", "0"] {
        assert_eq!(of(&[file, home, ("PIP_NO_CACHE_DIR", value)]), None, "{value}");
    }
    assert!(folder(&[file, ("PIP_NO_CACHE_DIR", "perhaps")]).is_err());
}

#[test]
fn one_key_is_set_and_the_rest_stays() {
    let folder = Folder::new("edit");
    let path = folder.path("sub/pip.conf");
    let text = || std::fs::read_to_string(&path).expect("the file");
    config_edit::set(&path, "global.index-url", "https://example.org/simple").expect("a new file");
    assert_eq!(text(), "[global]\nindex-url = https://example.org/simple\n");
    config_edit::set(&path, "install.no_deps", "yes").expect("set");
    config_edit::set(&path, "global.Timeout", "5").expect("set");
    assert_eq!(
        text(),
        "[global]\nindex-url = https://example.org/simple\ntimeout = 5\n\n[install]\nno-deps = yes\n"
    );
    let before = "# mine\n[global]\n; about links\nfind-links =\n    a\n    b\n# about time\ntimeout = 5\n\n[install]\n# kept\n";
    std::fs::write(&path, before).expect("a file");
    config_edit::set(&path, "global.find-links", "c\nd").expect("set");
    assert_eq!(
        text(),
        before.replace("    a\n    b", "X").replace("find-links =\nX", "find-links = c\n    d")
    );
    let settings = Settings::load(
        &Variables::from_iter([("PIP_CONFIG_FILE", path.display().to_string())]),
        &Places::default(),
    );
    assert_eq!(settings.expect("a configuration").list("install", "find-links"), ["c", "d"]);
    config_edit::unset(&path, "global.find_links").expect("removed");
    assert_eq!(text(), before.replace("find-links =\n    a\n    b\n", ""));
    assert!(matches!(config_edit::unset(&path, "global.find-links"), Err(ConfigError::NoSuchKey { .. })));
    let error = config_edit::set(&path, "timeout", "5").expect_err("no section");
    assert!(error.hint().expect("a hint").contains("global.timeout"));
}

#[test]
fn an_emptied_section_goes() {
    let folder = Folder::new("empty");
    let path = folder.path("pip.conf");
    for (before, key, after) in [
        ("[global]\na = 1\n\n[install]\nb = 2\n", "global.a", "[install]\nb = 2\n"),
        ("[global]\na = 1\n\n[install]\nb = 2\n", "install.b", "[global]\na = 1\n"),
        ("[global]\na = 1\n", "global.a", ""),
        ("[global]\n# why\na = 1\n", "global.a", "[global]\n# why\n"),
        ("[global]\na = 1\nb = 2\n", "global.a", "[global]\nb = 2\n"),
    ] {
        std::fs::write(&path, before).expect("a file");
        config_edit::unset(&path, key).expect("removed");
        assert_eq!(std::fs::read_to_string(&path).expect("the file"), after, "{before:?} without {key}");
    }
}

#[test]
fn the_default_index_is_a_url() {
    let url = url::Url::parse(&dx::pkg::index::default::default_index_url()).expect("a URL");
    assert_eq!((url.scheme(), url.path()), ("https", "/simple/"));
}
