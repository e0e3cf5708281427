class A: pass
class B:
    def __init__(self, x): pass
class C:
    def __new__(cls, x):
        return super().__new__(cls)
for make in (lambda: A(1), lambda: B(), lambda: B(1, 2), lambda: object(1), lambda: C(1)):
    try:
        print(type(make()).__name__)
    except TypeError as e:
        print(e)
class D:
    def __new__(cls, x):
        return object.__new__(cls, x)
try:
    D(1)
except TypeError as e:
    print(e)
# stdout:
#| A() takes no arguments
#| B.__init__() missing 1 required positional argument: 'x'
#| B.__init__() takes 2 positional arguments but 3 were given
#| object() takes no arguments
#| C
#| object.__new__() takes exactly one argument (the type to instantiate)
