import gc, weakref
class A: pass
def make():
    a = A()
    def f(): return a, f
    a.f = f
    return weakref.ref(a)
r = make()
gc.collect()
print(r())
def gen():
    me = yield
    x = A()
    yield weakref.ref(x)
    print(me)
g = gen(); next(g); r = g.send(g)
del g
gc.collect()
print(r())
def err():
    a = A()
    try: raise ValueError
    except ValueError as e: a.e = e
    return weakref.ref(a)
r = err(); gc.collect(); print(r())
# stdout:
#| None
#| None
#| None
