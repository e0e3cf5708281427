class Outer:
    class Error(Exception):
        def __str__(self): return "custom text"
raise Outer.Error
# FIXME: what stands below is dx's answer of today, not CPython 3.14's (`cargo xtask oracle FILE` fills that in)
# stderr:
#| Traceback (most recent call last):
#|   File "subclasses_print_their_module_path.py", line 4, in <module>
#|     raise Outer.Error
#| Outer.Error: custom text
# exit: 1
