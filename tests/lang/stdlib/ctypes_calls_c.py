from ctypes import *
libc = CDLL(None, use_errno=True)
print(libc.strlen(b"hello"), libc.abs(-4), libc.toupper(ord("a")))
compare = CFUNCTYPE(c_int, POINTER(c_int), POINTER(c_int))
numbers = (c_int * 6)(5, 1, 4, 2, 3, -9)
libc.qsort(numbers, 6, sizeof(c_int), compare(lambda a, b: a[0] - b[0]))
print(list(numbers))
text = create_string_buffer(40)
print(libc.snprintf(text, 40, b"%d %.2f %s %ld", 5, c_double(2.5), b"xy", c_long(-1)), text.value)
class Quotient(Structure):
    _fields_ = [("quot", c_int), ("rem", c_int)]
libc.div.restype = Quotient
found = libc.div(17, 5)
print(found.quot, found.rem, libc.open(b"/no/such/file", 0), get_errno())
libc.strchr.restype, libc.strchr.argtypes = c_char_p, [c_char_p, c_char]
print(libc.strchr(b"abcdef", b"d"), libc.strchr(b"abcdef", b"x"))
libc.strtod.restype, libc.strtod.argtypes = c_double, [c_char_p, POINTER(c_char_p)]
end = c_char_p()
print(libc.strtod(b"2.5e3 rest", byref(end)), end.value)
libc.getenv.errcheck = lambda result, function, args: (result, args)
print(libc.getenv(b"NO_SUCH_NAME"))
for wrong in (lambda: libc.strchr(b"a"), lambda: libc.strchr(3.5, b"x"), lambda: libc.strlen(object()), lambda: libc.strlen(1.5)):
    try:
        wrong()
    except Exception as error:
        print(type(error).__name__, str(error)[:60])
# stdout:
#| 5 4 65
#| [-9, 1, 2, 3, 4, 5]
#| 12 b'5 2.50 xy -1'
#| 3 2 -1 2
#| b'def' None
#| 2500.0 b' rest'
#| (0, (b'NO_SUCH_NAME',))
#| TypeError this function takes at least 2 arguments (1 given)
#| ArgumentError argument 1: TypeError: 'float' object cannot be interpreted 
#| ArgumentError argument 1: TypeError: Don't know how to convert parameter 1
#| ArgumentError argument 1: TypeError: Don't know how to convert parameter 1
