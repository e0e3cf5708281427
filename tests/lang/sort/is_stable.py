a = [("b", 2), ("a", 2), ("c", 1), ("d", 1)]
print(sorted(a, key=lambda p: p[1]), sorted(a, key=lambda p: p[1], reverse=True))
import random
random.seed(5)
d = [(random.randrange(10), i) for i in range(500)]
s = sorted(d, key=lambda p: p[0])
print(all(x <= y for x, y in zip(s, s[1:])), sorted(s, key=lambda p: p[1]) == d)
# stdout:
#| [('c', 1), ('d', 1), ('b', 2), ('a', 2)] [('b', 2), ('a', 2), ('c', 1), ('d', 1)]
#| True True
