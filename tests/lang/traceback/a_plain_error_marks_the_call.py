def f(x):
    return g(x + 1)
def g(y):
    return y / 0
print("before")
f(3)
# stdout:
#| before
# stderr:
#| Traceback (most recent call last):
#|   File "a_plain_error_marks_the_call.py", line 6, in <module>
#|     f(3)
#|     ~^^^
#|   File "a_plain_error_marks_the_call.py", line 2, in f
#|     return g(x + 1)
#|   File "a_plain_error_marks_the_call.py", line 4, in g
#|     return y / 0
#|            ~~^~~
#| ZeroDivisionError: division by zero
# exit: 1
