# Defaults fill what a call of a class or of a bound method leaves out, wherever it is called from.
import sys


class Point:
    def __init__(self, x, y=2, z=[3]):
        held = (x, y, z)
        self.held = held

    def moved(self, dx=1, *, dy=None):
        return self.held[0] + dx, dy

    def plain(self, dx=1, dy=(5, 6)):
        local = [dx, dy]
        return self.held[0], local


def made():
    for make in Point, lambda *a: Point(*a):
        yield make(1).held
        yield make(1, 5).held
        yield make(1, 5, 6).held
        point = make(7)
        method = point.plain
        yield method(), method(3), method(3, 4), point.plain(9)
        named = point.moved
        yield named(), named(4), named(dy=5), named(4, dy=6)


print(list(made()))
print([Point(at).held for at in range(3)])
print([Point(at).plain() for at in range(3)])


def wrong(call):
    try:
        call()
    except TypeError as error:
        print(error)


method = Point(1).plain
wrong(lambda: Point())
wrong(lambda: Point(1, 2, 3, 4))
wrong(lambda: method(1, 2, 3))


class Changing:
    def __init__(self, value="old"):
        self.value = value

    def get(self, value="old"):
        return value


get = Changing().get
for turn in range(3):
    print(Changing().value, get())
    if turn == 0:
        Changing.__init__.__defaults__ = ("new",)
        Changing.get.__defaults__ = ("new",)
    if turn == 1:
        Changing.__init__.__defaults__ = None
        try:
            Changing()
        except TypeError as error:
            print(error)
        Changing.__init__.__defaults__ = ("last",)


class Deep:
    def __init__(self, depth=0):
        self.below = Deep(depth + 1)


try:
    Deep()
except RecursionError as error:
    print(error)


def deep(self=None, depth=0):
    return Holder().bound(depth + 1)


class Holder:
    def bound(self, depth, more=None):
        call = self.bound
        return call(depth + 1)


try:
    deep()
except RecursionError as error:
    print(error)


class Counted:
    def __init__(self, held=object()):
        pass


before = sys.getrefcount(Counted.__init__.__defaults__[0])
for _ in range(100):
    Counted()
print(sys.getrefcount(Counted.__init__.__defaults__[0]) - before)
# stdout:
#| [(1, 2, [3]), (1, 5, [3]), (1, 5, 6), ((7, [1, (5, 6)]), (7, [3, (5, 6)]), (7, [3, 4]), (7, [9, (5, 6)])), ((8, None), (11, None), (8, 5), (11, 6)), (1, 2, [3]), (1, 5, [3]), (1, 5, 6), ((7, [1, (5, 6)]), (7, [3, (5, 6)]), (7, [3, 4]), (7, [9, (5, 6)])), ((8, None), (11, None), (8, 5), (11, 6))]
#| [(0, 2, [3]), (1, 2, [3]), (2, 2, [3])]
#| [(0, [1, (5, 6)]), (1, [1, (5, 6)]), (2, [1, (5, 6)])]
#| Point.__init__() missing 1 required positional argument: 'x'
#| Point.__init__() takes from 2 to 4 positional arguments but 5 were given
#| Point.plain() takes from 1 to 3 positional arguments but 4 were given
#| old old
#| new new
#| Changing.__init__() missing 1 required positional argument: 'value'
#| last new
#| maximum recursion depth exceeded
#| maximum recursion depth exceeded
#| 0
