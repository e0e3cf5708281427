def f(*, colour=1): pass
f(color=2)
# stderr:
#| Traceback (most recent call last):
#|   File "keyword_argument_suggestions.py", line 2, in <module>
#|     f(color=2)
#|     ~^^^^^^^^^
#| TypeError: f() got an unexpected keyword argument 'color'. Did you mean 'colour'?
# exit: 1
