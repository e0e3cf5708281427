def outer():
    def inner(): return x
    try:
        inner()
    except NameError as e:
        print(type(e).__name__, e)
    x = 1
    print(inner())
    del x
    try:
        inner()
    except NameError as e:
        print(e)
outer()
# stdout:
#| NameError cannot access free variable 'x' where it is not associated with a value in enclosing scope
#| 1
#| cannot access free variable 'x' where it is not associated with a value in enclosing scope
