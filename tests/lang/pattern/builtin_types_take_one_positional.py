def f(x):
    match x:
        case bool(b): return "bool", b
        case bytes(b): return "bytes", b
        case list([a, *_]): return "list", a
        case dict({"k": v}): return "dict", v
        case tuple(t): return "tuple", t
        case set(s): return "set", s
print([f(x) for x in (True, b"x", [1, 2], {"k": 3}, (4,), {5})])
# stdout:
#| [('bool', True), ('bytes', b'x'), ('list', 1), ('dict', 3), ('tuple', (4,)), ('set', {5})]
