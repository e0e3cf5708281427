for f in (lambda: range(1.0), lambda: range(1, 2, 0), lambda: range("a"), lambda: range(3)[5], lambda: range(3).index(9), lambda: range(3)["a"], lambda: len(range(10**30)), lambda: setattr(range(3), "start", 1)):
    try: f()
    except Exception as e: print(type(e).__name__, e)
# stdout:
#| TypeError 'float' object cannot be interpreted as an integer
#| ValueError range() arg 3 must not be zero
#| TypeError 'str' object cannot be interpreted as an integer
#| IndexError range object index out of range
#| ValueError range.index(x): x not in range
#| TypeError range indices must be integers or slices, not str
#| OverflowError Python int too large to convert to C ssize_t
#| AttributeError readonly attribute
