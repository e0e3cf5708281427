class M:
    def __enter__(self): return self
    def __exit__(self, *a): raise RuntimeError("exit failed")
def f():
    with M():
        raise ValueError("body")
f()
# stderr:
#| Traceback (most recent call last):
#|   File "raise_in_finally_and_with.py", line 6, in f
#|     raise ValueError("body")
#| ValueError: body
#|
#| During handling of the above exception, another exception occurred:
#|
#| Traceback (most recent call last):
#|   File "raise_in_finally_and_with.py", line 7, in <module>
#|     f()
#|     ~^^
#|   File "raise_in_finally_and_with.py", line 5, in f
#|     with M():
#|          ~^^
#|   File "raise_in_finally_and_with.py", line 3, in __exit__
#|     def __exit__(self, *a): raise RuntimeError("exit failed")
#|                             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
#| RuntimeError: exit failed
# exit: 1
