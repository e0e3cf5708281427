A = type("A", (int,), {"x": 1, "__doc__": "hi", "f": lambda self: self + 1})
print(A.__name__, A.x, A.__doc__, A(4).f(), A.__qualname__, A.__module__)
for args in (("A",), ("A", int, {}), (1, (), {}), ("A", (1,), {}), ("A", (bool,), {})):
    try:
        type(*args) if len(args) != 1 else print(type(*args))
    except TypeError as e:
        print(e)
# stdout:
#| A 1 hi 5 A __main__
#| <class 'str'>
#| type.__new__() argument 2 must be tuple, not type
#| type.__new__() argument 1 must be str, not int
#| metaclass conflict: the metaclass of a derived class must be a (non-strict) subclass of the metaclasses of all its bases
#| type 'bool' is not an acceptable base type
