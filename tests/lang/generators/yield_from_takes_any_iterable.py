def g():
    yield from "ab"
    yield from [1, 2]
    x = yield from range(2)
    yield x
print(list(g()))
def h():
    yield from 5
try:
    next(h())
except TypeError as e:
    print(e)
# stdout:
#| ['a', 'b', 1, 2, 0, 1, None]
#| 'int' object is not iterable
