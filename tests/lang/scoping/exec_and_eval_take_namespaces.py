g = {"x": 1}
exec("y = x + 1", g)
print(g["y"], eval("x + y", g), "__builtins__" in g)
l = {}
exec("z = x", g, l)
print(l, "z" in g)
def f():
    a = 1
    exec("a = 2; b = 3")
    return a, eval("a"), "b" in locals()
print(f())
try: eval("x", {})
except NameError as e: print(e)
exec("print(__name__)", {"__name__": "given"})
print(eval("[q for q in range(w)]", {"w": 2}), eval("  1 + 1"))
class D(dict):
    def __missing__(self, k): return k * 2
print(eval("abc", {}, D()), eval("abc", globals=D(abc=1)))
# stdout:
#| 2 3 True
#| {'z': 1} False
#| (1, 1, False)
#| name 'x' is not defined
#| given
#| [0, 1] 2
#| abcabc 1
