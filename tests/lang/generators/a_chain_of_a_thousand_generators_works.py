def step(it):
    for x in it:
        yield x + 1
it = iter(range(3))
for _ in range(200):
    it = step(it)
print(list(it))
# stdout:
#| [200, 201, 202]
