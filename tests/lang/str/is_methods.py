for s in ("", "abc", "ABC", "Abc Def", "123", "²", "½", "٣", " \t", "a1", "_x", "é", "1a", "class", "\u00a0", "漢"):
    print(ascii(s), *(int(getattr(s, "is" + m)()) for m in "alpha digit decimal numeric alnum upper lower title space identifier printable ascii".split()))
# stdout:
#| '' 0 0 0 0 0 0 0 0 0 0 1 1
#| 'abc' 1 0 0 0 1 0 1 0 0 1 1 1
#| 'ABC' 1 0 0 0 1 1 0 0 0 1 1 1
#| 'Abc Def' 0 0 0 0 0 0 0 1 0 0 1 1
#| '123' 0 1 1 1 1 0 0 0 0 0 1 1
#| '\xb2' 0 1 0 1 1 0 0 0 0 0 1 0
#| '\xbd' 0 0 0 1 1 0 0 0 0 0 1 0
#| '\u0663' 0 1 1 1 1 0 0 0 0 0 1 0
#| ' \t' 0 0 0 0 0 0 0 0 1 0 0 1
#| 'a1' 0 0 0 0 1 0 1 0 0 1 1 1
#| '_x' 0 0 0 0 0 0 1 0 0 1 1 1
#| '\xe9' 1 0 0 0 1 0 1 0 0 1 1 0
#| '1a' 0 0 0 0 1 0 1 0 0 0 1 1
#| 'class' 1 0 0 0 1 0 1 0 0 1 1 1
#| '\xa0' 0 0 0 0 0 0 0 0 1 0 0 0
#| '\u6f22' 1 0 0 0 1 0 0 0 0 1 1 0
