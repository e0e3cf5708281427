t = ([1], 2)
try: t[0] += [3]
except TypeError as e: print(e)
print(t)
# stdout:
#| 'tuple' object does not support item assignment
#| ([1, 3], 2)
