def f(x):
    match x:
        case [_, _]: return "pair"
        case [a]: return a
        case y: return y
print(f([1, 2]), f([3]), f(4))
match 5:
    case n if n > 9: print("big")
    case n: print("small", n)
# stdout:
#| pair 3 4
#| small 5
