import importlib, sys, types
m = types.ModuleType("made", "doc")
m.x = 1
sys.modules["made"] = m
import made
print(made.x, made.__doc__, importlib.import_module("made") is m)
sys.modules["blocked"] = None
try: import blocked
except ModuleNotFoundError as e: print(e)
print(m)
try: m.nothing
except AttributeError as e: print(e)
# stdout:
#| 1 doc True
#| import of blocked halted; None in sys.modules
#| <module 'made'>
#| module 'made' has no attribute 'nothing'
