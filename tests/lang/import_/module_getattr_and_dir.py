import _helpers.lazy as lazy
print(lazy.anything, dir(lazy))
try: lazy.no
except AttributeError as e: print(e)
from _helpers.lazy import something
print(something)
# stdout:
#| lazy anything ['a', 'b']
#| module says no
#| lazy something
