# args: -W error::DeprecationWarning
import warnings
warnings.warn("plain")
warnings.warn("old", DeprecationWarning)
# FIXME: what stands below is dx's answer of today, not CPython 3.14's (`cargo xtask oracle FILE` fills that in)
# stderr:
#| warnings_can_become_errors.py:3: UserWarning: plain
#|   warnings.warn("plain")
#| Traceback (most recent call last):
#|   File "warnings_can_become_errors.py", line 4, in <module>
#|     warnings.warn("old", DeprecationWarning)
#|     ~~~~~~~~~~~~~^^^^^^^^^^^^^^^^^^^^^^^^^^^
#| DeprecationWarning: old
# exit: 1
