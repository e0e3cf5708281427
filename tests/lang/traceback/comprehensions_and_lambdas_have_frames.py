f = lambda x: 1 / x
g = [f(i) for i in (1, 0)]
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
