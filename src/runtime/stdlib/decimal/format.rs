//! `Decimal.__format__`: the mini-language of `format()` as it is for decimals.

use super::arith::rescale;
use super::coeff::Coeff;
use super::number::{Dec, MOST_DIGITS, Round};
use super::text::{coeff_digits, format as plain, push_digits};

/// A parsed specification.
pub struct Spec {
    /// UTF-8 of the fill character.
    fill: Vec<u8>,
    align: u8,
    sign: u8,
    no_negative_zero: bool,
    alternate: bool,
    zero_pad: bool,
    width: usize,
    separator: Vec<u8>,
    point: Vec<u8>,
    /// Sizes of groups from the right; the last one repeats, nothing more follows a `0x7f`.
    grouping: Vec<u8>,
    fraction_separator: Option<u8>,
    precision: Option<usize>,
    /// One of `eEfFgG%`, or zero.
    kind: u8,
    /// `n`: separators of the locale.
    pub is_local: bool,
}

fn number(text: &[u8], at: &mut usize) -> Option<Option<usize>> {
    let digits = text[*at..].iter().take_while(|c| c.is_ascii_digit()).count();
    if digits == 0 {
        return Some(None);
    }
    let value = text[*at..*at + digits]
        .iter()
        .try_fold(0usize, |n, c| n.checked_mul(10)?.checked_add(usize::from(c - b'0')))
        .filter(|n| *n <= isize::MAX as usize);
    *at += digits;
    value.map(Some)
}

impl Spec {
    /// Reads a specification; `None` if it is none.
    pub fn parse(text: &[u8]) -> Option<Spec> {
        let mut spec = Spec {
            fill: b" ".to_vec(),
            align: b'>',
            sign: b'-',
            no_negative_zero: false,
            alternate: false,
            zero_pad: false,
            width: 0,
            separator: Vec::new(),
            point: b".".to_vec(),
            grouping: vec![3],
            fraction_separator: None,
            precision: None,
            kind: 0,
            is_local: false,
        };
        let is_align = |c: Option<&u8>| c.is_some_and(|c| matches!(c, b'<' | b'>' | b'=' | b'^'));
        let first = match text.first() {
            Some(0xf0..) => 4,
            Some(0xe0..) => 3,
            Some(0xc0..) => 2,
            _ => 1,
        };
        let mut at = 0;
        let mut aligned = false;
        if text.len() > first && is_align(text.get(first)) {
            spec.fill = text[..first].to_vec();
            spec.align = text[first];
            (at, aligned) = (first + 1, true);
        } else if is_align(text.first()) {
            spec.align = text[0];
            (at, aligned) = (1, true);
        }
        let take = |at: &mut usize, set: &[u8]| {
            let found = text.get(*at).copied().filter(|c| set.contains(c));
            *at += usize::from(found.is_some());
            found
        };
        spec.sign = take(&mut at, b"+- ").unwrap_or(b'-');
        spec.no_negative_zero = take(&mut at, b"z").is_some();
        spec.alternate = take(&mut at, b"#").is_some();
        spec.zero_pad = take(&mut at, b"0").is_some();
        if spec.zero_pad && aligned {
            return None;
        }
        spec.width = number(text, &mut at)?.unwrap_or(0);
        let separator = take(&mut at, b",_");
        spec.separator.extend(separator);
        if take(&mut at, b".").is_some() {
            spec.precision = number(text, &mut at)?;
            spec.fraction_separator = take(&mut at, b",_");
            if spec.precision.is_none() && spec.fraction_separator.is_none() {
                return None;
            }
        }
        spec.kind = take(&mut at, b"eEfFgGnN%").unwrap_or(0);
        if at != text.len() {
            return None;
        }
        if matches!(spec.kind, b'n' | b'N') {
            if separator.is_some() {
                return None;
            }
            spec.is_local = true;
            spec.grouping.clear();
            spec.kind = if spec.kind == b'n' { b'g' } else { b'G' };
        }
        if spec.precision == Some(0) && matches!(spec.kind, 0 | b'g' | b'G') {
            spec.precision = Some(1);
        }
        Some(spec)
    }

    /// Sets what a locale or the program says.
    pub fn change(&mut self, point: Option<Vec<u8>>, separator: Option<Vec<u8>>, grouping: Option<Vec<u8>>) {
        self.point = point.unwrap_or_else(|| std::mem::take(&mut self.point));
        self.separator = separator.unwrap_or_else(|| std::mem::take(&mut self.separator));
        self.grouping = grouping.unwrap_or_else(|| std::mem::take(&mut self.grouping));
        while self.grouping.last() == Some(&0) {
            self.grouping.pop();
        }
    }

    /// The sizes of groups: a last one that repeats, unless the list ends in `CHAR_MAX`.
    fn group(&self, n: usize) -> Option<usize> {
        let size = *self.grouping.get(n).or(self.grouping.last())?;
        (size != 0x7f).then_some(size.into())
    }

    /// The integer part with separators, zeros before it to the width.
    fn grouped(&self, digits: &[u8], mut width: i64) -> Vec<u8> {
        let mut groups: Vec<Vec<u8>> = Vec::new();
        let mut left = digits;
        let separator = chars(&self.separator) as i64;
        let padded = |part: &[u8], length: usize| {
            let mut group = vec![b'0'; length.saturating_sub(part.len())];
            group.extend_from_slice(part);
            group
        };
        let mut n = 0;
        loop {
            let rest = (left.len() as i64).max(width).max(1) as usize;
            let size = match self.group(n) {
                Some(size) if !self.separator.is_empty() => size.min(rest),
                _ => rest,
            };
            let (head, tail) = left.split_at(left.len().saturating_sub(size));
            groups.push(padded(tail, size));
            left = head;
            width -= size as i64;
            if left.is_empty() && width <= 0 {
                break;
            }
            width -= separator;
            n += 1;
        }
        groups.reverse();
        groups.join(&self.separator[..])
    }

    fn sign_of(&self, negative: bool) -> &[u8] {
        match (negative, self.sign) {
            (true, _) => b"-",
            (_, b'+') => b"+",
            (_, b' ') => b" ",
            _ => b"",
        }
    }

    fn aligned(&self, sign: &[u8], body: &[u8]) -> Vec<u8> {
        let room = self.width.saturating_sub(sign.len() + chars(body));
        let pad = |n: usize| self.fill.repeat(n);
        match self.align {
            b'<' => [sign, body, &pad(room)].concat(),
            b'=' => [sign, &pad(room), body].concat(),
            b'^' => [&pad(room / 2), sign, body, &pad(room - room / 2)].concat(),
            _ => [&pad(room)[..], sign, body].concat(),
        }
    }

    /// Formats; `None` if the result would be too long. The rounding and whether exponents are capital are the context's.
    pub fn format(&self, dec: &Dec, round: Round, capitals: bool) -> Option<Vec<u8>> {
        let most = MOST_DIGITS as usize;
        if self.width > most || self.precision.is_some_and(|precision| precision > most) {
            return None;
        }
        if dec.is_special() {
            let mut body = plain(&dec.clone().with_sign(false), false, true);
            if self.kind == b'%' {
                body.push(b'%');
            }
            if self.zero_pad {
                let blank = Spec { fill: b" ".to_vec(), ..self.copy() };
                return Some(blank.aligned(self.sign_of(dec.negative), &body));
            }
            return Some(self.aligned(self.sign_of(dec.negative), &body));
        }
        let kind = match self.kind {
            0 if capitals => b'G',
            0 => b'g',
            kind => kind,
        };
        let mut dec = dec.clone();
        if kind == b'%' {
            dec.exp += 2;
        }
        let mut status = 0;
        if let Some(precision) = self.precision {
            let precision = precision as i64;
            match kind {
                b'e' | b'E' => dec = rounded(dec, precision + 1, round, &mut status),
                b'f' | b'F' | b'%' => dec = rescale(&dec, -precision, round, &mut status),
                _ if dec.digits() > precision => dec = rounded(dec, precision, round, &mut status),
                _ => {}
            }
        }
        let is_fixed = matches!(kind, b'f' | b'F' | b'%');
        if dec.is_zero() && dec.exp > 0 && is_fixed {
            dec.exp = 0;
        }
        if dec.is_special() {
            return None;
        }
        let negative = dec.negative && !(dec.is_zero() && self.no_negative_zero);
        let left = dec.exp + dec.digits();
        let place = match kind {
            b'e' | b'E' if dec.is_zero() => self.precision.map_or(1, |precision| 1 - precision as i64),
            b'e' | b'E' => 1,
            b'f' | b'F' | b'%' => left,
            _ if dec.exp <= 0 && left > -6 => left,
            _ => 1,
        };
        let zeros = place.saturating_abs();
        if zeros > MOST_DIGITS || lacks_room(dec.digits().saturating_add(zeros) as usize + self.width) {
            return None;
        }
        let digits = coeff_digits(&dec.coeff);
        let count = digits.len() as i64;
        let (integer, mut fraction): (Vec<u8>, Vec<u8>) = if place <= 0 {
            (b"0".to_vec(), [&vec![b'0'; -place as usize][..], &digits].concat())
        } else if place > count {
            ([&digits[..], &vec![b'0'; (place - count) as usize]].concat(), Vec::new())
        } else {
            let (integer, fraction) = digits.split_at(place as usize);
            (integer.to_vec(), fraction.to_vec())
        };
        if let Some(separator) = self.fraction_separator {
            fraction = fraction.chunks(3).collect::<Vec<_>>().join(&separator);
        }
        let mut rest = Vec::new();
        if !fraction.is_empty() || self.alternate {
            rest.extend_from_slice(&self.point);
            rest.extend_from_slice(&fraction);
        }
        let exp = left - place;
        if exp != 0 || matches!(kind, b'e' | b'E') {
            rest.push(if kind.is_ascii_uppercase() { b'E' } else { b'e' });
            rest.push(if exp < 0 { b'-' } else { b'+' });
            push_digits(&mut rest, &Coeff::Small(exp.unsigned_abs().into()));
        }
        if kind == b'%' {
            rest.push(b'%');
        }
        let sign = self.sign_of(negative);
        let width =
            if self.zero_pad { self.width as i64 - chars(&rest) as i64 - sign.len() as i64 } else { 0 };
        let body = [self.grouped(&integer, width), rest].concat();
        Some(self.aligned(sign, &body))
    }

    fn copy(&self) -> Spec {
        Spec {
            fill: self.fill.clone(),
            separator: self.separator.clone(),
            point: self.point.clone(),
            grouping: self.grouping.clone(),
            ..*self
        }
    }
}

/// Is there no memory for so much text, several times over?
fn lacks_room(length: usize) -> bool {
    length > 1 << 24 && !crate::runtime::sys::has_room(length.saturating_mul(6))
}

/// Characters of UTF-8.
fn chars(text: &[u8]) -> usize {
    text.iter().filter(|c| **c & 0xc0 != 0x80).count()
}

/// Rounds to a number of digits; zero becomes the zero of that exponent.
fn rounded(dec: Dec, digits: i64, round: Round, status: &mut u32) -> Dec {
    if dec.coeff.is_zero() {
        return dec;
    }
    let exp = dec.exp + dec.digits() - digits;
    let result = rescale(&dec, exp, round, status);
    if result.digits() > digits { rescale(&result, exp + 1, round, status) } else { result }
}
