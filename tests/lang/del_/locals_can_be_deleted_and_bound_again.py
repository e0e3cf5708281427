def f():
    x = 1
    del x
    try: x
    except UnboundLocalError as e: print(e)
    x = 2
    return x
print(f())
def g():
    try: del q
    except UnboundLocalError as e: print(e)
    q = 1
g()
# stdout:
#| cannot access local variable 'x' where it is not associated with a value
#| 2
#| cannot access local variable 'q' where it is not associated with a value
