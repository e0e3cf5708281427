try:
    raise ValueError("x")
except ValueError as e:
    pass
try:
    e
except NameError as err:
    print(err)
def f():
    e = 1
    try: raise KeyError
    except KeyError as e: pass
    return e
try: f()
except UnboundLocalError as err: print(err)
# stdout:
#| name 'e' is not defined
#| cannot access local variable 'e' where it is not associated with a value
