# Attribute reads and writes.
from time import perf_counter


class Point:
    def __init__(self, x, y, z):
        self.x = x
        self.y = y
        self.z = z


def loop(point, n):
    for _ in range(n):
        point.x = point.y
        point.y = point.z
        point.z = point.x


point = Point(1, 2, 3)
start = perf_counter()
loop(point, 5_000_000)
taken = perf_counter() - start
assert {point.x, point.y, point.z} <= {1, 2, 3}
print(taken)
