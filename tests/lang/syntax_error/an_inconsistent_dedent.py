if 1:
        x = 1
    y = 2
# stderr:
#|   File "an_inconsistent_dedent.py", line 3
#|     y = 2
#|          ^
#| IndentationError: unindent does not match any outer indentation level
# exit: 1
