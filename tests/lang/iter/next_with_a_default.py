it = iter([1])
print(next(it), next(it, "d"), next(it, None))
try: next(it)
except StopIteration as e: print(repr(e))
# stdout:
#| 1 d None
#| StopIteration()
