class Plain:
    pass


class Meta(type):
    def __eq__(cls, other):
        return True

    __hash__ = type.__hash__


class Odd(metaclass=Meta):
    pass


class Ordered:
    def __lt__(self, other):
        return True


class Claims:
    def __eq__(self, other):
        return "yes"


a, b = Plain(), Plain()
print(a == b, a != b, a == a, a != a, a in (b,), a in [b, a], (a, b).count(b), [b, a].index(a))
print(int == str, int != str, type in int.__mro__, Odd in int.__mro__, int in (Odd,), Odd == int, int == Odd)
print(a == Ordered(), Ordered() != a, a == Claims(), Claims() == a, a != Claims(), a in (Claims(),))
print(issubclass(bool, int), issubclass(int, bool), issubclass(Odd, object), issubclass(Odd, (int, Odd)))
for wrong in [(1, int), (int, 1), (a, Plain)]:
    try:
        issubclass(*wrong)
    except TypeError as error:
        print(error)
error = AttributeError("a", name="n", obj=a)
error.__init__("b")
print(error.args, error.name, error.obj)
error.__init__("b", name="m")
print(error.args, error.name, AttributeError("x").name, NameError("x", name="y").name)
# stdout:
#| False True True False False True 1 1
#| False True False True True True True
#| False True yes yes False True
#| True False True True
#| issubclass() arg 1 must be a class
#| issubclass() arg 2 must be a class, a tuple of classes, or a union
#| issubclass() arg 1 must be a class
#| ('b',) None None
#| ('b',) m None y
