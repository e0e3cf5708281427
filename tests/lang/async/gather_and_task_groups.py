import asyncio
async def f(n):
    await asyncio.sleep(0.001 * n)
    return n
async def bad(): raise ValueError("bad")
async def main():
    print(await asyncio.gather(f(3), f(1), f(2)))
    try:
        async with asyncio.TaskGroup() as tg:
            tg.create_task(f(1))
            tg.create_task(bad())
    except* ValueError as g:
        print(g.exceptions)
    print(await asyncio.gather(bad(), f(1), return_exceptions=True))
asyncio.run(main())
# FIXME: what stands below is dx's answer of today, not CPython 3.14's (`cargo xtask oracle FILE` fills that in)
# stderr:
#| Traceback (most recent call last):
#|   File "gather_and_task_groups.py", line 1, in <module>
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
