# Operators and tests of sets agree with going through the members one by one.


class Odd:
    """Equal to its number, and to others of that number."""

    def __init__(self, number):
        self.number = number

    def __eq__(self, other):
        return self.number == getattr(other, "number", other)

    def __hash__(self):
        return hash(self.number)


def state(seed):
    while True:
        seed = (seed * 1103515245 + 12345) % (1 << 31)
        yield seed >> 8


numbers = state(7)


def member():
    n = next(numbers) % 90
    return [n, float(n), Odd(n), str(n), (n, n), n - 2**62][next(numbers) % 6] if next(numbers) % 3 else n


def some(limit):
    made = {member() for _ in range(next(numbers) % limit)}
    for gone in list(made)[: next(numbers) % 4]:
        made.discard(gone)
    return made


wrong = 0
for turn in range(1500):
    a, b = some(60), some([6, 60, 200][turn % 3])
    one, two = list(a), list(b)
    if turn % 2:
        a = frozenset(a)
    common = [x for x in one if x in two]
    rest = [x for x in one if x not in two]
    wrong += len(a & b) != len(common) or any(x not in common for x in a & b)
    wrong += len(a - b) != len(rest) or any(x not in rest for x in a - b)
    wrong += len(a | b) != len(two) + len(rest) or len(a ^ b) != len(two) + len(rest) - len(common)
    wrong += (a <= b) != (not rest) or (a < b) != (not rest and len(two) > len(one))
    wrong += a.isdisjoint(b) != (not common) or (a >= b) != (len(common) == len(two))
    wrong += (a & b) <= a is False or ((a - b) <= a) is False or not (a - b).isdisjoint(b)
    wrong += (a == b) != (len(one) == len(two) == len(common)) or (a - b) | (a & b) != a
    wrong += type(a - b) is not type(a) or sorted(map(str, a - b)) != sorted(map(str, rest))
print(wrong)

some = {1, 70, 3}
some.remove(70)
print(some <= {1, 3}, some <= {3}, some.isdisjoint({70, 6}), frozenset(some) <= {1, 3}, some - {1}, some & {3, 70})
print(set(range(40)) - {7, 9}, set(range(20)) & set(range(15, 100)), {33, 2, 9} - {4}, {9, 2} & {2, 9, 17})
print({-1, -2} & {-2}, {2**61 - 1} & {0}, {0, 2**61 - 1} - {0} == {2**61 - 1}, {1, True, 1.0}, {0.0} <= {0}, {1} - {True})
print(min({5, 3, 9}), max(frozenset({5, 3, 9})), min({1.5, 1}), max({True, 0}), min({"b", "a"}))
# stdout:
#| 0
#| True False True True {3} {3}
#| {0, 1, 2, 3, 4, 5, 6, 8, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39} {15, 16, 17, 18, 19} {33, 2, 9} {9, 2}
#| {-2} set() True {1} True set()
#| 3 9 1 True a
