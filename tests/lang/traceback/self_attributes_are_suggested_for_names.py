class A:
    def __init__(self):
        self.value = 1
    def f(self):
        return value
A().f()
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
