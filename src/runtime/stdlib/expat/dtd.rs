//! Declarations of a document type: entities, notations, elements and their attributes.

use std::collections::HashMap;

use super::scan::{Stop, code, letter_of, name_length, normalized, predefined, spaces};

type Scan<T> = Result<T, Stop>;

/// A general or parameter entity: its text, or where it is.
#[derive(Clone, Default)]
pub struct Entity {
    /// The replacement text of an internal one.
    pub value: Option<String>,
    /// The system identifier of an external one.
    pub system: Option<String>,
    /// Its public identifier.
    pub public: Option<String>,
    /// The notation of an unparsed one.
    pub notation: Option<String>,
}

/// A declared attribute.
struct Attribute {
    name: String,
    is_cdata: bool,
    default: Option<String>,
}

/// What is declared so far.
#[derive(Default)]
pub struct Dtd {
    /// General entities.
    pub entities: HashMap<String, Entity>,
    /// Parameter entities.
    pub parameters: HashMap<String, Entity>,
    attributes: HashMap<String, Vec<Attribute>>,
    /// The document says that it needs nothing else.
    pub standalone: bool,
    /// There is something that was not read, so that an entity may be declared there.
    pub has_parameter_refs: bool,
}

/// A content model, as `ElementDeclHandler` gets it.
pub struct Model {
    /// `XML_CTYPE_*`
    pub kind: i64,
    /// `XML_CQUANT_*`
    pub quantity: i64,
    /// Of an element.
    pub name: Option<String>,
    /// Parts of a choice or sequence.
    pub children: Vec<Model>,
}

/// What a declaration says.
#[allow(missing_docs)]
pub enum Declaration {
    Entity { name: String, is_parameter: bool, entity: Entity },
    Notation { name: String, system: Option<String>, public: Option<String> },
    Element { name: String, model: Model },
    Attribute { element: String, name: String, kind: String, default: Option<String>, required: bool },
}

impl Dtd {
    /// Whether an attribute's blanks are left as they are.
    pub fn is_cdata(&self, element: &str, name: &str) -> bool {
        let known = self.attributes.get(element).and_then(|all| all.iter().find(|a| a.name == name));
        known.is_none_or(|attribute| attribute.is_cdata)
    }

    /// Attributes that an element has without saying so.
    pub fn defaults(&self, element: &str) -> Vec<(String, String)> {
        let all = self.attributes.get(element).into_iter().flatten();
        all.filter_map(|a| Some((a.name.clone(), a.default.clone()?))).collect()
    }
}

/// Length of the declaration at the start of a text, to its `>`.
pub fn declaration_end(text: &str) -> Option<usize> {
    let mut quote = None;
    for (at, letter) in text.char_indices() {
        match (quote, letter) {
            (Some(open), _) if open == letter => quote = None,
            (None, '"' | '\'') => quote = Some(letter),
            (None, '>') => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// The first reference to a parameter entity in a declaration that is no part of `<!ENTITY % name`.
pub fn parameter_in(text: &str) -> Option<(usize, String)> {
    for (at, _) in text.match_indices('%') {
        if let Ok(length) = name_length(&text[at + 1..], 0)
            && text[at + 1 + length..].starts_with(';')
        {
            return Some((at, text[at + 1..at + 1 + length].to_owned()));
        }
    }
    None
}

/// What is left of a declaration; errors tell how far it was taken.
struct Rest<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Rest<'a> {
    fn wrong<T>(&self, code: u8) -> Scan<T> {
        Err(Stop::At(code, self.at))
    }
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }
    fn gap(&mut self) -> usize {
        let gap = spaces(self.rest());
        self.at += gap;
        gap
    }
    fn need_gap(&mut self) -> Scan<()> {
        if self.gap() == 0 { self.wrong(code::SYNTAX) } else { Ok(()) }
    }
    fn takes(&mut self, word: &str) -> bool {
        let found = self.rest().starts_with(word);
        self.at += if found { word.len() } else { 0 };
        found
    }
    fn name(&mut self) -> Scan<String> {
        let length = match name_length(self.rest(), self.at) {
            Ok(length) => length,
            Err(_) => return self.wrong(code::SYNTAX),
        };
        self.at += length;
        Ok(self.text[self.at - length..self.at].to_owned())
    }
    /// A name that may begin with what a name may not.
    fn token(&mut self) -> Scan<String> {
        let probe = format!("a{} ", self.rest());
        let length = name_length(&probe, 0).unwrap_or(1) - 1;
        if length == 0 {
            return self.wrong(code::SYNTAX);
        }
        self.at += length;
        Ok(self.text[self.at - length..self.at].to_owned())
    }
    fn quoted(&mut self) -> Scan<&'a str> {
        let Some(quote) = self.rest().chars().next().filter(|quote| matches!(quote, '"' | '\'')) else {
            return self.wrong(code::SYNTAX);
        };
        let Some(length) = self.rest()[1..].find(quote) else { return self.wrong(code::SYNTAX) };
        let found = &self.rest()[1..1 + length];
        self.at += length + 2;
        Ok(found)
    }
    fn end(&mut self) -> Scan<()> {
        self.gap();
        if self.rest() == ">" { Ok(()) } else { self.wrong(code::SYNTAX) }
    }
}

/// `SYSTEM "…"` or `PUBLIC "…" "…"` behind white space: system and public identifier and the length of it all.
pub fn external_id(text: &str, from: usize) -> Scan<(Option<String>, Option<String>, usize)> {
    let gap = spaces(text);
    let rest = &text[gap..];
    let is_public = rest.starts_with("PUBLIC");
    if !is_public && !rest.starts_with("SYSTEM") {
        // It may be one whose rest is yet to come.
        let begins = |word: &str| !rest.is_empty() && word.starts_with(rest);
        if begins("PUBLIC") || begins("SYSTEM") {
            return Err(Stop::More);
        }
        return Ok((None, None, 0));
    }
    let mut at = gap + 6;
    let mut found: Vec<String> = Vec::new();
    for _ in 0..=usize::from(is_public) {
        let blanks = spaces(&text[at..]);
        at += blanks;
        match text[at..].chars().next() {
            None => return Err(Stop::More),
            Some(quote @ ('"' | '\'')) if blanks > 0 => {
                let length = text[at + 1..].find(quote).ok_or(Stop::More)?;
                found.push(text[at + 1..at + 1 + length].to_owned());
                at += length + 2;
            }
            Some(_) => return Err(Stop::At(code::SYNTAX, from + at)),
        }
    }
    let system = found.pop();
    let public = found.pop().map(|id| id.split_whitespace().collect::<Vec<_>>().join(" "));
    Ok((system, public, at))
}

/// Takes a declaration in; what it says that is new.
pub fn declare(dtd: &mut Dtd, text: &str) -> Scan<Vec<Declaration>> {
    let mut rest = Rest { text, at: 0 };
    if rest.takes("<!ENTITY") {
        entity(dtd, &mut rest)
    } else if rest.takes("<!NOTATION") {
        notation(&mut rest)
    } else if rest.takes("<!ELEMENT") {
        element(&mut rest)
    } else if rest.takes("<!ATTLIST") {
        attributes(dtd, &mut rest)
    } else {
        Err(Stop::At(code::SYNTAX, 0))
    }
}

fn entity(dtd: &mut Dtd, rest: &mut Rest) -> Scan<Vec<Declaration>> {
    rest.need_gap()?;
    let is_parameter = rest.takes("%");
    if is_parameter {
        rest.need_gap()?;
    }
    let name = rest.name()?;
    rest.need_gap()?;
    let mut entity = Entity::default();
    if rest.rest().starts_with(['"', '\'']) {
        let start = rest.at + 1;
        let value = rest.quoted()?;
        entity.value = Some(entity_text(dtd, &normalized(value), start)?);
    } else {
        let (system, public, used) = external_id(rest.rest(), rest.at)?;
        if system.is_none() {
            return rest.wrong(code::SYNTAX);
        }
        rest.at += used;
        (entity.system, entity.public) = (system, public);
        let gap = rest.gap();
        if gap > 0 && !is_parameter && rest.takes("NDATA") {
            rest.need_gap()?;
            entity.notation = Some(rest.name()?);
        }
    }
    rest.end()?;
    let known = if is_parameter { &mut dtd.parameters } else { &mut dtd.entities };
    if known.contains_key(&name) || !is_parameter && predefined(&name).is_some() {
        return Ok(Vec::new());
    }
    known.insert(name.clone(), entity.clone());
    Ok(vec![Declaration::Entity { name, is_parameter, entity }])
}

/// The replacement text: letters for their numbers, parameter entities put in, other references left.
fn entity_text(dtd: &Dtd, value: &str, from: usize) -> Scan<String> {
    let mut out = String::new();
    let mut rest = value;
    while let Some(at) = rest.find(['&', '%']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let place = from + value.len() - rest.len();
        let Some(end) = rest.find(';') else { return Err(Stop::At(code::INVALID_TOKEN, place)) };
        let name = &rest[1..end];
        if rest.starts_with('%') {
            match dtd.parameters.get(name).and_then(|entity| entity.value.clone()) {
                Some(text) => out.push_str(&text),
                None => return Err(Stop::At(code::UNDEFINED_ENTITY, place)),
            }
        } else if name.starts_with('#') {
            out.push(letter_of(name).ok_or(Stop::At(code::BAD_CHAR_REF, place))?);
        } else {
            out.push_str(&rest[..=end]);
        }
        rest = &rest[end + 1..];
    }
    out.push_str(rest);
    Ok(out)
}

fn notation(rest: &mut Rest) -> Scan<Vec<Declaration>> {
    rest.need_gap()?;
    let name = rest.name()?;
    rest.need_gap()?;
    if rest.takes("PUBLIC") {
        rest.need_gap()?;
        let public = Some(rest.quoted()?.split_whitespace().collect::<Vec<_>>().join(" "));
        rest.gap();
        let system = if rest.rest() == ">" { None } else { Some(rest.quoted()?.to_owned()) };
        rest.end()?;
        return Ok(vec![Declaration::Notation { name, system, public }]);
    }
    if !rest.takes("SYSTEM") {
        return rest.wrong(code::SYNTAX);
    }
    rest.need_gap()?;
    let system = Some(rest.quoted()?.to_owned());
    rest.end()?;
    Ok(vec![Declaration::Notation { name, system, public: None }])
}

fn element(rest: &mut Rest) -> Scan<Vec<Declaration>> {
    rest.need_gap()?;
    let name = rest.name()?;
    rest.need_gap()?;
    let plain = |kind| Model { kind, quantity: 0, name: None, children: Vec::new() };
    let model = if rest.takes("EMPTY") {
        plain(1)
    } else if rest.takes("ANY") {
        plain(2)
    } else {
        group(rest, 0)?
    };
    rest.end()?;
    Ok(vec![Declaration::Element { name, model }])
}

fn quantity(rest: &mut Rest) -> i64 {
    ["", "?", "*", "+"].iter().rposition(|sign| rest.takes(sign)).unwrap_or(0) as i64
}

/// `(a, b?)`, `(a | b)*`, `(#PCDATA | a)*`
fn group(rest: &mut Rest, depth: usize) -> Scan<Model> {
    const DEEPEST: usize = 500;
    if depth > DEEPEST {
        return rest.wrong(code::TOO_DEEP);
    }
    if !rest.takes("(") {
        return rest.wrong(code::SYNTAX);
    }
    rest.gap();
    let mut children = Vec::new();
    let is_mixed = rest.takes("#PCDATA");
    let mut sign = None;
    if !is_mixed {
        children.push(part(rest, depth)?);
    }
    loop {
        rest.gap();
        if rest.takes(")") {
            break;
        }
        let next = match rest.rest().chars().next() {
            Some(next @ ('|' | ','))
                if sign.is_none_or(|sign| sign == next) && !(is_mixed && next == ',') =>
            {
                next
            }
            _ => return rest.wrong(code::SYNTAX),
        };
        rest.at += 1;
        sign = Some(next);
        rest.gap();
        children.push(part(rest, depth)?);
    }
    let quantity = quantity(rest);
    let kind = if is_mixed {
        3
    } else if sign == Some('|') {
        5
    } else {
        6
    };
    Ok(Model { kind, quantity, name: None, children })
}

fn part(rest: &mut Rest, depth: usize) -> Scan<Model> {
    if rest.rest().starts_with('(') {
        return group(rest, depth + 1);
    }
    let name = Some(rest.name()?);
    Ok(Model { kind: 4, quantity: quantity(rest), name, children: Vec::new() })
}

fn attributes(dtd: &mut Dtd, rest: &mut Rest) -> Scan<Vec<Declaration>> {
    rest.need_gap()?;
    let element = rest.name()?;
    let mut found = Vec::new();
    loop {
        let gap = rest.gap();
        if rest.rest() == ">" {
            return Ok(found);
        }
        if gap == 0 {
            return rest.wrong(code::SYNTAX);
        }
        let name = rest.name()?;
        rest.need_gap()?;
        let kinds = ["CDATA", "IDREFS", "IDREF", "ID", "ENTITIES", "ENTITY", "NMTOKENS", "NMTOKEN"];
        let kind = match kinds.iter().find(|kind| rest.takes(kind)) {
            Some(kind) => (*kind).to_owned(),
            None => enumeration(rest)?,
        };
        rest.need_gap()?;
        let (mut default, mut required) = (None, false);
        if rest.takes("#REQUIRED") {
            required = true;
        } else if !rest.takes("#IMPLIED") {
            if rest.takes("#FIXED") {
                required = true;
                rest.need_gap()?;
            }
            let start = rest.at + 1;
            let text = entity_text(dtd, rest.quoted()?, start)?;
            let text = with_entities(dtd, &text, start, 0)?;
            default = Some(if kind == "CDATA" {
                text
            } else {
                text.split(' ').filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
            });
        }
        let known = dtd.attributes.entry(element.clone()).or_default();
        if known.iter().all(|attribute| attribute.name != name) {
            let is_cdata = kind == "CDATA";
            known.push(Attribute { name: name.clone(), is_cdata, default: default.clone() });
            found.push(Declaration::Attribute { element: element.clone(), name, kind, default, required });
        }
    }
}

fn enumeration(rest: &mut Rest) -> Scan<String> {
    let mut text = String::new();
    if rest.takes("NOTATION") {
        rest.need_gap()?;
        text.push_str("NOTATION");
    }
    if !rest.takes("(") {
        return rest.wrong(code::SYNTAX);
    }
    text.push('(');
    loop {
        rest.gap();
        text.push_str(&rest.token()?);
        rest.gap();
        if rest.takes(")") {
            text.push(')');
            return Ok(text);
        }
        if !rest.takes("|") {
            return rest.wrong(code::SYNTAX);
        }
        text.push('|');
    }
}

/// A default value with its entities put in and blanks for white space.
fn with_entities(dtd: &Dtd, text: &str, place: usize, depth: usize) -> Scan<String> {
    const DEEPEST: usize = 40;
    if depth > DEEPEST {
        return Err(Stop::At(code::RECURSIVE_ENTITY_REF, place));
    }
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['&', '\t', '\n', '\r']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if !rest.starts_with('&') {
            out.push(' ');
            rest = &rest[1..];
            continue;
        }
        let Some(end) = rest.find(';') else { return Err(Stop::At(code::INVALID_TOKEN, place)) };
        let name = &rest[1..end];
        match predefined(name) {
            Some(letter) => out.push(letter),
            None => match dtd.entities.get(name).and_then(|entity| entity.value.as_deref()) {
                Some(value) if out.len() < 1 << 20 => out += &with_entities(dtd, value, place, depth + 1)?,
                Some(_) => return Err(Stop::At(code::AMPLIFICATION_LIMIT, place)),
                None => return Err(Stop::At(code::UNDEFINED_ENTITY, place)),
            },
        }
        rest = &rest[end + 1..];
    }
    out.push_str(rest);
    Ok(out)
}
