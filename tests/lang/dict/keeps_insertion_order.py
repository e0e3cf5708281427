d = {"b": 1, "a": 2}
d["c"] = 3
d["b"] = 9
del d["a"]
d["a"] = 4
print(d, list(d), list(reversed(d)), d.popitem(), d)
# stdout:
#| {'b': 9, 'c': 3} ['b', 'c', 'a'] ['a', 'c', 'b'] ('a', 4) {'b': 9, 'c': 3}
