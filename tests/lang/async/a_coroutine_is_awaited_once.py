async def f(): return 1
c = f()
try: c.send(None)
except StopIteration as e: print(e.value)
try: c.send(None)
except RuntimeError as e: print(e)
# stdout:
#| 1
#| cannot reuse already awaited coroutine
