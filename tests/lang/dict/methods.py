d = dict(a=1, b=2)
print(d.get("x"), d.get("x", 5), d.setdefault("a", 9), d.setdefault("c"), d.pop("a"), d.pop("zz", None), d)
d.update({"x": 1}, y=2); d.update([("z", 3)]); print(d, d | {"x": 5}, {"q": 1} | d)
d |= [("w", 0)]; print(d, d.copy() == d, dict.fromkeys("ab", 0), dict.fromkeys([1]), dict([(1, 2)], k=3), dict({"a": 1}))
for f in (lambda: d["no"], lambda: d.pop("no"), lambda: {}.popitem(), lambda: dict(5), lambda: dict([1]), lambda: dict([(1, 2, 3)]), lambda: d.update(5), lambda: {[]: 1}, lambda: d | [1], lambda: d.fromkeys(5)):
    try: f()
    except Exception as e: print(type(e).__name__, e)
# stdout:
#| None 5 1 None 1 None {'b': 2, 'c': None}
#| {'b': 2, 'c': None, 'x': 1, 'y': 2, 'z': 3} {'b': 2, 'c': None, 'x': 5, 'y': 2, 'z': 3} {'q': 1, 'b': 2, 'c': None, 'x': 1, 'y': 2, 'z': 3}
#| {'b': 2, 'c': None, 'x': 1, 'y': 2, 'z': 3, 'w': 0} True {'a': 0, 'b': 0} {1: None} {1: 2, 'k': 3} {'a': 1}
#| KeyError 'no'
#| KeyError 'no'
#| KeyError 'popitem(): dictionary is empty'
#| TypeError 'int' object is not iterable
#| TypeError object is not iterable
#| ValueError dictionary update sequence element #0 has length 3; 2 is required
#| TypeError 'int' object is not iterable
#| TypeError cannot use 'list' as a dict key (unhashable type: 'list')
#| TypeError unsupported operand type(s) for |: 'dict' and 'list'
#| TypeError 'int' object is not iterable
