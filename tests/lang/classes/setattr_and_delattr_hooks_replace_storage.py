class A:
    def __setattr__(self, name, value):
        print("set", name, value)
        super().__setattr__(name, value)
    def __delattr__(self, name):
        print("del", name)
        super().__delattr__(name)
a = A()
a.x = 1
del a.x
try:
    del a.x
except AttributeError as e:
    print(e)
# stdout:
#| set x 1
#| del x
#| del x
#| 'A' object has no attribute 'x'
