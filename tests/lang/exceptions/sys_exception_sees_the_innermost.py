import sys
print(sys.exception())
try:
    raise ValueError(1)
except ValueError:
    print(repr(sys.exception()))
    try:
        raise KeyError(2)
    except KeyError:
        print(repr(sys.exception()))
    print(repr(sys.exception()), sys.exc_info()[0].__name__)
print(sys.exception())
# stdout:
#| None
#| ValueError(1)
#| KeyError(2)
#| ValueError(1) ValueError
#| None
