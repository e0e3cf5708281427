"""Writes src/runtime/text/unicode_aliases.rs: the names that `unicodedata.lookup` knows beside the names of characters.

    python3.14 xtask/scripts/unicode_aliases.py NameAliases.txt NamedSequences.txt > src/runtime/text/unicode_aliases.rs

Both files are the Unicode consortium's, of any version from 14.0 on; CPython 3.14 decides what is kept.
"""

import sys
import unicodedata as ud


def lines(path):
    with open(path, encoding="utf-8") as file:
        for line in file:
            fields = line.split("#")[0].strip().split(";")
            if len(fields) > 1:
                yield fields


def known(name, text):
    try:
        return ud.lookup(name) == text
    except KeyError:
        return False


aliases = sorted((f[1], int(f[0], 16)) for f in lines(sys.argv[1]) if known(f[1], chr(int(f[0], 16))))
sequences = sorted((f[0], f[1].split()) for f in lines(sys.argv[2])
                   if known(f[0], "".join(chr(int(p, 16)) for p in f[1].split())))
print("//! Names beside those of characters, made by `xtask/scripts/unicode_aliases.py`: do not edit.")
print("\n/// Aliases, sorted.\n#[rustfmt::skip]")
print(f"pub static ALIASES: [(&str, u32); {len(aliases)}] = [")
for name, point in aliases:
    print(f'    ("{name}", 0x{point:x}),')
print("];\n\n/// Named sequences, sorted.\n#[rustfmt::skip]")
print(f"pub static SEQUENCES: [(&str, &[u32]); {len(sequences)}] = [")
for name, points in sequences:
    print(f'    ("{name}", &[{", ".join("0x" + p.lower() for p in points)}]),')
print("];")
