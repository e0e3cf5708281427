def f(a, b):
    return (a + 1) * (b - "x")
f(1, 2)
# stderr:
#| Traceback (most recent call last):
#|   File "carets_point_at_the_operator.py", line 3, in <module>
#|     f(1, 2)
#|     ~^^^^^^
#|   File "carets_point_at_the_operator.py", line 2, in f
#|     return (a + 1) * (b - "x")
#|                       ~~^~~~~
#| TypeError: unsupported operand type(s) for -: 'int' and 'str'
# exit: 1
