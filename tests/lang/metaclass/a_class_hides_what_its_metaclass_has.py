class Meta(type):
    def name(cls): return "meta"
    def only(cls): return "only meta"
class A(metaclass=Meta):
    def name(self): return "class"
class Empty(metaclass=Meta): pass
def read(cls): return cls.name
for _ in range(40):
    found = read(A)
print(found(None))

# Methods of builtin types that type has too.
def methods(): return dict.__repr__, type.__call__, int.__call__, object.__getattribute__
for _ in range(40):
    found = methods()
print([m.__qualname__ if hasattr(m, "__qualname__") else m for m in found[:2]], type(found[2]).__name__)
print(found[0]({1: 2}), found[3](A, "__name__" if False else "__class__"))

# A data descriptor of the metaclass comes first, whenever it arrives.
Meta.name = property(lambda cls: "property of the metaclass")
print(read(A))
del Meta.name
print(read(A)(None))
A.name = "a string"
print(read(A))
del A.name
try:
    read(A)
except AttributeError as e:
    print(e)
Meta.name = lambda cls: "back"
print(read(A)())

# One place, classes with and without the attribute.
A.name = lambda self: "class"
print([read(c) is A.name for _ in range(20) for c in (A, Empty)].count(True), read(Empty)())

class Data:
    def __get__(self, object, owner): return "data"
class Other(type):
    only = Data()
class B(metaclass=Other):
    only = 1
def only(): return B.only
for _ in range(40):
    found = only()
print(found)
Data.__set__ = lambda self, object, value: None
print(B.only)
# stdout:
#| class
#| ['dict.__repr__', 'type.__call__'] method-wrapper
#| {1: 2} <class '__main__.Meta'>
#| property of the metaclass
#| class
#| a string
#| type object 'A' has no attribute 'name'
#| back
#| 20 back
#| 1
#| data
