a = 1
b = "x"
c = (
    a
    + b
    + a
)
# stderr:
#| Traceback (most recent call last):
#|   File "multi_line_operators.py", line 4, in <module>
#|     a
#|     ~
#|     + b
#|     ^~~
#| TypeError: unsupported operand type(s) for +: 'int' and 'str'
# exit: 1
