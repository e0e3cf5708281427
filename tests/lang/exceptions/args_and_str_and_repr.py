print(str(ValueError()), repr(ValueError()), str(ValueError(1)), repr(ValueError(1)), str(ValueError(1, "a")), repr(ValueError(1, "a")))
print(str(KeyError("k")), str(KeyError()), str(KeyError("a", "b")))
class E(Exception):
    def __init__(self, a, b): self.a = a
e = E(1, b=2)
print(e.args, repr(e))
e.args = "xy"
print(e.args)
# stdout:
#|  ValueError() 1 ValueError(1) (1, 'a') ValueError(1, 'a')
#| 'k'  ('a', 'b')
#| (1,) E(1)
#| ('x', 'y')
