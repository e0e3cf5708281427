print(",".join("abc"), "".join([]), "-".join(["x"]), "ab" * 3, 2 * "x", "x" * 0, "x" * -5, "é" * 3)
for a in ([1], ["a", None], 5):
    try: ",".join(a)
    except TypeError as e: print(e)
try: "a" + 1
except TypeError as e: print(e)
try: "a" * "b"
except TypeError as e: print(e)
try: 1 + "a"
except TypeError as e: print(e)
# stdout:
#| a,b,c  x ababab xx   ééé
#| sequence item 0: expected str instance, int found
#| sequence item 1: expected str instance, NoneType found
#| can only join an iterable
#| can only concatenate str (not "int") to str
#| can't multiply sequence by non-int of type 'str'
#| unsupported operand type(s) for +: 'int' and 'str'
