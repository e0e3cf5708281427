def f(n):
    if n == 0:
        raise ValueError("bottom")
    return [f(n - 1), "after"]
f(2)
# FIXME: what stands below is dx's answer of today, not CPython 3.14's (`cargo xtask oracle FILE` fills that in)
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
