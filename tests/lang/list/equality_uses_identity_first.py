nan = float("nan")
class Never:
    def __eq__(self, o): return False
n = Never()
print([nan] == [nan], [n] == [n], n in [n], [n].index(n), [n].count(n), (nan,) == (nan,), {1: nan} == {1: nan})
# stdout:
#| True True True 0 1 True True
