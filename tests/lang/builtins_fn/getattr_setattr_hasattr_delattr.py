class A: pass
a = A()
setattr(a, "odd name", 1)
print(getattr(a, "odd name"), hasattr(a, "no"), getattr(a, "no", None), vars(a))
delattr(a, "odd name")
for f in (lambda: getattr(a, "x"), lambda: setattr(1, "x", 1), lambda: delattr(a, "x"), lambda: getattr(a, 1), lambda: setattr(a, 1, 1), lambda: hasattr(a, 1), lambda: setattr(object(), "x", 1), lambda: setattr(int, "x", 1), lambda: vars(1)):
    try: f()
    except (AttributeError, TypeError) as e: print(type(e).__name__, e)
# stdout:
#| 1 False None {'odd name': 1}
#| AttributeError 'A' object has no attribute 'x'
#| AttributeError 'int' object has no attribute 'x' and no __dict__ for setting new attributes
#| AttributeError 'A' object has no attribute 'x'
#| TypeError attribute name must be string, not 'int'
#| TypeError attribute name must be string, not 'int'
#| TypeError attribute name must be string, not 'int'
#| AttributeError 'object' object has no attribute 'x' and no __dict__ for setting new attributes
#| TypeError cannot set 'x' attribute of immutable type 'int'
#| TypeError vars() argument must have __dict__ attribute
