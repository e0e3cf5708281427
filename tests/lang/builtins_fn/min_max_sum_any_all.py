print(min(3, 1, 2), max("abc"), min([], default=0), max([1, -5], key=abs), min("a", "B", key=str.lower), sum([1, 2], 10), sum([0.1] * 10), sum([[1], [2]], []), any([]), all([]), any(x > 1 for x in (1, 2)), sum([1e16, 1, -1e16]), sum([True, 2.5]), sum((1, 2j)))
for f in (lambda: min([]), lambda: max(1), lambda: sum(["a"]), lambda: sum([1], "a"), lambda: min(1, "a"), lambda: sum(5), lambda: max(1, 2, default=3)):
    try: f()
    except (ValueError, TypeError) as e: print(type(e).__name__, e)
# stdout:
#| 1 c 0 -5 a 13 1.0 [1, 2] False True True 1.0 3.5 (1+2j)
#| ValueError min() iterable argument is empty
#| TypeError 'int' object is not iterable
#| TypeError unsupported operand type(s) for +: 'int' and 'str'
#| TypeError sum() can't sum strings [use ''.join(seq) instead]
#| TypeError '<' not supported between instances of 'str' and 'int'
#| TypeError 'int' object is not iterable
#| TypeError Cannot specify a default for max() with multiple positional arguments
