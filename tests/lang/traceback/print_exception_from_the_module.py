import traceback
def f():
    raise ValueError("x")
try:
    f()
except ValueError as e:
    print(traceback.format_exc(), end="")
    print(traceback.format_exception_only(e))
    print([(s.lineno, s.name, s.line) for s in traceback.extract_tb(e.__traceback__)])
# stdout:
#| Traceback (most recent call last):
#|   File "print_exception_from_the_module.py", line 5, in <module>
#|     f()
#|     ~^^
#|   File "print_exception_from_the_module.py", line 3, in f
#|     raise ValueError("x")
#| ValueError: x
#| ['ValueError: x\n']
#| [(5, '<module>', 'f()'), (3, 'f', 'raise ValueError("x")')]
