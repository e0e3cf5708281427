from string.templatelib import Template, Interpolation
def render(t):
    return "".join(p if isinstance(p, str) else format(p.value, p.format_spec).upper() for p in t)
w = "world"
print(render(t"hello {w:>8}"))
print(Template("a", Interpolation(1, "x", None, ""), "b").strings, isinstance(t"", Template))
match t"{w}":
    case Template(strings=(a, b), values=(v,)): print(repr(a), repr(b), v)
# stdout:
#| hello    WORLD
#| ('a', 'b') True
#| '' '' world
