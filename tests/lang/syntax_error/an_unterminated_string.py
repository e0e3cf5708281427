x = "abc
y = 1
# stderr:
#|   File "an_unterminated_string.py", line 1
#|     x = "abc
#|         ^
#| SyntaxError: unterminated string literal (detected at line 1)
# exit: 1
