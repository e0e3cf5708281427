try:
    x = 1
y = 2
# stderr:
#|   File "try_without_except.py", line 3
#|     y = 2
#|     ^
#| SyntaxError: expected 'except' or 'finally' block
# exit: 1
