match 1, 2:
    case 1, x: print(x)
match *[1, 2], 3:
    case a, b, c: print(a, b, c)
match (lambda: 5)():
    case 5: print("five")
# stdout:
#| 2
#| 1 2 3
#| five
