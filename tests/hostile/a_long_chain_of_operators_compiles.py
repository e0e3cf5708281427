n = 3000
print(eval("+".join(["1"] * n)))
print(eval(" and ".join(["1"] * n)), len(eval("[" + ",".join(["0"] * 100000) + "]")))
ns = {}
exec("\n".join(f"x{i} = {i}" for i in range(5000)), ns)
print(ns["x4999"])
exec("def f(" + ",".join(f"a{i}" for i in range(1000)) + "): return a999", ns)
print(ns["f"](*range(1000)))
exec("if 0: pass\n" + "".join(f"elif x1 == {i} + 2: print({i})\n" for i in range(1000)) + "else: print('else')", ns)
# stdout:
#| 3000
#| 1 100000
#| 4999
#| 999
#| else
