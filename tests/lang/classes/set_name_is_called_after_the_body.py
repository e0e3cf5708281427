class Named:
    def __set_name__(self, owner, name):
        print(owner.__name__, name)
class A:
    one = Named()
    two = Named()
    print("body ends")
# stdout:
#| body ends
#| A one
#| A two
