from enum import Enum, Flag, IntEnum, auto
class C(Enum):
    RED = 1
    GREEN = auto()
    ALSO = 1
print(C.RED, repr(C.GREEN), C(2).name, C["RED"] is C.ALSO, list(C), C.RED in C)
class F(Flag): A = auto(); B = auto(); C = A | B
print(F.A | F.B, F.C & F.A, ~F.A, repr(F(0)))
class I(IntEnum): X = 3
print(I.X + 1, I.X == 3, f"{I.X}")
try: C(9)
except ValueError as e: print(e)
# stdout:
#| C.RED <C.GREEN: 2> GREEN True [<C.RED: 1>, <C.GREEN: 2>] True
#| F.C F.A F.B <F: 0>
#| 4 True 3
#| 9 is not a valid C
