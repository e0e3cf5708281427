print(list(zip("abc", (1, 2))), list(zip()), list(zip("ab", [1, 2], strict=True)), list(map(lambda *a: a, "ab", (1, 2))), list(filter(None, [0, 1, "", "x"])), list(filter(str.isdigit, "a1b2")), list(enumerate("ab", 5)), list(reversed([1, 2])), list(map(int, "12")))
for f in (lambda: list(zip("ab", [1], strict=True)), lambda: list(zip("a", [1, 2], strict=True)), lambda: reversed({1}), lambda: zip(1), lambda: map(), lambda: map(int), lambda: list(map(5, [1])), lambda: list(map(lambda a, b: 0, "a", "bc", strict=True))):
    try: f()
    except (ValueError, TypeError) as e: print(type(e).__name__, e)
# stdout:
#| [('a', 1), ('b', 2)] [] [('a', 1), ('b', 2)] [('a', 1), ('b', 2)] [1, 'x'] ['1', '2'] [(5, 'a'), (6, 'b')] [2, 1] [1, 2]
#| ValueError zip() argument 2 is shorter than argument 1
#| ValueError zip() argument 2 is longer than argument 1
#| TypeError 'set' object is not reversible
#| TypeError 'int' object is not iterable
#| TypeError map() must have at least two arguments.
#| TypeError map() must have at least two arguments.
#| TypeError 'int' object is not callable
#| ValueError map() argument 2 is longer than argument 1
