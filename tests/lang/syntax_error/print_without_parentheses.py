print "hello"
# stderr:
#|   File "print_without_parentheses.py", line 1
#|     print "hello"
#|     ^^^^^^^^^^^^^
#| SyntaxError: Missing parentheses in call to 'print'. Did you mean print(...)?
# exit: 1
