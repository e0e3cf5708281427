def f(x):
    match x:
        case 1: return "one"
        case "a" | b"b": return "text"
        case -2.5: return "neg"
        case 1 + 2j: return "complex"
        case None: return "none"
        case True: return "true"
    return "other"
print([f(x) for x in (1, 1.0, True, "a", b"b", -2.5, 1 + 2j, None, False, [])])
# stdout:
#| ['one', 'one', 'one', 'text', 'text', 'neg', 'complex', 'none', 'other', 'other']
