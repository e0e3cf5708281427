class A:
    def __init__(self):
        self.value = 1
    def f(self):
        return value
A().f()
# FIXME: what stands below is dx's answer of today, not CPython 3.14's (`cargo xtask oracle FILE` fills that in)
# stderr:
#| Traceback (most recent call last):
#|   File "self_attributes_are_suggested_for_names.py", line 6, in <module>
#|     A().f()
#|     ~~~~~^^
#|   File "self_attributes_are_suggested_for_names.py", line 5, in f
#|     return value
#|            ^^^^^
#| NameError: name 'value' is not defined. Did you mean: 'self.value'?
# exit: 1
