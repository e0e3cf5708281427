class Pause:
    def __await__(self):
        got = yield "paused"
        return got
async def f():
    a = await Pause()
    b = await Pause()
    return a, b
c = f()
print(c.send(None), c.send(1))
try:
    c.send(2)
except StopIteration as e:
    print(e.value)
# stdout:
#| paused paused
#| (1, 2)
