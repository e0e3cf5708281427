raise ValueError
# FIXME: what stands below is dx's answer of today, not CPython 3.14's (`cargo xtask oracle FILE` fills that in)
# stderr:
#| Traceback (most recent call last):
#|   File "empty_message_has_no_colon.py", line 1, in <module>
#|     raise ValueError
#| ValueError
# exit: 1
