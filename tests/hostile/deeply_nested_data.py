def nest(n, kind):
    x = kind()
    for _ in range(n):
        x = [x] if kind is list else {"k": x} if kind is dict else (x,)
    return x
for kind in (list, dict, tuple):
    x, y = nest(100000, kind), nest(100000, kind)
    for g in (lambda: repr(x), lambda: x == y, lambda: hash(x) if kind is tuple else repr(x)):
        try: g(); print("works")
        except RecursionError: print("RecursionError")
    del x, y
    print(kind.__name__, "freed")
# stdout:
#| RecursionError
#| works
#| RecursionError
#| list freed
#| RecursionError
#| RecursionError
#| RecursionError
#| dict freed
#| RecursionError
#| RecursionError
#| works
#| tuple freed
