f = lambda a, /, b=2, *c, d, **e: (a, b, c, d, e)
print(f(1, d=4), f(1, 2, 3, d=4, z=5), (lambda: (yield))().__class__.__name__, (lambda *, k: k)(k=1))
# stdout:
#| (1, 2, (), 4, {}) (1, 2, (3,), 4, {'z': 5}) generator 1
