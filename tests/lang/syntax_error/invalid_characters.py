x = 5 € 3
# stderr:
#|   File "invalid_characters.py", line 1
#|     x = 5 € 3
#|           ^
#| SyntaxError: invalid character '€' (U+20AC)
# exit: 1
