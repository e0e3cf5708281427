fs = [lambda: i for i in range(3)]
print([f() for f in fs])
fs = [lambda i=i: i for i in range(3)]
print([f() for f in fs])
fs = []
for k in range(3):
    def f(): return k
    fs.append(f)
print([f() for f in fs])
# stdout:
#| [2, 2, 2]
#| [0, 1, 2]
#| [2, 2, 2]
