class A:
    here = 1
    def __getattr__(self, name):
        if name == "no":
            raise AttributeError("really no")
        return f"<{name}>"
a = A()
print(a.here, a.there, getattr(a, "no", "default"), hasattr(a, "no"))
# stdout:
#| 1 <there> default False
