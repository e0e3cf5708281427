print(list("ab"), list({1: 2}), list(range(3)), list(), list(x for x in (1, 2)))
class L:
    def __iter__(self): return iter((1, 2))
    def __length_hint__(self): print("hint"); return 10
print(list(L()), [*L()])
try: list(5)
except TypeError as e: print(e)
class B:
    def __iter__(self): return 5
try: list(B())
except TypeError as e: print(e)
# stdout:
#| ['a', 'b'] [1] [0, 1, 2] [] [1, 2]
#| hint
#| hint
#| [1, 2] [1, 2]
#| 'int' object is not iterable
#| iter() returned non-iterator of type 'int'
