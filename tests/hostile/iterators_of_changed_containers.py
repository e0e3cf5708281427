l = [1, 2, 3]
it = iter(l)
next(it)
l.clear()
print(list(it))
l.append(5)
print(list(it))
r = reversed([1, 2, 3]); next(r)
d = {1: 1, 2: 2}
it = iter(d); next(it); d.clear()
try: print(list(it))
except RuntimeError as e: print(e)
a = [1]
a.extend(a); a += a; a[1:1] = a
print(a)
b = bytearray(b"ab"); b.extend(b); b += b; b[1:1] = b
print(b)
def g():
    a.clear(); yield 1
a[:] = g(); print(a)
# FIXME: what stands below is dx's answer of today, not CPython 3.14's (`cargo xtask oracle FILE` fills that in)
# stdout:
#| []
#| []
#| dictionary changed size during iteration
#| [1, 1, 1, 1, 1, 1, 1, 1]
#| bytearray(b'aababababbababab')
#| [1]
