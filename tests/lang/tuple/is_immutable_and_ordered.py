t = (1, "a", 2.5)
print(t[0], t[-1], t[1:], t + (3,), t * 2, t.index("a"), t.count(1), (), (1,), ((),), tuple("ab"), tuple([1]), t is tuple(t), t[:] is t)
for f in (lambda: t.__setitem__, lambda: t.append, lambda: t + [1], lambda: (1,)[2], lambda: t.index(9)):
    try: print(f())
    except (AttributeError, TypeError, IndexError, ValueError) as e: print(type(e).__name__, e)
try: t[0] = 1
except TypeError as e: print(e)
try: del t[0]
except TypeError as e: print(e)
# stdout:
#| 1 2.5 ('a', 2.5) (1, 'a', 2.5, 3) (1, 'a', 2.5, 1, 'a', 2.5) 1 1 () (1,) ((),) ('a', 'b') (1,) True True
#| AttributeError 'tuple' object has no attribute '__setitem__'
#| AttributeError 'tuple' object has no attribute 'append'
#| TypeError can only concatenate tuple (not "list") to tuple
#| IndexError tuple index out of range
#| ValueError tuple.index(x): x not in tuple
#| 'tuple' object does not support item assignment
#| 'tuple' object doesn't support item deletion
