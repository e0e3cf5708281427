for c in (lambda: len(), lambda: len(1, 2), lambda: len(obj=1), lambda: abs("x"), lambda: ord("ab"), lambda: chr(-1), lambda: [].append(), lambda: [].append(1, 2), lambda: {}.get(), lambda: "x".join(1), lambda: "a".replace("b"), lambda: sorted(), lambda: sorted([1], bad=1), lambda: print(1, bad=2), lambda: int("1", base=2, x=3), lambda: isinstance(1), lambda: getattr(1), lambda: [].sort(1), lambda: max(), lambda: max(1), lambda: "".split(1), lambda: range(), lambda: range(1, 2, 3, 4), lambda: round()):
    try: c()
    except (TypeError, ValueError) as e: print(type(e).__name__, e)
# stdout:
#| TypeError len() takes exactly one argument (0 given)
#| TypeError len() takes exactly one argument (2 given)
#| TypeError len() takes no keyword arguments
#| TypeError bad operand type for abs(): 'str'
#| TypeError ord() expected a character, but string of length 2 found
#| ValueError chr() arg not in range(0x110000)
#| TypeError list.append() takes exactly one argument (0 given)
#| TypeError list.append() takes exactly one argument (2 given)
#| TypeError get expected at least 1 argument, got 0
#| TypeError can only join an iterable
#| TypeError replace() takes at least 2 positional arguments (1 given)
#| TypeError sorted expected 1 argument, got 0
#| TypeError sort() got an unexpected keyword argument 'bad'
#| TypeError print() got an unexpected keyword argument 'bad'
#| TypeError int() takes at most 2 arguments (3 given)
#| TypeError isinstance expected 2 arguments, got 1
#| TypeError getattr expected at least 2 arguments, got 1
#| TypeError sort() takes no positional arguments
#| TypeError max expected at least 1 argument, got 0
#| TypeError 'int' object is not iterable
#| TypeError must be str or None, not int
#| TypeError range expected at least 1 argument, got 0
#| TypeError range expected at most 3 arguments, got 4
#| TypeError round() missing required argument 'number' (pos 1)
