async def f(): raise StopIteration(1)
try:
    f().send(None)
except RuntimeError as e:
    print(e)
async def g():
    raise StopAsyncIteration
    yield
try:
    g().__anext__().send(None)
except RuntimeError as e:
    print(e)
# stdout:
#| coroutine raised StopIteration
#| async generator raised StopAsyncIteration
