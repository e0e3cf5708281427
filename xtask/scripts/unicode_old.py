"""Writes src/runtime/text/unicode_old.rs: where Unicode 3.2.0 says something else than the tables, by CPython's answers."""
import unicodedata as new
from pathlib import Path

old = new.ucd_3_2_0
BASE = Path(__file__).resolve().parents[2]


def runs(pairs):
    found = []
    for point, value in pairs:
        if found and found[-1][1] == point - 1 and found[-1][2] == value:
            found[-1][1] = point
        else:
            found.append([point, point, value])
    return found


POINTS = range(0x110000)
unassigned = [p for p in POINTS if old.category(chr(p)) == "Cn" and new.category(chr(p)) != "Cn"]
hidden = set(unassigned)


def changes(ask):
    for point in POINTS:
        if point in hidden:
            continue
        was = ask(old, chr(point))
        if was != ask(new, chr(point)):
            yield point, was


def table(name, doc, kind, rows, show):
    rows = runs(rows)
    cells = [f"({low:#x}, {high:#x}{show(value)})" for low, high, value in rows]
    text, line = "", "   "
    for cell in cells:
        if len(line) + len(cell) > 110:
            text += line + "\n"
            line = "   "
        line += f" {cell},"
    text += line + "\n"
    return f"\n/// {doc}\n#[rustfmt::skip]\npub static {name}: [{kind}; {len(cells)}] = [\n{text}];\n"


quoted = lambda value: f', "{value}"'
number = lambda value: ", -1" if value is None else f", {value}"
real = lambda value: ", f64::NAN" if value is None else f", {float(value)}"

out = '''//! Where Unicode 3.2.0 differs from the tables; made by `xtask/scripts/unicode_old.py` out of the answers of CPython: do
//! not edit. Rows are inclusive ranges, sorted, with what version 3.2.0 says.
'''
out += table("UNASSIGNED", "Assigned since.", "(u32, u32)", [(p, 0) for p in unassigned], lambda value: "")
out += table("CATEGORY", "General categories.", "(u32, u32, &str)", changes(lambda d, c: d.category(c)), quoted)
out += table("BIDI", "Bidirectional classes.", "(u32, u32, &str)", changes(lambda d, c: d.bidirectional(c)), quoted)
out += table("WIDTH", "East Asian widths.", "(u32, u32, &str)", changes(lambda d, c: d.east_asian_width(c)), quoted)
out += table("DECIMAL", "Decimal values; -1 for none.", "(u32, u32, i8)", changes(lambda d, c: d.decimal(c, None)), number)
out += table("NUMERIC", "Numeric values; not a number for none.", "(u32, u32, f64)", changes(lambda d, c: d.numeric(c, None)), real)
out += table("MIRRORED", "Mirrored: 0 or 1.", "(u32, u32, i8)", changes(lambda d, c: d.mirrored(c)), number)
fixed = [(p, ord(old.normalize("NFD", chr(p)))) for p in POINTS if p not in hidden and not 0xD800 <= p < 0xE000
         and old.normalize("NFD", chr(p)) != new.normalize("NFD", chr(p))]
out += table("CORRECTED", "Decompositions that were corrected since.", "(u32, u32, u32)", fixed, lambda value: f", {value:#x}")
(BASE / "src/runtime/text/unicode_old.rs").write_text(out)
