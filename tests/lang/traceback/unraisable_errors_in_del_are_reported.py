import sys
def hook(u):
    print(type(u.exc_value).__name__, u.exc_value)
sys.unraisablehook = hook
class A:
    def __del__(self): raise ValueError("in del")
a = A()
del a
print("on")
# stdout:
#| ValueError in del
#| on
