import sys
big = sys.maxsize
for f in (lambda: [0] * big, lambda: "x" * big, lambda: b"x" * big, lambda: (1, 2) * big, lambda: bytearray(big), lambda: bytes(big), lambda: 1 << big, lambda: "a".ljust(big), lambda: "a".center(2**70), lambda: "%*d" % (2**31, 1), lambda: f"{1:{big}}", lambda: [1].insert(2**70, 1), lambda: "ab".replace("", "x" * 10**6 * 10**6), lambda: list(range(big)), lambda: (1).to_bytes(big), lambda: "x".zfill(big), lambda: "\t".expandtabs(big)):
    try: f(); print("works")
    except (MemoryError, OverflowError, ValueError) as e: print(type(e).__name__)
# stdout:
#| MemoryError
#| MemoryError
#| MemoryError
#| MemoryError
#| MemoryError
#| OverflowError
#| OverflowError
#| MemoryError
#| OverflowError
#| works
#| MemoryError
#| OverflowError
#| MemoryError
#| MemoryError
#| OverflowError
#| MemoryError
#| OverflowError
