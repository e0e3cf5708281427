x = 1 + \ 
y = 2
# stderr:
#|   File "backslash_at_the_end.py", line 1
#|     x = 1 + \ 
#|              ^
#| SyntaxError: unexpected character after line continuation character
# exit: 1
