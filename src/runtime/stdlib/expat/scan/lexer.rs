//! The letters of tokens as expat looks at them: where it finds the first one that cannot stand there.
//!
//! Expat knows a token as a whole before it asks what it means, and says where the first wrong letter is. The scanner looks at
//! both together; where it stops, this tells what expat would have said first.

use super::{State, is_name_letter, is_name_start, is_space, is_valid};

/// What ends a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// A letter that cannot stand there.
    Wrong(usize),
    /// The end of the text, in a token that begins at a place.
    Open(usize),
}

/// Where the token ends.
type Lexed = Result<usize, Flaw>;

/// The tokens of a text from its start on.
struct Lexer<'a> {
    text: &'a str,
    /// Whether a colon in a name separates a prefix.
    has_namespaces: bool,
}

/// The first flaw in the tokens of a text up to the one that contains `until`; `Open` if the text ends in one of them.
pub fn flaw(text: &str, state: State, has_namespaces: bool, until: usize) -> Option<Flaw> {
    let lexer = Lexer { text, has_namespaces };
    if state == State::Content {
        return lexer.content().err();
    }
    let mut at = 0;
    while at <= until && at < text.len() {
        match lexer.declaration(at) {
            Ok(end) => at = end,
            Err(Flaw::Open(_)) => return Some(Flaw::Open(at)),
            Err(wrong) => return Some(wrong),
        }
    }
    None
}

/// Where the token begins, outside of the root element, that a place is in.
pub fn start(text: &str, has_namespaces: bool, place: usize) -> usize {
    let lexer = Lexer { text, has_namespaces };
    let mut at = 0;
    while let Ok(end) = lexer.declaration(at)
        && end <= place
        && end > at
    {
        at = end;
    }
    at
}

impl Lexer<'_> {
    /// The letter at a place.
    fn letter(&self, at: usize) -> Result<char, Flaw> {
        let letter = self.text.get(at..).and_then(|rest| rest.chars().next());
        match letter {
            Some(letter) if is_valid(letter) => Ok(letter),
            Some(_) => Err(Flaw::Wrong(at)),
            None => Err(Flaw::Open(0)),
        }
    }

    /// The place behind a letter that has to be of a kind.
    fn want(&self, at: usize, fits: impl Fn(char) -> bool) -> Lexed {
        let letter = self.letter(at)?;
        if fits(letter) { Ok(at + letter.len_utf8()) } else { Err(Flaw::Wrong(at)) }
    }

    /// The first place from `at` on with a letter that is of no kind.
    fn skip(&self, mut at: usize, fits: impl Fn(char) -> bool) -> Lexed {
        loop {
            let letter = self.letter(at)?;
            if !fits(letter) {
                return Ok(at);
            }
            at += letter.len_utf8();
        }
    }

    fn is_start(&self, letter: char) -> bool {
        is_name_start(letter) && !(self.has_namespaces && letter == ':')
    }

    fn is_part(&self, letter: char) -> bool {
        is_name_letter(letter) && !(self.has_namespaces && letter == ':')
    }

    /// A name without colons.
    fn name(&self, at: usize) -> Lexed {
        let at = self.want(at, |letter| self.is_start(letter))?;
        self.skip(at, |letter| self.is_part(letter))
    }

    /// A name that may have a prefix.
    fn qualified(&self, at: usize) -> Lexed {
        let end = self.name(at)?;
        if self.has_namespaces && self.letter(end)? == ':' { self.name(end + 1) } else { Ok(end) }
    }

    fn content(&self) -> Lexed {
        match (self.letter(0)?, self.text.as_bytes().get(1)) {
            ('&', _) => self.reference(1),
            ('<', Some(b'!')) => match self.letter(2)? {
                '-' => self.comment(3),
                '[' => self.word(3, "CDATA["),
                _ => Err(Flaw::Wrong(2)),
            },
            ('<', Some(b'?')) => self.instruction(2),
            ('<', Some(b'/')) => {
                let end = self.name(2)?;
                let end = self.skip(end, |letter| self.is_part(letter) || letter == ':')?;
                let end = self.skip(end, is_space)?;
                self.want(end, |letter| letter == '>')
            }
            ('<', _) => self.start_tag(),
            _ => Ok(1),
        }
    }

    fn word(&self, at: usize, word: &str) -> Lexed {
        if self.text.len() < at + word.len() {
            return Err(Flaw::Open(0));
        }
        word.chars().try_fold(at, |at, wanted| self.want(at, |letter| letter == wanted))
    }

    fn reference(&self, at: usize) -> Lexed {
        let end = match self.letter(at)? {
            '#' if self.letter(at + 1)? == 'x' => {
                let digits = self.want(at + 2, |letter| letter.is_ascii_hexdigit())?;
                self.skip(digits, |letter| letter.is_ascii_hexdigit())?
            }
            '#' => {
                let digits = self.want(at + 1, |letter| letter.is_ascii_digit())?;
                self.skip(digits, |letter| letter.is_ascii_digit())?
            }
            _ => self.name(at)?,
        };
        self.want(end, |letter| letter == ';')
    }

    fn start_tag(&self) -> Lexed {
        let mut at = self.qualified(1)?;
        loop {
            let gap = self.skip(at, is_space)?;
            match self.letter(gap)? {
                '>' => return Ok(gap + 1),
                '/' => return self.want(gap + 1, |letter| letter == '>'),
                _ if gap == at => return Err(Flaw::Wrong(at)),
                _ => {}
            }
            let equals = self.qualified(gap)?;
            let equals = self.skip(equals, is_space)?;
            let quote = self.want(equals, |letter| letter == '=')?;
            let quote = self.skip(quote, is_space)?;
            let open = self.letter(quote)?;
            let mut inside = self.want(quote, |letter| matches!(letter, '"' | '\''))?;
            loop {
                match self.letter(inside)? {
                    letter if letter == open => break,
                    '&' => inside = self.reference(inside + 1)?,
                    '<' => return Err(Flaw::Wrong(inside)),
                    letter => inside += letter.len_utf8(),
                }
            }
            at = inside + 1;
        }
    }

    /// A comment, its first `<!-` read.
    fn comment(&self, at: usize) -> Lexed {
        let mut at = self.want(at, |letter| letter == '-')?;
        loop {
            at = self.skip(at, |letter| letter != '-')? + 1;
            if self.letter(at)? == '-' {
                return self.want(at + 1, |letter| letter == '>');
            }
        }
    }

    /// A processing instruction, its first `<?` read.
    fn instruction(&self, at: usize) -> Lexed {
        let end = self.name(at)?;
        let target = &self.text[at..end];
        let last = self.letter(end)?;
        if !is_space(last) && last != '?' || target != "xml" && target.eq_ignore_ascii_case("xml") {
            return Err(Flaw::Wrong(end));
        }
        if last == '?' {
            return self.want(end + 1, |letter| letter == '>');
        }
        let mut at = end;
        loop {
            at = self.skip(at, |letter| letter != '?')? + 1;
            if self.letter(at)? == '>' {
                return Ok(at + 1);
            }
        }
    }

    /// A token outside of the root element.
    fn declaration(&self, at: usize) -> Lexed {
        let letter = self.letter(at)?;
        match letter {
            '<' => match self.letter(at + 1)? {
                '!' => self.keyword(at + 2),
                '?' => self.instruction(at + 2),
                letter if self.is_start(letter) => Ok(self.text.len()),
                _ => Err(Flaw::Wrong(at + 1)),
            },
            '"' | '\'' => {
                let end = self.skip(at + 1, |inside| inside != letter)? + 1;
                match self.text[end..].chars().next() {
                    Some(next) if !is_space(next) && !matches!(next, '>' | '%' | '[') => {
                        Err(Flaw::Wrong(end))
                    }
                    _ => Ok(end),
                }
            }
            ' ' | '\t' | '\n' | '\r' => {
                let rest = &self.text[at..];
                Ok(at + rest.len() - rest.trim_start_matches(is_space).len())
            }
            '%' => match self.text[at + 1..].chars().next() {
                None => Err(Flaw::Open(at)),
                Some(next) if is_space(next) || next == '%' => Ok(at + 1),
                Some(_) => {
                    let end = self.name(at + 1)?;
                    self.want(end, |letter| letter == ';')
                }
            },
            ',' | '[' | '(' | '|' | '>' => Ok(at + 1),
            ']' if self.text[at..].starts_with("]]>") => Ok(at + 3),
            ']' => Ok(at + 1),
            ')' => match self.text[at + 1..].chars().next() {
                Some('*' | '?' | '+') => Ok(at + 2),
                None | Some(' ' | '\t' | '\n' | '\r' | '>' | ',' | '|' | ')') => Ok(at + 1),
                Some(_) => Err(Flaw::Wrong(at + 1)),
            },
            '#' => {
                let end = self.name(at + 1)?;
                self.behind_name(end, ")>%| \t\n\r")
            }
            _ if is_name_letter(letter) => self.name_token(at),
            _ => Err(Flaw::Wrong(at)),
        }
    }

    fn behind_name(&self, end: usize, fits: &str) -> Lexed {
        match self.text[end..].chars().next() {
            Some(next) if !fits.contains(next) => Err(Flaw::Wrong(end)),
            _ => Ok(end),
        }
    }

    fn name_token(&self, at: usize) -> Lexed {
        let rest = &self.text[at..];
        let end = at + rest.len() - rest.trim_start_matches(is_name_letter).len();
        // A sign of repetition ends a name, and nothing that could be no name.
        let starts = rest.starts_with(|letter| self.is_start(letter));
        match self.text[end..].chars().next() {
            Some('*' | '?' | '+') if starts => Ok(end + 1),
            _ => self.behind_name(end, ">),|[% \t\n\r"),
        }
    }

    /// What stands behind `<!`.
    fn keyword(&self, at: usize) -> Lexed {
        match self.letter(at)? {
            '-' => return self.comment(at + 1),
            '[' => return Ok(at + 1),
            _ => {}
        }
        let at = self.want(at, |letter| letter.is_ascii_alphabetic() || letter == '_')?;
        let end = self.skip(at, |letter| letter.is_ascii_alphabetic() || letter == '_')?;
        match self.letter(end)? {
            '%' if self.letter(end + 1)? != '%' && !is_space(self.letter(end + 1)?) => Ok(end),
            letter if is_space(letter) => Ok(end),
            _ => Err(Flaw::Wrong(end)),
        }
    }
}
