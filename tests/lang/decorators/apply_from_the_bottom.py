def d(n):
    print("make", n)
    def deco(f):
        print("apply", n)
        return lambda: n + f()
    return deco
@d("a")
@d("b")
def f(): return "f"
print(f())
# stdout:
#| make a
#| make b
#| apply b
#| apply a
#| abf
