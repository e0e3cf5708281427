x = 1abc
# stderr:
#|   File "invalid_decimal_literal.py", line 1
#|     x = 1abc
#|         ^
#| SyntaxError: invalid decimal literal
# exit: 1
