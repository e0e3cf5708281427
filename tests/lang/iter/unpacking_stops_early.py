def g():
    for i in range(10):
        print("make", i)
        yield i
try: a, b = g()
except ValueError as e: print(e)
# stdout:
#| make 0
#| make 1
#| make 2
#| too many values to unpack (expected 2)
