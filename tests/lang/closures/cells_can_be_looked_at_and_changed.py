def outer():
    x = 1
    def inner(): return x
    return inner
f = outer()
print(f.__closure__[0].cell_contents, f.__code__.co_freevars)
f.__closure__[0].cell_contents = 5
print(f())
def g(): pass
print(g.__closure__)
import types
c = types.CellType()
try:
    c.cell_contents
except ValueError as e:
    print(e)
# FIXME: what stands below is dx's answer of today, not CPython 3.14's (`cargo xtask oracle FILE` fills that in)
# stdout:
#| 1 ('x',)
#| 5
#| None
#| Cell is empty
