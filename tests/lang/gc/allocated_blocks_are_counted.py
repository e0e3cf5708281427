import sys


class Node:
    __slots__ = ("next",)


def grown(make):
    before = sys.getallocatedblocks()
    kept = make()
    during = sys.getallocatedblocks()
    del kept
    after = sys.getallocatedblocks()
    return during - before >= 1000, abs(after - before) < 50


print(grown(lambda: [Node() for _ in range(1000)]))
print(grown(lambda: [str(n) * 3 for n in range(1000, 2000)]))
# stdout:
#| (True, True)
#| (True, True)
