a = [3, 1, 2]
print(sorted(a), a, sorted("bca", reverse=True), sorted({"b": 1, "a": 2}), sorted(a, key=lambda x: -x), list(reversed("abc")), type(reversed(a)).__name__)
# stdout:
#| [1, 2, 3] [3, 1, 2] ['c', 'b', 'a'] ['a', 'b'] [3, 2, 1] ['c', 'b', 'a'] list_reverseiterator
