return 5
# stderr:
#|   File "return_outside.py", line 1
#|     return 5
#|     ^^^^^^^^
#| SyntaxError: 'return' outside function
# exit: 1
