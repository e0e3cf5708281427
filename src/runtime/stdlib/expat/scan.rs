//! The scanner of XML 1.0: text in, events out, one at a time, so that nothing is borrowed while a handler runs.
//!
//! # Model
//!
//! A stack of inputs: the document at the bottom, the texts of internal entities above it. Each step takes one token from the topmost
//! input and queues its events; a token that is not whole yet waits for more of the document. Positions are those of the document.
//!
//! Names, error numbers and the way that character data is cut into pieces are expat's.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet, VecDeque};
use std::rc::Rc;

use super::dtd::{self, Declaration, Dtd, Entity};
use lexer::Flaw;

mod lexer;
mod quick;

pub use quick::Token;

/// Numbers of errors.
#[allow(missing_docs)]
pub mod code {
    pub const SYNTAX: u8 = 2;
    pub const NO_ELEMENTS: u8 = 3;
    pub const INVALID_TOKEN: u8 = 4;
    pub const UNCLOSED_TOKEN: u8 = 5;
    pub const TAG_MISMATCH: u8 = 7;
    pub const DUPLICATE_ATTRIBUTE: u8 = 8;
    pub const JUNK_AFTER_DOC_ELEMENT: u8 = 9;
    pub const UNDEFINED_ENTITY: u8 = 11;
    pub const RECURSIVE_ENTITY_REF: u8 = 12;
    pub const ASYNC_ENTITY: u8 = 13;
    pub const BAD_CHAR_REF: u8 = 14;
    pub const BINARY_ENTITY_REF: u8 = 15;
    pub const ATTRIBUTE_EXTERNAL_ENTITY_REF: u8 = 16;
    pub const MISPLACED_XML_PI: u8 = 17;
    pub const UNKNOWN_ENCODING: u8 = 18;
    pub const UNCLOSED_CDATA_SECTION: u8 = 20;
    pub const EXTERNAL_ENTITY_HANDLING: u8 = 21;
    pub const NOT_STANDALONE: u8 = 22;
    pub const CANT_CHANGE_FEATURE: u8 = 26;
    pub const UNBOUND_PREFIX: u8 = 27;
    pub const UNDECLARING_PREFIX: u8 = 28;
    pub const XML_DECL: u8 = 30;
    pub const FINISHED: u8 = 36;
    pub const RESERVED_PREFIX_XML: u8 = 38;
    pub const RESERVED_PREFIX_XMLNS: u8 = 39;
    pub const AMPLIFICATION_LIMIT: u8 = 43;
    /// No error of expat's: RecursionError.
    pub const TOO_DEEP: u8 = 255;
}

/// What a handler is told.
#[allow(missing_docs)]
pub enum Event {
    XmlDecl {
        version: Option<String>,
        encoding: Option<String>,
        standalone: i32,
    },
    StartDoctype {
        name: String,
        system: Option<String>,
        public: Option<String>,
        internal: bool,
    },
    EndDoctype,
    /// Names, values, and how many attributes the document gave (the others are defaults).
    Start {
        name: String,
        attributes: Vec<(String, String)>,
        specified: usize,
    },
    End {
        name: String,
    },
    Text(String),
    Instruction {
        target: String,
        data: String,
    },
    Comment(String),
    StartCdata,
    EndCdata,
    StartNamespace {
        prefix: Option<String>,
        uri: Option<String>,
    },
    EndNamespace {
        prefix: Option<String>,
    },
    Declaration(Declaration),
    /// The context is the entity's name, nothing for the external subset.
    External {
        context: Option<String>,
        system: Option<String>,
        public: Option<String>,
    },
    Skipped {
        name: String,
        is_parameter: bool,
    },
    NotStandalone,
    /// Nothing but text for the default handler.
    Other,
}

/// An event and the text that it was made of, which the default handler gets if nobody else wants the event.
pub struct Item {
    /// What happened.
    pub event: Event,
    /// The token.
    pub raw: String,
    /// Where it begins.
    pub place: Place,
}

/// A position in the document.
#[derive(Clone, Copy, Default, Debug)]
pub struct Place {
    /// From 1.
    pub line: usize,
    /// In characters, from 0.
    pub column: usize,
    /// In bytes of UTF-8.
    pub byte: usize,
}

/// An error with its place.
#[derive(Debug)]
pub struct Problem {
    /// See [`code`].
    pub code: u8,
    /// Where.
    pub place: Place,
}

/// Why a token is none.
pub enum Stop {
    /// The rest is not there yet.
    More,
    /// The error, so many bytes behind the token's start.
    At(u8, usize),
}

type Scan<T> = Result<T, Stop>;

struct Input {
    text: Rc<str>,
    at: usize,
    entity: Option<String>,
    /// Open elements when it began.
    depth: usize,
    is_parameter: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    /// Before anything; an XML declaration may come.
    Begin,
    Prolog,
    /// Inside `[…]` of the document type.
    Subset,
    /// A parser for an external subset or parameter entity.
    External,
    Content,
    Cdata,
    Epilog,
}

/// The scanner of one document or external entity.
pub struct Machine {
    inputs: Vec<Input>,
    state: State,
    place: Place,
    open: Vec<Open>,
    bindings: Vec<(Option<String>, Option<String>)>,
    /// What stands between namespace and local name; nothing without namespaces.
    pub separator: Option<String>,
    /// Report prefixes behind local names.
    pub with_prefixes: bool,
    /// Expand entities in content though a default handler is set.
    pub expand: bool,
    /// 0 never, 1 unless standalone, 2 always.
    pub parameter_entities: i64,
    /// Pretend that there is an external subset.
    pub foreign_dtd: bool,
    /// Shared with the parsers of external entities.
    pub dtd: Rc<RefCell<Dtd>>,
    queue: VecDeque<Item>,
    /// Is it a parser for an external entity?
    pub is_entity: bool,
    doctype_external: Option<(Option<String>, Option<String>)>,
    expanded: usize,
    /// Expanded text below this size is not looked at.
    pub free_expansion: usize,
    /// How many times the document entities may make of it.
    pub amplification: f64,
    /// Has anything been scanned?
    pub begun: bool,
    /// The topmost input was opened by the token that is being taken.
    opened: bool,
    /// Where the document goes on behind the entity that is open.
    behind: Place,
    /// So many bytes before the next token are not in `place` yet.
    unplaced: usize,
    /// What `quick` keeps.
    quick: quick::Quick,
    /// Nobody wants the text that events were made of.
    pub without_raw: bool,
}

/// An open element.
struct Open {
    /// Its name in the document.
    tag: Rc<str>,
    /// The name that is reported.
    name: Rc<str>,
    /// Prefixes bound by it.
    bound: Vec<Option<String>>,
}

const XML_URI: &str = "http://www.w3.org/XML/1998/namespace";
const XMLNS_URI: &str = "http://www.w3.org/2000/xmlns/";
/// Expanded text below this size is nobody's attack.
const FREE_EXPANSION: usize = 8 << 20;
/// How many times the document entities may make of it.
const AMPLIFICATION: f64 = 100.0;

pub(super) fn is_space(letter: char) -> bool {
    matches!(letter, ' ' | '\t' | '\n' | '\r')
}
fn is_name_start(letter: char) -> bool {
    letter.is_alphabetic() || letter == '_' || letter == ':'
}
fn is_name_letter(letter: char) -> bool {
    letter.is_alphanumeric()
        || matches!(
            letter,
            '.' | '-' | '_' | ':' | '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}' | '\u{2040}'
        )
}
fn is_valid(letter: char) -> bool {
    matches!(letter, '\t' | '\n' | '\r' | '\u{20}'..='\u{fffd}' | '\u{10000}'..)
}

/// The first letter that XML has not.
fn check_letters(text: &str, from: usize) -> Scan<()> {
    match text.char_indices().find(|(_, letter)| !is_valid(*letter)) {
        Some((at, _)) => Err(Stop::At(code::INVALID_TOKEN, from + at)),
        None => Ok(()),
    }
}

/// Length of the name at the start of a text; it must be followed by something.
pub(super) fn name_length(text: &str, from: usize) -> Scan<usize> {
    for (at, letter) in text.char_indices() {
        let fits = if at == 0 { is_name_start(letter) } else { is_name_letter(letter) };
        if !fits {
            return if at == 0 { Err(Stop::At(code::INVALID_TOKEN, from)) } else { Ok(at) };
        }
    }
    Err(Stop::More)
}

/// One of the attributes of an XML declaration.
struct Pseudo<'a> {
    name: &'a str,
    value: &'a str,
    /// Where the name begins, and where what follows the closing quote does.
    at: usize,
    end: usize,
}

/// Reads one, from `from` on; `None` if nothing but space comes before `end`. What cannot stand there is an error at its place.
fn pseudo_attribute(text: &str, from: usize, end: usize) -> Scan<Option<Pseudo<'_>>> {
    let wrong = |at: usize| Stop::At(code::XML_DECL, at);
    let at = from + spaces(&text[from..end]);
    if at == end {
        return Ok(None);
    }
    if at == from {
        return Err(wrong(at));
    }
    let ascii = |at: usize| text[at..end].chars().next().filter(char::is_ascii).ok_or(wrong(at));
    let mut behind = at;
    while !is_space(ascii(behind)?) && ascii(behind)? != '=' {
        behind += 1;
    }
    let equals = behind + spaces(&text[behind..end]);
    if ascii(equals)? != '=' || behind == at {
        return Err(wrong(equals));
    }
    let quote = equals + 1 + spaces(&text[equals + 1..end]);
    let open = ascii(quote)?;
    if !matches!(open, '"' | '\'') {
        return Err(wrong(quote));
    }
    let mut last = quote + 1;
    while ascii(last)? != open {
        if !matches!(ascii(last)?, 'a'..='z' | 'A'..='Z' | '0'..='9' | '.' | '-' | '_') {
            return Err(wrong(last));
        }
        last += 1;
    }
    Ok(Some(Pseudo { name: &text[at..behind], value: &text[quote + 1..last], at, end: last + 1 }))
}

/// Whether a text begins with a word, as far as it goes.
fn may_be(text: &str, word: &str) -> bool {
    let length = text.len().min(word.len());
    text.as_bytes()[..length] == word.as_bytes()[..length]
}

pub(super) fn spaces(text: &str) -> usize {
    text.len() - text.trim_start_matches(is_space).len()
}

/// Line ends as XML has them.
pub(super) fn normalized(text: &str) -> String {
    if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n") } else { text.to_owned() }
}

/// The letter of `#65` or `#x41`.
pub(super) fn letter_of(reference: &str) -> Option<char> {
    let number = match reference.strip_prefix("#x") {
        Some(digits) => u32::from_str_radix(digits, 16).ok().filter(|_| !digits.starts_with('+')),
        None => reference[1..].parse().ok().filter(|_| !reference[1..].starts_with('+')),
    };
    number.and_then(char::from_u32).filter(|letter| is_valid(*letter))
}

pub(super) fn predefined(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => return None,
    })
}

impl Machine {
    /// A scanner of a document.
    pub fn new(separator: Option<String>) -> Machine {
        Machine {
            inputs: vec![Input { text: "".into(), at: 0, entity: None, depth: 0, is_parameter: false }],
            state: State::Begin,
            place: Place { line: 1, column: 0, byte: 0 },
            open: Vec::new(),
            bindings: vec![(Some("xml".into()), Some(XML_URI.into()))],
            separator,
            with_prefixes: false,
            expand: true,
            parameter_entities: 0,
            foreign_dtd: false,
            dtd: Rc::default(),
            queue: VecDeque::new(),
            is_entity: false,
            doctype_external: None,
            expanded: 0,
            free_expansion: FREE_EXPANSION,
            amplification: AMPLIFICATION,
            begun: false,
            opened: false,
            behind: Place::default(),
            unplaced: 0,
            quick: quick::Quick::default(),
            without_raw: false,
        }
    }

    /// A scanner of an external entity of this document: of content, or of declarations if there is no context.
    pub fn external(&self, context: Option<&str>) -> Machine {
        let mut new = Machine::new(self.separator.clone());
        new.dtd = self.dtd.clone();
        new.bindings = self.bindings.clone();
        new.with_prefixes = self.with_prefixes;
        new.expand = self.expand;
        new.parameter_entities = self.parameter_entities;
        new.is_entity = true;
        if context.is_none() {
            new.state = State::External;
        }
        new
    }

    /// More of the document.
    pub fn feed(&mut self, text: &str) {
        self.settle();
        let input = &mut self.inputs[0];
        let mut rest = input.text[input.at..].to_owned();
        rest.push_str(text);
        input.text = rest.into();
        input.at = 0;
    }

    /// Where the next token begins.
    pub fn place(&self) -> Place {
        let input = &self.inputs[0];
        match self.unplaced {
            0 => self.place,
            behind => moved(self.place, &input.text[input.at - behind..input.at]),
        }
    }

    /// Brings `place` up to the next token.
    fn settle(&mut self) {
        if self.unplaced > 0 {
            self.place = self.place();
            self.unplaced = 0;
        }
    }

    /// What of the document waits.
    pub fn waiting(&self) -> &str {
        &self.inputs[0].text[self.inputs[0].at..]
    }

    fn is_outer(&self) -> bool {
        self.inputs.len() == 1
    }

    fn rest(&self) -> (Rc<str>, usize) {
        let input = self.inputs.last().expect("the document is always there");
        (input.text.clone(), input.at)
    }

    fn consume(&mut self, length: usize) {
        let outer = self.is_outer();
        let input = self.inputs.last_mut().expect("the document is always there");
        let taken = &input.text[input.at..input.at + length];
        if outer {
            self.place = moved(self.place, taken);
        }
        input.at += length;
    }

    fn problem(&self, code: u8, offset: usize) -> Problem {
        let (text, at) = self.rest();
        let mut end = (at + offset).min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let place = if self.is_outer() { moved(self.place, &text[at..end]) } else { self.place };
        Problem { code, place }
    }

    fn push(&mut self, event: Event, raw: &str) {
        self.push_at(event, raw, self.place);
    }

    fn push_at(&mut self, event: Event, raw: &str, place: Place) {
        let raw = if self.without_raw { String::new() } else { raw.to_owned() };
        self.queue.push_back(Item { event, raw, place });
    }

    /// The next event; nothing if more of the document is needed or, at its end, if all is said.
    pub fn next(&mut self, is_final: bool) -> Result<Option<Item>, Problem> {
        self.settle();
        loop {
            if let Some(item) = self.queue.pop_front() {
                return Ok(Some(item));
            }
            let (text, at) = self.rest();
            let rest = &text[at..];
            if rest.is_empty() && !self.is_outer() {
                self.leave_entity()?;
                continue;
            }
            if rest.is_empty() {
                return if is_final { self.end().map(|()| self.queue.pop_front()) } else { Ok(None) };
            }
            self.begun = true;
            // In an entity's text and at the end nothing more can come.
            let whole = is_final || !self.is_outer();
            let step = match self.step(rest, whole) {
                Err(stop) => Err(self.told(rest, whole, stop)),
                step => step,
            };
            match step {
                Ok(length) => self.consume_token(length),
                Err(Stop::More) if !whole => return Ok(None),
                Err(Stop::More) => {
                    let cdata = self.state == State::Cdata || rest.starts_with("<![CDATA[");
                    let code = if cdata { code::UNCLOSED_CDATA_SECTION } else { code::UNCLOSED_TOKEN };
                    return Err(self.problem(code, 0));
                }
                Err(Stop::At(code, offset)) => return Err(self.problem(code, offset)),
            }
        }
    }

    /// What expat says where the scanner stopped: it looks at all letters of a token before it asks what it means.
    #[cold]
    fn told(&self, rest: &str, whole: bool, stop: Stop) -> Stop {
        if !self.is_outer() || matches!(self.state, State::Cdata | State::External) {
            return stop;
        }
        let until = match stop {
            Stop::At(_, offset) => offset,
            Stop::More => rest.len(),
        };
        match lexer::flaw(rest, self.state, self.separator.is_some(), until) {
            Some(Flaw::Wrong(at)) => Stop::At(code::INVALID_TOKEN, at),
            Some(Flaw::Open(_)) if !whole => Stop::More,
            Some(Flaw::Open(at)) if !rest.starts_with("<![CDATA[") => Stop::At(code::UNCLOSED_TOKEN, at),
            Some(Flaw::Open(_)) => stop,
            // All tokens of a declaration are whole, but it is not.
            None if whole && matches!(stop, Stop::More) && self.state != State::Content => {
                Stop::At(code::NO_ELEMENTS, rest.len())
            }
            // A token that may not stand there is wrong from its start on.
            None => match stop {
                Stop::At(number @ (code::SYNTAX | code::INVALID_TOKEN), offset)
                    if self.state != State::Content =>
                {
                    let start = lexer::start(rest, self.separator.is_some(), offset);
                    // What is inside of quotes is looked at later.
                    let is_quoted = rest[start..].starts_with(['"', '\'']);
                    let is_later = number == code::INVALID_TOKEN && is_quoted;
                    if is_later { stop } else { Stop::At(code::SYNTAX, start) }
                }
                stop => stop,
            },
        }
    }

    /// A token is done; the text of an entity that it opened lies above the input that it stood in.
    fn consume_token(&mut self, length: usize) {
        match std::mem::take(&mut self.opened).then(|| self.inputs.pop()).flatten() {
            Some(input) => {
                // What the entity's text says is said where the reference stands.
                let reference = self.place;
                self.consume(length);
                if self.is_outer() {
                    self.behind = std::mem::replace(&mut self.place, reference);
                }
                self.inputs.push(input);
            }
            None => self.consume(length),
        }
    }

    fn open_entity(&mut self, name: &str, text: Rc<str>, is_parameter: bool) -> Scan<()> {
        if self.inputs.iter().any(|i| i.is_parameter == is_parameter && i.entity.as_deref() == Some(name)) {
            return Err(Stop::At(code::RECURSIVE_ENTITY_REF, 0));
        }
        self.grown(text.len())?;
        let depth = self.open.len();
        self.opened = true;
        self.inputs.push(Input { text, at: 0, entity: Some(name.to_owned()), depth, is_parameter });
        Ok(())
    }

    fn grown(&mut self, by: usize) -> Scan<()> {
        self.expanded += by;
        let document = self.place.byte.max(1);
        if self.expanded > self.free_expansion && self.expanded as f64 / document as f64 > self.amplification
        {
            return Err(Stop::At(code::AMPLIFICATION_LIMIT, 0));
        }
        Ok(())
    }

    fn leave_entity(&mut self) -> Result<(), Problem> {
        let depth = self.inputs.last().map_or(0, |input| input.depth);
        if depth != self.open.len() || self.state == State::Cdata {
            return Err(self.problem(code::ASYNC_ENTITY, 0));
        }
        self.inputs.pop();
        if self.is_outer() {
            self.place = self.behind;
        }
        Ok(())
    }

    fn end(&mut self) -> Result<(), Problem> {
        let code = match self.state {
            State::Cdata => code::UNCLOSED_CDATA_SECTION,
            State::Epilog | State::External => return Ok(()),
            State::Begin | State::Content if self.is_entity && self.open.is_empty() => return Ok(()),
            State::Content if self.is_entity => code::ASYNC_ENTITY,
            _ => code::NO_ELEMENTS,
        };
        Err(self.problem(code, 0))
    }

    /// Takes one token: its length.
    fn step(&mut self, rest: &str, whole: bool) -> Scan<usize> {
        match self.state {
            State::Begin => {
                if !whole && may_be(rest, "<?xml") && rest.len() < 6 {
                    return Err(Stop::More);
                }
                if rest.starts_with("<?xml") && rest[5..].starts_with(is_space) {
                    let length = self.xml_declaration(rest)?;
                    self.state = if self.is_entity { State::Content } else { State::Prolog };
                    return Ok(length);
                }
                self.state = if self.is_entity { State::Content } else { State::Prolog };
                self.step(rest, whole)
            }
            State::Prolog | State::Epilog => self.misc(rest, whole),
            State::Subset | State::External => self.declarations(rest, whole),
            State::Content => self.content(rest, whole),
            State::Cdata => self.cdata(rest, whole),
        }
    }

    fn xml_declaration(&mut self, rest: &str) -> Scan<usize> {
        let end = rest.find("?>").ok_or(Stop::More)?;
        let wrong = |at| Stop::At(code::XML_DECL, at);
        let (mut version, mut encoding, mut standalone) = (None, None, -1);
        let mut given = pseudo_attribute(rest, 5, end)?;
        match &given {
            Some(it) if it.name == "version" => {
                let minor = it.value.strip_prefix("1.").unwrap_or_default();
                if minor.is_empty() || !minor.bytes().all(|digit| digit.is_ascii_digit()) {
                    return Err(wrong(it.end - 1 - it.value.len()));
                }
                version = Some(it.value.to_owned());
                given = pseudo_attribute(rest, it.end, end)?;
            }
            Some(it) if !self.is_entity => return Err(wrong(it.at)),
            None if !self.is_entity => return Err(wrong(end)),
            _ => {}
        }
        if let Some(it) = given.as_ref().filter(|it| it.name == "encoding") {
            if !it.value.starts_with(|letter: char| letter.is_ascii_alphabetic()) {
                return Err(wrong(it.end - 1 - it.value.len()));
            }
            encoding = Some(it.value.to_owned());
            given = pseudo_attribute(rest, it.end, end)?;
        } else if self.is_entity {
            return Err(wrong(given.as_ref().map_or(end, |it| it.at)));
        }
        if let Some(it) = given {
            standalone = match (it.name, it.value) {
                ("standalone", "yes") if !self.is_entity => 1,
                ("standalone", "no") if !self.is_entity => 0,
                ("standalone", _) if !self.is_entity => return Err(wrong(it.end - 1 - it.value.len())),
                _ => return Err(wrong(it.at)),
            };
            let behind = it.end + spaces(&rest[it.end..end]);
            if behind != end {
                return Err(wrong(behind));
            }
        }
        if standalone == 1 {
            self.dtd.borrow_mut().standalone = true;
        }
        self.push(Event::XmlDecl { version, encoding, standalone }, &rest[..end + 2]);
        Ok(end + 2)
    }

    /// What may stand outside of the root element.
    fn misc(&mut self, rest: &str, whole: bool) -> Scan<usize> {
        let gap = spaces(rest);
        if gap > 0 {
            self.push(Event::Other, &rest[..gap]);
            return Ok(gap);
        }
        let junk =
            if self.state == State::Epilog { code::JUNK_AFTER_DOC_ELEMENT } else { code::INVALID_TOKEN };
        if !rest.starts_with('<') {
            if self.state == State::Epilog {
                return Err(Stop::At(junk, 0));
            }
            return Err(Stop::At(code::SYNTAX, 0));
        }
        if rest.len() < 2 {
            return Err(Stop::More);
        }
        if rest.starts_with("<?") {
            return self.instruction(rest);
        }
        if rest.starts_with("<!") {
            if may_be(rest, "<!--") {
                return self.comment(rest);
            }
            if self.state == State::Epilog {
                return Err(Stop::At(junk, 0));
            }
            if !may_be(rest, "<!DOCTYPE") {
                return Err(Stop::At(code::SYNTAX, 0));
            }
            return self.doctype(rest);
        }
        if self.state == State::Epilog {
            return Err(Stop::At(junk, 0));
        }
        if rest.starts_with("</") {
            return Err(Stop::At(code::INVALID_TOKEN, 1));
        }
        if self.foreign_dtd && self.doctype_external.is_none() {
            self.foreign_dtd = false;
            self.dtd.borrow_mut().has_parameter_refs = true;
            if self.parameter_entities > 0 {
                self.push(Event::External { context: None, system: None, public: None }, "");
                return Ok(0);
            }
        }
        self.state = State::Content;
        self.content(rest, whole)
    }

    fn comment(&mut self, rest: &str) -> Scan<usize> {
        if rest.len() < 4 {
            return Err(Stop::More);
        }
        let end = rest[4..].find("--").ok_or(Stop::More)? + 4;
        check_letters(&rest[4..end], 4)?;
        match rest.as_bytes().get(end + 2) {
            None => Err(Stop::More),
            Some(b'>') => {
                self.push(Event::Comment(normalized(&rest[4..end])), &rest[..end + 3]);
                Ok(end + 3)
            }
            Some(_) => Err(Stop::At(code::INVALID_TOKEN, end + 2)),
        }
    }

    fn instruction(&mut self, rest: &str) -> Scan<usize> {
        let length = name_length(&rest[2..], 2)?;
        let target = &rest[2..2 + length];
        let end = rest[2 + length..].find("?>").ok_or(Stop::More)? + 2 + length;
        if target.eq_ignore_ascii_case("xml") {
            let misplaced = match self.state {
                State::Epilog => code::JUNK_AFTER_DOC_ELEMENT,
                _ => code::MISPLACED_XML_PI,
            };
            let code = if target == "xml" { misplaced } else { code::INVALID_TOKEN };
            return Err(Stop::At(code, if target == "xml" { 0 } else { 2 }));
        }
        if let Some(colon) = target.find(':').filter(|_| self.separator.is_some()) {
            return Err(Stop::At(code::INVALID_TOKEN, 2 + colon));
        }
        let data = &rest[2 + length..end];
        if !data.is_empty() && !data.starts_with(is_space) {
            return Err(Stop::At(code::INVALID_TOKEN, 2 + length));
        }
        check_letters(data, 2 + length)?;
        let data = normalized(data.trim_start_matches(is_space));
        self.push(Event::Instruction { target: target.to_owned(), data }, &rest[..end + 2]);
        Ok(end + 2)
    }

    fn doctype(&mut self, rest: &str) -> Scan<usize> {
        if rest.len() < 10 {
            return Err(Stop::More);
        }
        let mut at = 9;
        let gap = spaces(&rest[at..]);
        if gap == 0 {
            return Err(Stop::At(code::INVALID_TOKEN, at));
        }
        at += gap;
        let length = name_length(&rest[at..], at)?;
        let name = rest[at..at + length].to_owned();
        at += length;
        let (system, public, used) = dtd::external_id(&rest[at..], at)?;
        at += used;
        at += spaces(&rest[at..]);
        let internal = match rest[at..].chars().next() {
            None => return Err(Stop::More),
            Some('[') => true,
            Some('>') => false,
            Some(_) => return Err(Stop::At(code::SYNTAX, at)),
        };
        at += 1;
        if system.is_some() {
            self.dtd.borrow_mut().has_parameter_refs = true;
        }
        self.doctype_external = Some((system.clone(), public.clone()));
        if system.is_some() && !self.dtd.borrow().standalone {
            self.push(Event::NotStandalone, "");
        }
        self.push(Event::StartDoctype { name, system, public, internal }, &rest[..at]);
        if internal {
            self.state = State::Subset;
        } else {
            self.end_doctype("");
        }
        Ok(at)
    }

    fn end_doctype(&mut self, raw: &str) {
        self.state = State::Prolog;
        let (system, public) = self.doctype_external.clone().unwrap_or((None, None));
        let wanted =
            self.parameter_entities == 2 || self.parameter_entities == 1 && !self.dtd.borrow().standalone;
        if system.is_some() || self.foreign_dtd {
            self.foreign_dtd = false;
            self.dtd.borrow_mut().has_parameter_refs = true;
            if wanted {
                self.push(Event::External { context: None, system, public }, "");
            }
        }
        self.push(Event::EndDoctype, raw);
    }

    /// Inside of the document type, or of an external subset.
    fn declarations(&mut self, rest: &str, whole: bool) -> Scan<usize> {
        let gap = spaces(rest);
        if gap > 0 {
            self.push(Event::Other, &rest[..gap]);
            return Ok(gap);
        }
        let outer = self.is_outer();
        match rest.as_bytes()[0] {
            b']' if self.state == State::Subset && outer => {
                let gap = spaces(&rest[1..]);
                match rest.as_bytes().get(1 + gap) {
                    None => Err(Stop::More),
                    Some(b'>') => {
                        self.end_doctype(&rest[..gap + 2]);
                        Ok(gap + 2)
                    }
                    Some(_) => Err(Stop::At(code::SYNTAX, 1 + gap)),
                }
            }
            b']' if self.state == State::External => match rest.get(..3) {
                Some("]]>") => Ok(3),
                None if !whole => Err(Stop::More),
                _ => Err(Stop::At(code::SYNTAX, 0)),
            },
            b'%' => {
                let length = name_length(&rest[1..], 1)?;
                if rest.as_bytes().get(1 + length) != Some(&b';') {
                    return Err(Stop::At(code::INVALID_TOKEN, 1 + length));
                }
                let name = rest[1..1 + length].to_owned();
                self.parameter_reference(&name, &rest[..length + 2])?;
                Ok(length + 2)
            }
            b'<' => {
                if rest.len() < 4 {
                    return Err(Stop::More);
                }
                if rest.starts_with("<?xml")
                    && rest[5..].starts_with(is_space)
                    && self.state == State::External
                    && outer
                {
                    return self.xml_declaration(rest);
                }
                if rest.starts_with("<?") {
                    return self.instruction(rest);
                }
                if rest.starts_with("<!--") {
                    return self.comment(rest);
                }
                if rest.starts_with("<![") && (self.state == State::External || !outer) {
                    return self.conditional(rest);
                }
                let full = dtd::declaration_end(rest).ok_or(Stop::More)?;
                let text = &rest[..full];
                check_letters(text, 0)?;
                let text = if self.state == State::External || !outer {
                    self.with_parameters(text)?
                } else {
                    text.to_owned()
                };
                let found = dtd::declare(&mut self.dtd.borrow_mut(), &text)?;
                if found.is_empty() {
                    self.push(Event::Other, &rest[..full]);
                }
                for (at, declaration) in found.into_iter().enumerate() {
                    self.push(Event::Declaration(declaration), if at == 0 { &rest[..full] } else { "" });
                }
                Ok(full)
            }
            _ => {
                Err(Stop::At(if self.state == State::Subset { code::SYNTAX } else { code::INVALID_TOKEN }, 0))
            }
        }
    }

    /// `<![INCLUDE[` and `<![IGNORE[`.
    fn conditional(&mut self, rest: &str) -> Scan<usize> {
        let bracket = rest[3..].find('[').ok_or(Stop::More)? + 3;
        let word = self.with_parameters(&rest[3..bracket])?;
        match word.trim_matches(is_space) {
            "INCLUDE" => Ok(bracket + 1),
            "IGNORE" => {
                let (mut depth, mut at) = (1, bracket + 1);
                while depth > 0 {
                    let next = rest[at..].find(['<', ']']).ok_or(Stop::More)? + at;
                    if rest[next..].starts_with("<![") {
                        (depth, at) = (depth + 1, next + 3);
                    } else if rest[next..].starts_with("]]>") {
                        (depth, at) = (depth - 1, next + 3);
                    } else {
                        at = next + 1;
                    }
                }
                Ok(at)
            }
            _ => Err(Stop::At(code::SYNTAX, 3)),
        }
    }

    /// A declaration's text with its parameter entities put in.
    fn with_parameters(&mut self, text: &str) -> Scan<String> {
        let mut out = text.to_owned();
        for _ in 0..1000 {
            let Some((start, name)) = dtd::parameter_in(&out) else { return Ok(out) };
            let found = self.dtd.borrow().parameters.get(&name).cloned();
            let Some(Entity { value: Some(value), .. }) = found else {
                return Err(Stop::At(code::UNDEFINED_ENTITY, 0));
            };
            self.grown(value.len())?;
            out.replace_range(start..start + name.len() + 2, &format!(" {value} "));
        }
        Err(Stop::At(code::RECURSIVE_ENTITY_REF, 0))
    }

    fn parameter_reference(&mut self, name: &str, raw: &str) -> Scan<()> {
        let found = self.dtd.borrow().parameters.get(name).cloned();
        match found {
            Some(Entity { value: Some(value), .. }) => self.open_entity(name, value.as_str().into(), true),
            Some(Entity { system, public, .. }) if self.parameter_entities > 0 => {
                self.push(Event::External { context: None, system, public }, raw);
                Ok(())
            }
            Some(_) => {
                self.dtd.borrow_mut().has_parameter_refs = true;
                self.push(Event::Skipped { name: name.to_owned(), is_parameter: true }, raw);
                Ok(())
            }
            None if self.dtd.borrow().has_parameter_refs && !self.dtd.borrow().standalone => {
                self.push(Event::Skipped { name: name.to_owned(), is_parameter: true }, raw);
                Ok(())
            }
            None => Err(Stop::At(code::UNDEFINED_ENTITY, 0)),
        }
    }

    fn content(&mut self, rest: &str, whole: bool) -> Scan<usize> {
        match rest.as_bytes()[0] {
            b'<' => {
                let known = ["<!--", "<![CDATA[", "<?", "</"];
                if let Some(start) = known.iter().find(|start| rest.starts_with(**start)) {
                    return match *start {
                        "<!--" => self.comment(rest),
                        "<?" => self.instruction(rest),
                        "</" => self.end_tag(rest),
                        _ => {
                            self.push(Event::StartCdata, "<![CDATA[");
                            self.state = State::Cdata;
                            Ok(9)
                        }
                    };
                }
                if known.iter().any(|start| start.starts_with(rest)) {
                    return Err(Stop::More);
                }
                if rest.starts_with("<!") {
                    return Err(Stop::At(code::INVALID_TOKEN, 2));
                }
                self.start_tag(rest)
            }
            b'&' => self.reference(rest),
            _ => self.text(rest, whole),
        }
    }

    fn text(&mut self, rest: &str, whole: bool) -> Scan<usize> {
        if rest.starts_with('\n') {
            self.push(Event::Text("\n".into()), "\n");
            return Ok(1);
        }
        if rest.starts_with('\r') {
            let length = match rest.as_bytes().get(1) {
                None if !whole => return Err(Stop::More),
                Some(b'\n') => 2,
                _ => 1,
            };
            self.push(Event::Text("\n".into()), &rest[..length]);
            return Ok(length);
        }
        let mut end = rest.find(['<', '&', '\n', '\r']).unwrap_or(rest.len());
        if let Some(at) = rest[..end].find("]]>") {
            if at == 0 {
                return Err(Stop::At(code::INVALID_TOKEN, 2));
            }
            end = at;
        } else if end == rest.len() && !whole {
            // What may yet become `]]>` waits.
            end = rest.trim_end_matches(']').len().max(rest.len().saturating_sub(2));
            if end == 0 {
                return Err(Stop::More);
            }
        }
        if let Some((at, _)) = rest[..end].char_indices().find(|(_, letter)| !is_valid(*letter)) {
            if at == 0 {
                return Err(Stop::At(code::INVALID_TOKEN, 0));
            }
            end = at;
        }
        self.push(Event::Text(rest[..end].to_owned()), &rest[..end]);
        Ok(end)
    }

    fn cdata(&mut self, rest: &str, whole: bool) -> Scan<usize> {
        if rest.starts_with("]]>") {
            self.push(Event::EndCdata, "]]>");
            self.state = State::Content;
            return Ok(3);
        }
        if !whole && "]]>".starts_with(rest) {
            return Err(Stop::More);
        }
        if rest.starts_with(['\n', '\r']) {
            return self.text(rest, whole);
        }
        // A bracket begins a new piece, whether the section ends there or not.
        let first = usize::from(rest.starts_with(']'));
        let end = rest[first..].find(['\n', '\r', ']']).map_or(rest.len(), |at| at + first);
        check_letters(&rest[..end], 0)?;
        self.push(Event::Text(rest[..end].to_owned()), &rest[..end]);
        Ok(end)
    }

    fn reference(&mut self, rest: &str) -> Scan<usize> {
        if let Some(digits) = rest.strip_prefix("&#") {
            let (radix, start) = if digits.starts_with('x') { (16, 3) } else { (10, 2) };
            let end = rest[start..].find(|l: char| !l.is_digit(radix)).ok_or(Stop::More)? + start;
            if !rest[end..].starts_with(';') || end == start {
                return Err(Stop::At(code::INVALID_TOKEN, end));
            }
            let letter = letter_of(&rest[1..end]).ok_or(Stop::At(code::BAD_CHAR_REF, 0))?;
            self.push(Event::Text(letter.to_string()), &rest[..end + 1]);
            return Ok(end + 1);
        }
        let length = name_length(&rest[1..], 1)?;
        if !rest[1 + length..].starts_with(';') {
            return Err(Stop::At(code::INVALID_TOKEN, 1 + length));
        }
        let (name, raw) = (rest[1..1 + length].to_owned(), &rest[..length + 2]);
        if let Some(letter) = predefined(&name) {
            self.push(Event::Text(letter.to_string()), raw);
            return Ok(length + 2);
        }
        let found = self.dtd.borrow().entities.get(&name).cloned();
        match found {
            None => {
                let dtd = self.dtd.borrow();
                let may_be_elsewhere = dtd.has_parameter_refs && !dtd.standalone;
                drop(dtd);
                if !may_be_elsewhere {
                    return Err(Stop::At(code::UNDEFINED_ENTITY, 0));
                }
                self.push(Event::Skipped { name, is_parameter: false }, raw);
            }
            Some(Entity { notation: Some(_), .. }) => return Err(Stop::At(code::BINARY_ENTITY_REF, 0)),
            Some(Entity { value: Some(value), .. }) => {
                if self.expand {
                    self.open_entity(&name, value.as_str().into(), false)?;
                } else {
                    self.push(Event::Skipped { name, is_parameter: false }, raw);
                }
            }
            Some(Entity { system, public, .. }) => {
                self.push(Event::External { context: Some(name), system, public }, raw);
            }
        }
        Ok(length + 2)
    }

    fn end_tag(&mut self, rest: &str) -> Scan<usize> {
        let length = name_length(&rest[2..], 2)?;
        let gap = spaces(&rest[2 + length..]);
        let end = 2 + length + gap;
        match rest.as_bytes().get(end) {
            None => return Err(Stop::More),
            Some(b'>') => {}
            Some(_) => return Err(Stop::At(code::INVALID_TOKEN, end)),
        }
        let floor = self.inputs.last().map_or(0, |input| input.depth);
        if self.open.len() <= floor {
            let code = if self.open.is_empty() && !self.is_entity {
                code::INVALID_TOKEN
            } else {
                code::ASYNC_ENTITY
            };
            return Err(Stop::At(code, 0));
        }
        if self.open.last().is_some_and(|open| *open.tag != rest[2..2 + length]) {
            return Err(Stop::At(code::TAG_MISMATCH, 2));
        }
        self.close(&rest[..end + 1], self.place);
        Ok(end + 1)
    }

    fn close(&mut self, raw: &str, place: Place) {
        let Some(Open { name, bound, .. }) = self.open.pop() else { return };
        self.push_at(Event::End { name: (*name).to_owned() }, raw, place);
        if !bound.is_empty() {
            self.quick.forget();
        }
        for prefix in bound.into_iter().rev() {
            if let Some(at) = self.bindings.iter().rposition(|binding| binding.0 == prefix) {
                self.bindings.remove(at);
            }
            self.push_at(Event::EndNamespace { prefix }, "", place);
        }
        if self.open.is_empty() && !self.is_entity {
            self.state = State::Epilog;
        }
    }

    fn start_tag(&mut self, rest: &str) -> Scan<usize> {
        let length = name_length(&rest[1..], 1)?;
        let tag = rest[1..1 + length].to_owned();
        self.check_colons(&tag, 1)?;
        let mut at = 1 + length;
        let mut given: Vec<(String, String, usize)> = Vec::new();
        let mut names = HashSet::new();
        let mut duplicate = None;
        let is_empty = loop {
            let gap = spaces(&rest[at..]);
            at += gap;
            match rest.as_bytes().get(at) {
                None => return Err(Stop::More),
                Some(b'>') => break false,
                Some(b'/') => match rest.as_bytes().get(at + 1) {
                    None => return Err(Stop::More),
                    Some(b'>') => break true,
                    Some(_) => return Err(Stop::At(code::INVALID_TOKEN, at + 1)),
                },
                Some(_) if gap == 0 => return Err(Stop::At(code::INVALID_TOKEN, at)),
                Some(_) => {}
            }
            let start = at;
            let length = name_length(&rest[at..], at)?;
            self.check_colons(&rest[at..at + length], at)?;
            at += length;
            at += spaces(&rest[at..]);
            match rest.as_bytes().get(at) {
                None => return Err(Stop::More),
                Some(b'=') => at += 1,
                Some(_) => return Err(Stop::At(code::INVALID_TOKEN, at)),
            }
            at += spaces(&rest[at..]);
            let quote = match rest[at..].chars().next() {
                None => return Err(Stop::More),
                Some(quote @ ('"' | '\'')) => quote,
                Some(_) => return Err(Stop::At(code::INVALID_TOKEN, at)),
            };
            at += 1;
            let end = rest[at..].find([quote, '<']).ok_or(Stop::More)? + at;
            if rest[end..].starts_with('<') {
                return Err(Stop::At(code::INVALID_TOKEN, end));
            }
            let value = &rest[at..end];
            check_letters(value, at)?;
            let name = rest[start..start + length].to_owned();
            let mut open = Vec::new();
            let mut text = String::new();
            self.attribute_text(value, &mut text, &mut open, at)?;
            if !self.dtd.borrow().is_cdata(&tag, &name) {
                text = text.split(' ').filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
            }
            if !names.insert(name.clone()) {
                duplicate = duplicate.or(Some(start));
            }
            given.push((name, text, start));
            at = end + 1;
        };
        if let Some(start) = duplicate {
            return Err(Stop::At(code::DUPLICATE_ATTRIBUTE, start));
        }
        at += 1 + usize::from(is_empty);
        let raw = &rest[..at];
        let specified = given.len();
        let defaults = self.dtd.borrow().defaults(&tag);
        for (name, value) in defaults {
            if names.insert(name.clone()) {
                given.push((name, value, 0));
            }
        }
        let (name, attributes, specified, bound) = self.with_namespaces(&tag, given, specified)?;
        if !bound.is_empty() {
            self.quick.forget();
        }
        self.open.push(Open { tag: tag.into(), name: name.as_str().into(), bound });
        self.push(Event::Start { name, attributes, specified }, raw);
        if is_empty {
            // Such an element ends behind its only tag.
            let place = if self.is_outer() { moved(self.place, raw) } else { self.place };
            self.close("", place);
        }
        Ok(at)
    }

    /// With namespaces a name has one colon at most, and a name behind it.
    fn check_colons(&self, name: &str, from: usize) -> Scan<()> {
        let Some((prefix, local)) = name.split_once(':').filter(|_| self.separator.is_some()) else {
            return Ok(());
        };
        let behind = prefix.len() + 1;
        let wrong = match local.find(':') {
            _ if prefix.is_empty() => Some(0),
            _ if !local.starts_with(|first| first != ':' && is_name_start(first)) => Some(behind),
            second => second.map(|at| behind + at),
        };
        wrong.map_or(Ok(()), |at| Err(Stop::At(code::INVALID_TOKEN, from + at)))
    }

    /// An attribute's value with its references put in and its white space as blanks.
    fn attribute_text(
        &mut self,
        value: &str,
        out: &mut String,
        open: &mut Vec<String>,
        from: usize,
    ) -> Scan<()> {
        let mut rest = value;
        while let Some(at) = rest.find(['&', '\t', '\n', '\r']) {
            out.push_str(&rest[..at]);
            let place = if open.is_empty() { from + (value.len() - rest.len()) + at } else { from };
            rest = &rest[at..];
            if !rest.starts_with('&') {
                out.push(' ');
                rest = rest.strip_prefix("\r\n").unwrap_or(&rest[1..]);
                continue;
            }
            let Some(end) = rest.find(';') else { return Err(Stop::At(code::INVALID_TOKEN, place + 1)) };
            let name = &rest[1..end];
            rest = &rest[end + 1..];
            if let Some(digits) = name.strip_prefix('#') {
                if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_alphanumeric()) {
                    return Err(Stop::At(code::INVALID_TOKEN, place + 2));
                }
                out.push(letter_of(name).ok_or(Stop::At(code::BAD_CHAR_REF, place))?);
                continue;
            }
            if !matches!(name_length(&format!("{name};"), 0), Ok(length) if length == name.len()) {
                return Err(Stop::At(code::INVALID_TOKEN, place + 1));
            }
            if let Some(letter) = predefined(name) {
                out.push(letter);
                continue;
            }
            let found = self.dtd.borrow().entities.get(name).cloned();
            match found {
                None if self.dtd.borrow().has_parameter_refs && !self.dtd.borrow().standalone => {}
                None => return Err(Stop::At(code::UNDEFINED_ENTITY, 0)),
                Some(_) if open.iter().any(|other| other == name) => {
                    return Err(Stop::At(code::RECURSIVE_ENTITY_REF, place));
                }
                Some(Entity { notation: Some(_), .. }) => {
                    return Err(Stop::At(code::BINARY_ENTITY_REF, place));
                }
                Some(Entity { value: Some(value), .. }) => {
                    if value.contains('<') {
                        return Err(Stop::At(code::INVALID_TOKEN, place));
                    }
                    self.grown(value.len())?;
                    open.push(name.to_owned());
                    self.attribute_text(&value, out, open, place)?;
                    open.pop();
                }
                Some(_) => return Err(Stop::At(code::ATTRIBUTE_EXTERNAL_ENTITY_REF, place)),
            }
        }
        out.push_str(rest);
        Ok(())
    }

    #[allow(clippy::type_complexity)]
    fn with_namespaces(
        &mut self,
        tag: &str,
        given: Vec<(String, String, usize)>,
        specified: usize,
    ) -> Scan<(String, Vec<(String, String)>, usize, Vec<Option<String>>)> {
        let Some(separator) = self.separator.clone() else {
            let attributes = given.into_iter().map(|(name, value, _)| (name, value)).collect();
            return Ok((tag.to_owned(), attributes, specified, Vec::new()));
        };
        let mut bound = Vec::new();
        let mut left = Vec::new();
        let mut left_specified = 0;
        for (at, (name, value, start)) in given.into_iter().enumerate() {
            let prefix = match name.strip_prefix("xmlns") {
                Some("") => None,
                Some(rest) if rest.starts_with(':') => Some(rest[1..].to_owned()),
                _ => {
                    left_specified += usize::from(at < specified);
                    left.push((name, value, start));
                    continue;
                }
            };
            match prefix.as_deref() {
                Some("xmlns") => return Err(Stop::At(code::RESERVED_PREFIX_XMLNS, 0)),
                Some("xml") if value != XML_URI => return Err(Stop::At(code::RESERVED_PREFIX_XML, 0)),
                Some(prefix) if prefix != "xml" && value.is_empty() => {
                    return Err(Stop::At(code::UNDECLARING_PREFIX, 0));
                }
                prefix if prefix != Some("xml") && (value == XML_URI || value == XMLNS_URI) => {
                    return Err(Stop::At(40, 0));
                }
                _ => {}
            }
            let uri = Some(value).filter(|value| !value.is_empty());
            self.bindings.push((prefix.clone(), uri.clone()));
            self.push(Event::StartNamespace { prefix: prefix.clone(), uri }, "");
            bound.push(prefix);
        }
        let lookup = |bindings: &[(Option<String>, Option<String>)], prefix: Option<&str>| {
            bindings
                .iter()
                .rev()
                .find(|binding| binding.0.as_deref() == prefix)
                .map(|binding| binding.1.clone())
        };
        let with_prefixes = self.with_prefixes;
        let full = |uri: &str, local: &str, prefix: Option<&str>| match prefix {
            Some(prefix) if with_prefixes => format!("{uri}{separator}{local}{separator}{prefix}"),
            _ => format!("{uri}{separator}{local}"),
        };
        let unbound = Stop::At(code::UNBOUND_PREFIX, 0);
        let name = match tag.split_once(':') {
            Some((prefix, local)) => match lookup(&self.bindings, Some(prefix)).flatten() {
                Some(uri) => full(&uri, local, Some(prefix)),
                None => return Err(unbound),
            },
            None => match lookup(&self.bindings, None).flatten() {
                Some(uri) => full(&uri, tag, None),
                None => tag.to_owned(),
            },
        };
        let mut attributes: Vec<(String, String)> = Vec::with_capacity(left.len());
        let mut seen: HashMap<String, ()> = HashMap::new();
        for (name, value, _) in left {
            let (name, key) = match name.split_once(':') {
                Some((prefix, local)) => match lookup(&self.bindings, Some(prefix)).flatten() {
                    Some(uri) => (full(&uri, local, Some(prefix)), format!("{uri} {local}")),
                    None => return Err(unbound),
                },
                None => (name.clone(), name),
            };
            if seen.insert(key, ()).is_some() {
                return Err(Stop::At(code::DUPLICATE_ATTRIBUTE, 0));
            }
            attributes.push((name, value));
        }
        Ok((name, attributes, left_specified, bound))
    }
}

/// A place behind a text.
pub fn moved(mut place: Place, text: &str) -> Place {
    let bytes = text.as_bytes();
    place.byte += bytes.len();
    // Long texts mostly have lines of the plain kind, which are quickly counted.
    if memchr::memchr(b'\r', bytes).is_none() {
        let lines = memchr::memchr_iter(b'\n', bytes).count();
        let last = memchr::memrchr(b'\n', bytes).map_or(0, |at| at + 1);
        let column = crate::runtime::text::wtf8::count(&bytes[last..]);
        place.line += lines;
        place.column = if lines > 0 { column } else { place.column + column };
        return place;
    }
    for (at, byte) in bytes.iter().enumerate() {
        let ends = match byte {
            b'\n' => true,
            b'\r' if bytes.get(at + 1) == Some(&b'\n') => continue,
            b'\r' => true,
            // What goes on with a letter is none of its own.
            0x80..=0xbf => continue,
            _ => false,
        };
        if ends {
            place.line += 1;
            place.column = 0;
        } else {
            place.column += 1;
        }
    }
    place
}
