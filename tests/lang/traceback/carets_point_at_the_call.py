def f(n):
    if n == 0:
        raise ValueError("bottom")
    return [f(n - 1), "after"]
f(2)
# stderr:
#| Traceback (most recent call last):
#|   File "carets_point_at_the_call.py", line 5, in <module>
#|     f(2)
#|     ~^^^
#|   File "carets_point_at_the_call.py", line 4, in f
#|     return [f(n - 1), "after"]
#|             ~^^^^^^^
#|   File "carets_point_at_the_call.py", line 4, in f
#|     return [f(n - 1), "after"]
#|             ~^^^^^^^
#|   File "carets_point_at_the_call.py", line 3, in f
#|     raise ValueError("bottom")
#| ValueError: bottom
# exit: 1
