# Unpacking writes its targets in order, whatever they held before.
def same():
    t = (1, 2)
    h = t
    t, h = t
    return t, h
def swap():
    a, b, c = 1, 'two', 3.0
    for _ in range(3):
        a, b, c = c, a, b
    return a, b, c
class Last:
    def __init__(self, name): self.name = name
    def __del__(self): print('gone', self.name)
def dropping(source):
    a, b, c = Last('a'), Last('b'), Last('c')
    for _ in range(2):
        a, b, c = source
        print('then', a, b, c)
        a, b, c = Last('a2'), 5, Last('c2')
def clearing():
    items = []
    class Clear:
        def __del__(self): items.clear()
    for _ in range(3):
        items[:] = [1, [2], 'x' * 3]
        a = Clear()
        a, b, c = items
        print(a, b, c, items)
        a = None
def wrong(source):
    try:
        a, b = source
    except (ValueError, TypeError) as error:
        print(error)
def in_generator(pairs):
    for a, b in pairs:
        yield b, a
def nested():
    for i, (a, [b, c]) in enumerate([(1, (2, 3)), ('x', 'yz')]):
        print(i, a, b, c)
print(same(), same(), swap())
dropping((1, 2, 3))
dropping([4, [5], 6])
clearing()
for source in ([1], (1, 2, 3), 5, 'abc', {1: 2, 3: 4, 5: 6}, iter([1])):
    wrong(source); wrong(source)
print(list(in_generator([(1, 2), [3, 4], 'ab', iter('cd')])))
nested()
x, y = 1, 2
x, y = y, x
print(x, y)
# stdout:
#| (1, 2) (1, 2) (1, 'two', 3.0)
#| gone a
#| gone b
#| gone c
#| then 1 2 3
#| gone a2
#| gone c2
#| then 1 2 3
#| gone c2
#| gone a2
#| gone a
#| gone b
#| gone c
#| then 4 [5] 6
#| gone a2
#| gone c2
#| then 4 [5] 6
#| gone c2
#| gone a2
#| 1 [2] xxx []
#| 1 [2] xxx []
#| 1 [2] xxx []
#| not enough values to unpack (expected 2, got 1)
#| not enough values to unpack (expected 2, got 1)
#| too many values to unpack (expected 2, got 3)
#| too many values to unpack (expected 2, got 3)
#| cannot unpack non-iterable int object
#| cannot unpack non-iterable int object
#| too many values to unpack (expected 2)
#| too many values to unpack (expected 2)
#| too many values to unpack (expected 2, got 3)
#| too many values to unpack (expected 2, got 3)
#| not enough values to unpack (expected 2, got 1)
#| not enough values to unpack (expected 2, got 0)
#| [(2, 1), (4, 3), ('b', 'a'), ('d', 'c')]
#| 0 1 2 3
#| 1 x y z
#| 2 1
