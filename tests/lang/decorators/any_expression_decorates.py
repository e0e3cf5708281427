ds = [lambda f: f() + 1]
@ds[0]
def x(): return 1
@(lambda c: c.__name__)
class K: pass
print(x, K)
# stdout:
#| 2 K
