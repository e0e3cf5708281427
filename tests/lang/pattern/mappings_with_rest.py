def f(x):
    match x:
        case {"a": 1, **rest}: return "a1", rest
        case {"a": v, "b": [w, *_]}: return v, w
        case {}: return "any mapping"
        case _: return "no"
print([f(x) for x in ({"a": 1, "z": 2}, {"a": 2, "b": [3, 4]}, {"q": 1}, {}, [])])
from collections import defaultdict
d = defaultdict(list)
match d:
    case {"missing": x}: print("made", x)
    case _: print("untouched", dict(d))
# stdout:
#| [('a1', {'z': 2}), (2, 3), 'any mapping', 'any mapping', 'no']
#| untouched {}
