import asyncio
async def f():
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        print("cancelled")
        raise
async def main():
    t = asyncio.create_task(f())
    await asyncio.sleep(0)
    t.cancel()
    try:
        await t
    except asyncio.CancelledError:
        print("seen", t.cancelled())
    try:
        await asyncio.wait_for(asyncio.sleep(5), 0.001)
    except TimeoutError:
        print("timeout")
asyncio.run(main())
# FIXME: what stands below is dx's answer of today, not CPython 3.14's (`cargo xtask oracle FILE` fills that in)
# stderr:
#| Traceback (most recent call last):
#|   File "cancellation_is_an_exception.py", line 1, in <module>
#|   File "<frozen importlib._bootstrap>", line 1371, in _find_and_load
#|   File "<frozen importlib._bootstrap>", line 1342, in _find_and_load_unlocked
#|   File "<frozen importlib._bootstrap>", line 944, in _load_unlocked
#|   File "<frozen importlib._bootstrap>", line 938, in _load_unlocked
#|   File "<frozen importlib._bootstrap>", line 1179, in FrozenImporter.exec_module
#|   File "<frozen asyncio>", line 13, in <module>
#|   File "<frozen importlib._bootstrap>", line 1371, in _find_and_load
#|   File "<frozen importlib._bootstrap>", line 1342, in _find_and_load_unlocked
#|   File "<frozen importlib._bootstrap>", line 944, in _load_unlocked
#|   File "<frozen importlib._bootstrap>", line 938, in _load_unlocked
#|   File "<frozen importlib._bootstrap>", line 1179, in FrozenImporter.exec_module
#|   File "<frozen asyncio.graph>", line 28, in <module>
#|   File "<frozen dataclasses>", line 1441, in dataclass.<locals>.wrap
#|   File "<frozen dataclasses>", line 1239, in _process_class
#|   File "<frozen dataclasses>", line 1349, in _add_slots
#| AttributeError: module 'sys' has no attribute '_clear_type_descriptors'
# exit: 1
