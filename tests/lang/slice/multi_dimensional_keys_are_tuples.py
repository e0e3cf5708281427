class A:
    def __getitem__(self, k): return k
    def __setitem__(self, k, v): print(k, v)
    def __delitem__(self, k): print("del", k)
a = A()
print(a[1:2, ..., ::3], a[:], a[()], a[1:2,])
a[:1, 2] = 3
del a[::, "x"]
# stdout:
#| (slice(1, 2, None), Ellipsis, slice(None, None, 3)) slice(None, None, None) () (slice(1, 2, None),)
#| (slice(None, 1, None), 2) 3
#| del (slice(None, None, None), 'x')
