class I:
    def __index__(self): return 3
print([0, 1, 2, 3][I()], range(5)[I()], hex(I()), "a" * I(), list(range(I())))
class Bad:
    def __index__(self): return "x"
try:
    [1][Bad()]
except TypeError as e:
    print(e)
# stdout:
#| 3 3 0x3 aaa [0, 1, 2]
#| __index__ returned non-int (type str)
