import os, signal
print("going", flush=True)
os.kill(os.getpid(), signal.SIGTERM)
# stdout:
#| going
# exit: signal 15
