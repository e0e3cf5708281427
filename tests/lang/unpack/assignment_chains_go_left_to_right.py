def p(n):
    print("key", n)
    return n
d = {}
d[p(1)] = d[p(2)] = p(3)
print(d)
a = b = c = []
print(a is b is c)
# stdout:
#| key 3
#| key 1
#| key 2
#| {1: 3, 2: 3}
#| True
