class A:
    x = 1
    def __getattribute__(self, name):
        print("asked", name)
        return object.__getattribute__(self, name)
    def m(self):
        return "m"
a = A()
a.x
a.m()
len([])
try:
    a.nothing
except AttributeError as e:
    print(e, e.name, e.obj is a)
# stdout:
#| asked x
#| asked m
#| asked nothing
#| 'A' object has no attribute 'nothing' nothing True
