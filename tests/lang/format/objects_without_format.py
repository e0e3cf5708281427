class A:
    def __str__(self): return "A!"
print(format(A()), f"{A()}", format(None), format([1], ""), format(True, "5"), format(True, "d"))
for x in (A(), None, [1], {}, object):
    try: format(x, ">5")
    except TypeError as e: print(e)
# stdout:
#| A! A! None [1]     1 1
#| unsupported format string passed to A.__format__
#| unsupported format string passed to NoneType.__format__
#| unsupported format string passed to list.__format__
#| unsupported format string passed to dict.__format__
#| unsupported format string passed to type.__format__
