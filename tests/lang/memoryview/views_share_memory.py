b = bytearray(range(8))
m = memoryview(b)
print(m[2], m[2:4].tobytes(), m[::-1].tolist(), len(m), m.nbytes, m.format, m.itemsize, m.shape, m.strides, m.readonly, m.ndim, m.contiguous)
m[0:2] = b"\xff\xfe"
print(list(b), m == b, memoryview(b"ab") == b"ab")
# stdout:
#| 2 b'\x02\x03' [7, 6, 5, 4, 3, 2, 1, 0] 8 8 B 1 (8,) (1,) False 1 True
#| [255, 254, 2, 3, 4, 5, 6, 7] True True
