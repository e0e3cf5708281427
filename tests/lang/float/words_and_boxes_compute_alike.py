inf, nan = float("inf"), float("nan")
class F(float):
    def __add__(self, other): return "add"
    def __radd__(self, other): return "radd"
    def __lt__(self, other): return "lt"
class I(int):
    def __rmul__(self, other): return "rmul"
values = [0.0, -0.0, 1.5, 1e-300, 1e300, 5e-324, inf, -inf, nan, 3, 0, -2, 2**53, 2**53 + 1, 2**62, 2**70, True, F(2.0), I(3)]
def show(f):
    try: return repr(f())
    except (ZeroDivisionError, OverflowError) as e: return type(e).__name__ + str(e)
total = 0
lines = []
for x in values:
    for y in values:
        z = x
        def inplace():
            z = x
            z += y
            w = x
            w -= y
            v = x
            v *= y
            return z, w, v
        lines.append(" ".join(map(show, (lambda: x + y, lambda: x - y, lambda: x * y, lambda: x / y, lambda: x < y, lambda: x <= y,
            lambda: x == y, lambda: x != y, lambda: x > y, lambda: x >= y, inplace))))
import hashlib
print(len(lines), hashlib.md5("\n".join(lines).encode()).hexdigest())
print(lines[5], lines[40], lines[200], lines[-1], sep="\n")
# stdout:
#| 361 50d9a7c2d87761d6654c427c24378af0
#| 5e-324 -5e-324 0.0 0.0 True True False True False False (5e-324, -5e-324, 0.0)
#| 3.0 0.0 2.25 1.0 False True True False False True (3.0, 0.0, 2.25)
#| 0 0 0 ZeroDivisionErrordivision by zero False True True False False True (0, 0, 0)
#| 6 0 9 1.0 False True True False False True (6, 0, 9)
