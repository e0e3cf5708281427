class Base:
    def __init_subclass__(cls, /, tag="none", **kw):
        super().__init_subclass__(**kw)
        cls.tag = tag
        print("made", cls.__name__, tag)
class A(Base, tag="a"): pass
class B(A): pass
try:
    class C(Base, wrong=1): pass
except TypeError as e:
    print(e)
# stdout:
#| made A a
#| made B none
#| C.__init_subclass__() takes no keyword arguments
