def f(a=1, b): pass
# stderr:
#|   File "default_before_plain_parameter.py", line 1
#|     def f(a=1, b): pass
#|                ^
#| SyntaxError: parameter without a default follows parameter with a default
# exit: 1
