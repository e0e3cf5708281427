import mmap


def tried(call):
    try:
        print(call())
    except Exception as error:
        print(type(error).__name__, error)


m = mmap.mmap(-1, 16)
for value in 256, -1, 2**62, 2**70, -(2**70), 1.5:
    tried(lambda: m.__setitem__(0, value))
    tried(lambda: m.write_byte(value))
    tried(lambda: m.read(value))
    m.seek(0)
for offset in -(2**63), -1, 17, 2**63 - 1, 2**70:
    tried(lambda: m.flush(offset))
    tried(lambda: m.seek(offset))
    tried(lambda: m[offset])
tried(lambda: m.resize(-1))
tried(lambda: m.seek(1, None))
m[0] = 120
print(list(m)[:2], b"x" in m, 120 in m)
walk = iter(m)
m.close()
tried(lambda: next(walk))
tried(lambda: list(m))
# stdout:
#| ValueError mmap item value must be in range(0, 256)
#| OverflowError unsigned byte integer is greater than maximum
#| b'\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00'
#| ValueError mmap item value must be in range(0, 256)
#| OverflowError unsigned byte integer is less than minimum
#| b'\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00'
#| ValueError mmap item value must be in range(0, 256)
#| OverflowError unsigned byte integer is greater than maximum
#| b'\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00'
#| TypeError cannot fit 'int' into an index-sized integer
#| OverflowError Python int too large to convert to C long
#| OverflowError cannot fit 'int' into an index-sized integer
#| TypeError cannot fit 'int' into an index-sized integer
#| OverflowError Python int too large to convert to C long
#| OverflowError cannot fit 'int' into an index-sized integer
#| TypeError mmap item value must be an int
#| TypeError 'float' object cannot be interpreted as an integer
#| TypeError argument should be integer or None, not 'float'
#| ValueError flush values out of range
#| ValueError seek out of range
#| IndexError mmap index out of range
#| ValueError flush values out of range
#| ValueError seek out of range
#| 0
#| ValueError flush values out of range
#| ValueError seek out of range
#| IndexError mmap index out of range
#| ValueError flush values out of range
#| ValueError seek out of range
#| IndexError mmap index out of range
#| OverflowError Python int too large to convert to C ssize_t
#| OverflowError Python int too large to convert to C ssize_t
#| IndexError cannot fit 'int' into an index-sized integer
#| ValueError new size out of range
#| TypeError 'NoneType' object cannot be interpreted as an integer
#| [b'x', b'\x00'] True False
#| ValueError mmap closed or invalid
#| ValueError mmap closed or invalid
