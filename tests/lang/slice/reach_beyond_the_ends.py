a = list(range(6))
print(a[10:], a[-100:2], a[4:2], a[::2], a[::-2], a[5:0:-1], a[-1:-4:-1], a[:-1], a[10**30:], a[:10**30], a[-10**30:], "hello"[::-1], (1, 2, 3)[1:])
for k in ("a", 1.0, None):
    try: a[k]
    except TypeError as e: print(e)
try: a[::0]
except ValueError as e: print(e)
try: a["x":]
except TypeError as e: print(e)
# stdout:
#| [] [0, 1] [] [0, 2, 4] [5, 3, 1] [5, 4, 3, 2, 1] [5, 4, 3] [0, 1, 2, 3, 4] [] [0, 1, 2, 3, 4, 5] [0, 1, 2, 3, 4, 5] olleh (2, 3)
#| list indices must be integers or slices, not str
#| list indices must be integers or slices, not float
#| list indices must be integers or slices, not NoneType
#| slice step cannot be zero
#| slice indices must be integers or None or have an __index__ method
