print(len({0, 8, 16}), {frozenset()}, {()}, {None}, sorted({3, 1, 2}))
class S(set): pass
print(S([1]), S() == set(), type(S([1]) | {1}).__name__)
# stdout:
#| 3 {frozenset()} {()} {None} [1, 2, 3]
#| S({1}) True set
