class Color:
    RED = 1
    class Deep: X = 2
def f(v):
    match v:
        case Color.RED: return "red"
        case Color.Deep.X: return "x"
        case _: return "?"
print(f(1), f(2), f(3))
# stdout:
#| red x ?
