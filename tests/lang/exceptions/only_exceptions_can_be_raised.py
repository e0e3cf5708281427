for what in (1, "text", int, None, object()):
    try:
        raise what
    except TypeError as e:
        print(e)
class Odd:
    def __new__(cls): return 1
class E(Exception):
    def __new__(cls): return 1
try: raise E
except TypeError as e: print(e)
# stdout:
#| exceptions must derive from BaseException
#| exceptions must derive from BaseException
#| exceptions must derive from BaseException
#| exceptions must derive from BaseException
#| exceptions must derive from BaseException
#| calling <class '__main__.E'> should have returned an instance of BaseException, not <class 'int'>
