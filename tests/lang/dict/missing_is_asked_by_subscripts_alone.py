class D(dict):
    def __missing__(self, k): return "missing " + k
d = D(a=1)
print(d["a"], d["b"], d.get("b"), "b" in d, d)
from collections import defaultdict, Counter, OrderedDict, ChainMap
dd = defaultdict(list); dd["x"].append(1); print(dd, dd.get("y"))
print(Counter("abca").most_common(1), OrderedDict(a=1).popitem(last=False), ChainMap({"a": 1}, {"a": 2, "b": 3})["b"])
# stdout:
#| 1 missing b None False {'a': 1}
#| defaultdict(<class 'list'>, {'x': [1]}) None
#| [('a', 2)] ('a', 1) 3
