# Slices with plain bounds: read and written, with steps, of every builtin sequence; and what takes the slower way.
def parts(s):
    n = len(s)
    out = []
    for i in (None, -7, -2, 0, 1, 3, 9):
        for j in (None, -9, -1, 0, 2, 4, 8):
            out.append(s[i:j])
            for k in (None, 1, 2, -1, -3):
                out.append(s[i:j:k])
    return out
base = [10, 'x', None, 2.5, ()]
whole = parts(base)
print(len(whole), whole[:12])
for kind in (tuple, list):
    print(kind.__name__, [list(p) for p in parts(kind(base))] == whole, all(type(p) is kind for p in parts(kind(base))))
text, raw = 'aé∀😀z', b'abcde'
print([''.join(p) for p in parts(list(text))] == parts(text), [bytes(p) for p in parts(list(raw))] == parts(raw))
t = (1, 2, 3)
n = 3
print(t[0:n] is t, t[:] is t, text[0:5] is text, raw[:len(raw)] is raw, base[:] is base)

def replaced(i, j, k, new):
    items = list(range(6))
    try:
        items[i:j:k] = new
    except (ValueError, TypeError) as error:
        return f'{type(error).__name__}: {error}'
    return items
for case in [(1, 3, None, [7, 8]), (1, 3, None, (7,)), (1, 3, None, []), (4, 1, None, [9]), (None, None, 2, 'abc'),
             (None, None, 2, [1]), (5, None, -2, (1, 2, 3)), (0, 2, 0, [1]), (0, 2, None, 5), (0, 2.5, None, [1]),
             (-100, 100, None, iter('xy')), (0, 10**30, None, [1])]:
    print(case[:3], replaced(*case))
a = [1, 2, 3, 4]
a[1:3] = a[0:2]
a[0:len(a)] = a
a[::-1] = a
print(a)

class Chatty:
    def __init__(self, items): self.items = items
    def __del__(self): print('gone', len(self.items))
items = []
items[0:0] = [Chatty(items), Chatty(items), 3]
print(len(items))
items[0:2] = [1, 2]
print(items)

class Index:
    def __index__(self):
        items.clear()
        return 2
items = [1, 2, 3, 4]
i = Index()
print(items[0:i])
items = [1, 2, 3, 4]
items[i:4] = [5, 6]
print(items)

class Own:
    def __getitem__(self, key): return key
    def __setitem__(self, key, value): print('set', key, value)
    def __delitem__(self, key): print('del', key)
o = Own()
x = 3
print(o[x:], o[:x], o[x:x:x], o[x:, 1])
o[x:] = 1
o[x:x:x] = o[x:4]
del o[x:]
for bad in (5, None, set(), len):
    try:
        bad[x:]
    except TypeError as error:
        print(error)
    try:
        bad[x:x] = 1
    except TypeError as error:
        print(error)
# stdout:
#| 294 [[10, 'x', None, 2.5, ()], [10, 'x', None, 2.5, ()], [10, 'x', None, 2.5, ()], [10, None, ()], [(), 2.5, None, 'x', 10], [(), 'x'], [], [], [], [], [(), 2.5, None, 'x', 10], [(), 'x']]
#| tuple True True
#| list True True
#| True True
#| True True True True False
#| (1, 3, None) [0, 7, 8, 3, 4, 5]
#| (1, 3, None) [0, 7, 3, 4, 5]
#| (1, 3, None) [0, 3, 4, 5]
#| (4, 1, None) [0, 1, 2, 3, 9, 4, 5]
#| (None, None, 2) ['a', 1, 'b', 3, 'c', 5]
#| (None, None, 2) ValueError: attempt to assign sequence of size 1 to extended slice of size 3
#| (5, None, -2) [0, 3, 2, 2, 4, 1]
#| (0, 2, 0) ValueError: slice step cannot be zero
#| (0, 2, None) TypeError: must assign iterable to extended slice
#| (0, 2.5, None) TypeError: slice indices must be integers or None or have an __index__ method
#| (-100, 100, None) ['x', 'y']
#| (0, 1000000000000000000000000000000, None) [1]
#| [4, 2, 1, 1]
#| 3
#| gone 3
#| gone 3
#| [1, 2, 3]
#| []
#| [5, 6]
#| slice(3, None, None) slice(None, 3, None) slice(3, 3, 3) (slice(3, None, None), 1)
#| set slice(3, None, None) 1
#| set slice(3, 3, 3) slice(3, 4, None)
#| del slice(3, None, None)
#| 'int' object is not subscriptable
#| 'int' object does not support item assignment
#| 'NoneType' object is not subscriptable
#| 'NoneType' object does not support item assignment
#| 'set' object is not subscriptable
#| 'set' object does not support item assignment
#| 'builtin_function_or_method' object is not subscriptable
#| 'builtin_function_or_method' object does not support item assignment
