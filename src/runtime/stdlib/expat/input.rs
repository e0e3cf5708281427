//! Bytes of a document into text: the coding is found out from the first bytes, then all is decoded as it comes.

/// How bytes are letters.
enum Coding {
    Unknown,
    Utf8,
    Utf16 {
        big: bool,
    },
    /// One byte a letter.
    Table(Box<[char; 256]>),
}

/// Stands for bytes that are no letter: XML has no such letter, so the scanner refuses it where it stands.
const INVALID: char = '\u{fffe}';

/// What has come and is not decoded yet.
pub struct Input {
    bytes: Vec<u8>,
    coding: Coding,
    /// What the program says that the coding is.
    given: Option<String>,
}

impl Input {
    /// Nothing yet.
    pub fn new(given: Option<String>) -> Input {
        Input { bytes: Vec::new(), coding: Coding::Unknown, given }
    }

    /// The next piece is text: the document's coding is UTF-8, whatever it says.
    pub fn take_text(&mut self) {
        if matches!(self.coding, Coding::Unknown) {
            self.coding = Coding::Utf8;
        }
    }

    /// More bytes.
    pub fn push(&mut self, data: &[u8]) {
        self.bytes.extend_from_slice(data);
    }

    /// One byte a letter from now on; says whether that can be: the letters that mean something to XML have to be where ASCII has them.
    pub fn set_table(&mut self, table: Box<[char; 256]>) -> bool {
        let means = |letter: char| match letter {
            '\t' | '\n' | '\r' => true,
            '$' | '@' | '\\' | '^' | '`' | '{' | '}' | '~' => false,
            letter => (' '..='~').contains(&letter),
        };
        let fits = (0..=u8::MAX)
            .zip(table.iter())
            .all(|(byte, letter)| *letter == char::from(byte) || !means(*letter) && !means(char::from(byte)));
        self.coding = Coding::Table(table);
        fits
    }

    /// Finds the coding out; the name of one that must be asked for elsewhere, and where in the document it stands.
    pub fn wanted(&mut self, is_final: bool) -> Option<(String, usize)> {
        if !matches!(self.coding, Coding::Unknown) {
            return None;
        }
        let marks: [(&[u8], Coding); 3] = [
            (b"\xef\xbb\xbf", Coding::Utf8),
            (b"\xfe\xff", Coding::Utf16 { big: true }),
            (b"\xff\xfe", Coding::Utf16 { big: false }),
        ];
        if let Some(name) = self.given.clone() {
            let known = known(&name);
            for (mark, coding) in marks {
                let may_be = match (&known, &coding) {
                    (None, _) => false,
                    (Some(Coding::Utf8), coding) => matches!(coding, Coding::Utf8),
                    (Some(_), coding) => !matches!(coding, Coding::Utf8),
                };
                if !may_be {
                    continue;
                }
                if self.bytes.starts_with(mark) {
                    self.bytes.drain(..mark.len());
                    self.coding = coding;
                    return None;
                }
                if mark.starts_with(&self.bytes) && !is_final {
                    return None;
                }
            }
            return self.named(&name, 0);
        }
        if self.bytes.len() < 4 && !is_final {
            return None;
        }
        for (mark, coding) in marks {
            if self.bytes.starts_with(mark) {
                self.bytes.drain(..mark.len());
                self.coding = coding;
                return None;
            }
        }
        match self.bytes.get(..4) {
            Some([b'<', 0, ..]) => self.coding = Coding::Utf16 { big: false },
            Some([0, b'<', ..]) => self.coding = Coding::Utf16 { big: true },
            _ => {
                let head = self.bytes.strip_prefix(b"<?xml");
                let Some(head) = head else {
                    let may_be = !is_final && b"<?xml".starts_with(&self.bytes);
                    if !may_be {
                        self.coding = Coding::Utf8;
                    }
                    return None;
                };
                let Some(end) = head.windows(2).position(|pair| pair == b"?>") else {
                    if is_final {
                        self.coding = Coding::Utf8;
                    }
                    return None;
                };
                let head = String::from_utf8_lossy(&head[..end]).into_owned();
                let name = head.split_once("encoding").and_then(|(_, rest)| {
                    let rest = rest.trim_start().strip_prefix('=')?.trim_start();
                    let quote = rest.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
                    let (name, _) = rest[1..].split_once(quote)?;
                    Some((name.to_owned(), "<?xml".len() + head.len() - rest.len() + 1))
                });
                // The scanner says what is wrong with a name that is none.
                let is_name = |name: &str| {
                    let is_part =
                        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
                    name.starts_with(|letter: char| letter.is_ascii_alphabetic()) && name.bytes().all(is_part)
                };
                match name.filter(|(name, _)| is_name(name)) {
                    Some((name, place)) => return self.named(&name, place),
                    None => self.coding = Coding::Utf8,
                }
            }
        }
        None
    }

    fn named(&mut self, name: &str, place: usize) -> Option<(String, usize)> {
        match known(name) {
            Some(coding) => {
                self.coding = coding;
                None
            }
            None => Some((name.to_owned(), place)),
        }
    }

    /// The first bytes that are not decoded yet, as text.
    pub fn head(&self, length: usize) -> String {
        String::from_utf8_lossy(&self.bytes[..length.min(self.bytes.len())]).into_owned()
    }

    /// The text of all that is whole.
    pub fn decode(&mut self, is_final: bool) -> String {
        let mut out = String::new();
        let used = match &self.coding {
            Coding::Unknown => 0,
            Coding::Table(table) => {
                out.extend(self.bytes.iter().map(|byte| match table[usize::from(*byte)] {
                    '\u{fffd}' => INVALID,
                    letter => letter,
                }));
                self.bytes.len()
            }
            Coding::Utf8 => {
                let mut at = 0;
                loop {
                    match std::str::from_utf8(&self.bytes[at..]) {
                        Ok(text) => {
                            out.push_str(text);
                            break self.bytes.len();
                        }
                        Err(problem) => {
                            let end = at + problem.valid_up_to();
                            out.push_str(&String::from_utf8_lossy(&self.bytes[at..end]));
                            match problem.error_len() {
                                None if !is_final => break end,
                                None => {
                                    out.push(INVALID);
                                    break self.bytes.len();
                                }
                                Some(length) => {
                                    out.push(INVALID);
                                    at = end + length;
                                }
                            }
                        }
                    }
                }
            }
            Coding::Utf16 { big } => {
                let unit =
                    |pair: &[u8; 2]| if *big { u16::from_be_bytes(*pair) } else { u16::from_le_bytes(*pair) };
                let mut units: Vec<u16> = self.bytes.as_chunks::<2>().0.iter().map(unit).collect();
                if !is_final && units.last().is_some_and(|unit| (0xd800..0xdc00).contains(unit)) {
                    units.pop();
                }
                out.extend(char::decode_utf16(units.iter().copied()).map(|letter| letter.unwrap_or(INVALID)));
                if is_final && self.bytes.len() % 2 == 1 {
                    out.push(INVALID);
                }
                if is_final { self.bytes.len() } else { units.len() * 2 }
            }
        };
        self.bytes.drain(..used);
        out
    }
}

/// The codings that need no table of Python's.
fn known(name: &str) -> Option<Coding> {
    Some(match name.to_ascii_lowercase().as_str() {
        "utf-8" | "utf8" => Coding::Utf8,
        "utf-16" | "utf-16be" => Coding::Utf16 { big: true },
        "utf-16le" => Coding::Utf16 { big: false },
        "iso-8859-1" => Coding::Table(Box::new(std::array::from_fn(|byte| char::from(byte as u8)))),
        "us-ascii" => Coding::Table(Box::new(std::array::from_fn(|byte| {
            if byte < 128 { char::from(byte as u8) } else { INVALID }
        }))),
        _ => return None,
    })
}
