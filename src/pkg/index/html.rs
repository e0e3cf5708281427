//! The HTML form of a page (PEP 503, 592, 629, 658): a scanner of tags and attributes that takes any bytes.
//!
//! It knows tags, attributes, comments and character references, and nothing of how elements nest: a page of links needs no
//! more, and nothing that a server sends can be refused for its form or make it panic.

use std::borrow::Cow;

use url::Url;

use super::page::{Freshness, PageBuilder};
use super::simple::{Link, Links, PageError, Parsed, check_version, push_link};

pub(super) fn parse(url: &Url, body: &[u8], freshness: &Freshness) -> Result<Parsed, PageError> {
    let text = String::from_utf8_lossy(body);
    let mut links = Links::new(url.clone());
    let mut builder = PageBuilder::default();
    let mut warning = None;
    let mut has_base = false;
    for tag in Tags::new(&text) {
        if tag.is("a") {
            let Some(href) = tag.attribute("href") else { continue };
            let metadata =
                tag.attribute("data-core-metadata").or_else(|| tag.attribute("data-dist-info-metadata"));
            let requires = tag.attribute("data-requires-python");
            let yanked = tag.attribute("data-yanked");
            let link = Link {
                href: &href,
                requires_python: requires.as_deref(),
                yanked: yanked.as_deref(),
                core_metadata: metadata.as_deref(),
            };
            push_link(&mut builder, &links, &link);
        } else if tag.is("base") && !has_base {
            // The first base with a link counts.
            if let Some(base) = tag.attribute("href").and_then(|base| url.join(base.trim()).ok()) {
                links = Links::new(base);
                has_base = true;
            }
        } else if tag.is("meta")
            && tag.attribute("name").is_some_and(|name| name.trim() == "pypi:repository-version")
        {
            if let Some(version) = tag.attribute("content") {
                warning = check_version(url, &version)?.or(warning);
            }
        }
    }
    Ok(Parsed { page: builder.finish(body, freshness), warning })
}

/// An opening tag.
struct Tag<'a> {
    name: &'a str,
    /// What stands between the name and the `>`.
    rest: &'a str,
}

impl<'a> Tag<'a> {
    fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// An attribute's value, its references replaced; one without a value is empty.
    fn attribute(&self, wanted: &str) -> Option<Cow<'a, str>> {
        let mut rest = self.rest;
        loop {
            rest = rest.trim_start_matches(|letter: char| letter.is_ascii_whitespace() || letter == '/');
            if rest.is_empty() {
                return None;
            }
            // A stray `=` begins a name, as browsers have it; so each round takes a letter at least.
            let first = rest.chars().next().map_or(1, char::len_utf8);
            let name_end = rest
                .char_indices()
                .find(|(at, letter)| {
                    *at >= first && (letter.is_ascii_whitespace() || matches!(letter, '=' | '/'))
                })
                .map_or(rest.len(), |(at, _)| at);
            let (name, after) = rest.split_at(name_end);
            let (value, after) = value_of(after);
            if name.eq_ignore_ascii_case(wanted) {
                return Some(decoded(value));
            }
            rest = after;
        }
    }
}

/// The value behind an attribute's name, and what follows.
fn value_of(text: &str) -> (&str, &str) {
    let Some(value) = text.trim_ascii_start().strip_prefix('=') else { return ("", text) };
    let value = value.trim_ascii_start();
    for quote in ['"', '\''] {
        if let Some(inner) = value.strip_prefix(quote) {
            return inner.split_once(quote).unwrap_or((inner, ""));
        }
    }
    let end = value.find(|letter: char| letter.is_ascii_whitespace()).unwrap_or(value.len());
    value.split_at(end)
}

/// The opening tags of a text, comments left out.
struct Tags<'a> {
    rest: &'a str,
}

impl<'a> Tags<'a> {
    fn new(text: &'a str) -> Self {
        Self { rest: text }
    }
}

impl<'a> Iterator for Tags<'a> {
    type Item = Tag<'a>;

    fn next(&mut self) -> Option<Tag<'a>> {
        loop {
            let at = memchr::memchr(b'<', self.rest.as_bytes())?;
            let inner = self.rest.get(at + 1..)?;
            if let Some(comment) = inner.strip_prefix("!--") {
                self.rest = comment.split_once("-->").map_or("", |(_, rest)| rest);
                continue;
            }
            if !inner.starts_with(|letter: char| letter.is_ascii_alphabetic()) {
                self.rest = inner;
                continue;
            }
            let name_end = inner
                .find(|letter: char| letter.is_ascii_whitespace() || matches!(letter, '>' | '/'))
                .unwrap_or(inner.len());
            let (name, after) = inner.split_at(name_end);
            let end = tag_end(after);
            let (rest, after) = after.split_at(end);
            self.rest = after.strip_prefix('>').unwrap_or(after);
            return Some(Tag { name, rest });
        }
    }
}

/// Where the `>` of a tag stands: the first one outside of quoted values.
fn tag_end(text: &str) -> usize {
    let mut quote = None;
    let mut after_equals = false;
    for (at, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (Some(open), byte) if byte == open => quote = None,
            (Some(_), _) => {}
            (None, b'>') => return at,
            (None, b'"' | b'\'') if after_equals => quote = Some(byte),
            (None, byte) if byte.is_ascii_whitespace() => continue,
            (None, _) => {}
        }
        after_equals = byte == b'=' && quote.is_none();
    }
    text.len()
}

/// Replaces character references: numbers, and the named ones that stand in attributes of pages.
fn decoded(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        let (before, reference) = rest.split_at(at);
        out.push_str(before);
        match reference_of(reference) {
            Some((letter, after)) => {
                out.push(letter);
                rest = after;
            }
            None => {
                out.push('&');
                rest = reference.get(1..).unwrap_or("");
            }
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

fn reference_of(text: &str) -> Option<(char, &str)> {
    let (name, after) = text.get(1..)?.split_once(';')?;
    let letter = match name {
        "amp" | "AMP" => '&',
        "lt" | "LT" => '<',
        "gt" | "GT" => '>',
        "quot" | "QUOT" => '"',
        "apos" => '\'',
        "nbsp" => '\u{a0}',
        "num" => '#',
        "equals" => '=',
        "plus" => '+',
        "sol" => '/',
        "colon" => ':',
        "commat" => '@',
        "excl" => '!',
        "comma" => ',',
        "period" => '.',
        _ => {
            let number = name.strip_prefix('#')?;
            let value = match number.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16),
                None => number.parse(),
            };
            char::from_u32(value.ok()?).filter(|letter| *letter != '\0').unwrap_or('\u{fffd}')
        }
    };
    Some((letter, after))
}
