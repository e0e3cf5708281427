class A: pass
a, l, d = A(), [0, 1, 2, 3], {"k": 1}
a.x = 1
del a.x, l[0], l[1:], d["k"]
print(vars(a), l, d)
del a
try: a
except NameError as e: print(e)
try: del a
except NameError as e: print(e)
x = y = z = 1
del (x, [y, (z)])
print("x" in globals(), "y" in globals(), "z" in globals())
# stdout:
#| {} [1] {}
#| name 'a' is not defined
#| name 'a' is not defined
#| False False False
