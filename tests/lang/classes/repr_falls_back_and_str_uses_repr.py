class A:
    def __repr__(self): return "A!"
print(str(A()), f"{A()}", [A()], {1: A()})
class B:
    def __str__(self): return 1
try:
    str(B())
except TypeError as e:
    print(e)
# stdout:
#| A! A! [A!] {1: A!}
#| __str__ returned non-string (type int)
