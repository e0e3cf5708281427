class A:
    c = 1
    def __init__(self):
        self.z = 1
        self.a = 2
print(vars(A()))
print([n for n in dir(A()) if not n.startswith("__")])
class B:
    def __dir__(self):
        return ["b", "a"]
print(dir(B()))
# stdout:
#| {'z': 1, 'a': 2}
#| ['a', 'c', 'z']
#| ['a', 'b']
