x = 1)
# stderr:
#|   File "an_unmatched_closer.py", line 1
#|     x = 1)
#|          ^
#| SyntaxError: unmatched ')'
# exit: 1
