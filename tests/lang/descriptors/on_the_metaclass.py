class M(type):
    @property
    def name(cls): return cls.__name__.lower()
    def call(cls): return "meta"
class A(metaclass=M): pass
print(A.name, A.call())
try: A().name
except AttributeError as e: print(e)
# stdout:
#| a meta
#| 'A' object has no attribute 'name'
