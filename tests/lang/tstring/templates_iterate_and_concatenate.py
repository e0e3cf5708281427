a = 1
t = t"x{a}" + t"{a}y"
print([p if isinstance(p, str) else p.expression for p in t], type(t).__name__)
try: t + "s"
except TypeError as e: print(e)
# stdout:
#| ['x', 'a', 'a', 'y'] Template
#| can only concatenate string.templatelib.Template (not "str") to string.templatelib.Template
