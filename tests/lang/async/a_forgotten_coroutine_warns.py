async def f(): pass
f()
# FIXME: what stands below is dx's answer of today, not CPython 3.14's (`cargo xtask oracle FILE` fills that in)
# stderr:
#| a_forgotten_coroutine_warns.py:2: RuntimeWarning: coroutine 'f' was never awaited
#|   f()
