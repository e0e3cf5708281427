import re
for pattern, text in [("k", "\u212a"), ("\u212a", "k"), ("s", "ſ"), ("ß", "ẞ"), ("i", "İ"), ("İ", "i"), ("µ", "μΜ"), ("[a-z]+", "KſZ"),
                      ("σ+", "Σςσ"), ("[^σ]", "ς"), ("\U00010400", "\U00010428"), ("[\U00010400-\U00010402]+", "\U00010428\U00010429"),
                      (r"(ǆ)\1", "ǆǅ"), ("é", "É"), ("[é]", "É"), ("ﬅ", "ﬆ"), ("straße", "STRASSE"), ("ΐ", "ΐ")]:
    print(ascii(pattern), [bool(re.fullmatch(pattern, text, flags)) for flags in (0, re.I, re.I | re.A)])
for pattern in [b"[^a-k]+", b"\xe9", b"K", b"[\xe0-\xef]", rb"(k)\1", rb"\w+"]:
    print(pattern, [re.findall(pattern, b"kKz\xe9\xc9", flags) for flags in (0, re.I, re.I | re.L)])
# stdout:
#| 'k' [False, True, False]
#| '\u212a' [False, True, False]
#| 's' [False, True, False]
#| '\xdf' [False, True, False]
#| 'i' [False, True, False]
#| '\u0130' [False, True, False]
#| '\xb5' [False, False, False]
#| '[a-z]+' [False, True, False]
#| '\u03c3+' [False, True, False]
#| '[^\u03c3]' [True, False, True]
#| '\U00010400' [False, True, False]
#| '[\U00010400-\U00010402]+' [False, True, False]
#| '(\u01c6)\\1' [False, True, False]
#| '\xe9' [False, True, False]
#| '[\xe9]' [False, True, False]
#| '\ufb05' [False, True, False]
#| 'stra\xdfe' [False, False, False]
#| '\u0390' [True, True, True]
#| b'[^a-k]+' [[b'Kz\xe9\xc9'], [b'z\xe9\xc9'], [b'z\xe9\xc9']]
#| b'\xe9' [[b'\xe9'], [b'\xe9'], [b'\xe9']]
#| b'K' [[b'K'], [b'k', b'K'], [b'k', b'K']]
#| b'[\xe0-\xef]' [[b'\xe9'], [b'\xe9'], [b'\xe9']]
#| b'(k)\\1' [[], [b'k'], [b'k']]
#| b'\\w+' [[b'kKz'], [b'kKz'], [b'kKz']]
