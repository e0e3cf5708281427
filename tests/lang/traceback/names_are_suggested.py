counter = 1
def f():
    return countr + 1
f()
# stderr:
#| Traceback (most recent call last):
#|   File "names_are_suggested.py", line 4, in <module>
#|     f()
#|     ~^^
#|   File "names_are_suggested.py", line 3, in f
#|     return countr + 1
#|            ^^^^^^
#| NameError: name 'countr' is not defined. Did you mean: 'counter'?
# exit: 1
