x = f"{a b}"
# stderr:
#|   File "f_string_inside.py", line 1
#|     x = f"{a b}"
#|            ^^^
#| SyntaxError: invalid syntax. Perhaps you forgot a comma?
# exit: 1
