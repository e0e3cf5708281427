# Recursive calls of a plain function.
from time import perf_counter


def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


start = perf_counter()
result = fib(35)
taken = perf_counter() - start
assert result == 9227465
print(taken)
