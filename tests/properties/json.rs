//! JSON: what is written and read again is what it was.

use std::fmt::Write;

use crate::runner::{Case, Draw, Drawn, check};

#[derive(Clone, Debug)]
enum Json {
    None,
    Truth(bool),
    Number(i128),
    Big(u32),
    Float(f64),
    Text(Vec<u32>),
    List(Vec<Json>),
    Dict(Vec<(Vec<u32>, Json)>),
}

/// Texts are of any code points but high surrogates: before a low one they would become another character.
fn draw_text(draw: &mut Draw) -> Vec<u32> {
    draw.several(8, |draw| match draw.below(10) {
        0..=4 => u32::from(b'a') + draw.below(26) as u32,
        5 => draw.below(0x20) as u32,
        6 => draw.choose(&[0x22, 0x5c, 0x2f, 0x27, 0x7f, 0x80, 0x85, 0xa0, 0x2028, 0x2029, 0xfeff, 0xffff]),
        7 => 0x80 + draw.below(0x700) as u32,
        8 => draw.choose(&[0x10000, 0x1f600, 0x10_ffff, 0xdc00, 0xdfff, 0xdcab]),
        _ => 0x4e00 + draw.below(100) as u32,
    })
}

fn draw_json(draw: &mut Draw, depth: usize) -> Json {
    match if depth == 0 { draw.below(8) } else { draw.below(13) } {
        0 => Json::None,
        1 => Json::Truth(draw.chance(50)),
        2 | 3 => Json::Number(draw.small()),
        4 => Json::Big(draw.below(400) as u32),
        5 | 6 => {
            let number = (draw.below(1 << 16) as f64) - 32768.0;
            let scale = draw.choose(&[0, 1, -1, -3, -7, 3, 15, 16, 17, 22, 100, -100, 300, -320]);
            let value = match draw.below(8) {
                0 => draw.choose(&[
                    0.1,
                    -0.0,
                    1e16,
                    1e15,
                    123456789012345680.0,
                    5e-324,
                    f64::MAX,
                    0.0001,
                    0.00001,
                ]),
                _ => number * 10f64.powi(scale),
            };
            Json::Float(value)
        }
        7 => Json::Text(draw_text(draw)),
        8..=10 => Json::List(draw.several(5, |draw| draw_json(draw, depth - 1))),
        _ => {
            let mut pairs: Vec<(Vec<u32>, Json)> = Vec::new();
            for (key, value) in draw.several(5, |draw| (draw_text(draw), draw_json(draw, depth - 1))) {
                if !pairs.iter().any(|(old, _)| *old == key) {
                    pairs.push((key, value));
                }
            }
            Json::Dict(pairs)
        }
    }
}

/// As Python writes a float.
fn float_repr(value: f64) -> String {
    if value.is_infinite() {
        return String::from(if value > 0.0 { "Infinity" } else { "-Infinity" });
    }
    // Rust's digits are the shortest too; only their layout is another.
    let scientific = format!("{value:e}");
    let (digits, exponent) = scientific.split_once('e').expect("an exponent");
    let power: i32 = exponent.parse().expect("a number");
    if (-4..16).contains(&power) {
        let plain = format!("{value}");
        return if plain.contains('.') { plain } else { plain + ".0" };
    }
    format!("{digits}e{}{:02}", if power < 0 { '-' } else { '+' }, power.abs())
}

fn text_literal(text: &[u32], json: bool) -> String {
    let mut out = String::from(if json { "\"" } else { "'" });
    for &point in text {
        match (json, point) {
            (true, 0x22) => out += "\\\"",
            (true, 0x5c) => out += "\\\\",
            (true, 0x0a) => out += "\\n",
            (true, 0x0d) => out += "\\r",
            (true, 0x09) => out += "\\t",
            (true, 0x08) => out += "\\b",
            (true, 0x0c) => out += "\\f",
            (true, 0x10000..) => {
                let above = point - 0x10000;
                write!(out, "\\u{:04x}\\u{:04x}", 0xd800 + (above >> 10), 0xdc00 + (above & 0x3ff))
                    .expect("text");
            }
            (true, 0x20..0x7f) | (false, 0x61..=0x7a) => out.push(char::from(point as u8)),
            (true, _) => write!(out, "\\u{point:04x}").expect("text"),
            (false, _) => write!(out, "\\U{point:08x}").expect("text"),
        }
    }
    out.push(if json { '"' } else { '\'' });
    out
}

impl Json {
    /// The value as Python, or as JSON with the separators that `json.dumps` has.
    fn text(&self, json: bool) -> String {
        let words = if json { ["null", "true", "false"] } else { ["None", "True", "False"] };
        match self {
            Json::None => String::from(words[0]),
            Json::Truth(truth) => String::from(words[if *truth { 1 } else { 2 }]),
            Json::Number(number) => number.to_string(),
            // Its digits are 9, then zeros.
            Json::Big(zeros) => format!("9{}", "0".repeat(*zeros as usize)),
            Json::Float(value) if json => float_repr(*value),
            Json::Float(value) => format!("float('{}')", float_repr(*value)),
            Json::Text(text) => text_literal(text, json),
            Json::List(items) => {
                let items: Vec<String> = items.iter().map(|item| item.text(json)).collect();
                format!("[{}]", items.join(", "))
            }
            Json::Dict(pairs) => {
                let pair = |(key, value): &(Vec<u32>, Json)| {
                    format!("{}: {}", text_literal(key, json), value.text(json))
                };
                format!("{{{}}}", pairs.iter().map(pair).collect::<Vec<_>>().join(", "))
            }
        }
    }
}

#[derive(Debug)]
struct RoundTrip(Json);

impl Drawn for RoundTrip {
    fn draw(draw: &mut Draw) -> RoundTrip {
        RoundTrip(draw_json(draw, 4))
    }
}

impl Case for RoundTrip {
    fn program(&self) -> String {
        format!(
            "
import io, json
value = {}
text = json.dumps(value)
print(text)
def same(other):
    # The representation tells 1 from True and 0.0 from -0.0.
    return other == value and repr(other) == repr(value)
print(same(json.loads(text)))
file = io.StringIO()
json.dump(value, file)
print(file.getvalue() == text, same(json.load(io.StringIO(text))))
for options in [dict(indent=2), dict(indent='\\t'), dict(ensure_ascii=False), dict(separators=(',', ':'))]:
    other = json.dumps(value, **options)
    print('~', ascii(other))
    print(same(json.loads(other)))
ordered = json.dumps(value, sort_keys=True)
print('~', ordered)
print(json.loads(ordered) == value, same(json.loads(' \\t\\r\\n' + text + '\\n ')))
print(same(json.loads(text.encode())), ''.join(json.JSONEncoder().iterencode(value)) == text)
",
            self.0.text(false)
        )
    }

    fn expected(&self) -> Option<String> {
        Some(format!(
            "{}\nTrue\nTrue True\nTrue\nTrue\nTrue\nTrue\nTrue True\nTrue True\n",
            self.0.text(true)
        ))
    }
}

// Feature: dx-py-production-ready, Property 10: JSON Round-Trip Consistency
#[test]
fn json_round_trip_consistency() {
    check::<RoundTrip>("Property 10: JSON Round-Trip Consistency");
}
