# A generator that is resumed, and two that delegate to it.
from time import perf_counter


def count(n):
    for i in range(n):
        yield i


def outer(n):
    yield from count(n)


def loop(n):
    total = 0
    for i in count(n):
        total += i
    for i in outer(n):
        total -= i
    return total + sum(i & 1 for i in count(n))


start = perf_counter()
result = loop(3_000_000)
taken = perf_counter() - start
assert result == 1_500_000
print(taken)
