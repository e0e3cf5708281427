import atexit, os
atexit.register(print, "never")
print("out", flush=True)
os._exit(3)
# stdout:
#| out
# exit: 3
