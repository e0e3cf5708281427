import signal, threading, sys, time
sys.setrecursionlimit(60)
l = threading.Lock(); l.acquire()
signal.signal(signal.SIGALRM, lambda n, f: l.acquire(timeout=.05)); signal.setitimer(signal.ITIMER_REAL, .05, .02)
try: print([l.acquire(timeout=.02) for _ in range(10)])
except RecursionError as e: print('R')
signal.setitimer(signal.ITIMER_REAL, 0)
# stdout:
#| R
