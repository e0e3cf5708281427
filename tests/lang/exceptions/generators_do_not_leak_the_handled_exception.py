import sys
def g():
    try: raise ValueError
    except ValueError:
        yield repr(sys.exception())
        yield repr(sys.exception())
it = g()
print(next(it), sys.exception())
try: raise KeyError
except KeyError: print(next(it), repr(sys.exception()))
# stdout:
#| ValueError() None
#| ValueError() KeyError()
