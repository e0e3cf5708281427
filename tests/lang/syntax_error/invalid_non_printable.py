x = 1​ + 2
# stderr:
#|   File "invalid_non_printable.py", line 1
#|     x = 1​ + 2
#|          ^
#| SyntaxError: invalid non-printable character U+200B
# exit: 1
