print(True + True, True * 3, ~False, True & 1, True & False, True ^ True, isinstance(True, int), [1, 2][True], f"{True:d} {True}", repr(False), bool("False"), int(True))
import warnings
with warnings.catch_warnings(record=True) as w:
    warnings.simplefilter("always")
    print(eval("~True"), [str(x.message)[:40] for x in w])
try:
    class B(bool): pass
except TypeError as e: print(e)
# FIXME: what stands below is dx's answer of today, not CPython 3.14's (`cargo xtask oracle FILE` fills that in)
# stdout:
#| 2 3 -1 1 False False True 2 1 True False True 1
#| -2 ["Bitwise inversion '~' on bool is depreca"]
#| type 'bool' is not an acceptable base type
# stderr:
#| bool_is_an_int.py:1: DeprecationWarning: Bitwise inversion '~' on bool is deprecated and will be removed in Python 3.16. This returns the bitwise inversion of the underlying int object and is usually not what you expect from negating a bool. Use the 'not' operator for boolean negation or ~int(x) if you really want the bitwise inversion of the underlying int.
#|   print(True + True, True * 3, ~False, True & 1, True & False, True ^ True, isinstance(True, int), [1, 2][True], f"{True:d} {True}", repr(False), bool("False"), int(True))
