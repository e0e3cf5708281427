def f(x):
    match x:
        case (1 | 2) as n, ("a" | "b") as t: return n, t
        case [("k", v) | (v, "k")] as whole: return v, whole
        case _: return None
print(f((1, "b")), f([("k", 3)]), f([(4, "k")]), f((3, "a")))
# stdout:
#| (1, 'b') (3, [('k', 3)]) (4, [(4, 'k')]) None
