import re
text = "xab\nabc aab  naïve ÄäΩ ab"
for pattern in ["ab", "abc|aab", "[ab]b|c ", "^a", "(?m)^a", r"\Aa", ".*ab", r"(?s).*c", r"(.)\1", "b|^x", "[xn]", r"\s+$|^\s*|b$",
                "(?:a|ä)+", "ä", "Ω ", "[^a-z\\n ]", r"\w+b", "(?=ab)", "(?i)Ä", "(?i)AB", "a*?b", "(?<=a)b", r"\bab\b", "", "z*"]:
    found = re.compile(pattern)
    print(pattern, found.search(text) and found.search(text).span(), [m.span() for m in found.finditer(text)][:9])
    print([found.search(text, at) and found.search(text, at).span() for at in (1, 4, 9, 24, 99)], found.search(text, 2, 7))
for pattern in [b"agggtaaa|tttaccct", b"[cgt]gggtaaa|tttaccc[acg]", b"(a|t)tt", b"\xff+", b"[\x80-\xff]"]:
    print(pattern, [m.span() for m in re.finditer(pattern, b"agggtaaatttaccctcgggtaaa\xff\xffttt\x80")])
# stdout:
#| ab (1, 3) [(1, 3), (4, 6), (9, 11), (23, 25)]
#| [(1, 3), (4, 6), (9, 11), None, None] <re.Match object; span=(4, 6), match='ab'>
#| abc|aab (4, 7) [(4, 7), (8, 11)]
#| [(4, 7), (4, 7), None, None, None] <re.Match object; span=(4, 7), match='abc'>
#| [ab]b|c  (1, 3) [(1, 3), (4, 6), (6, 8), (9, 11), (23, 25)]
#| [(1, 3), (4, 6), (9, 11), None, None] <re.Match object; span=(4, 6), match='ab'>
#| ^a None []
#| [None, None, None, None, None] None
#| (?m)^a (4, 5) [(4, 5)]
#| [(4, 5), (4, 5), None, None, None] <re.Match object; span=(4, 5), match='a'>
#| \Aa None []
#| [None, None, None, None, None] None
#| .*ab (0, 3) [(0, 3), (4, 25)]
#| [(1, 3), (4, 25), (9, 25), None, None] <re.Match object; span=(4, 6), match='ab'>
#| (?s).*c (0, 7) [(0, 7)]
#| [(1, 7), (4, 7), None, None, None] <re.Match object; span=(2, 7), match='b\nabc'>
#| (.)\1 (8, 10) [(8, 10), (11, 13)]
#| [(8, 10), (8, 10), (11, 13), None, None] None
#| b|^x (0, 1) [(0, 1), (2, 3), (5, 6), (10, 11), (24, 25)]
#| [(2, 3), (5, 6), (10, 11), (24, 25), None] <re.Match object; span=(2, 3), match='b'>
#| [xn] (0, 1) [(0, 1), (13, 14)]
#| [(13, 14), (13, 14), (13, 14), None, None] None
#| \s+$|^\s*|b$ (0, 0) [(0, 0), (24, 25)]
#| [(24, 25), (24, 25), (24, 25), (24, 25), None] None
#| (?:a|ä)+ (1, 2) [(1, 2), (4, 5), (8, 10), (14, 15), (20, 21), (23, 24)]
#| [(1, 2), (4, 5), (9, 10), None, None] <re.Match object; span=(4, 5), match='a'>
#| ä (20, 21) [(20, 21)]
#| [(20, 21), (20, 21), (20, 21), None, None] None
#| Ω  (21, 23) [(21, 23)]
#| [(21, 23), (21, 23), (21, 23), None, None] None
#| [^a-z\n ] (15, 16) [(15, 16), (19, 20), (20, 21), (21, 22)]
#| [(15, 16), (15, 16), (15, 16), None, None] None
#| \w+b (0, 3) [(0, 3), (4, 6), (8, 11), (23, 25)]
#| [(1, 3), (4, 6), (9, 11), None, None] <re.Match object; span=(4, 6), match='ab'>
#| (?=ab) (1, 1) [(1, 1), (4, 4), (9, 9), (23, 23)]
#| [(1, 1), (4, 4), (9, 9), None, None] <re.Match object; span=(4, 4), match=''>
#| (?i)Ä (19, 20) [(19, 20), (20, 21)]
#| [(19, 20), (19, 20), (19, 20), None, None] None
#| (?i)AB (1, 3) [(1, 3), (4, 6), (9, 11), (23, 25)]
#| [(1, 3), (4, 6), (9, 11), None, None] <re.Match object; span=(4, 6), match='ab'>
#| a*?b (1, 3) [(1, 3), (4, 6), (8, 11), (23, 25)]
#| [(1, 3), (4, 6), (9, 11), (24, 25), None] <re.Match object; span=(2, 3), match='b'>
#| (?<=a)b (2, 3) [(2, 3), (5, 6), (10, 11), (24, 25)]
#| [(2, 3), (5, 6), (10, 11), (24, 25), None] <re.Match object; span=(2, 3), match='b'>
#| \bab\b (23, 25) [(23, 25)]
#| [(23, 25), (23, 25), (23, 25), None, None] None
#|  (0, 0) [(0, 0), (1, 1), (2, 2), (3, 3), (4, 4), (5, 5), (6, 6), (7, 7), (8, 8)]
#| [(1, 1), (4, 4), (9, 9), (24, 24), (25, 25)] <re.Match object; span=(2, 2), match=''>
#| z* (0, 0) [(0, 0), (1, 1), (2, 2), (3, 3), (4, 4), (5, 5), (6, 6), (7, 7), (8, 8)]
#| [(1, 1), (4, 4), (9, 9), (24, 24), (25, 25)] <re.Match object; span=(2, 2), match=''>
#| b'agggtaaa|tttaccct' [(0, 8), (8, 16)]
#| b'[cgt]gggtaaa|tttaccc[acg]' [(16, 24)]
#| b'(a|t)tt' [(7, 10), (26, 29)]
#| b'\xff+' [(24, 26)]
#| b'[\x80-\xff]' [(24, 25), (25, 26), (29, 30)]
