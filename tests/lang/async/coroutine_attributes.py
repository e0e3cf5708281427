async def f(): pass
c = f()
print(type(c).__name__, c.cr_running, c.cr_await, c.cr_code.co_name, c.cr_frame is not None)
c.close()
print(c.cr_frame)
async def g(): yield
a = g()
print(type(a).__name__, a.ag_running, a.ag_await)
# stdout:
#| coroutine False None f True
#| None
#| async_generator False None
