import builtins
old = builtins.len, builtins.print
builtins.len = lambda x: "fake"
print(len([]), [1, 2].__len__())
builtins.len = old[0]
ns = {"__builtins__": {}}
try: exec("print(1)", ns)
except NameError as e: print(e)
exec("x = [i for i in (1, 2)]; y = {**{'a': 1}}; z = f'{x}'", ns)
print(ns["x"], ns["z"])
try: exec("class A: pass", {"__builtins__": {}})
except NameError as e: print(e)
try: exec("import os", {"__builtins__": {}})
except ImportError as e: print(e)
# stdout:
#| fake 2
#| name 'print' is not defined
#| [1, 2] [1, 2]
#| __build_class__ not found
#| __import__ not found
