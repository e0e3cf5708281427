x: int = 1
y: str
class A:
    a: int
    b: "text" = 2
    def f(self): self.c: int = 5
print(A.__annotations__, __annotate__(1), hasattr(A, "a"), A.b)
print(A.__annotate__(1))
try: y
except NameError as e: print(e)
# stdout:
#| {'a': <class 'int'>, 'b': 'text'} {'x': <class 'int'>, 'y': <class 'str'>} False 2
#| {'a': <class 'int'>, 'b': 'text'}
#| name 'y' is not defined
