name, n = "x", 3
t = t"hello {name!r:>{n}} and {n + 1}!"
print(t.strings, t.values)
for i in t.interpolations:
    print(i.value, i.expression, i.conversion, i.format_spec)
# stdout:
#| ('hello ', ' and ', '!') ('x', 4)
#| x name r >3
#| 4 n + 1 None 
