import array
import sys
from collections import deque


def tried(call):
    try:
        print(call())
    except Exception as error:
        print(type(error).__name__, error)


items = [1, 2]
print(items.insert(sys.maxsize, 3), items.insert(-sys.maxsize - 1, 0), items)
line = deque([1, 2])
print(line.insert(2**62, 3), line.rotate(2**62), line)
for place in 2**62, -(2**63), 2**63, -(2**70):
    for sequence in items, (1,), "a", b"a", bytearray(b"a"), range(3), line, array.array("i", [1]):
        tried(lambda: sequence[place])
    for sequence in items, bytearray(b"a"), array.array("i", [1]):
        tried(lambda: sequence.pop(place))
        tried(lambda: sequence.__setitem__(place, 1))
    tried(lambda: line.rotate(place))
    tried(lambda: items.index(1, place))
    tried(lambda: items.insert(abs(place) * 2, 4))
# stdout:
#| None None [0, 1, 2, 3]
#| None None deque([3, 1, 2])
#| IndexError list index out of range
#| IndexError tuple index out of range
#| IndexError string index out of range
#| IndexError index out of range
#| IndexError bytearray index out of range
#| IndexError range object index out of range
#| IndexError deque index out of range
#| IndexError array index out of range
#| IndexError pop index out of range
#| IndexError list assignment index out of range
#| IndexError pop index out of range
#| IndexError bytearray index out of range
#| IndexError pop index out of range
#| IndexError array assignment index out of range
#| None
#| ValueError list.index(x): x not in list
#| OverflowError Python int too large to convert to C ssize_t
#| IndexError list index out of range
#| IndexError tuple index out of range
#| IndexError string index out of range
#| IndexError index out of range
#| IndexError bytearray index out of range
#| IndexError range object index out of range
#| IndexError deque index out of range
#| IndexError array index out of range
#| IndexError pop index out of range
#| IndexError list assignment index out of range
#| IndexError pop index out of range
#| IndexError bytearray index out of range
#| IndexError pop index out of range
#| IndexError array assignment index out of range
#| None
#| 1
#| OverflowError Python int too large to convert to C ssize_t
#| IndexError cannot fit 'int' into an index-sized integer
#| IndexError cannot fit 'int' into an index-sized integer
#| IndexError cannot fit 'int' into an index-sized integer
#| IndexError cannot fit 'int' into an index-sized integer
#| IndexError cannot fit 'int' into an index-sized integer
#| IndexError range object index out of range
#| IndexError cannot fit 'int' into an index-sized integer
#| IndexError cannot fit 'int' into an index-sized integer
#| OverflowError Python int too large to convert to C ssize_t
#| IndexError cannot fit 'int' into an index-sized integer
#| OverflowError Python int too large to convert to C ssize_t
#| IndexError cannot fit 'int' into an index-sized integer
#| OverflowError Python int too large to convert to C ssize_t
#| IndexError cannot fit 'int' into an index-sized integer
#| OverflowError Python int too large to convert to C ssize_t
#| ValueError list.index(x): x not in list
#| OverflowError Python int too large to convert to C ssize_t
#| IndexError cannot fit 'int' into an index-sized integer
#| IndexError cannot fit 'int' into an index-sized integer
#| IndexError cannot fit 'int' into an index-sized integer
#| IndexError cannot fit 'int' into an index-sized integer
#| IndexError cannot fit 'int' into an index-sized integer
#| IndexError range object index out of range
#| IndexError cannot fit 'int' into an index-sized integer
#| IndexError cannot fit 'int' into an index-sized integer
#| OverflowError Python int too large to convert to C ssize_t
#| IndexError cannot fit 'int' into an index-sized integer
#| OverflowError Python int too large to convert to C ssize_t
#| IndexError cannot fit 'int' into an index-sized integer
#| OverflowError Python int too large to convert to C ssize_t
#| IndexError cannot fit 'int' into an index-sized integer
#| OverflowError Python int too large to convert to C ssize_t
#| 1
#| OverflowError Python int too large to convert to C ssize_t
