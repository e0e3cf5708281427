class Account:
    def __init__(self):
        self.balance = 1
def f(a):
    return a.blance
f(Account())
# FIXME: what stands below is dx's answer of today, not CPython 3.14's (`cargo xtask oracle FILE` fills that in)
# stderr:
#| Traceback (most recent call last):
#|   File "attributes_are_suggested.py", line 6, in <module>
#|     f(Account())
#|     ~^^^^^^^^^^^
#|   File "attributes_are_suggested.py", line 5, in f
#|     return a.blance
#|            ^^^^^^^^
#| AttributeError: 'Account' object has no attribute 'blance'. Did you mean: 'balance'?
# exit: 1
