import sys, types
def f():
    x = 1
    fr = sys._getframe()
    fr.f_locals["x"] = 5
    try: fr.f_lineno = 1
    except (ValueError, AttributeError) as e: print(type(e).__name__)
    try: fr.clear()
    except RuntimeError as e: print(e)
    return x, fr.f_code.co_name, fr.f_back.f_code.co_name
print(f())
for a in ((), (1,), ("x",) * 16):
    try: types.CodeType(*a)
    except TypeError: print("TypeError")
try: f.__code__ = (lambda: 0).__code__; print(f())
except ValueError as e: print(e)
try: types.FunctionType(f.__code__, 1)
except TypeError as e: print(e)
# stdout:
#| ValueError
#| cannot clear an executing frame
#| (5, 'f', '<module>')
#| TypeError
#| TypeError
#| TypeError
#| 0
#| function() argument 'globals' must be dict, not int
