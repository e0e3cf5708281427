class A:
    def __init__(self, n, *o): self.n, self.o = n, o
    def __del__(self): print("del", self.n)
a = A("outer", A("inner", A("innermost")))
del a
l = [A(1), A(2)]
l.clear()
d = {"x": A("v")}
d["x"] = 5
print("end")
# stdout:
#| del outer
#| del inner
#| del innermost
#| del 2
#| del 1
#| del v
#| end
