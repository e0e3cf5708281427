print(repr(str()), str(5), str(b"x"), str(b"\xc3\xa9", "utf-8"), str(b"a\xff", "ascii", "replace"), str(object=1), str(b"ab", encoding="latin-1"))
for a in (("x", "utf-8"), (1, "utf-8"), (b"\xff", "utf-8")):
    try: str(*a)
    except (TypeError, UnicodeError) as e: print(type(e).__name__, e)
# stdout:
#| '' 5 b'x' é a� 1 ab
#| TypeError decoding str is not supported
#| TypeError decoding to str: need a bytes-like object, int found
#| UnicodeDecodeError 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte
