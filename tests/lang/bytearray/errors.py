b = bytearray(b"abc")
for f in (lambda: b.append(256), lambda: b.append("x"), lambda: b.__setitem__(9, 1), lambda: b.remove(1), lambda: bytearray().pop(), lambda: hash(b), lambda: b.extend("x"), lambda: b.__setitem__(slice(0, 3, 2), b"abc"), lambda: bytearray(-1)):
    try: f()
    except Exception as e: print(type(e).__name__, e)
# stdout:
#| ValueError byte must be in range(0, 256)
#| TypeError 'str' object cannot be interpreted as an integer
#| IndexError bytearray index out of range
#| ValueError value not found in bytearray
#| IndexError pop from empty bytearray
#| TypeError unhashable type: 'bytearray'
#| TypeError expected iterable of integers; got: 'str'
#| ValueError attempt to assign bytes of size 3 to extended slice of size 2
#| ValueError negative count
