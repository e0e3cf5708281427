def f(*args, **kw):
    raise KeyError("k")
value = f(
    1,
    2,
    key=3,
)
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
