# Exceptions raised two calls deep and caught.
from time import perf_counter


class Odd(Exception):
    pass


def inner(i):
    if i & 1:
        raise Odd(i)
    return i


def outer(i):
    return inner(i)


def loop(n):
    caught = 0
    for i in range(n):
        try:
            outer(i)
        except Odd as error:
            caught += error.args[0] & 1
    return caught


start = perf_counter()
result = loop(2_000_000)
taken = perf_counter() - start
assert result == 1_000_000
print(taken)
