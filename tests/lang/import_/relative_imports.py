from _helpers.package import deep
print(deep.up, deep.sibling_name)
try: exec("from . import x")
except ImportError as e: print(e)
try: exec("from .... import x", {"__package__": "a.b", "__name__": "a.b.c"})
except ImportError as e: print(e)
# stdout:
#| package value _helpers.package.sibling
#| attempted relative import with no known parent package
#| attempted relative import beyond top-level package
