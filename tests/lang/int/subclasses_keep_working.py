class I(int):
    def __repr__(self): return f"I({int(self)})"
    def __add__(self, o): return I(int(self) + o)
x = I(5)
print(x, x + 1, x - 1, type(x - 1).__name__, {5: "five"}[x], x == 5, [0] * I(2), I("12", 3), sum([I(1), I(2)]))
# stdout:
#| I(5) I(6) 4 int five True [0, 0] I(5) 3
