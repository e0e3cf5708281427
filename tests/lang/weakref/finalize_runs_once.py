import weakref
class A: pass
a = A()
f = weakref.finalize(a, print, "finalised", 5)
print(f.alive, f.peek()[2])
del a
print(f.alive, f())
b = A()
g = weakref.finalize(b, print, "at exit")
m = weakref.WeakMethod(A.__init__.__get__(b)) if 0 else None
print("end")
# stdout:
#| True ('finalised', 5)
#| finalised 5
#| False None
#| end
#| at exit
