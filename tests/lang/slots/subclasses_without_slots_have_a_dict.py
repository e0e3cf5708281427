class A: __slots__ = "x"
class B(A): pass
class C(A): __slots__ = ["z", "__dict__"]
b = B(); b.x = 1; b.w = 2
c = C(); c.z = 1; c.q = 3
print(b.__dict__, c.__dict__, b.x)
# stdout:
#| {'w': 2} {'q': 3} 1
