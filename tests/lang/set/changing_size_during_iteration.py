s = {1, 2}
try:
    for x in s: s.add(x + 10)
except RuntimeError as e: print(e)
# stdout:
#| Set changed size during iteration
