import no_such_module_here
# FIXME: what stands below is dx's answer of today, not CPython 3.14's (`cargo xtask oracle FILE` fills that in)
# stderr:
#| Traceback (most recent call last):
#|   File "missing_module.py", line 1, in <module>
#|     import no_such_module_here
#| ModuleNotFoundError: No module named 'no_such_module_here'
# exit: 1
