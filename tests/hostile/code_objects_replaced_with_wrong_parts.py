# Whatever is put in, there is an error or a function that can be called.
import itertools


def make():
    k = 1

    def f(a, b=2, *c, d=3, **e):
        x = a + k
        try:
            return [x, len(c), y]
        except NameError:
            return [lambda: x, dict(a=1, b=2), (1, 2)]
    return f


f = make()
code = f.__code__
values = {
    "co_argcount": [0, 1, 5, 7, 1000, -1, 2**40], "co_posonlyargcount": [1, 3, 99, -1], "co_kwonlyargcount": [0, 2, 9, -1],
    "co_flags": [0x4, 0x8, 0xc, 0xf, -1], "co_firstlineno": [0, -1, 10**6],
}
for one, two in itertools.combinations(values, 2):
    for v, w in itertools.product(values[one], values[two]):
        try:
            f.__code__ = code.replace(**{one: v, two: w})
        except (ValueError, TypeError, OverflowError, SystemError):
            continue
        for args, names in ((), {}), ((1,), {}), ((1, 2, 3, 4), {}), ((1,), {"d": 4, "z": 5}), ((1,) * 7, {"q": 1}):
            try:
                f(*args, **names)
            except Exception:
                pass
print("alive")
# stdout:
#| alive
