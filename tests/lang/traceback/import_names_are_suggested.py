from _names import publc_name
# stderr:
#| Traceback (most recent call last):
#|   File "import_names_are_suggested.py", line 1, in <module>
#|     from _names import publc_name
#| ImportError: cannot import name 'publc_name' from '_names' (_names.py). Did you mean: 'public_name'?
# exit: 1
