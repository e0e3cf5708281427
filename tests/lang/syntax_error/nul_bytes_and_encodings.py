for t in (b"x = 1\0", b"# coding: nope\n", b"\xff", b"# coding: latin-1\nx = '\xe9'", b"\xef\xbb\xbfx = 1", b"\xef\xbb\xbf# coding: latin-1\n", b"x = '\xe9'"):
    try: compile(t, "t", "exec"); print("fine", t)
    except (SyntaxError, ValueError) as e: print(t, type(e).__name__, e)
# stdout:
#| b'x = 1\x00' SyntaxError source code string cannot contain null bytes
#| b'# coding: nope\n' SyntaxError unknown encoding: nope (t, line 0)
#| b'\xff' SyntaxError Non-UTF-8 code starting with '\xff' on line 1, but no encoding declared; see https://peps.python.org/pep-0263/ for details (t, line 1)
#| fine b"# coding: latin-1\nx = '\xe9'"
#| fine b'\xef\xbb\xbfx = 1'
#| b'\xef\xbb\xbf# coding: latin-1\n' SyntaxError encoding problem: iso-8859-1 with BOM (t, line 1)
#| b"x = '\xe9'" SyntaxError Non-UTF-8 code starting with '\xe9' on line 1, but no encoding declared; see https://peps.python.org/pep-0263/ for details (t, line 1)
