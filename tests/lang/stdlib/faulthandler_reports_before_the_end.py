import faulthandler
import sys


def inner():
    faulthandler._sigsegv()


def outer():
    inner()


print(faulthandler.is_enabled())
faulthandler.enable(all_threads=False, c_stack=False)
print(faulthandler.is_enabled(), faulthandler.disable(), faulthandler.disable())
faulthandler.enable(sys.stderr, False, False)
sys.stdout.flush()
outer()
# stdout:
#| False
#| True True False
# stderr:
#| Fatal Python error: Segmentation fault
#|
#| Stack (most recent call first):
#|   File "faulthandler_reports_before_the_end.py", line 6 in inner
#|   File "faulthandler_reports_before_the_end.py", line 10 in outer
#|   File "faulthandler_reports_before_the_end.py", line 18 in <module>
# exit: signal 11
