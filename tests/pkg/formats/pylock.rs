//! Lock files: names, the rules of PEP 751, and writing what was read.

use dx::pkg::marker::Environment;
use dx::pkg::name::Name;
use dx::pkg::pylock::{Chosen, File, Package, Pylock, Wanted, is_file_name};
use dx::pkg::tags::{Tag, Tags};

const HEAD: &str = "lock-version = '1.0'\ncreated-by = 'dx'\n";

fn error(text: &str) -> String {
    Pylock::parse(text).expect_err(text).to_string()
}

fn of_package(package: &str) -> String {
    error(&format!("{HEAD}[[packages]]\n{package}"))
}

/// The example of the standard, with an address of nobody's.
const EXAMPLE: &str = r#"
lock-version = '1.0'
environments = ['sys_platform == "win32"', "sys_platform == 'linux'"]
requires-python = '==3.12.*'
created-by = 'mousebender'

[[packages]]
name = 'attrs'
version = '25.1.0'
requires-python = '>=3.8'

    [[packages.wheels]]
    name = 'attrs-25.1.0-py3-none-any.whl'
    upload-time = 2025-01-25T11:30:10.164985+00:00
    url = 'https://files.example.org/packages/fc/attrs-25.1.0-py3-none-any.whl'
    size = 63152
    hashes = {sha256 = 'c75a69e28a550a7e93789579c22aa26b0f5b83b75dc4e08fe092980051e1090a'}

    [[packages.attestation-identities]]
    environment = 'release'
    kind = 'GitHub'

[[packages]]
name = 'cattrs'
version = '24.1.2'
dependencies = [{name = 'attrs'}]
index = 'https://index.example.org/simple'

    [[packages.wheels]]
    url = 'https://files.example.org/packages/c8/cattrs-24.1.2-py3-none-any.whl'
    hashes = {sha256 = '67', md5 = "1"}

[tool.mousebender]
command = ['.', 'lock']
run-on = 2025-03-06T12:28:57.760769
deep = { er = { x = "a\nb" } }
"#;

#[test]
fn file_names_are_the_standards() {
    for (name, valid) in [
        ("pylock.toml", true),
        ("pylock.spam.toml", true),
        ("pylock.json", false),
        ("pylock..toml", false),
        ("pylock.a.b.toml", false),
        ("xpylock.toml", false),
    ] {
        assert_eq!(is_file_name(name), valid, "{name}");
    }
}

#[test]
fn what_is_read_is_written_and_read_again() {
    let lock = Pylock::parse(EXAMPLE).unwrap();
    let text = lock.to_toml().unwrap();
    assert_eq!(Pylock::parse(&text).unwrap(), lock, "{text}");
    assert_eq!(Pylock::parse(&text).unwrap().to_toml().unwrap(), text);
    assert!(text.contains("\n[[packages]]\nname = \"cattrs\"\nversion = \"24.1.2\"\ndependencies = [\n    { name = \"attrs\" },\n]\n"), "{text}");
    let package = &lock.packages[0];
    assert_eq!(package.wheels[0].size, Some(63152));
    assert_eq!(package.attestation_identities.as_ref().unwrap()[0]["kind"].as_str(), Some("GitHub"));
    assert_eq!(lock.tool.as_ref().unwrap()["mousebender"]["deep"]["er"]["x"].as_str(), Some("a\nb"));
}

#[test]
fn other_sources_are_written_and_read_again() {
    let text = format!(
        "{HEAD}extras = ['a-b']\ndependency-groups = ['Dev']\ndefault-groups = ['Dev']\n\
         [[packages]]\nname = 'a'\nvcs = {{type = 'git', url = 'https://example.org/r', commit-id = 'c', requested-revision = 'm'}}\n\
         [[packages]]\nname = 'b'\nversion = '1'\nmarker = 'os_name == \"posix\"'\ndirectory = {{path = '.', editable = false}}\n\
         [[packages]]\nname = 'c'\narchive = {{path = 'x.zip', size = 3, subdirectory = 's', hashes = {{sha256 = 'f'}}}}\n\
         [[packages]]\nname = 'd'\nsdist = {{path = './d-1.tar.gz', hashes = {{sha256 = 'f'}}}}\ntool = {{dx = {{\"a b\" = '\"\\'}}}}\n"
    );
    let lock = Pylock::parse(&text).unwrap();
    assert_eq!(Pylock::parse(&lock.to_toml().unwrap()).unwrap(), lock);
    assert_eq!(lock.packages.iter().map(Package::is_direct).collect::<Vec<_>>(), [true, true, true, false]);
}

#[test]
fn versions_of_the_form_below_two_are_understood() {
    let with = |version: &str| {
        Pylock::parse(&format!("lock-version = '{version}'\ncreated-by = 'dx'\npackages = []\n"))
    };
    assert!(!with("1.0").unwrap().is_newer());
    assert!(with("1.1").unwrap().is_newer());
    for version in ["0.9", "2", "2.0", "2.1"] {
        assert_eq!(
            with(version).unwrap_err().to_string(),
            format!("lock file version {version} is not supported")
        );
    }
    assert_eq!(with("2.x").unwrap_err().to_string(), "Invalid version: '2.x' in 'lock-version'");
}

#[test]
fn missing_and_wrong_values_are_named_by_their_place() {
    assert_eq!(error("lock-version = 1.0"), "Unexpected type float (expected string) in 'lock-version'");
    assert_eq!(error("created-by = 'x'\npackages = []"), "Missing required value in 'lock-version'");
    assert_eq!(error("lock-version = '1.0'\npackages = []"), "Missing required value in 'created-by'");
    assert_eq!(error(HEAD), "Missing required value in 'packages'");
    assert_eq!(
        error(&format!("{HEAD}packages = []\nenvironments = ['os_name == \"a\"', 1]")),
        "Unexpected type integer (expected string) in 'environments[1]'"
    );
    assert!(
        error(&format!("{HEAD}packages = []\nenvironments = ['nonsense == \"a\"']"))
            .ends_with("in 'environments[0]'")
    );
    assert_eq!(
        error(&format!("{HEAD}packages = []\nextras = ['A_b']")),
        "Name 'A_b' is not normalized in 'extras[0]'"
    );
    assert_eq!(
        error(&format!("{HEAD}packages = [1]")),
        "Unexpected type integer (expected table) in 'packages[0]'"
    );
    assert_eq!(error("["), "the lock file is no TOML");
    assert_eq!(of_package("name = 'A'"), "Name 'A' is not normalized in 'packages[0].name'");
    assert_eq!(
        of_package(
            "name = 'a'\nwheels = [{path = 'a-1-py3-none-any.whl', hashes = {sha256 = 'f'}, size = true}]"
        ),
        "Unexpected type boolean (expected integer) in 'packages[0].wheels[0].size'"
    );
    assert_eq!(
        of_package(
            "name = 'a'\nwheels = [{path = 'a-1-py3-none-any.whl', hashes = {sha256 = 'f'}, size = -1}]"
        ),
        "Size must not be negative in 'packages[0].wheels[0].size'"
    );
    assert_eq!(
        of_package("name = 'a'\nwheels = [{path = 'a-1-py3-none-any.whl'}]"),
        "Missing required value in 'packages[0].wheels[0].hashes'"
    );
    assert_eq!(
        of_package("name = 'a'\nwheels = [{path = 'a-1-py3-none-any.whl', hashes = {}}]"),
        "At least one hash must be provided in 'packages[0].wheels[0].hashes'"
    );
    assert_eq!(
        of_package("name = 'a'\narchive = {hashes = {sha256 = 'f'}}"),
        "path or url must be provided in 'packages[0].archive'"
    );
    assert_eq!(
        of_package("name = 'a'\nvcs = {type = 'git', commit-id = 'f'}"),
        "path or url must be provided in 'packages[0].vcs'"
    );
    assert_eq!(
        of_package(
            "name = 'a'\nsdist = {path = 'a-1.zip', hashes = {sha256 = 'f'}}\nattestation-identities = [{}]"
        ),
        "Missing required value in 'packages[0].attestation-identities[0].kind'"
    );
}

#[test]
fn a_package_has_one_kind_of_source() {
    let one =
        "Exactly one of vcs, directory, archive must be set if sdist and wheels are not set in 'packages[0]'";
    assert_eq!(of_package("name = 'a'"), one);
    assert_eq!(
        of_package(
            "name = 'a'\ndirectory = {path = '.'}\narchive = {path = 'x.zip', hashes = {sha256 = 'f'}}"
        ),
        one
    );
    assert_eq!(
        of_package(
            "name = 'a'\ndirectory = {path = '.'}\nsdist = {path = 'a-1.zip', hashes = {sha256 = 'f'}}"
        ),
        "None of vcs, directory, archive must be set if sdist or wheels are set in 'packages[0]'"
    );
}

#[test]
fn a_files_name_comes_from_the_nearest_place() {
    let name = |name: &str, path: &str, url: &str| {
        let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        File { name: some(name), path: some(path), url: some(url), ..File::default() }.file_name()
    };
    assert_eq!(name("a-1.whl", "b-1.whl", "https://example.org/c-1.whl").as_deref(), Some("a-1.whl"));
    assert_eq!(name("", "./b-1.whl", "https://example.org/c-1.whl").as_deref(), Some("b-1.whl"));
    assert_eq!(name("", ".\\b-1.whl", "").as_deref(), Some("b-1.whl"));
    assert_eq!(name("", "b-1.whl", "").as_deref(), Some("b-1.whl"));
    assert_eq!(
        name("", "", "https://example.org/x/c-1%2Bcu1-py3.whl?q=/z#f/g").as_deref(),
        Some("c-1+cu1-py3.whl")
    );
    assert_eq!(name("", "", "https://example.org"), None);
    assert_eq!(name("", "", ""), None);
}

#[test]
fn files_agree_with_their_package() {
    let wheel = |file: &str| {
        of_package(&format!(
            "name = 'foo'\nversion = '2.0'\nwheels = [{{url = 'http://example.org/{file}', hashes = {{sha256 = 'f'}}}}]"
        ))
    };
    assert_eq!(wheel("foo-1.0.whl"), "Invalid wheel filename 'foo-1.0.whl' in 'packages[0].wheels[0]'");
    assert_eq!(
        wheel("bar-2.0-py3-none-any.whl"),
        "Name in 'bar-2.0-py3-none-any.whl' is not consistent with package name 'foo' in 'packages[0].wheels[0]'"
    );
    assert_eq!(
        wheel("foo-1.0-py3-none-any.whl"),
        "Version in 'foo-1.0-py3-none-any.whl' is not consistent with package version '2.0' in 'packages[0].wheels[0]'"
    );
    let sdist = |file: &str| {
        of_package(&format!(
            "name = 'foo'\nversion = '2.0'\nsdist = {{path = './{file}', hashes = {{sha256 = 'f'}}}}"
        ))
    };
    assert_eq!(sdist("foo.tar.gz"), "Invalid sdist filename 'foo.tar.gz' in 'packages[0].sdist'");
    assert_eq!(
        sdist("bar-2.0.tar.gz"),
        "Name in 'bar-2.0.tar.gz' is not consistent with package name 'foo' in 'packages[0].sdist'"
    );
    assert_eq!(
        sdist("foo-1.0.tar.gz"),
        "Version in 'foo-1.0.tar.gz' is not consistent with package version '2.0' in 'packages[0].sdist'"
    );
}

#[test]
fn nothing_is_written_that_could_not_be_read() {
    let mut lock =
        Pylock { lock_version: "1.0".to_owned(), created_by: "dx".to_owned(), ..Pylock::default() };
    assert_eq!(lock.to_toml().unwrap(), "lock-version = \"1.0\"\ncreated-by = \"dx\"\npackages = []\n");
    lock.packages.push(Package::new(Name::new("a").unwrap()));
    assert!(lock.to_toml().is_err());
}

fn environment(python: &str) -> Environment {
    Environment {
        implementation_name: "dx".to_owned(),
        implementation_version: python.to_owned(),
        os_name: "posix".to_owned(),
        platform_machine: "x86_64".to_owned(),
        platform_python_implementation: "dx".to_owned(),
        platform_release: String::new(),
        platform_system: "Linux".to_owned(),
        platform_version: String::new(),
        python_full_version: python.to_owned(),
        python_version: "3.14".to_owned(),
        sys_platform: "linux".to_owned(),
    }
}

/// What is selected: each package's name and its file's.
fn selected(
    text: &str,
    extras: &[&str],
    groups: Option<&[&str]>,
    sdists: bool,
) -> Result<Vec<String>, String> {
    let lock = Pylock::parse(text).unwrap();
    let tag = |abi: &str, platform: &str| Tag {
        interpreter: "py3".to_owned(),
        abi: abi.to_owned(),
        platform: platform.to_owned(),
    };
    let tags = Tags::new([tag("none", "linux"), tag("none", "any")]);
    let names = |all: &[&str]| all.iter().map(|name| Name::new(name).unwrap()).collect::<Vec<_>>();
    let (extras, groups) = (names(extras), groups.map(names));
    let environment = environment("3.14.6");
    let wanted = Wanted {
        environment: &environment,
        tags: &tags,
        native: &|_| None,
        extras: &extras,
        groups: groups.as_deref(),
        prefer_sdist: &|_| sdists,
    };
    let chosen = lock.select(&wanted).map_err(|error| error.to_string())?;
    let one = |(package, chosen): (&Package, Chosen<'_>)| match chosen {
        Chosen::Wheel(file) | Chosen::Sdist(file) => file.file_name().unwrap(),
        _ => package.name.to_string(),
    };
    Ok(chosen.into_iter().map(one).collect())
}

#[test]
fn an_environment_takes_what_fits_it() {
    let hashes = "hashes = {sha256 = 'f'}";
    let text = format!(
        "{HEAD}requires-python = '>=3.14'\nextras = ['x']\ndependency-groups = ['dev', 'docs']\ndefault-groups = ['dev']\n\
         environments = ['sys_platform == \"win32\"', 'sys_platform == \"linux\"']\n\
         [[packages]]\nname = 'a'\nsdist = {{path = 'a-1.tar.gz', {hashes}}}\n\
         wheels = [{{path = 'a-1-py3-none-any.whl', {hashes}}}, {{path = 'a-1-1-py3-none-linux.whl', {hashes}}}, {{path = 'a-1-2-py3-none-linux.whl', {hashes}}}]\n\
         [[packages]]\nname = 'b'\nmarker = 'sys_platform == \"win32\"'\ndirectory = {{path = '.'}}\n\
         [[packages]]\nname = 'b'\nmarker = 'sys_platform != \"win32\"'\ndirectory = {{path = '.'}}\n\
         [[packages]]\nname = 'c'\nmarker = '\"x\" in extras'\ndirectory = {{path = '.'}}\n\
         [[packages]]\nname = 'd'\nmarker = '\"dev\" in dependency_groups'\nsdist = {{path = 'd-1.tar.gz', {hashes}}}\n\
         wheels = [{{path = 'd-1-cp314-cp314-win32.whl', {hashes}}}]\n\
         [[packages]]\nname = 'e'\nmarker = '\"docs\" in dependency_groups'\ndirectory = {{path = '.'}}\n"
    );
    let row = |all: &[&str]| Ok::<_, String>(all.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>());
    assert_eq!(selected(&text, &[], None, false), row(&["a-1-2-py3-none-linux.whl", "b", "d-1.tar.gz"]));
    assert_eq!(selected(&text, &["x"], Some(&["docs"]), true), row(&["a-1.tar.gz", "b", "c", "e"]));
    assert_eq!(selected(&text, &[], Some(&[]), false), row(&["a-1-2-py3-none-linux.whl", "b"]));
}

#[test]
fn what_does_not_fit_is_an_error() {
    let with = |head: &str, packages: &str| {
        selected(&format!("{HEAD}{head}\n{packages}"), &[], None, false).unwrap_err()
    };
    assert_eq!(with("packages = []", "requires-python = '<3'"), "Python 3.14.6 does not satisfy '<3'");
    assert_eq!(
        with("packages = []", "environments = ['os_name == \"nt\"']"),
        "The environment satisfies none of the lock file's environments in 'environments'"
    );
    let folder = "[[packages]]\nname = 'a'\ndirectory = {path = '.'}\n";
    assert_eq!(
        with("", &format!("{folder}{folder}")),
        "Package 'a' is selected twice, here and at packages[0] in 'packages[1]'"
    );
    assert_eq!(
        with("", &format!("{folder}requires-python = '<3'")),
        "Python 3.14.6 does not satisfy '<3' in 'packages[0]'"
    );
    assert_eq!(
        with(
            "",
            "[[packages]]\nname = 'a'\nwheels = [{path = 'a-1-cp39-cp39-win32.whl', hashes = {sha256 = 'f'}}]"
        ),
        "No wheel of 'a' fits the environment, and there is no sdist in 'packages[0]'"
    );
}
