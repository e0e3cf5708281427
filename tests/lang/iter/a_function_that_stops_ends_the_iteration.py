from itertools import accumulate, dropwhile, filterfalse, groupby, islice, starmap, takewhile
def sources():
    return [iter("AB"), iter(""), iter("C")]
def delegates():
    print("result", (yield from map(next, sources())))
def unpacks():
    first, *rest = map(next, sources())
    return first, rest
def loops():
    found = []
    for item in map(next, sources()):
        found.append(item)
    else:
        found.append("end")
    return found
print(list(delegates()), unpacks(), loops(), [item for item in map(next, sources())], [*map(next, sources())])
print(list(map(next, sources())), tuple(map(next, sources())), set(map(next, sources())), "".join(map(next, sources())), "C" in map(next, sources()))
print(list(map(lambda a, b: next(a), sources(), sources())), list(starmap(next, [(s,) for s in sources()])), dict(zip("ab", map(next, sources()))))
print(len(list(filter(next, sources()))), len(list(filterfalse(next, sources()))), len(list(takewhile(next, sources()))), len(list(dropwhile(next, sources()))))
print(len(list(groupby(sources(), next))), list(accumulate([1, 2, 3], lambda a, b: next(iter([])))), list(islice(map(next, sources()), 5)), next(map(next, [iter("")]), "default"))
try:
    next(map(next, [iter("")]))
except StopIteration as stop:
    print("stop", stop.value)
# stdout:
#| result None
#| ['A'] ('A', []) ['A', 'end'] ['A'] ['A']
#| ['A'] ('A',) {'A'} A False
#| ['A'] ['A'] {'a': 'A'}
#| 1 0 1 0
#| 1 [1] ['A'] default
#| stop None
