# args: -X no_debug_ranges
def f():
    return 1 / 0
f()
# stderr:
#| Traceback (most recent call last):
#|   File "with_x_no_debug_ranges_there_are_no_carets.py", line 4, in <module>
#|     f()
#|   File "with_x_no_debug_ranges_there_are_no_carets.py", line 3, in f
#|     return 1 / 0
#| ZeroDivisionError: division by zero
# exit: 1
