def f():
    try:
        try:
            raise ValueError("inner")
        finally:
            print("one")
    finally:
        print("two")
try: f()
except ValueError as e: print(e)
def g():
    try:
        raise ValueError("lost")
    finally:
        raise KeyError("new")
try: g()
except KeyError as e: print(e, repr(e.__context__))
# stdout:
#| one
#| two
#| inner
#| 'new' ValueError('lost')
