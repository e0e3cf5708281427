from array import array, typecodes
import pickle, copy
a = array("i", [1, 2, 3]); a.append(4); a.extend((5, 6)); a[1:3] = array("i", [9]); del a[::2]
print(a, a * 2, a + a, a[::-1], 9 in a, a.index(4), a.count(4), a.tolist(), typecodes, array("w", "é😀"))
for code, value in (("b", 128), ("B", -1), ("h", "x"), ("H", 1 << 40), ("i", 1 << 31), ("I", -1), ("l", 1 << 63), ("Q", 1 << 64), ("q", -(1 << 64)), ("d", "x"), ("w", "ab"), ("x", 1)):
    try: array(code, [value])
    except Exception as error: print(code, type(error).__name__, error)
for wrong in (lambda: a[9], lambda: a["x"], lambda: a.pop(9), lambda: a + [1], lambda: a.remove(99), lambda: a.frombytes(b"abc"), lambda: array("i", "abc"), array, lambda: a.tounicode()):
    try: wrong()
    except Exception as error: print(type(error).__name__, error)
view = memoryview(a)
try: a.append(1)
except BufferError as error: print(error)
view[0] = 77; view.release(); a.byteswap(); a.byteswap(); a.reverse()
print(a, array("b", [1]) == array("d", [1.0]), array("i", [1]) < array("i", [1, 0]), a.tobytes()[:4], a.itemsize, a.typecode)
for protocol in range(6): assert pickle.loads(pickle.dumps(a, protocol)) == a
print(copy.copy(a), a.__reduce_ex__(4)[1][1:3])
# stderr:
#| Traceback (most recent call last):
#|   File "arrays_hold_machine_values.py", line 4, in <module>
#|     print(a, a * 2, a + a, a[::-1], 9 in a, a.index(4), a.count(4), a.tolist(), typecodes, array("w", "é😀"))
#|                                             ~~~~~~~^^^
#| ValueError: array.index(x): x not in array
# exit: 1
