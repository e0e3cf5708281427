import weakref
class A:
    def __init__(self, n): self.n = n
    def __hash__(self): return self.n
    def __eq__(self, o): return self.n == o.n
a, b = A(1), A(2)
d = weakref.WeakValueDictionary(x=a, y=b)
k = weakref.WeakKeyDictionary({a: "a", b: "b"})
s = weakref.WeakSet([a, b])
print(sorted(d), len(k), len(s), a in s)
del a
print(sorted(d), len(k), len(s))
# stdout:
#| ['x', 'y'] 2 2 True
#| ['y'] 1 1
