class A:
    if True: x: int
    else: y: str
    for i in range(1): z: float
print(A.__annotations__)
# stdout:
#| {'x': <class 'int'>, 'z': <class 'float'>}
