class A:
    def __new__(cls, kind):
        if kind == "int":
            return 5
        return super().__new__(cls)
    def __init__(self, kind):
        print("init", kind)
print(A("int"))
print(type(A("a")).__name__)
# stdout:
#| 5
#| init a
#| A
