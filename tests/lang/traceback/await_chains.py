import asyncio
async def inner():
    await asyncio.sleep(0)
    raise ValueError("deep")
async def outer():
    await inner()
c = outer()
try:
    c.send(None)
    c.send(None)
except ValueError:
    import traceback
    traceback.print_exc()
# stderr:
#| Traceback (most recent call last):
#|   File "await_chains.py", line 10, in <module>
#|     c.send(None)
#|     ~~~~~~^^^^^^
#|   File "await_chains.py", line 6, in outer
#|     await inner()
#|   File "await_chains.py", line 4, in inner
#|     raise ValueError("deep")
#| ValueError: deep
