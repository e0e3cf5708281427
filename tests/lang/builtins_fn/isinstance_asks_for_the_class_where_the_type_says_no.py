class Claims:
    @property
    def __class__(self): return int
print(isinstance(Claims(), int), isinstance(Claims(), (str, int)), isinstance(Claims(), Claims), isinstance(Claims(), (str, list)))

# What was found out about a class does not outlive its bases.
class Plain: pass
class Other:
    __class__ = property(lambda self: str)
class Child(Plain): pass
child = Child()
print(isinstance(child, str), isinstance(child, (int, str)))
Child.__bases__ = (Other,)
print(isinstance(child, str), isinstance(child, (int, (float, str))))
Child.__bases__ = (Plain,)
print(isinstance(child, str), isinstance(child, (int, (float, str))))
Plain.__getattribute__ = lambda self, name: list
print(isinstance(child, list), isinstance(child, (int, list)))
del Plain.__getattribute__
print(isinstance(child, list), isinstance(child, (int, list)))

class Meta(type):
    def __instancecheck__(cls, value):
        print("hook", value)
        return True
class Hooked(metaclass=Meta): pass
print(isinstance(3, (str, Hooked)), isinstance(3, (int, Hooked)), isinstance(3, (str, bytes | int)))
for wrong in (3, (str, 3), (int, 3), (str, (bytes, "a"))):
    try: print(isinstance(3, wrong))
    except TypeError as e: print(e)
# stdout:
#| True True True False
#| False False
#| True True
#| False False
#| True True
#| False False
#| hook 3
#| True True True
#| isinstance() arg 2 must be a type, a tuple of types, or a union
#| isinstance() arg 2 must be a type, a tuple of types, or a union
#| True
#| isinstance() arg 2 must be a type, a tuple of types, or a union
