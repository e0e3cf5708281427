for text in ("class A:\n x = 1\n __slots__ = ('x',)", "class A: __slots__ = ('1x',)", "class A: __slots__ = (1,)", "class A(int): __slots__ = ('x',)", "class A: __slots__ = ('__dict__', '__dict__')", "class A: __slots__ = 'a'\nclass B: __slots__ = 'b'\nclass C(A, B): pass"):
    try: exec(text); print("fine")
    except (TypeError, ValueError) as e: print(type(e).__name__, e)
# stdout:
#| ValueError 'x' in __slots__ conflicts with class variable
#| TypeError __slots__ must be identifiers
#| TypeError __slots__ items must be strings, not 'int'
#| TypeError nonempty __slots__ not supported for subtype of 'int'
#| TypeError __dict__ slot disallowed: we already got one
#| TypeError multiple bases have instance lay-out conflict
