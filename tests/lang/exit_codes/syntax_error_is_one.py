print("never printed")
def f(:
    pass
# stderr:
#|   File "syntax_error_is_one.py", line 2
#|     def f(:
#|           ^
#| SyntaxError: invalid syntax
# exit: 1
