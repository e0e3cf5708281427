class A:
    def who(self): return "A"
class B:
    def who(self): return "B"
a = A()
a.x = 1
a.__class__ = B
print(a.who(), a.x, type(a).__name__)
try:
    a.__class__ = int
except TypeError as e:
    print(e)
try:
    (1).__class__ = A
except TypeError as e:
    print(e)
# stdout:
#| B 1 B
#| __class__ assignment only supported for mutable types or ModuleType subclasses
#| __class__ assignment only supported for mutable types or ModuleType subclasses
