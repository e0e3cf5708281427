from functools import partial, Placeholder as _
import pickle
def show(*args, **keys): return args, keys
p = partial(show, 1, key=2)
print(p(3, other=4), p(key=5))
print(partial(p, 6).func is show, partial(p, 6).args)
q = partial(show, _, 2, _, 4)
print(q(1, 3, 5), partial(q, 7).args)
for wrong in (lambda: q(1), lambda: partial(show, _), lambda: partial(show, x=_), lambda: partial(3), partial):
    try: wrong()
    except TypeError as error: print(error)
print(pickle.loads(pickle.dumps(partial(print, 1, sep="-"))), repr(_), type(_)() is _)
class C: method = partial(show, 0); plain = show
print(C().method()[0][0], partial(print, 1, end="").keywords)
p.mark = 1
print(p.__dict__, partial(p).func is p)
# stdout:
#| ((1, 3), {'key': 2, 'other': 4}) ((1,), {'key': 5})
#| True (1, 6)
#| ((1, 2, 3, 4, 5), {}) (7, 2, Placeholder, 4)
#| missing positional arguments in 'partial' call; expected at least 2, got 1
#| trailing Placeholders are not allowed
#| Placeholder cannot be passed as a keyword argument
#| the first argument must be callable
#| type 'partial' takes at least one argument
#| functools.partial(<built-in function print>, 1, sep='-') Placeholder True
#| 0 {'end': ''}
#| {'mark': 1} True
