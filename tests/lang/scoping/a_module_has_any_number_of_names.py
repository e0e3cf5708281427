# More than 16 bits can count: made, read, read in functions and classes, and missed.
count = 66_000
lines = [f"v{i} = {i}" for i in range(count)]
lines += ["total = v0 + v65534 + v65535 + v65536 + v65999", "for last in range(3): pass", "print(total, last)"]
lines += ["def f(a, *b):", "    return v65999 + a", "class C:", "    x = v65990", "    y = x + late if 'late' in dir() else x"]
lines += ["print(f(1), C.x, C.y)", "import math as maths", "print(maths.floor(2.5))", "(p, *q) = 1, 2, 3", "print(p, q)"]
lines += ["try:", "    nowhere", "except NameError as error:", "    print(error)", "print(print is __builtins__['print'])"]
space = {"__builtins__": vars(__import__("builtins"))}
exec("\n".join(lines), space)
print(space["v65999"], len(space) > count)
body = ["def g():", "    return (" + " + ".join(f"v{i}" for i in range(count)) + ")"]
body[1] = "    return sum([" + ", ".join(f"v{i}" for i in range(count)) + "])"
exec("\n".join(body), space)
print(space["g"]())
# stdout:
#| 262604 2
#| 66000 65990 65990
#| 2
#| 1 [2, 3]
#| name 'nowhere' is not defined
#| True
#| 65999 True
#| 2177967000
