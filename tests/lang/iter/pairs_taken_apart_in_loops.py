# Loops that take pairs apart: items, enumerate and zip, whatever stands in them and however they end.
def show(*parts): print(*parts)

d = {"a": 1, "b": 2}
for turn in range(3):
    for k, v in d.items(): show(k, v)
    for n, c in enumerate("xy", turn): show(n, c)
    for a, b in zip([1, 2, 3], "ab"): show(a, b)
    for a, a in zip((1, 2), (3, 4)): show(a)
    for [p, q] in d.items(): show(q, p)
    for (a, b), c in zip(d.items(), "xy"): show(a, b, c)
    for i, (a, b) in enumerate(d.items()): show(i, a, b)

class Box: pass
box = Box()
for box.key, box.value in d.items(): show(vars(box))
l = [0, 0]
for l[0], l[1] in zip("ab", "cd"): show(l)

try:
    for k, v in d.items(): d[k * 2] = v
except RuntimeError as error: show(error)
d = {"a": 1}
try:
    for k, v in d.items(): del d[k]; d["b"] = 2; d["c"] = 3
except RuntimeError as error: show(error)
for bad in (lambda: [0 for a, b in zip([1], [2], [3])], lambda: [0 for a, b in zip([1])], lambda: [0 for a, b in zip([1, 2], [3], strict=True)]):
    try: bad()
    except ValueError as error: show(error)
def gen():
    yield 1
    raise KeyError("gen")
for make in (lambda: enumerate(gen()), lambda: zip(gen(), "ab"), lambda: zip("ab", gen())):
    got = []
    try:
        for a, b in make(): got.append((a, b))
    except KeyError as error: show(got, error)
# An iterator that ends early leaves the others where they were.
first, second = iter([1, 2, 3]), iter([4])
for a, b in zip(first, second): show(a, b)
show(list(first))
class Drops:
    def __del__(self): show("dropped")
for a, b in zip([Drops(), Drops()], "ab"): show(b)
del a
class Mine(enumerate):
    def __next__(self): return super().__next__()[::-1]
for a, b in Mine("ab"): show(a, b)
big = enumerate("ab", 2 ** 62 - 1)
for a, b in big: show(a, b)
for pair in {1: 2}.items(): show(pair)
for k in {"a": 1, 2: 3}: show(k)
for v in {"a": 1, 2: 3}.values(): show(v)
for c in "aé€😀b": show(c)
for c in "": show(c)
d = dict.fromkeys("abc")
try:
    for k in d: del d[k]
except RuntimeError as error: show(error)
it = iter(d.values())
for v in it: show(v); break
show(it.__length_hint__(), len(list(it)))
# stdout:
#| a 1
#| b 2
#| 0 x
#| 1 y
#| 1 a
#| 2 b
#| 3
#| 4
#| 1 a
#| 2 b
#| a 1 x
#| b 2 y
#| 0 a 1
#| 1 b 2
#| a 1
#| b 2
#| 1 x
#| 2 y
#| 1 a
#| 2 b
#| 3
#| 4
#| 1 a
#| 2 b
#| a 1 x
#| b 2 y
#| 0 a 1
#| 1 b 2
#| a 1
#| b 2
#| 2 x
#| 3 y
#| 1 a
#| 2 b
#| 3
#| 4
#| 1 a
#| 2 b
#| a 1 x
#| b 2 y
#| 0 a 1
#| 1 b 2
#| {'key': 'a', 'value': 1}
#| {'key': 'b', 'value': 2}
#| ['a', 'c']
#| ['b', 'd']
#| dictionary changed size during iteration
#| dictionary changed size during iteration
#| too many values to unpack (expected 2, got 3)
#| not enough values to unpack (expected 2, got 1)
#| zip() argument 2 is shorter than argument 1
#| [(0, 1)] 'gen'
#| [(1, 'a')] 'gen'
#| [('a', 1)] 'gen'
#| 1 4
#| [3]
#| a
#| b
#| dropped
#| dropped
#| a 0
#| b 1
#| 4611686018427387903 a
#| 4611686018427387904 b
#| (1, 2)
#| a
#| 2
#| 1
#| 3
#| a
#| é
#| €
#| 😀
#| b
#| dictionary changed size during iteration
#| None
#| 1 1
