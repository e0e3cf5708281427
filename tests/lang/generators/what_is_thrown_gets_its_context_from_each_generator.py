# Raised anew in each that delegates: the context is what that one handles.
def inner():
    try:
        yield 1
    except KeyError:
        raise ValueError("inner")


def outer():
    try:
        raise TypeError("outer")
    except TypeError:
        yield from inner()


def chain(error):
    names = []
    while error is not None:
        names.append(type(error).__name__)
        error = error.__context__
    return names


for handles in False, True:
    it = outer()
    next(it)
    try:
        if handles:
            try:
                raise OSError
            except OSError:
                it.throw(KeyError("thrown"))
        it.throw(KeyError("thrown"))
    except ValueError as error:
        print(chain(error))
it = (i for i in range(3))
next(it)
try:
    try:
        raise OSError
    except OSError:
        it.throw(KeyError("thrown"))
except KeyError as error:
    print(chain(error))
# stdout:
#| ['ValueError', 'TypeError']
#| ['ValueError', 'TypeError']
#| ['KeyError']
