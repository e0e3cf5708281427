if x = 1:
    pass
# stderr:
#|   File "assignment_in_a_condition.py", line 1
#|     if x = 1:
#|        ^^^^^
#| SyntaxError: invalid syntax. Maybe you meant '==' or ':=' instead of '='?
# exit: 1
