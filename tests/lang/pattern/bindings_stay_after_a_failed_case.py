match [1, 2]:
    case [a, 3]: pass
    case _: print("a" in dir())
match (1, (2, 3)):
    case (x, (y, z)): print(x, y, z)
# stdout:
#| False
#| 1 2 3
