def f(*, colour=1): pass
f(color=2)
# FIXME: what stands below is dx's answer of today, not CPython 3.14's (`cargo xtask oracle FILE` fills that in)
# stderr:
#| Traceback (most recent call last):
#|   File "keyword_argument_suggestions.py", line 2, in <module>
#|     f(color=2)
#|     ~^^^^^^^^^
#| TypeError: f() got an unexpected keyword argument 'color'. Did you mean 'colour'?
# exit: 1
