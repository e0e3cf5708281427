def g():
    yield 1
    raise ValueError("boom")
it = g()
next(it)
try:
    next(it)
except ValueError as e:
    print(e)
print(list(it))
it = g()
try:
    it.throw(TypeError, "early")
except TypeError as e:
    print(e)
print(list(it))
# stdout:
#| boom
#| []
#| early
#| []
# stderr:
#| an_exception_ends_a_generator.py:13: DeprecationWarning: the (type, exc, tb) signature of throw() is deprecated, use the single-arg signature instead.
#|   it.throw(TypeError, "early")
