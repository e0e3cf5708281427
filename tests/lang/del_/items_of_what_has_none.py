from types import MappingProxyType as M
for o in (M({}), (), "a", b"", 3, frozenset(), range(3), {}.keys(), iter([]), object(), None, lambda: 0, type, slice(1)):
    for k in (0, "x"):
        try: del o[k]
        except Exception as e: print(type(e).__name__, e)
        try: o[k] = 1
        except Exception as e: print(type(e).__name__, e)
class A: pass
for k in (0, "x"):
    try: del A()[k]
    except TypeError as error: print(error)
# stdout:
#| TypeError 'mappingproxy' object doesn't support item deletion
#| TypeError 'mappingproxy' object does not support item assignment
#| TypeError 'mappingproxy' object does not support item deletion
#| TypeError 'mappingproxy' object does not support item assignment
#| TypeError 'tuple' object doesn't support item deletion
#| TypeError 'tuple' object does not support item assignment
#| TypeError 'tuple' object does not support item deletion
#| TypeError 'tuple' object does not support item assignment
#| TypeError 'str' object doesn't support item deletion
#| TypeError 'str' object does not support item assignment
#| TypeError 'str' object does not support item deletion
#| TypeError 'str' object does not support item assignment
#| TypeError 'bytes' object doesn't support item deletion
#| TypeError 'bytes' object does not support item assignment
#| TypeError 'bytes' object does not support item deletion
#| TypeError 'bytes' object does not support item assignment
#| TypeError 'int' object does not support item deletion
#| TypeError 'int' object does not support item assignment
#| TypeError 'int' object does not support item deletion
#| TypeError 'int' object does not support item assignment
#| TypeError 'frozenset' object doesn't support item deletion
#| TypeError 'frozenset' object does not support item assignment
#| TypeError 'frozenset' object does not support item deletion
#| TypeError 'frozenset' object does not support item assignment
#| TypeError 'range' object doesn't support item deletion
#| TypeError 'range' object does not support item assignment
#| TypeError 'range' object does not support item deletion
#| TypeError 'range' object does not support item assignment
#| TypeError 'dict_keys' object doesn't support item deletion
#| TypeError 'dict_keys' object does not support item assignment
#| TypeError 'dict_keys' object does not support item deletion
#| TypeError 'dict_keys' object does not support item assignment
#| TypeError 'list_iterator' object does not support item deletion
#| TypeError 'list_iterator' object does not support item assignment
#| TypeError 'list_iterator' object does not support item deletion
#| TypeError 'list_iterator' object does not support item assignment
#| TypeError 'object' object does not support item deletion
#| TypeError 'object' object does not support item assignment
#| TypeError 'object' object does not support item deletion
#| TypeError 'object' object does not support item assignment
#| TypeError 'NoneType' object does not support item deletion
#| TypeError 'NoneType' object does not support item assignment
#| TypeError 'NoneType' object does not support item deletion
#| TypeError 'NoneType' object does not support item assignment
#| TypeError 'function' object does not support item deletion
#| TypeError 'function' object does not support item assignment
#| TypeError 'function' object does not support item deletion
#| TypeError 'function' object does not support item assignment
#| TypeError 'type' object does not support item deletion
#| TypeError 'type' object does not support item assignment
#| TypeError 'type' object does not support item deletion
#| TypeError 'type' object does not support item assignment
#| TypeError 'slice' object does not support item deletion
#| TypeError 'slice' object does not support item assignment
#| TypeError 'slice' object does not support item deletion
#| TypeError 'slice' object does not support item assignment
#| 'A' object doesn't support item deletion
#| 'A' object does not support item deletion
