def f(data):
    found = [last := n for n in data if n > 1]
    return found, last
print(f([1, 2, 3]))
if any((hit := n) > 2 for n in [1, 2, 3, 4]):
    print(hit)
# stdout:
#| ([2, 3], 3)
#| 3
