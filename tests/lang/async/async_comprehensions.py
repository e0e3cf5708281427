import asyncio
async def a(n):
    for i in range(n):
        yield i
async def twice(x): return x * 2
async def main():
    print([i async for i in a(3) if i != 1], {i: j async for i in a(2) for j in "x"})
    print([await twice(i) for i in range(3)], {await twice(i) async for i in a(2)})
    g = (i async for i in a(2))
    print(type(g).__name__, [x async for x in g])
    print([[y async for y in a(x)] async for x in a(3)])
asyncio.run(main())
# FIXME: what stands below is dx's answer of today, not CPython 3.14's (`cargo xtask oracle FILE` fills that in)
# stderr:
#| Traceback (most recent call last):
#|   File "async_comprehensions.py", line 1, in <module>
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
