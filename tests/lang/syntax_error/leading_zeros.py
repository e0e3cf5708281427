x = 0123
# stderr:
#|   File "leading_zeros.py", line 1
#|     x = 0123
#|         ^
#| SyntaxError: leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers
# exit: 1
