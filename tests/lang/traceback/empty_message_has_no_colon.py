raise ValueError
# stderr:
#| Traceback (most recent call last):
#|   File "empty_message_has_no_colon.py", line 1, in <module>
#|     raise ValueError
#| ValueError
# exit: 1
