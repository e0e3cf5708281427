import warnings

warnings.simplefilter("ignore")


class Odd(Exception):
    def __new__(cls, *args):
        return cls


class Failing(Exception):
    def __init__(self, *args):
        raise KeyError("made")


def catching():
    while True:
        try:
            yield
        except Exception as error:
            print("inside", type(error).__name__, error)


def plain():
    yield


for args in (Odd,), (Failing,), (ValueError, Odd), (Failing, 3), (ValueError, ValueError("x"), None):
    generator = catching()
    next(generator)
    generator.throw(*args)
    generator = plain()
    try:
        generator.throw(*args)
    except Exception as error:
        print(type(error).__name__, error)
    print(list(generator))
# stdout:
#| inside TypeError calling <class '__main__.Odd'> should have returned an instance of BaseException, not type
#| TypeError calling <class '__main__.Odd'> should have returned an instance of BaseException, not type
#| []
#| inside KeyError 'made'
#| KeyError 'made'
#| []
#| inside ValueError <class '__main__.Odd'>
#| ValueError <class '__main__.Odd'>
#| []
#| inside KeyError 'made'
#| KeyError 'made'
#| []
#| inside ValueError x
#| ValueError x
#| []
