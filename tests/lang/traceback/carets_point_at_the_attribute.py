class A:
    b = None
def f():
    return A.b.c.d
f()
# stderr:
#| Traceback (most recent call last):
#|   File "carets_point_at_the_attribute.py", line 5, in <module>
#|     f()
#|     ~^^
#|   File "carets_point_at_the_attribute.py", line 4, in f
#|     return A.b.c.d
#|            ^^^^^
#| AttributeError: 'NoneType' object has no attribute 'c'
# exit: 1
