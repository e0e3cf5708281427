async def f(): pass
f()
# stderr:
#| a_forgotten_coroutine_warns.py:2: RuntimeWarning: coroutine 'f' was never awaited
#|   f()
#| RuntimeWarning: Enable tracemalloc to get the object allocation traceback
