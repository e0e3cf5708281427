class BadEq:
    def __hash__(self): return 1
    def __eq__(self, o): raise ValueError("eq")
class BadHash:
    def __hash__(self): raise ValueError("hash")
class Wrong:
    def __hash__(self): return "x"
d = {BadEq(): 1}
for f in (lambda: d[BadEq()], lambda: d[BadHash()], lambda: d[Wrong()], lambda: d.get(BadEq()), lambda: {1: 2}.__contains__([])):
    try: f()
    except (ValueError, TypeError) as e: print(type(e).__name__, e)
# stdout:
#| ValueError eq
#| ValueError hash
#| TypeError cannot use 'Wrong' as a dict key (__hash__ method should return an integer)
#| ValueError eq
#| TypeError cannot use 'list' as a dict key (unhashable type: 'list')
