f = lambda x: 1 / x
g = [f(i) for i in (1, 0)]
# FIXME: what stands below is dx's answer of today, not CPython 3.14's (`cargo xtask oracle FILE` fills that in)
# stderr:
#| Traceback (most recent call last):
#|   File "comprehensions_and_lambdas_have_frames.py", line 2, in <module>
#|     g = [f(i) for i in (1, 0)]
#|          ~^^^
#|   File "comprehensions_and_lambdas_have_frames.py", line 1, in <lambda>
#|     f = lambda x: 1 / x
#|                   ~~^~~
#| ZeroDivisionError: division by zero
# exit: 1
