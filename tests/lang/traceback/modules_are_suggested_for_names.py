def f():
    return json.dumps({})
f()
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
