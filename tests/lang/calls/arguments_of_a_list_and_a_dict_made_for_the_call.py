import functools


@functools.lru_cache
def cached(*args):
    return list(args)


class Noisy:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("gone", self.name)


print(cached(*[1, 2]) is cached(*[1, 2]), max(*[3, 9, 4]), int(*["12", 5]))
print(isinstance(*[Noisy("a"), Noisy]))
try:
    len(*[Noisy("b"), Noisy("c")])
except TypeError as error:
    print(error)


def named(a=1, b=2, **rest):
    return a, b, rest


given = {"b": 5, "c": 6}
print(named(**given), named(**{"a": 0}, **given), given)
key = "".join(["b"])
print(named(**{key: 7}), dict(**given) is given)
for wrong in [{1: 2}, {"b": 1, 2: 3}, 5]:
    try:
        named(**wrong)
    except TypeError as error:
        print(error)
try:
    named(**given, **{"b": 3})
except TypeError as error:
    print(error)
# stdout:
#| True 9 7
#| gone a
#| True
#| gone c
#| gone b
#| len() takes exactly one argument (2 given)
#| (1, 5, {'c': 6}) (0, 5, {'c': 6}) {'b': 5, 'c': 6}
#| (1, 7, {}) False
#| keywords must be strings
#| keywords must be strings
#| __main__.named() argument after ** must be a mapping, not int
#| __main__.named() got multiple values for keyword argument 'b'
