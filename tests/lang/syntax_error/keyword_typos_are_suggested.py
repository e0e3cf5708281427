whille True:
    pass
# FIXME: what stands below is dx's answer of today, not CPython 3.14's (`cargo xtask oracle FILE` fills that in)
# stderr:
#|   File "keyword_typos_are_suggested.py", line 1
#|     whille True:
#|            ^^^^
#| SyntaxError: invalid syntax
# exit: 1
