# Reads and writes of list elements: a sieve.
from time import perf_counter


def sieve(n):
    flags = [True] * (n + 1)
    flags[0] = flags[1] = False
    i = 2
    while i * i <= n:
        if flags[i]:
            j = i * i
            while j <= n:
                flags[j] = False
                j += i
        i += 1
    count = 0
    for i in range(n + 1):
        if flags[i]:
            count += 1
    return count


start = perf_counter()
result = sieve(4_000_000)
taken = perf_counter() - start
assert result == 283146
print(taken)
