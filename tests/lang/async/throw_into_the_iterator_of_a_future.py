import asyncio
import warnings

warnings.simplefilter("ignore")


class Odd(BaseException):
    def __new__(cls, *args):
        return 5


def tried(iterator, *args):
    try:
        iterator.throw(*args)
    except BaseException as error:
        print(type(error).__name__, error)


async def main():
    future = asyncio.get_running_loop().create_future()
    for args in (
        (Odd,),
        (5,),
        (ValueError,),
        (ValueError, 3),
        (ValueError, (1, 2)),
        (ValueError, ValueError(3)),
        (ValueError, 3, 4),
        (ValueError(3), 4),
        (ValueError, Odd),
    ):
        tried(future.__await__(), *args)
        tried((n for n in "a"), *args)


asyncio.run(main())
# stdout:
#| TypeError calling <class '__main__.Odd'> should have returned an instance of BaseException, not int
#| TypeError calling <class '__main__.Odd'> should have returned an instance of BaseException, not int
#| TypeError exceptions must be classes deriving BaseException or instances of such a class
#| TypeError exceptions must be classes or instances deriving from BaseException, not int
#| ValueError 
#| ValueError 
#| ValueError 3
#| ValueError 3
#| ValueError (1, 2)
#| ValueError (1, 2)
#| ValueError 3
#| ValueError 3
#| TypeError throw() third argument must be a traceback
#| TypeError throw() third argument must be a traceback object
#| TypeError instance exception may not have a separate value
#| TypeError instance exception may not have a separate value
#| ValueError <class '__main__.Odd'>
#| ValueError <class '__main__.Odd'>
