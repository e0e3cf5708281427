1 / 0
# stderr:
#| Traceback (most recent call last):
#|   File "an_uncaught_error_is_one.py", line 1, in <module>
#|     1 / 0
#|     ~~^~~
#| ZeroDivisionError: division by zero
# exit: 1
