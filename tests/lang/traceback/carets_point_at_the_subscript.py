d = {"a": {"b": 1}}
def f():
    return d["a"]["c"]["d"] + 1
f()
# stderr:
#| Traceback (most recent call last):
#|   File "carets_point_at_the_subscript.py", line 4, in <module>
#|     f()
#|     ~^^
#|   File "carets_point_at_the_subscript.py", line 3, in f
#|     return d["a"]["c"]["d"] + 1
#|            ~~~~~~^^^^^
#| KeyError: 'c'
# exit: 1
