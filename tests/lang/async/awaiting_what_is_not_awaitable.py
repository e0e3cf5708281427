async def f():
    await 1
c = f()
try:
    c.send(None)
except TypeError as e:
    print(e)
class A:
    def __await__(self): return 5
async def g(): await A()
try:
    g().send(None)
except TypeError as e:
    print(e)
# stdout:
#| 'int' object can't be awaited
#| __await__() returned non-iterator of type 'int'
