async def f(n):
    return 0 if n == 0 else 1 + await f(n - 1)
c = f(300)
try:
    c.send(None)
except StopIteration as e:
    print(e.value)
# stdout:
#| 300
