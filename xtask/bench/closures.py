# Closures made and called, with a shared cell.
from time import perf_counter


def make(step):
    total = 0

    def add(n):
        nonlocal total
        total += n * step
        return total

    return add


def loop(n):
    add = make(3)
    for i in range(n):
        add(i)
        make(i)(1)
    return add(0)


start = perf_counter()
result = loop(2_000_000)
taken = perf_counter() - start
assert result == 3 * (2_000_000 * 1_999_999 // 2)
print(taken)
