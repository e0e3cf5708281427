class A:
    pass
a = A()
a.__len__ = lambda: 3
try:
    len(a)
except TypeError as e:
    print(e)
A.__len__ = lambda self: 4
print(len(a))
# stdout:
#| object of type 'A' has no len()
#| 4
