class A:
    def __getitem__(self, k): return k
t = (1, 2)
print(A()[*t], A()[0, *t, ...], A()[1:2, *t], A()[t], A()[1,])
# stdout:
#| (1, 2) (0, 1, 2, Ellipsis) (slice(1, 2, None), 1, 2) (1, 2) (1,)
