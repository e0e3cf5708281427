print(b"a\x00\xff\n'\"", b"'", bytes([0, 65, 255]), bytes(3), bytes(b"x"), bytes("é", "utf-8"), b"a" b"b", rb"\n", bytes(range(120, 130)))
for a in ((-1,), ([256],), ("x",), ([1.5],), (1, "utf-8"), (None,), (["a"],)):
    try: bytes(*a)
    except (ValueError, TypeError) as e: print(type(e).__name__, e)
# stdout:
#| b'a\x00\xff\n\'"' b"'" b'\x00A\xff' b'\x00\x00\x00' b'x' b'\xc3\xa9' b'ab' b'\\n' b'xyz{|}~\x7f\x80\x81'
#| ValueError negative count
#| ValueError bytes must be in range(0, 256)
#| TypeError string argument without an encoding
#| TypeError 'float' object cannot be interpreted as an integer
#| TypeError encoding without a string argument
#| TypeError cannot convert 'NoneType' object to bytes
#| TypeError 'str' object cannot be interpreted as an integer
