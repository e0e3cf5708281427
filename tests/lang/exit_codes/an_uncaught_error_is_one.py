1 / 0
# FIXME: what stands below is dx's answer of today, not CPython 3.14's (`cargo xtask oracle FILE` fills that in)
# stderr:
#| Traceback (most recent call last):
#|   File "an_uncaught_error_is_one.py", line 1, in <module>
#|     1 / 0
#|     ~~^~~
#| ZeroDivisionError: division by zero
# exit: 1
