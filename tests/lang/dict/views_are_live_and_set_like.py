d = {"a": 1, "b": 2}
k, v, i = d.keys(), d.values(), d.items()
d["c"] = 3
print(k, v, i, len(k), "a" in k, 3 in v, ("a", 1) in i)
print(sorted(k & {"a", "z"}), sorted(k | {"z"}), sorted(k - {"a"}), sorted(k ^ {"a", "z"}), k == {"a", "b", "c"}, k >= {"a"}, sorted(i & {("a", 1)}), k.isdisjoint({"q"}), v == d.values(), list(reversed(i)), k.mapping)
# stdout:
#| dict_keys(['a', 'b', 'c']) dict_values([1, 2, 3]) dict_items([('a', 1), ('b', 2), ('c', 3)]) 3 True True True
#| ['a'] ['a', 'b', 'c', 'z'] ['b', 'c'] ['b', 'c', 'z'] True True [('a', 1)] True False [('c', 3), ('b', 2), ('a', 1)] {'a': 1, 'b': 2, 'c': 3}
