print("a b  c ".split(), "a,b,,c".split(","), "a b c d".split(None, 2), "a,b,c".rsplit(",", 1), "".split(), "".split(","), " x ".split(" "), "aXXbXXc".split("XX", 1), "a\u2003b\x1cc".split(), " a b ".rsplit(None, 1))
try: "a".split("")
except ValueError as e: print(e)
print("a\nb\r\nc\rd\x0be\u2028f\n".splitlines(), "a\nb\n".splitlines(True), "".splitlines(), "a-b-c".partition("-"), "a-b-c".rpartition("-"), "abc".partition("x"), "abc".rpartition("x"))
# stdout:
#| ['a', 'b', 'c'] ['a', 'b', '', 'c'] ['a', 'b', 'c d'] ['a,b', 'c'] [] [''] ['', 'x', ''] ['a', 'bXXc'] ['a', 'b', 'c'] [' a', 'b']
#| empty separator
#| ['a', 'b', 'c', 'd', 'e', 'f'] ['a\n', 'b\n'] [] ('a', '-', 'b-c') ('a-b', '-', 'c') ('abc', '', '') ('', '', 'abc')
