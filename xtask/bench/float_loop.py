# Float arithmetic over a range.
from time import perf_counter


def loop(n):
    x = 0.5
    total = 0.0
    for i in range(n):
        x = 3.7 * x * (1.0 - x)
        total += x - 0.5 / (x + 1.0)
    return total


start = perf_counter()
result = loop(5_000_000)
taken = perf_counter() - start
assert 0.0 < result < 5_000_000.0
print(taken)
