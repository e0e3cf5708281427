class Loud:
    def __init__(self, n): self.n = n
    def __hash__(self): return 7
    def __eq__(self, other):
        print("asked", self.n)
        return isinstance(other, Loud) and self.n == other.n
class Pair(tuple):
    def __eq__(self, other): return True
    __hash__ = tuple.__hash__

d = {((1, 2), ("a", (3.5, None))): "deep", (1, (2,)): "flat", (): "empty", ((),): "nested"}
print(d[((1, 2), ("a", (3.5, None)))], d[(1.0, (2,))], d[(True, (2,))], d[()], d[((),)])
print(((1, 2), ("a", (3.5, 0))) in d, (1, (2, 3)) in d, (1,) in d)

# Items that have a say are asked, in order.
e = {(1, (Loud(1), Loud(2))): "loud"}
print(e[(1, (Loud(1), Loud(2)))])
print((1, (Loud(1), Loud(3))) in e, (2, (Loud(1), Loud(2))) in e)
print((1, Pair((5, 6))) in {(1, (5, 6)): 0}, (1, (5, 6)) == (1, Pair((7,))), Pair((5, 6)) in {(5, 6): 0})

# Deeper than anybody looks without asking.
def nest(n, inner):
    for _ in range(n): inner = (inner, n)
    return inner
f = {nest(n, "x"): n for n in (1, 7, 8, 9, 30)}
print([f[nest(n, "x")] for n in (1, 7, 8, 9, 30)], nest(9, "y") in f, nest(30, "x") == nest(30, "y"))

nan = float("nan")
print((nan,) in {(nan,): 1}, (float("nan"),) in {(nan,): 1}, (1 << 80, "k") in {(1 << 80, "k"): 1}, ("é",) in {("é",): 1})

from collections import namedtuple
State = namedtuple("State", "hp name")
class Odd(State):
    def __eq__(self, other): return NotImplemented
    __hash__ = State.__hash__
states = {State(1, ("a", State(2, "b"))): "state"}
print(states[State(1, ("a", State(2, "b")))], states[(1, ("a", (2, "b")))], (1, ("a", (2, "c"))) in states)
print(Odd(1, 2) in {Odd(1, 2): 0}, Odd(1, 2) in {State(1, 2): 0}, (0, Odd(1, 2)) in {(0, (1, 2)): 0})

# A comparison that empties the dictionary.
class Clearing:
    def __hash__(self): return 1
    def __eq__(self, other):
        g.clear()
        return True
g = {(Clearing(),): 1}
print((Clearing(),) in g, g)
try:
    {([],): 1}
except TypeError as e:
    print(e)
# stdout:
#| deep flat flat empty nested
#| False False False
#| asked 1
#| asked 2
#| loud
#| asked 1
#| asked 2
#| False False
#| True True True
#| [1, 7, 8, 9, 30] False False
#| True False True True
#| state state False
#| False True True
#| False {}
#| cannot use 'tuple' as a dict key (unhashable type: 'list')
