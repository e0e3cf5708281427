a = [1, 2, 3, 4]
for x in a:
    if x == 2: a.remove(x)
    print(x, end=" ")
print(a)
a = [1]
for x in a:
    if len(a) < 5: a.append(x + 1)
print(a)
it = iter(a)
list(it); a.append(9)
print(list(it))
# stdout:
#| 1 2 4 [1, 3, 4]
#| [1, 2, 3, 4, 5]
#| []
