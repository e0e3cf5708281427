for a in (7, -7):
    for b in (2, -2):
        print(a, b, a // b, a % b, divmod(a, b), a / b)
for f in (lambda: 1 // 0, lambda: 1 % 0, lambda: 1 / 0, lambda: divmod(1, 0)):
    try: f()
    except ZeroDivisionError as e: print(e)
# stdout:
#| 7 2 3 1 (3, 1) 3.5
#| 7 -2 -4 -1 (-4, -1) -3.5
#| -7 2 -4 1 (-4, 1) -3.5
#| -7 -2 3 -1 (3, -1) 3.5
#| division by zero
#| division by zero
#| division by zero
#| division by zero
