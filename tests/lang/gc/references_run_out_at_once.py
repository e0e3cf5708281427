class A:
    def __del__(self): print("gone")
a = A()
b = a
del a
print("one left")
b = None
print("after")
def f():
    x = A()
    print("in f")
f()
[A() for _ in range(2)] and print("list lived")
# stdout:
#| one left
#| gone
#| after
#| in f
#| gone
#| gone
#| gone
#| list lived
