class A:
    def __init__(self):
        self.b = 1
        self.a = 2
    def g(self):
        self.c = self.d
        def f(): self.e = 1
print(sorted(A.__static_attributes__))
# stdout:
#| ['a', 'b', 'c', 'e']
