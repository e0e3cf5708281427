"""Writes src/runtime/text/unicode_tables.rs out of what CPython 3.14 itself answers.

    python3.14 xtask/scripts/unicode_tables.py > src/runtime/text/unicode_tables.rs
"""

import re
import sys
import unicodedata as ud
from fractions import Fraction

try:
    from _sre import unicode_tolower
except ImportError:
    sys.exit("needs CPython")

ALL = range(0x110000)
FLAGS = "ALPHA DECIMAL DIGIT NUMERIC UPPER LOWER TITLE PRINTABLE XID_START XID_CONTINUE CASED CASE_IGNORABLE MIRRORED".split()
CATEGORIES = "Cn Lu Ll Lt Mn Mc Me Nd Nl No Zs Zl Zp Cc Cf Cs Co Lm Lo Pc Pd Ps Pe Pi Pf Po Sm Sc Sk So".split()
BIDI = ["", *"L LRE LRO R AL RLE RLO PDF EN ES ET AN CS NSM BN B S WS ON LRI RLI FSI PDI".split()]
WIDTHS = "F H W Na A N".split()
TAGS = ["", *"<noBreak> <compat> <super> <fraction> <font> <final> <initial> <medial> <isolated> <circle> <square> <sub> <vertical> <wide> <narrow> <small>".split()]


def record(point):
    c = chr(point)
    final = "ς"
    before = ("A" + c + "Σ").lower()[-1] == final
    alone = (" " + c + "Σ").lower()[-1] == final
    bits = [
        c.isalpha(), c.isdecimal(), c.isdigit(), c.isnumeric(), c.isupper(), c.islower(),
        ud.category(c) == "Lt", c.isprintable(), c.isidentifier(), ("a" + c).isidentifier(),
        (c + "a").title()[-1] == "a", before and not alone, bool(ud.mirrored(c)),
    ]
    flags = sum(1 << n for n, bit in enumerate(bits) if bit)
    return (flags, CATEGORIES.index(ud.category(c)), BIDI.index(ud.bidirectional(c)), ud.combining(c),
            WIDTHS.index(ud.east_asian_width(c)))


def emit(doc, name, kind, items, counted=True):
    print(f"\n/// {doc}\n#[rustfmt::skip]")
    print(f"pub static {name}: [{kind}; {len(items)}] = [" if counted else f"pub static {name}: {kind} = &[")
    line = "   "
    for item in items:
        if len(line) + len(item) + 2 > 118:
            print(line)
            line = "   "
        line += f" {item},"
    print(line + "\n];")


def mapping_ranges(pairs):
    """(first, last, step, delta) of runs of points, every one or every second, that move by the same distance."""
    runs = []
    for point, target in pairs:
        delta = target - point
        if runs:
            first, last, step, before = runs[-1]
            gap = point - last
            if delta == before and gap in (1, 2) and (step == gap or first == last):
                runs[-1] = (first, point, gap, delta)
                continue
        runs.append((point, point, 1, delta))
    return [f"(0x{f:x}, 0x{l:x}, {s}, {d})" for f, l, s, d in runs]


def case_tables(name, doc, full, base):
    """What differs from `base`, as ranges of single targets and a list of multiple ones."""
    singles, multiples = [], []
    for point in ALL:
        if 0xd800 <= point < 0xe000:
            continue
        text = full(point)
        if text == base(point):
            continue
        if len(text) == 1:
            singles.append((point, ord(text)))
        else:
            points = [ord(c) for c in text] + [0] * (3 - len(text))
            multiples.append(f"(0x{point:x}, [{', '.join(f'0x{p:x}' for p in points)}])")
    emit(f"{doc}: (first, last, step, distance).", name, "(u32, u32, u32, i32)", mapping_ranges(singles))
    emit(f"{doc}, where it has several code points (zero is none).", name + "_MANY", "(u32, [u32; 3])", multiples)


records, runs = [], []
before = None
for point in ALL:
    now = record(point)
    if now != before:
        if now not in records:
            records.append(now)
        runs.append((point, records.index(now)))
        before = now
assert len(records) < 2048

print("//! Tables of Unicode, made by `xtask/scripts/unicode_tables.py` out of the answers of CPython: do not edit.")
print("//!")
print("//! Ranges are inclusive and sorted. How they are read is in `unicode.rs`, `unicode_case.rs` and `normalize.rs`.")
print(f'\n/// The version of Unicode.\npub const VERSION: &str = "{ud.unidata_version}";')
print()
for n, flag in enumerate(FLAGS):
    print(f"pub const {flag}: u16 = 1 << {n};")


def names(doc, name, items):
    print(f"\n/// {doc}\n#[rustfmt::skip]\npub static {name}: [&str; {len(items)}] = [")
    print("    " + ", ".join(f'"{item}"' for item in items) + ",\n];")


names("General categories, by number.", "CATEGORIES", CATEGORIES)
names("Bidirectional classes, by number.", "BIDI_CLASSES", BIDI)
names("East Asian widths, by number.", "WIDTHS", WIDTHS)
names("Tags of decompositions, by number; the canonical ones have none.", "TAGS", TAGS)
emit("(flags, category, bidirectional class, combining class, width)", "RECORDS", "(u16, u8, u8, u8, u8)",
     ["(0x%x, %d, %d, %d, %d)" % r for r in records])
emit("Where a record starts to hold: code point << 11 | record.", "RUNS", "u32",
     ["0x%x" % (p << 11 | r) for p, r in runs])

digits, numerics = [], []
for point in ALL:
    c = chr(point)
    if c.isdecimal():
        continue
    if c.isdigit():
        if digits and digits[-1][0] + digits[-1][1] == point and digits[-1][2] + digits[-1][1] == ud.digit(c):
            digits[-1][1] += 1
        else:
            digits.append([point, 1, ud.digit(c)])
    elif c.isnumeric():
        value = ud.numeric(c)
        fraction = Fraction(value).limit_denominator(1000)
        assert float(fraction) == value
        num, den = fraction.numerator, fraction.denominator
        last = numerics[-1] if numerics else None
        if last and den == last[3] == 1 and last[0] + last[1] == point and last[2] + last[1] == num:
            last[1] += 1
        else:
            numerics.append([point, 1, num, den])
emit("The zeros of decimal digits: nine follow each.", "DECIMAL_ZEROS", "u32",
     ["0x%x" % p for p in ALL if chr(p).isdecimal() and ud.decimal(chr(p)) == 0])
emit("Digits that are not decimal: (first, count, value of the first); the next ones are one more each.", "DIGITS",
     "(u32, u8, u8)", ["(0x%x, %d, %d)" % tuple(d) for d in digits])
emit("Other numbers: (first, count, numerator of the first, denominator).", "NUMERICS", "(u32, u8, i64, u16)",
     ["(0x%x, %d, %d, %d)" % tuple(n) for n in numerics])

case_tables("LOWER_MAP", "Lower case", lambda p: chr(p).lower(), chr)
case_tables("UPPER_MAP", "Upper case", lambda p: chr(p).upper(), chr)
case_tables("TITLE_MAP", "Title case that is not upper case", lambda p: chr(p).title(), lambda p: chr(p).upper())
case_tables("FOLD_MAP", "Case folding that is not lower case", lambda p: chr(p).casefold(), lambda p: chr(p).lower())
assert [p for p in ALL if unicode_tolower(p) != p and len(chr(p).lower()) > 1] == [0x130]

index, data = [], []
NOT_HANGUL = [p for p in ALL if not 0xac00 <= p <= 0xd7a3]
for point in NOT_HANGUL:
    text = ud.decomposition(chr(point))
    if not text:
        continue
    tag, rest = re.fullmatch(r"(<\w+>)? ?(.*)", text).groups()
    points = [int(p, 16) for p in rest.split()]
    assert len(points) < 32 and len(data) < 1 << 16
    index.append("(0x%x, %d)" % (point, len(data) << 10 | len(points) << 5 | TAGS.index(tag or "")))
    data.extend("0x%x" % p for p in points)
emit("Decompositions but Hangul: (code point, place in DECOMPOSED << 10 | length << 5 | tag).", "DECOMPOSITIONS",
     "(u32, u32)", index)
emit("What they decompose to.", "DECOMPOSED", "u32", data)

pairs = []
for point in NOT_HANGUL:
    text = ud.decomposition(chr(point))
    if text and text[0] != "<" and " " in text and ud.normalize("NFC", chr(point)) == chr(point):
        first, second = (int(p, 16) for p in text.split())
        pairs.append((first, second, point))
emit("What two code points compose to, but Hangul.", "COMPOSITIONS", "(u32, u32, u32)",
     ["(0x%x, 0x%x, 0x%x)" % p for p in sorted(pairs)])
