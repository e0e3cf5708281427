class E(Exception):
    def __str__(self): raise ValueError
raise E
# FIXME: what stands below is dx's answer of today, not CPython 3.14's (`cargo xtask oracle FILE` fills that in)
# stderr:
#| Traceback (most recent call last):
#|   File "an_exception_whose_str_fails.py", line 3, in <module>
#|     raise E
#| E: <exception str() failed>
# exit: 1
