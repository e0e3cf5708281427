if x == 1
    pass
# stderr:
#|   File "a_missing_colon.py", line 1
#|     if x == 1
#|              ^
#| SyntaxError: expected ':'
# exit: 1
