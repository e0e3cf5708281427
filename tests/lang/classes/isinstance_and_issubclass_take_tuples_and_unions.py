print(isinstance(1, (str, int)), isinstance(True, int), issubclass(bool, (str, (float, int))))
print(isinstance(1, int | str), isinstance(None, int | None), issubclass(int, int | str))
for f in (lambda: isinstance(1, 1), lambda: issubclass(1, int), lambda: isinstance(1, list[int])):
    try:
        f()
    except TypeError as e:
        print(e)
# stdout:
#| True True True
#| True True True
#| isinstance() arg 2 must be a type, a tuple of types, or a union
#| issubclass() arg 1 must be a class
#| isinstance() argument 2 cannot be a parameterized generic
