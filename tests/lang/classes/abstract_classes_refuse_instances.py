from abc import ABC, abstractmethod
class A(ABC):
    @abstractmethod
    def f(self): ...
    @property
    @abstractmethod
    def g(self): ...
class B(A):
    def f(self): return 1
class C(B):
    g = 2
for k in (A, B, C):
    try:
        print(k().g)
    except TypeError as e:
        print(e)
# stdout:
#| Can't instantiate abstract class A without an implementation for abstract methods 'f', 'g'
#| Can't instantiate abstract class B without an implementation for abstract method 'g'
#| 2
