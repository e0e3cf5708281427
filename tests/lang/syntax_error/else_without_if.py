x = 1
else:
    y = 2
# stderr:
#|   File "else_without_if.py", line 2
#|     else:
#|     ^^^^
#| SyntaxError: invalid syntax
# exit: 1
