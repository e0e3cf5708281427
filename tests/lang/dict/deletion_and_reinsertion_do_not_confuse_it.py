d = {}
for i in range(1000): d[i] = i
for i in range(0, 1000, 2): del d[i]
for i in range(0, 1000, 3): d[i] = -i
print(len(d), sum(d), sum(d.values()), list(d)[:5], list(d)[-5:])
for i in list(d): del d[i]
print(d, len(d))
# stdout:
#| 667 333166 -500 [1, 3, 5, 7, 9] [972, 978, 984, 990, 996]
#| {} 0
