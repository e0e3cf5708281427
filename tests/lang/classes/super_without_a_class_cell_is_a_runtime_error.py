def f(self):
    return super()
try:
    f(1)
except RuntimeError as e:
    print(e)
def g():
    super()
try:
    g()
except RuntimeError as e:
    print(e)
class A:
    def m(self):
        del self
        return super()
try:
    A().m()
except RuntimeError as e:
    print(e)
# stdout:
#| super(): __class__ cell not found
#| super(): no arguments
#| super(): arg[0] deleted
