def f(*args, **kw):
    raise KeyError("k")
value = f(
    1,
    2,
    key=3,
)
# FIXME: what stands below is dx's answer of today, not CPython 3.14's (`cargo xtask oracle FILE` fills that in)
# stderr:
#| Traceback (most recent call last):
#|   File "multi_line_expressions_show_their_lines.py", line 3, in <module>
#|     value = f(
#|         1,
#|         2,
#|         key=3,
#|     )
#|   File "multi_line_expressions_show_their_lines.py", line 2, in f
#|     raise KeyError("k")
#| KeyError: 'k'
# exit: 1
