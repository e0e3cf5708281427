class E(Exception):
    def __str__(self): raise ValueError
raise E
# stderr:
#| Traceback (most recent call last):
#|   File "an_exception_whose_str_fails.py", line 3, in <module>
#|     raise E
#| E: <exception str() failed>
# exit: 1
