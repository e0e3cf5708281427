class N:
    def __get__(self, o, t=None): return "from descriptor"
class A: x = N()
a = A()
print(a.x)
a.x = 1
print(a.x)
del a.x
print(a.x)
# stdout:
#| from descriptor
#| 1
#| from descriptor
