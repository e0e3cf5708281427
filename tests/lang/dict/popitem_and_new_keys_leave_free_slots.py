# A table whose every slot was used once would be searched without end.
d = {"a": 1}
for i in range(1000):
    d[i * 7919] = i
    d.popitem()
print(d.get("zz"), d.get(12345), d)
d = {}
d[0] = 0
try:
    for key in d:
        del d[0]
        d[0] = 0
except RuntimeError as e:
    print(e)
# stdout:
#| None None {'a': 1}
#| dictionary keys changed during iteration
