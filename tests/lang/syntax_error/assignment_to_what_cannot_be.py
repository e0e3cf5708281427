f() = 1
# stderr:
#|   File "assignment_to_what_cannot_be.py", line 1
#|     f() = 1
#|     ^^^
#| SyntaxError: cannot assign to function call here. Maybe you meant '==' instead of '='?
# exit: 1
