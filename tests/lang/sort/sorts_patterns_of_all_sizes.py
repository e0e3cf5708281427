import random
random.seed(1)
for n in (0, 1, 2, 31, 32, 33, 63, 64, 65, 500, 3000):
    for a in (list(range(n)), list(range(n))[::-1], [i % 7 for i in range(n)], random.sample(range(n), n), [float(i % 13) for i in range(n)], [str(i) for i in range(n)]):
        b = a[:]
        a.sort()
        assert all(x <= y for x, y in zip(a, a[1:])) and len(a) == len(b) and set(a) == set(b), n
        b.sort(reverse=True)
        assert b == a[::-1] or len(set(b)) < len(b)
print("sorted")
# stdout:
#| sorted
