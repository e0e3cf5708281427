# args: -W error::DeprecationWarning
import warnings
warnings.warn("plain")
warnings.warn("old", DeprecationWarning)
# stderr:
#| warnings_can_become_errors.py:3: UserWarning: plain
#|   warnings.warn("plain")
#| Traceback (most recent call last):
#|   File "warnings_can_become_errors.py", line 4, in <module>
#|     warnings.warn("old", DeprecationWarning)
#|     ~~~~~~~~~~~~~^^^^^^^^^^^^^^^^^^^^^^^^^^^
#| DeprecationWarning: old
# exit: 1
