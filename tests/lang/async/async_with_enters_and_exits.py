import asyncio
class M:
    async def __aenter__(self):
        print("enter")
        return 5
    async def __aexit__(self, t, v, tb):
        print("exit", t.__name__ if t else None)
        return True
async def main():
    async with M() as x:
        print(x)
    async with M():
        raise ValueError
    print("on")
asyncio.run(main())
# FIXME: what stands below is dx's answer of today, not CPython 3.14's (`cargo xtask oracle FILE` fills that in)
# stderr:
#| Traceback (most recent call last):
#|   File "async_with_enters_and_exits.py", line 1, in <module>
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
