x = [1, 2 3, 4]
# stderr:
#|   File "a_missing_comma.py", line 1
#|     x = [1, 2 3, 4]
#|             ^^^
#| SyntaxError: invalid syntax. Perhaps you forgot a comma?
# exit: 1
