def f(x, acc=[]):
    acc.append(x)
    return acc
f(1)
print(f(2), f.__defaults__)
def g(*, k={}): return k
g()["a"] = 1
print(g(), g.__kwdefaults__)
f.__defaults__ = (None,)
try: f(1)
except AttributeError as e: print(e)
# stdout:
#| [1, 2] ([1, 2],)
#| {'a': 1} {'k': {'a': 1}}
#| 'NoneType' object has no attribute 'append'
