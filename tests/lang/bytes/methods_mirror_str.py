b = b" Hello, World "
print(b.strip(), b.upper(), b.lower(), b.title(), b.swapcase(), b.split(), b.split(b","), b.replace(b"l", b"L"), b.find(b"o"), b.rfind(b"o"), b.count(b"l"), b.find(111), b.startswith(b" H"), b"x".center(5, b"-"), b"-7".zfill(4), b"a\tb".expandtabs(4), b"a,b".partition(b","), b"ab\ncd\r\n".splitlines(), b"abc".translate(None, b"b"), bytes.maketrans(b"ab", b"xy")[97:99], b",".join([b"a", bytearray(b"b")]), b"aXb".isalpha(), b"12".isdigit(), b"abc".removeprefix(b"a"))
# stdout:
#| b'Hello, World' b' HELLO, WORLD ' b' hello, world ' b' Hello, World ' b' hELLO, wORLD ' [b'Hello,', b'World'] [b' Hello', b' World '] b' HeLLo, WorLd ' 5 9 3 5 True b'--x--' b'-007' b'a   b' (b'a', b',', b'b') [b'ab', b'cd'] b'ac' b'xy' b'a,b' True True b'bc'
