raise ValueError("line one\nline two")
# FIXME: what stands below is dx's answer of today, not CPython 3.14's (`cargo xtask oracle FILE` fills that in)
# stderr:
#| Traceback (most recent call last):
#|   File "multi_line_messages.py", line 1, in <module>
#|     raise ValueError("line one\nline two")
#| ValueError: line one
#| line two
# exit: 1
