x = *a
# stderr:
#|   File "star_alone.py", line 1
#|     x = *a
#|         ^^
#| SyntaxError: can't use starred expression here
# exit: 1
