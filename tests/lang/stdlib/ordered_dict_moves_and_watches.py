from collections import OrderedDict
import pickle, copy
d = OrderedDict(a=1, b=2, c=3)
d.move_to_end("a"); d.move_to_end("c", last=False)
print(d, list(reversed(d)), d.popitem(last=False), d.popitem(), d)
d.update(x=1, y=2)
print(d == OrderedDict(y=2, x=1, b=2), d == {"y": 2, "x": 1, "b": 2}, list(d.items()), list(reversed(d.values())))
for change in (lambda: d.move_to_end("b"), lambda: d.__setitem__("new", 1), lambda: d.pop("new")):
    it = iter(d); next(it); change()
    try: next(it)
    except RuntimeError as error: print(error, next(it, "end"))
for wrong in (lambda: d.pop("zz"), lambda: OrderedDict().popitem(), lambda: d.move_to_end("zz"), lambda: OrderedDict(1, 2),
              lambda: d.update(1, 2), lambda: d.update([(1,)]), lambda: d.update([1])):
    try: wrong()
    except Exception as error: print(type(error).__name__, error)
print(d | {"b": 9}, {"q": 1} | d, d.setdefault("k", 5), d.pop("k", None), d.pop("k", None))
class Sub(OrderedDict): pass
s = Sub(d); s.note = 1
print(s, pickle.loads(pickle.dumps(s)).note, copy.copy(s), OrderedDict.fromkeys("ab"), d.keys(), type(iter(d)).__name__)
d["self"] = d; print(d)
for n in range(1000): d[n] = n
for n in range(999): del d[n]
d.move_to_end(999, False); print(list(d))
# stdout:
#| OrderedDict({'b': 2}) ['a', 'b', 'c'] ('c', 3) ('a', 1) OrderedDict({'b': 2})
#| False True [('b', 2), ('x', 1), ('y', 2)] [2, 1, 2]
#| OrderedDict mutated during iteration end
#| OrderedDict mutated during iteration end
#| OrderedDict mutated during iteration end
#| KeyError 'zz'
#| KeyError 'dictionary is empty'
#| KeyError 'zz'
#| TypeError expected at most 1 argument, got 2
#| TypeError update() takes at most 1 positional argument (2 given)
#| ValueError need more than 1 value to unpack
#| TypeError 'int' object is not iterable
#| OrderedDict({'x': 1, 'y': 2, 'b': 9}) OrderedDict({'q': 1, 'x': 1, 'y': 2, 'b': 2}) 5 5 None
#| Sub({'x': 1, 'y': 2, 'b': 2}) 1 Sub({'x': 1, 'y': 2, 'b': 2}) OrderedDict({'a': None, 'b': None}) odict_keys(['x', 'y', 'b']) odict_iterator
#| OrderedDict({'x': 1, 'y': 2, 'b': 2, 'self': ...})
#| [999, 'x', 'y', 'b', 'self']
