m = memoryview(b"abc")
with m as n: print(n[0])
for f in (lambda: m[0], lambda: len(m), lambda: m.tobytes()):
    try: f()
    except ValueError as e: print(e)
try: memoryview(b"x")[0] = 1
except TypeError as e: print(e)
try: memoryview("x")
except TypeError as e: print(e)
print(hash(memoryview(b"x")) == hash(b"x"))
# stdout:
#| 97
#| operation forbidden on released memoryview object
#| operation forbidden on released memoryview object
#| operation forbidden on released memoryview object
#| cannot modify read-only memory
#| memoryview: a bytes-like object is required, not 'str'
#| True
