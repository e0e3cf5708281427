class A: pass
class B:
    def __enter__(self): print("entered")
class C:
    async def __aenter__(self): pass
    async def __aexit__(self, *a): pass
for k in (A, B, C):
    try:
        with k(): pass
    except TypeError as e:
        print(e)
async def f():
    async with B(): pass
try: f().send(None)
except TypeError as e: print(e)
# stdout:
#| 'A' object does not support the context manager protocol (missed __exit__ method)
#| 'B' object does not support the context manager protocol (missed __exit__ method)
#| 'C' object does not support the context manager protocol (missed __exit__ method) but it supports the asynchronous context manager protocol. Did you mean to use 'async with'?
#| 'B' object does not support the asynchronous context manager protocol (missed __aexit__ method)
