for text in ("a, b = 1,", "a, b = 1, 2, 3", "a, *b, c = 1,", "a, b = {}", "a, b = iter([1, 2, 3])", "[] = 1,", "a, b = range(10)"):
    try: exec(text); print("fine")
    except ValueError as e: print(e)
for text in ("a, b = 5", "a, b = None", "*a, = 5", "a, b = lambda: 0"):
    try: exec(text)
    except TypeError as e: print(e)
# stdout:
#| not enough values to unpack (expected 2, got 1)
#| too many values to unpack (expected 2, got 3)
#| not enough values to unpack (expected at least 2, got 1)
#| not enough values to unpack (expected 2, got 0)
#| too many values to unpack (expected 2)
#| too many values to unpack (expected 0, got 1)
#| too many values to unpack (expected 2)
#| cannot unpack non-iterable int object
#| cannot unpack non-iterable NoneType object
#| cannot unpack non-iterable int object
#| cannot unpack non-iterable function object
