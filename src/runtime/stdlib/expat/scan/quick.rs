//! The tokens that documents are mostly made of, taken without events: tags of ASCII names with plain attributes, and text.
//!
//! Whatever needs more thought (entities, declarations of namespaces, line ends to normalize, errors, a token that is not whole) is
//! refused, with nothing taken; `Machine::next` then does it.

use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

use super::{Machine, Open, State};

/// A token.
#[derive(Debug)]
pub enum Token {
    /// A start tag by the number of its name, with [`Machine::quick_attributes`]; `empty` if it is the end tag too.
    Start {
        /// Of [`Machine::quick_tag`].
        tag: u32,
        /// Is it `<a/>`?
        empty: bool,
    },
    /// The end tag of the innermost element.
    End,
    /// Character data; see [`Machine::quick_text`].
    Text(Range<usize>),
}

/// Names by number, and what they mean where the scanner is now.
pub struct Quick {
    numbers: HashMap<Rc<str>, u32>,
    names: Vec<Rc<str>>,
    tags: Vec<Option<Rc<str>>>,
    keys: Vec<Option<Rc<str>>>,
    /// Numbers that came lately, by length and ends of the name: most names come again and again.
    recent: [u32; RECENT],
    attributes: Vec<(u32, Range<usize>)>,
    /// Counts how often names came to mean something else.
    epoch: u32,
}

/// How many names are found without a table.
const RECENT: usize = 64;

impl Default for Quick {
    fn default() -> Quick {
        Quick {
            numbers: HashMap::new(),
            names: Vec::new(),
            tags: Vec::new(),
            keys: Vec::new(),
            recent: [0; RECENT],
            attributes: Vec::new(),
            epoch: 0,
        }
    }
}

impl Quick {
    /// Names may mean something else from here on.
    pub fn forget(&mut self) {
        self.tags.fill(None);
        self.keys.fill(None);
        self.epoch = self.epoch.wrapping_add(1);
    }

    fn number(&mut self, name: &str) -> u32 {
        let ends = match name.as_bytes() {
            [first, .., last] => usize::from(*first) ^ usize::from(*last) << 2,
            _ => 0,
        };
        let place = (ends ^ name.len() << 1) % RECENT;
        let recent = self.recent[place];
        if self.names.get(recent as usize).is_some_and(|known| **known == *name) {
            return recent;
        }
        let number = self.numbered(name);
        self.recent[place] = number;
        number
    }

    fn numbered(&mut self, name: &str) -> u32 {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let (number, name): (u32, Rc<str>) = (self.names.len() as u32, name.into());
        self.numbers.insert(name.clone(), number);
        self.names.push(name);
        self.tags.push(None);
        self.keys.push(None);
        number
    }
}

/// More attributes than this have their names compared elsewhere.
const MOST_ATTRIBUTES: usize = 32;

/// What a byte is.
mod class {
    pub const NAME: u8 = 1;
    pub const NAME_START: u8 = 2;
    /// May stand in text or an attribute's value as it is.
    pub const PLAIN: u8 = 4;
    /// Ends a run of text, or wants a closer look.
    pub const ENDS_TEXT: u8 = 8;
}

static CLASSES: [u8; 256] = {
    let mut all = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let letter = byte as u8;
        let start = letter.is_ascii_alphabetic() || letter == b'_';
        let name = start || letter.is_ascii_digit() || matches!(letter, b'-' | b'.' | b':');
        // The letters that XML has not begin with this byte, besides control characters.
        let odd = letter == 0xef || letter < b' ';
        let plain = !odd && !matches!(letter, b'<' | b'&');
        let ends = !plain && !matches!(letter, b'\n' | b'\t') || letter == b']';
        all[byte] = if name { class::NAME } else { 0 }
            | if start { class::NAME_START } else { 0 }
            | if plain { class::PLAIN } else { 0 }
            | if ends { class::ENDS_TEXT } else { 0 };
        byte += 1;
    }
    all
};

fn is(byte: u8, class: u8) -> bool {
    CLASSES[usize::from(byte)] & class != 0
}

/// The end of the name that begins at a place.
fn name_end(bytes: &[u8], at: usize) -> Option<usize> {
    if !is(*bytes.get(at)?, class::NAME_START) {
        return None;
    }
    let length = bytes[at..].iter().position(|byte| !is(*byte, class::NAME))?;
    // A letter beyond ASCII may go on with the name.
    if bytes[at + length] >= 0x80 { None } else { Some(at + length) }
}

impl Machine {
    /// Takes the next token, if it is of the plain kind.
    pub fn quick(&mut self) -> Option<Token> {
        let plain = self.state == State::Content
            && self.inputs.len() == 1
            && self.doctype_external.is_none()
            && !self.is_entity
            && !self.with_prefixes
            && !self.open.is_empty()
            && self.queue.is_empty();
        if !plain {
            return None;
        }
        let text = self.inputs[0].text.clone();
        let (bytes, from) = (text.as_bytes(), self.inputs[0].at);
        let (token, end) = match (*bytes.get(from)?, bytes.get(from + 1)) {
            (b'<', Some(b'/')) => (Token::End, self.quick_end(bytes, from)?),
            (b'<', _) => self.quick_start(&text, from)?,
            _ => {
                let end = text_end(bytes, from)?;
                (Token::Text(from..end), end)
            }
        };
        self.inputs[0].at = end;
        self.unplaced += end - from;
        Some(token)
    }

    fn quick_end(&mut self, bytes: &[u8], from: usize) -> Option<usize> {
        let open = self.open.last()?;
        let end = from + 2 + open.tag.len();
        if !open.bound.is_empty()
            || bytes.get(from + 2..end)? != open.tag.as_bytes()
            || *bytes.get(end)? != b'>'
        {
            return None;
        }
        self.open.pop();
        if self.open.is_empty() {
            self.state = State::Epilog;
        }
        Some(end + 1)
    }

    fn quick_start(&mut self, text: &Rc<str>, from: usize) -> Option<(Token, usize)> {
        let bytes = text.as_bytes();
        let mut at = name_end(bytes, from + 1)?;
        let tag = self.quick.number(&text[from + 1..at]);
        let name = self.quick_tag(tag)?;
        self.quick.attributes.clear();
        let empty = loop {
            let before = at;
            while matches!(bytes.get(at)?, b' ' | b'\n' | b'\t' | b'\r') {
                at += 1;
            }
            match bytes[at] {
                b'>' => break false,
                b'/' if *bytes.get(at + 1)? == b'>' => break true,
                _ if at == before => return None,
                _ => {}
            }
            let end = name_end(bytes, at)?;
            let key = &text[at..end];
            let quote = *bytes.get(end + 1)?;
            if key.starts_with("xmlns") || bytes[end] != b'=' || !matches!(quote, b'"' | b'\'') {
                return None;
            }
            let value = end + 2;
            let length = bytes[value..].iter().position(|byte| *byte == quote || !is(*byte, class::PLAIN))?;
            at = value + length;
            if bytes[at] != quote || self.quick.attributes.len() == MOST_ATTRIBUTES {
                return None;
            }
            let key = self.quick.number(key);
            let meant = self.quick_key(key)?;
            let known = |other: &(u32, Range<usize>)| {
                other.0 == key || self.quick.keys[other.0 as usize].as_deref() == Some(&*meant)
            };
            if self.quick.attributes.iter().any(known) {
                return None;
            }
            self.quick.attributes.push((key, value..at));
            at += 1;
        };
        if !empty {
            let tag = self.quick.names[tag as usize].clone();
            self.open.push(Open { tag, name, bound: Vec::new() });
        }
        Some((Token::Start { tag, empty }, at + 1 + usize::from(empty)))
    }

    /// What the name of an element means here.
    pub fn quick_tag(&mut self, number: u32) -> Option<Rc<str>> {
        if let Some(name) = &self.quick.tags[number as usize] {
            return Some(name.clone());
        }
        let name = self.meaning(number, true)?;
        self.quick.tags[number as usize] = Some(name.clone());
        Some(name)
    }

    /// What the name of an attribute means here.
    pub fn quick_key(&mut self, number: u32) -> Option<Rc<str>> {
        if let Some(name) = &self.quick.keys[number as usize] {
            return Some(name.clone());
        }
        let name = self.meaning(number, false)?;
        self.quick.keys[number as usize] = Some(name.clone());
        Some(name)
    }

    fn meaning(&self, number: u32, has_default: bool) -> Option<Rc<str>> {
        let name = self.quick.names[number as usize].clone();
        let Some(separator) = &self.separator else { return Some(name) };
        let bound = |prefix: Option<&str>| {
            self.bindings
                .iter()
                .rev()
                .find(|binding| binding.0.as_deref() == prefix)
                .and_then(|b| b.1.clone())
        };
        let (uri, local) = match name.split_once(':') {
            Some((prefix, local)) => (bound(Some(prefix))?, local),
            None if has_default => match bound(None) {
                Some(uri) => (uri, &*name),
                None => return Some(name),
            },
            None => return Some(name),
        };
        if local.contains(':') || local.is_empty() {
            return None;
        }
        Some(format!("{uri}{separator}{local}").into())
    }

    /// The attributes of the start tag that was just taken: the numbers of their names (see [`Machine::quick_key`]) and their values.
    pub fn quick_attributes(&self) -> &[(u32, Range<usize>)] {
        &self.quick.attributes
    }

    /// A part of the text that the token just taken stands in.
    pub fn quick_text(&self, range: &Range<usize>) -> &str {
        &self.inputs[0].text[range.clone()]
    }

    /// Another number than before: names may mean something else now.
    pub fn quick_epoch(&self) -> u32 {
        self.quick.epoch
    }
}

/// Where a run of text ends that can be taken as it is.
fn text_end(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        at += bytes[at..].iter().position(|byte| is(*byte, class::ENDS_TEXT))?;
        if bytes[at] == b']' && bytes.get(at + 1..at + 3)? != b"]>" {
            at += 1;
            continue;
        }
        return if at > from { Some(at) } else { None };
    }
}
