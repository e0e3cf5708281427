class A:
    def __format__(self, spec): return f"<{spec!r}>"
print(f"{A()} {A():} {A():x:y} {A():{1}{2}}")
class B:
    def __format__(self, spec): return 1
try: f"{B()}"
except TypeError as e: print(e)
try: f"{[]:5}"
except TypeError as e: print(e)
# stdout:
#| <''> <''> <'x:y'> <'12'>
#| __format__ must return a str, not int
#| unsupported format string passed to list.__format__
