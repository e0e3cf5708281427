a = list(range(8))
a[1:3] = "abc"; print(a)
a[::2] = [0] * len(a[::2]); print(a)
a[5:] = []; print(a)
a[2:2] = [7, 7]; print(a)
a[:0] = a; print(a)
del a[::3]; print(a)
del a[-2:]; print(a)
a[::-1] = list(range(len(a))); print(a)
for f in (lambda: a.__setitem__(slice(0, 4, 2), [1]), lambda: a.__setitem__(slice(0, 1), 5), lambda: a.__setitem__(99, 1), lambda: a.__delitem__(99)):
    try: f()
    except Exception as e: print(type(e).__name__, e)
# stdout:
#| [0, 'a', 'b', 'c', 3, 4, 5, 6, 7]
#| [0, 'a', 0, 'c', 0, 4, 0, 6, 0]
#| [0, 'a', 0, 'c', 0]
#| [0, 'a', 7, 7, 0, 'c', 0]
#| [0, 'a', 7, 7, 0, 'c', 0, 0, 'a', 7, 7, 0, 'c', 0]
#| ['a', 7, 0, 'c', 0, 'a', 7, 0, 0]
#| ['a', 7, 0, 'c', 0, 'a', 7]
#| [6, 5, 4, 3, 2, 1, 0]
#| ValueError attempt to assign sequence of size 1 to extended slice of size 2
#| TypeError must assign iterable to extended slice
#| IndexError list assignment index out of range
#| IndexError list assignment index out of range
