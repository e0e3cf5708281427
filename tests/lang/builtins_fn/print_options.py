import io, sys
print(1, "a", None, sep="-", end="!\n")
print(sep="x")
f = io.StringIO()
print(1, 2, file=f, sep="")
print(repr(f.getvalue()))
print("flush", flush=True)
try: print(1, sep=5)
except TypeError as e: print(e)
# stdout:
#| 1-a-None!
#|
#| '12\n'
#| flush
#| sep must be None or a string, not int
