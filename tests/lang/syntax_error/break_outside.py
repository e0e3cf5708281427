def f():
    break
# stderr:
#|   File "break_outside.py", line 2
#|     break
#|     ^^^^^
#| SyntaxError: 'break' outside loop
# exit: 1
