whille True:
    pass
# stderr:
#|   File "keyword_typos_are_suggested.py", line 1
#|     whille True:
#|     ^^^^^^
#| SyntaxError: invalid syntax. Did you mean 'while'?
# exit: 1
