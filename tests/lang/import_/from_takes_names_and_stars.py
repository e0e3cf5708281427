from _helpers.names import *
from _helpers.names import _private as p, public
print(public, p, "hidden" in globals(), sorted(n for n in globals() if n.startswith("sta")))
try: from _helpers.names import missing
except ImportError as e: print(str(e).split(" (")[0], e.name, e.name_from)
# stdout:
#| 1 4 False ['star_only']
#| cannot import name 'missing' from '_helpers.names' _helpers.names missing
