import struct
m = memoryview(bytearray(struct.pack("<4h", 1, -2, 3, 4)))
h = m.cast("h")
print(h.tolist(), h[1], h.itemsize, len(h))
h[0] = 500
print(bytes(m[:2]), m.cast("B", (2, 4)).tolist())
for f in (lambda: m.cast("q").cast("h"), lambda: m[:3].cast("h"), lambda: m.cast("zz"), lambda: h.__setitem__(0, 99999)):
    try: f()
    except (TypeError, ValueError) as e: print(type(e).__name__, e)
# stdout:
#| [1, -2, 3, 4] -2 2 4
#| b'\xf4\x01' [[244, 1, 254, 255], [3, 0, 4, 0]]
#| TypeError memoryview: cannot cast between two non-byte formats
#| TypeError memoryview: length is not a multiple of itemsize
#| ValueError memoryview: destination format must be a native single character format prefixed with an optional '@'
#| ValueError memoryview: invalid value for format 'h'
