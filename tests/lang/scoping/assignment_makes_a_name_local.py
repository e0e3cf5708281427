x = 1
def f():
    try: print(x)
    except UnboundLocalError as e: print(e)
    x = 2
f()
def g():
    if False: x = 1
    try: x
    except NameError as e: print(type(e).__name__)
g()
# stdout:
#| cannot access local variable 'x' where it is not associated with a value
#| UnboundLocalError
