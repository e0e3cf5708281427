//! `.netrc`: logins by host, as `curl` and pip's library read them.

use std::path::PathBuf;

use super::config::Variables;
use super::url::Credentials;

/// The logins of one file, in its order.
#[derive(Clone, Default, Debug)]
pub struct Netrc {
    machines: Vec<(Option<String>, Credentials)>,
}

impl Netrc {
    /// Reads the file that `NETRC` names, else `~/.netrc` (or `~/_netrc`). One that is missing, unreadable or damaged holds no
    /// logins: a login that is needed then shows as an answer 401.
    pub fn load(variables: &Variables) -> Self {
        let text = places(variables).into_iter().find_map(|path| std::fs::read_to_string(path).ok());
        text.map(|text| Self::parse(&text)).unwrap_or_default()
    }

    /// Reads the text of such a file.
    pub fn parse(text: &str) -> Self {
        let mut machines = Vec::new();
        let mut host: Option<Option<String>> = None;
        let mut login = Credentials { user: String::new(), password: String::new() };
        let mut words = words(text).into_iter();
        let mut flush = |host: &mut Option<Option<String>>, login: &mut Credentials| {
            let empty = Credentials { user: String::new(), password: String::new() };
            let login = std::mem::replace(login, empty);
            if let Some(host) = host.take() {
                machines.push((host, login));
            }
        };
        while let Some(word) = words.next() {
            match word.as_str() {
                "machine" => {
                    flush(&mut host, &mut login);
                    host = words.next().map(Some);
                }
                "default" => {
                    flush(&mut host, &mut login);
                    host = Some(None);
                }
                "login" | "user" => login.user = words.next().unwrap_or_default(),
                "password" => login.password = words.next().unwrap_or_default(),
                "account" => {
                    words.next();
                }
                _ => {}
            }
        }
        flush(&mut host, &mut login);
        Self { machines }
    }

    /// The login for a host: that of the first entry which names it, else the default one.
    pub fn login(&self, host: &str) -> Option<&Credentials> {
        let named = self.machines.iter().find(|(machine, _)| machine.as_deref() == Some(host));
        named.or_else(|| self.machines.iter().find(|(machine, _)| machine.is_none())).map(|(_, login)| login)
    }
}

fn places(variables: &Variables) -> Vec<PathBuf> {
    if let Some(path) = variables.get("NETRC") {
        return vec![PathBuf::from(path)];
    }
    variables.home().map(|home| vec![home.join(".netrc"), home.join("_netrc")]).unwrap_or_default()
}

/// The words of the file: comments, macros and quotes taken away.
fn words(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut in_macro = false;
    for line in text.lines() {
        if in_macro {
            in_macro = !line.trim().is_empty();
            continue;
        }
        let mut rest = line.trim_start();
        while !rest.is_empty() && !rest.starts_with('#') {
            let (word, after) = next_word(rest);
            if word == "macdef" {
                in_macro = true;
                break;
            }
            found.push(word);
            // A `#` within a value belongs to it; one at a word's start opens a comment, except as a password.
            rest = after.trim_start();
            if rest.starts_with('#') && found.last().is_some_and(|word| word == "password") {
                let (word, after) = next_word(rest);
                found.push(word);
                rest = after.trim_start();
            }
        }
    }
    found
}

fn next_word(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(char::is_whitespace).unwrap_or(text.len());
        let (word, rest) = text.split_at(end);
        return (word.to_string(), rest);
    };
    let mut word = String::new();
    let mut letters = quoted.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return (word, quoted.get(at + 1..).unwrap_or("")),
            '\\' => word.extend(letters.next().map(|(_, letter)| letter)),
            letter => word.push(letter),
        }
    }
    (word, "")
}
