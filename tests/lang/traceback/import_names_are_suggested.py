from _names import publc_name
# FIXME: what stands below is dx's answer of today, not CPython 3.14's (`cargo xtask oracle FILE` fills that in)
# stderr:
#| Traceback (most recent call last):
#|   File "import_names_are_suggested.py", line 1, in <module>
#|     from _names import publc_name
#| ImportError: cannot import name 'publc_name' from '_names' (_names.py). Did you mean: 'public_name'?
# exit: 1
