def f():
    return json.dumps({})
f()
# FIXME: what stands below is dx's answer of today, not CPython 3.14's (`cargo xtask oracle FILE` fills that in)
# stderr:
#| Traceback (most recent call last):
#|   File "modules_are_suggested_for_names.py", line 3, in <module>
#|     f()
#|     ~^^
#|   File "modules_are_suggested_for_names.py", line 2, in f
#|     return json.dumps({})
#|            ^^^^
#| NameError: name 'json' is not defined. Did you forget to import 'json'?
# exit: 1
