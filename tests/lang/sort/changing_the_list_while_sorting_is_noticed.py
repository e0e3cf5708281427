a = [3, 2, 1]
def k(x):
    a.append(x)
    return x
try: a.sort(key=k)
except ValueError as e: print(e)
def seen(x):
    print(len(a))
    return x
a = [1, 2]
a.sort(key=seen)
print(a)
# stdout:
#| list modified during sort
#| 0
#| 0
#| [1, 2]
