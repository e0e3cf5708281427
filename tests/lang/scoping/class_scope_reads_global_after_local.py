x = "g"
class A:
    print(x)
    x = "c"
    print(x)
    del x
    print(x)
def f():
    y = "f"
    class B:
        print(y)
        y = "b"
        print(y)
        del y
        try: print(y)
        except NameError as e: print(e)
try: f()
except NameError as e: print(e)
# stdout:
#| g
#| c
#| g
#| name 'y' is not defined
