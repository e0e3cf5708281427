def g():
    yield 1
    return "done"
it = g()
next(it)
try:
    next(it)
except StopIteration as e:
    print(repr(e.value), e.args)
try:
    next(it)
except StopIteration as e:
    print(repr(e.value), e.args)
# stdout:
#| 'done' ('done',)
#| None ()
