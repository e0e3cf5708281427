for f in (lambda: 10 ** 10 ** 100 if 0 else None, lambda: 2 ** 1000000 % 1000007, lambda: pow(2, 10 ** 50, 97), lambda: 1 << 10 ** 30, lambda: range(10 ** 40)[10 ** 39], lambda: "x"[10 ** 30:], lambda: [1][10 ** 30:], lambda: [][10 ** 30]):
    try: print(f())
    except (OverflowError, MemoryError, IndexError) as e: print(type(e).__name__, e)
# stdout:
#| None
#| 21861
#| 61
#| OverflowError too many digits in integer
#| 1000000000000000000000000000000000000000
#|
#| []
#| IndexError cannot fit 'int' into an index-sized integer
