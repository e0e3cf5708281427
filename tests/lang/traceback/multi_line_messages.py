raise ValueError("line one\nline two")
# stderr:
#| Traceback (most recent call last):
#|   File "multi_line_messages.py", line 1, in <module>
#|     raise ValueError("line one\nline two")
#| ValueError: line one
#| line two
# exit: 1
