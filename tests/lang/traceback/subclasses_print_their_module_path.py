class Outer:
    class Error(Exception):
        def __str__(self): return "custom text"
raise Outer.Error
# stderr:
#| Traceback (most recent call last):
#|   File "subclasses_print_their_module_path.py", line 4, in <module>
#|     raise Outer.Error
#| Outer.Error: custom text
# exit: 1
