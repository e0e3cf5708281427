class = 5
# stderr:
#|   File "a_keyword_as_a_name.py", line 1
#|     class = 5
#|           ^
#| SyntaxError: invalid syntax
# exit: 1
