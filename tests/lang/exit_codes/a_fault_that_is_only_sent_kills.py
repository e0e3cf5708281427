import signal

print(signal.getsignal(signal.SIGSEGV), signal.getsignal(signal.SIGBUS), flush=True)
signal.raise_signal(signal.SIGSEGV)
print("alive")
# stdout:
#| 0 0
# exit: signal 11
