b = b"hello"
print(b[0], b[-1], b[1:3], b[::-1], list(b), 104 in b, b"ell" in b, b + b"!", b * 2, b == "hello", b < b"help", hash(b) == hash(bytes(b)))
for f in (lambda: b[9], lambda: 300 in b, lambda: "e" in b, lambda: b + "x", lambda: b < "x"):
    try: f()
    except (IndexError, ValueError, TypeError) as e: print(type(e).__name__, e)
# stdout:
#| 104 111 b'el' b'olleh' [104, 101, 108, 108, 111] True True b'hello!' b'hellohello' False True True
#| IndexError index out of range
#| ValueError byte must be in range(0, 256)
#| TypeError a bytes-like object is required, not 'str'
#| TypeError can't concat str to bytes
#| TypeError '<' not supported between instances of 'bytes' and 'str'
