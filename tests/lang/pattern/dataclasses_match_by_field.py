from dataclasses import dataclass
@dataclass
class Add:
    left: object
    right: object
@dataclass
class Num:
    value: int
def ev(t):
    match t:
        case Num(v): return v
        case Add(Num(0), r) | Add(r, Num(0)): return ev(r)
        case Add(l, r): return ev(l) + ev(r)
print(ev(Add(Add(Num(1), Num(0)), Num(5))))
# stdout:
#| 6
