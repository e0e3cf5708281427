import no_such_module_here
# stderr:
#| Traceback (most recent call last):
#|   File "missing_module.py", line 1, in <module>
#|     import no_such_module_here
#| ModuleNotFoundError: No module named 'no_such_module_here'
# exit: 1
