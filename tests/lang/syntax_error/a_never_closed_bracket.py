x = {
    "a": 1,
y = 2
# stderr:
#|   File "a_never_closed_bracket.py", line 1
#|     x = {
#|         ^
#| SyntaxError: '{' was never closed
# exit: 1
