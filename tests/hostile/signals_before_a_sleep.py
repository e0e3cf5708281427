import signal, time
heard = []
signal.signal(signal.SIGALRM, lambda *a: heard.append(1))
signal.setitimer(signal.ITIMER_REAL, 1e-6)
time.sleep(.2)
print(heard)
for bad in (lambda: signal.pthread_sigmask(0, [1 << 1000]), lambda: signal.pthread_sigmask(0, ['x']), lambda: signal.setitimer(9, 1)):
    try: bad()
    except Exception as e: print(type(e).__name__, e)
# stdout:
#| [1]
#| ValueError signal number -1 out of range [1; 64]
#| TypeError 'str' object cannot be interpreted as an integer
#| ItimerError [Errno 22] Invalid argument
