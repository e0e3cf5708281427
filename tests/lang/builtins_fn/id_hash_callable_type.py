a = []
print(id(a) == id(a), hash("a") == hash("a"), callable(len), callable(int), callable(5), type(1) is int, type(type) is type, type(None).__name__, type(...).__name__, type(NotImplemented).__name__)
try: hash([])
except TypeError as e: print(e)
try: bool(NotImplemented)
except TypeError as e: print(e)
# stdout:
#| True True True True False True True NoneType ellipsis NotImplementedType
#| unhashable type: 'list'
#| NotImplemented should not be used in a boolean context
