def make(name, bases, ns, **kw): return name, bases, sorted(k for k in ns if k[0] != "_"), kw
class A(int, metaclass=make, q=1):
    x = 1
print(A)
# stdout:
#| ('A', (<class 'int'>,), ['x'], {'q': 1})
