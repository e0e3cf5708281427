x = (1, [2, 3)
# stderr:
#|   File "an_unclosed_bracket_is_named.py", line 1
#|     x = (1, [2, 3)
#|                  ^
#| SyntaxError: closing parenthesis ')' does not match opening parenthesis '['
# exit: 1
