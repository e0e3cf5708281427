class A:
    __slots__ = ("__p",)
    def __init__(self): self.__p = 1
print(A()._A__p, [n for n in dir(A) if "p" in n and "A" in n])
# stdout:
#| 1 ['_A__p']
