class A:
    def __int__(self): return 5
class B:
    def __index__(self): return 6
class C:
    def __int__(self): return "x"
print(int(A()), int(B()), int(3.9), int(-3.9), int(True), int())
for x in (C(), [], float("inf"), float("nan"), 1j):
    try: int(x)
    except (TypeError, ValueError, OverflowError) as e: print(type(e).__name__, e)
# stdout:
#| 5 6 3 -3 1 0
#| TypeError __int__ returned non-int (type str)
#| TypeError int() argument must be a string, a bytes-like object or a real number, not 'list'
#| OverflowError cannot convert float infinity to integer
#| ValueError cannot convert float NaN to integer
#| TypeError int() argument must be a string, a bytes-like object or a real number, not 'complex'
