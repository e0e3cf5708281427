s = {1}
s.add(2); s.discard(9); s.remove(1); s.update([3], {4}); print(sorted(s))
s &= {2, 3}; s |= {5}; s -= {2}; s ^= {3, 6}; print(sorted(s))
s.difference_update([5]); s.intersection_update([6]); s.symmetric_difference_update([7]); print(sorted(s), s.copy() == s)
s.clear(); print(s)
for f in (lambda: s.remove(1), lambda: s.pop(), lambda: s.add([])):
    try: f()
    except (KeyError, TypeError) as e: print(type(e).__name__, e)
# stdout:
#| [2, 3, 4]
#| [5, 6]
#| [6, 7] True
#| set()
#| KeyError 1
#| KeyError 'pop from an empty set'
#| TypeError cannot use 'list' as a set element (unhashable type: 'list')
