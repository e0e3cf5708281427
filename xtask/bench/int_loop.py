# Small integers in a while loop.
from time import perf_counter


def loop(n):
    total = 0
    i = 0
    while i < n:
        total = (total + i * 7) % 1000003
        i += 1
    return total


start = perf_counter()
result = loop(10_000_000)
taken = perf_counter() - start
assert result == 7 * (10_000_000 * 9_999_999 // 2) % 1000003
print(taken)
