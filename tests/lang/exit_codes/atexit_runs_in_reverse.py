import atexit
atexit.register(print, "second")
atexit.register(print, "first")
@atexit.register
def bye(): print("zeroth")
print("main")
raise SystemExit(4)
# stdout:
#| main
#| zeroth
#| first
#| second
# exit: 4
