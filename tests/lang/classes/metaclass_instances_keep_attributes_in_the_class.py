class M(type):
    pass


class A(metaclass=M):
    x = 1


print("x" in A.__dict__, type(A.__dict__).__name__, "__dict__" in M.__dict__)
try:
    object.__setattr__(A, "y", 2)
except TypeError as e:
    print(e)
try:
    type("N", (type,), {"__slots__": "a"})
except TypeError as e:
    print(e)
# stdout:
#| True mappingproxy False
#| can't apply this __setattr__ to M object
#| nonempty __slots__ not supported for subtype of 'type'
