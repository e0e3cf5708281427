x := 5
# stderr:
#|   File "walrus_without_parentheses.py", line 1
#|     x := 5
#|       ^^
#| SyntaxError: invalid syntax
# exit: 1
