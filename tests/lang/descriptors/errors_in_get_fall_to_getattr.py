class A:
    @property
    def x(self): raise AttributeError("inside")
    def __getattr__(self, n): return "fallback " + n
print(A().x)
class B:
    @property
    def x(self): raise AttributeError("inside")
try: B().x
except AttributeError as e: print(e)
# stdout:
#| fallback x
#| inside
