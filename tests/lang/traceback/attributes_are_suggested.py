class Account:
    def __init__(self):
        self.balance = 1
def f(a):
    return a.blance
f(Account())
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
