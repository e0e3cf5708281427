# Reads and writes of dictionary entries, keys that are str and int.
from time import perf_counter


def loop(n):
    words = ["alpha", "beta", "gamma", "delta", "epsilon"]
    counts = {word: 0 for word in words}
    squares = {}
    for i in range(n):
        word = words[i % 5]
        counts[word] = counts[word] + 1
        squares[i & 1023] = i
        if squares[i & 511] < 0:
            break
    return counts["gamma"]


start = perf_counter()
result = loop(4_000_000)
taken = perf_counter() - start
assert result == 800_000
print(taken)
