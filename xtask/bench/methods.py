# Method calls on one instance.
from time import perf_counter


class Counter:
    def __init__(self):
        self.count = 0

    def step(self, by):
        self.count += by
        return self

    def read(self):
        return self.count


def loop(counter, n):
    for _ in range(n):
        counter.step(1)
        counter.read()


counter = Counter()
start = perf_counter()
loop(counter, 4_000_000)
taken = perf_counter() - start
assert counter.read() == 4_000_000
print(taken)
