import mmap, os, re, tempfile
with tempfile.TemporaryFile() as file:
    file.write(b"line one\nline two\nrest" + bytes(4096))
    file.flush()
    with mmap.mmap(file.fileno(), 0) as m:
        print(len(m), m.readline(), m.tell(), m.read(4), m.find(b"two"), m.rfind(b"line"), m.find(b"line", 1, 5), m[0], m[:4], m[8::-2])
        m[0:4] = b"LINE"; m[5] = 79; m.seek(-3, 2); print(m.write(b"end"), m.flush(), m.size(), re.search(rb"t\w+", m).group())
        m.move(0, 9, 8); m.resize(20); print(m[:], repr(m))
        view = memoryview(m)
        for wrong in (m.close, lambda: m.resize(5), lambda: m[20], lambda: m.seek(21), lambda: m.write(b"x" * 30), lambda: m.__setitem__(0, 256), lambda: m.__setitem__(slice(2), b"x"), lambda: m.__delitem__(0), lambda: m["x"]):
            try: wrong()
            except Exception as error: print(type(error).__name__, error)
        view.release()
    print(m.closed, repr(m))
    try: m.read()
    except ValueError as error: print(error)
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as m, mmap.mmap(-1, 10) as n:
        try: m[0] = 1
        except TypeError as error: print(error)
        print(m[:3], n[:], n.read_byte(), memoryview(m).readonly)
    for wrong in ((file.fileno(), 9999), (-1, -1), (-1, 10, mmap.MAP_PRIVATE, mmap.PROT_READ, 1), (-1, 0)):
        try: mmap.mmap(*wrong)
        except Exception as error: print(type(error).__name__, error)
# stdout:
#| 4118 b'line one\n' 9 b'line' 14 -1 -1 108 b'line' b'\nn nl'
#| 3 None 4118 b'two'
#| b'line two\nline two\nre' <mmap.mmap closed=False, access=ACCESS_DEFAULT, length=20, pos=4118, offset=0>
#| BufferError cannot close exported pointers exist
#| BufferError mmap can't resize with extant buffers exported.
#| IndexError mmap index out of range
#| ValueError seek out of range
#| ValueError data out of range
#| ValueError mmap item value must be in range(0, 256)
#| IndexError mmap slice assignment is wrong size
#| TypeError mmap doesn't support item deletion
#| TypeError mmap indices must be integers
#| True <mmap.mmap closed=True>
#| mmap closed or invalid
#| mmap can't modify a readonly memory map.
#| b'lin' b'\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00' 0 True
#| ValueError mmap length is greater than file size
#| OverflowError memory mapped length must be positive
#| ValueError mmap can't specify both access and flags, prot.
#| OSError [Errno 22] Invalid argument
