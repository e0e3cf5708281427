class A: pass
class B: __match_args__ = ["x"]
class C: __match_args__ = (1,)
class D: __match_args__ = ("x", "x")
def f(v):
    match v:
        case A(1): pass
        case B(1): pass
        case C(1): pass
        case D(1, 2): pass
for k in (A, B, C, D):
    k.x = 1
    try: f(k())
    except TypeError as e: print(e)
try:
    match 1:
        case int(1, 2): pass
except TypeError as e: print(e)
try:
    x = 5
    match 1:
        case x(): pass
except TypeError as e: print(e)
# stdout:
#| A() accepts 0 positional sub-patterns (1 given)
#| B.__match_args__ must be a tuple (got list)
#| __match_args__ elements must be strings (got int)
#| D() got multiple sub-patterns for attribute 'x'
#| int() accepts 1 positional sub-pattern (2 given)
#| called match pattern must be a class
