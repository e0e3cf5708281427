# Items die from the last to the first, whatever stands between them; copies hold each item once more.
import sys


class Told:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("gone", self.name)


for before in (0, 1, 7, 8, 9, 16, 23):
    items = [5] * before + [Told("first"), 2.5, Told("second")] + [None] * before + [Told("third")] + [1] * before
    copy = items[:]
    del items
    print(before, len(copy))
    del copy

thing = object()
many = [1, 2, 3, thing, 5] * 7
before = sys.getrefcount(thing)
copies = [many[:], many.copy(), list(many), many[3:], [*many], tuple(many)]
print(sys.getrefcount(thing) - before, [len(copy) for copy in copies], copies[3] == many[3:])
del copies
print(sys.getrefcount(thing) == before)
print([list(range(n))[:] == [*range(n)] for n in range(0, 40, 3)])
# stdout:
#| 0 4
#| gone third
#| gone second
#| gone first
#| 1 7
#| gone third
#| gone second
#| gone first
#| 7 25
#| gone third
#| gone second
#| gone first
#| 8 28
#| gone third
#| gone second
#| gone first
#| 9 31
#| gone third
#| gone second
#| gone first
#| 16 52
#| gone third
#| gone second
#| gone first
#| 23 73
#| gone third
#| gone second
#| gone first
#| 42 [35, 35, 35, 32, 35, 35] True
#| True
#| [True, True, True, True, True, True, True, True, True, True, True, True, True, True]
