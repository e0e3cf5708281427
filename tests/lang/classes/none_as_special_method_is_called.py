class A:
    __add__ = __eq__ = __lt__ = __iadd__ = __bool__ = None
    __hash__ = __iter__ = __contains__ = None


a = A()


def iadd():
    b = A()
    b += 1


for f in (lambda: a + 1, lambda: a == 1, lambda: a < 1, iadd, lambda: bool(a), lambda: hash(a), lambda: iter(a), lambda: 1 in a):
    try:
        print(f())
    except TypeError as e:
        print(e)
# stdout:
#| 'NoneType' object is not callable
#| 'NoneType' object is not callable
#| 'NoneType' object is not callable
#| 'NoneType' object is not callable
#| 'A' cannot be interpreted as a boolean
#| unhashable type: 'A'
#| 'A' object is not iterable
#| 'A' object is not a container
