def f(x):
    match x:
        case []: return "empty"
        case [1, *rest]: return rest
        case [*init, 9]: return init
        case (a, *_, b): return a, b
        case _: return "no"
print([f(x) for x in ([], [1, 2, 3], (4, 9), [5, 6, 7], "ab", {1: 2}, range(3), b"ab")])
# stdout:
#| ['empty', [2, 3], [4], (5, 7), 'no', 'no', (0, 2), 'no']
