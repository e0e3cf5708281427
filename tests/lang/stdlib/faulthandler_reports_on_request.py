import faulthandler
import os
import signal
import sys
import time


def nämé():
    faulthandler.dump_traceback(all_threads=False)


def counted(signum, frame):
    print("handled", signum == signal.SIGUSR1, file=sys.stderr)


nämé()
faulthandler.register(signal.SIGUSR1, all_threads=False)
os.kill(os.getpid(), signal.SIGUSR1)
print(faulthandler.unregister(signal.SIGUSR1), faulthandler.unregister(signal.SIGUSR1))
signal.signal(signal.SIGUSR1, counted)
faulthandler.register(signal.SIGUSR1, all_threads=False, chain=True)
os.kill(os.getpid(), signal.SIGUSR1)
(lambda: [signal.raise_signal(signal.SIGUSR1) for _ in range(2)])()
with open(os.devnull, "wb") as nowhere:
    faulthandler.dump_traceback_later(0.01, repeat=True, file=nowhere)
    time.sleep(0.05)
    faulthandler.cancel_dump_traceback_later()
for call in (
    lambda: faulthandler.register(signal.SIGSEGV),
    lambda: faulthandler.register(99),
    lambda: faulthandler.dump_traceback_later(0),
    lambda: faulthandler.dump_traceback(-1),
    lambda: faulthandler.dump_traceback("name"),
):
    try:
        call()
    except Exception as error:
        print(type(error).__name__, error)
# stdout:
#| True False
#| RuntimeError signal 11 cannot be registered, use enable() instead
#| ValueError signal number out of range
#| ValueError timeout must be greater than 0
#| ValueError file is not a valid file descriptor
#| AttributeError 'str' object has no attribute 'fileno'
# stderr:
#| Stack (most recent call first):
#|   File "faulthandler_reports_on_request.py", line 9 in n\xe4m\xe9
#|   File "faulthandler_reports_on_request.py", line 16 in <module>
#| Stack (most recent call first):
#|   File "faulthandler_reports_on_request.py", line 18 in <module>
#| Stack (most recent call first):
#|   File "faulthandler_reports_on_request.py", line 22 in <module>
#| handled True
#| Stack (most recent call first):
#|   File "faulthandler_reports_on_request.py", line 23 in <lambda>
#|   File "faulthandler_reports_on_request.py", line 23 in <module>
#| handled True
#| Stack (most recent call first):
#|   File "faulthandler_reports_on_request.py", line 23 in <lambda>
#|   File "faulthandler_reports_on_request.py", line 23 in <module>
#| handled True
