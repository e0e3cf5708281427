from ctypes import *
class Point(Structure):
    _fields_ = [("x", c_int), ("y", c_double), ("name", c_char * 4), ("bits", c_int, 3), ("rest", c_int, 5)]
p = Point(1, 2.5, b"abc", 2, rest=-1)
print(p.x, p.y, p.name, p.bits, p.rest, sizeof(Point), alignment(Point), Point.y, Point.bits.bit_offset)
class Both(Union):
    _fields_ = [("number", c_uint32), ("bytes", c_ubyte * 4)]
print(list(Both(0x01020304).bytes), sizeof(Both))
class Big(BigEndianStructure):
    _fields_ = [("a", c_uint16), ("b", c_uint32)]
print(bytes(Big(1, 2)), sizeof(c_long), c_int(-1).value, c_uint(-1).value, c_short(70000).value, c_bool(3), c_char(b"x"), c_float(1.1))
numbers = (c_int * 5)(5, 1, 4)
print(list(numbers), numbers[1:4], len(numbers), memoryview(numbers).format, memoryview(numbers).shape)
q = pointer(c_int(7))
q[0] = 9
print(q.contents, q[0], bool(POINTER(c_int)()))
raw = bytearray(8)
c_int.from_buffer(raw, 4).value = 258
print(raw, c_int.from_buffer_copy(b"\1\0\0\0"), cast(create_string_buffer(b"text"), c_char_p).value)
for wrong in (lambda: c_int("x"), lambda: c_char(b"xy"), lambda: numbers[5], lambda: POINTER(c_int)().contents, lambda: Point(1, 2, b"", 0, 0, 0),
              lambda: Structure(), lambda: sizeof(3), lambda: c_int.from_buffer(b"1234"), lambda: c_int.from_buffer(bytearray(2)), lambda: c_int * -1):
    try:
        wrong()
    except Exception as error:
        print(type(error).__name__, error)
# stdout:
#| 1 2.5 b'abc' 2 -1 24 8 <ctypes.CField 'y' type=c_double, ofs=8, size=8> 0
#| [4, 3, 2, 1] 4
#| b'\x00\x01\x00\x00\x00\x00\x00\x02' 8 -1 4294967295 4464 c_bool(True) c_char(b'x') c_float(1.100000023841858)
#| [5, 1, 4, 0, 0] [1, 4, 0] 5 <i (5,)
#| c_int(9) 9 False
#| bytearray(b'\x00\x00\x00\x00\x02\x01\x00\x00') c_int(1) b'text'
#| TypeError 'str' object cannot be interpreted as an integer
#| TypeError one character bytes, bytearray, or an integer in range(256) expected, not bytes of length 2
#| IndexError invalid index
#| ValueError NULL pointer access
#| TypeError too many initializers
#| TypeError abstract class
#| TypeError this type has no size
#| TypeError underlying buffer is not writable
#| ValueError Buffer size too small (2 instead of at least 4 bytes)
#| ValueError Array length must be >= 0, not -1
