class S(str):
    def __str__(self): return "over"
class I(int):
    def __int__(self): return 99
class F(float):
    def __float__(self): return 2.5
class L(list):
    def __iter__(self): return iter((9,))
class T(tuple): pass
class D(dict):
    def keys(self): return ["q"]
    def __getitem__(self, key): return 5
for cls, values in (
    (str, (S("a"), 1, "x", None, 1.5, True)),
    (int, (I(4), True, 1.5, -1.5, "12", 1e19, -1e19, 3.9e18, 4.1e18, 2**70, F(3.5), None)),
    (float, (1, True, 2**62, -2**62, 2**53 + 1, "1.5", F(1.25), I(3), 0, -0.0, None)),
    (bool, (0, "", [], None, S(""), 2**70)),
    (list, ([1], (1, 2), L([1]), T((1, 2)), "ab", {1: 2}, 5)),
    (tuple, ([1], (1, 2), L([1]), T((1, 2)), "ab", ())),
    (dict, ({1: 2}, D({1: 2}), [(1, 2)], {}, L([1]))),
    (set, ([1, 2, 1], (3, 2.0, 2), L([1]), [True, 1.0, 1], [[]])),
):
    print(cls(), type(cls()).__name__)
    for value in values:
        try:
            made = cls(value)
            print(type(made).__name__, repr(made), made is value)
        except Exception as e: print(type(e).__name__, e)
    try: cls(1, 2, 3, 4)
    except TypeError as e: print(e)
    try: cls(wrong=1) if cls is not dict else dict([1], wrong=1)
    except TypeError as e: print(e)
print(sum([2**62, 2**62]), sum([1, 2.5]), sum((1, 2, True)), sum([1], 2.5), sum([], 5), sum([[1], [2]], []))
print(min([3, 1, 2]), max((3, 1, 2)), min([3, 1.0, 1]), max([True, 1]), max([2, 3], key=lambda x: -x), min([], default=3))
# stdout:
#|  str
#| str 'over' False
#| str '1' False
#| str 'x' True
#| str 'None' False
#| str '1.5' False
#| str 'True' False
#| str expected at most 3 arguments, got 4
#| str() got an unexpected keyword argument 'wrong'
#| 0 int
#| int 99 False
#| int 1 False
#| int 1 False
#| int -1 False
#| int 12 False
#| int 10000000000000000000 False
#| int -10000000000000000000 False
#| int 3900000000000000000 False
#| int 4100000000000000000 False
#| int 1180591620717411303424 True
#| int 3 False
#| TypeError int() argument must be a string, a bytes-like object or a real number, not 'NoneType'
#| int expected at most 2 arguments, got 4
#| int() got an unexpected keyword argument 'wrong'
#| 0.0 float
#| float 1.0 False
#| float 1.0 False
#| float 4.611686018427388e+18 False
#| float -4.611686018427388e+18 False
#| float 9007199254740992.0 False
#| float 1.5 False
#| float 2.5 False
#| float 3.0 False
#| float 0.0 False
#| float -0.0 True
#| TypeError float() argument must be a string or a real number, not 'NoneType'
#| float expected at most 1 argument, got 4
#| float() takes no keyword arguments
#| False bool
#| bool False False
#| bool False False
#| bool False False
#| bool False False
#| bool False False
#| bool True False
#| bool expected at most 1 argument, got 4
#| bool() takes no keyword arguments
#| [] list
#| list [1] False
#| list [1, 2] False
#| list [9] False
#| list [1, 2] False
#| list ['a', 'b'] False
#| list [1] False
#| TypeError 'int' object is not iterable
#| list expected at most 1 argument, got 4
#| list() takes no keyword arguments
#| () tuple
#| tuple (1,) False
#| tuple (1, 2) True
#| tuple (9,) False
#| tuple (1, 2) False
#| tuple ('a', 'b') False
#| tuple () True
#| tuple expected at most 1 argument, got 4
#| tuple() takes no keyword arguments
#| {} dict
#| dict {1: 2} False
#| dict {1: 2} False
#| dict {1: 2} False
#| dict {} False
#| TypeError object is not iterable
#| dict expected at most 1 argument, got 4
#| object is not iterable
#| set() set
#| set {1, 2} False
#| set {2.0, 3} False
#| set {9} False
#| set {True} False
#| TypeError cannot use 'list' as a set element (unhashable type: 'list')
#| set expected at most 1 argument, got 4
#| set() takes no keyword arguments
#| 9223372036854775808 3.5 4 3.5 5 [1, 2]
#| 1 3 1.0 True 2 3
