class A:
    __slots__ = ("x", "y")
a = A()
a.x = 1
print(a.x, hasattr(a, "__dict__"))
for c in ("a.y", "a.z = 1", "del a.y"):
    try: exec(c)
    except AttributeError as e: print(e)
print(type(A.x).__name__, A.x)
# stdout:
#| 1 False
#| 'A' object has no attribute 'y'
#| 'A' object has no attribute 'z' and no __dict__ for setting new attributes
#| y
#| member_descriptor <member 'x' of 'A' objects>
