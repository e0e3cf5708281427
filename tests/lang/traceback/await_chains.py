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
# FIXME: what stands below is dx's answer of today, not CPython 3.14's (`cargo xtask oracle FILE` fills that in)
# stderr:
#| Traceback (most recent call last):
#|   File "await_chains.py", line 1, in <module>
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
