def noisy(n):
    for i in range(n):
        print("made", i)
        yield i
g = (i * i for i in noisy(3))
print("nothing yet")
print(next(g), next(g))
try:
    (i for i in 5)
except TypeError as e:
    print(e)
# stdout:
#| nothing yet
#| made 0
#| made 1
#| 0 1
#| 'int' object is not iterable
