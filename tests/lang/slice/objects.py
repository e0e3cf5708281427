s = slice(1, 10, 2)
print(s, s.start, s.stop, s.step, s.indices(5), slice(None, None, -1).indices(4), slice(-3, None).indices(10), slice(5) == slice(None, 5, None), slice(1) < slice(2), hash(slice(1, 2)) == hash(slice(1, 2)))
try: slice(1, 2, 0).indices(3)
except ValueError as e: print(e)
try: slice(1).indices(-1)
except ValueError as e: print(e)
# stdout:
#| slice(1, 10, 2) 1 10 2 (1, 5, 2) (3, -1, -1) (7, 10, 1) True True True
#| slice step cannot be zero
#| length should not be negative
