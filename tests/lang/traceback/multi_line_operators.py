a = 1
b = "x"
c = (
    a
    + b
    + a
)
# FIXME: what stands below is dx's answer of today, not CPython 3.14's (`cargo xtask oracle FILE` fills that in)
# stderr:
#| Traceback (most recent call last):
#|   File "multi_line_operators.py", line 4, in <module>
#|     a
#|     ~
#|     + b
#|     ^~~
#| TypeError: unsupported operand type(s) for +: 'int' and 'str'
# exit: 1
