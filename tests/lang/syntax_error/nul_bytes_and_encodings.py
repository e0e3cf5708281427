for t in (b"x = 1\0", b"# coding: nope\n", b"\xff", b"# coding: latin-1\nx = '\xe9'", b"\xef\xbb\xbfx = 1", b"\xef\xbb\xbf# coding: latin-1\n", b"x = '\xe9'"):
    try: compile(t, "t", "exec"); print("fine", t)
    except (SyntaxError, ValueError) as e: print(t, type(e).__name__, e)
# FIXME: what stands below is dx's answer of today, not CPython 3.14's (`cargo xtask oracle FILE` fills that in)
# stdout:
#| b'x = 1\x00' SyntaxError None
#| b'# coding: nope\n' SyntaxError None
#| b'\xff' SyntaxError None
#| fine b"# coding: latin-1\nx = '\xe9'"
#| fine b'\xef\xbb\xbfx = 1'
#| fine b'\xef\xbb\xbf# coding: latin-1\n'
#| b"x = '\xe9'" SyntaxError None
