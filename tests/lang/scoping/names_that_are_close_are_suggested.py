# the suggestion is part of the traceback, not of the message
import traceback
value_one = 1
def f():
    local_name = 2
    return locl_name
for c in (f, lambda: valu_one, lambda: prnt, lambda: [].apend(1), lambda: time.x, lambda: totally_else):
    try: c()
    except Exception as e: print(traceback.format_exception_only(e)[-1], end="")
# stdout:
#| NameError: name 'locl_name' is not defined
#| NameError: name 'valu_one' is not defined
#| NameError: name 'prnt' is not defined
#| AttributeError: 'list' object has no attribute 'apend'. Did you mean: 'append'?
#| NameError: name 'time' is not defined. Did you forget to import 'time'?
#| NameError: name 'totally_else' is not defined
