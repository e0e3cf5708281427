print(2**10, (-2)**3, 0**0, 2**-1, (-2)**-2, 7**50, pow(3, 200, 1000007), pow(3, -1, 7), pow(-3, 5, 7), pow(3, 5, -7))
for f in (lambda: 0**-1, lambda: pow(2, -1, 4), lambda: pow(2, 3, 0), lambda: pow(2, 3.0, 5)):
    try: f()
    except (ZeroDivisionError, ValueError, TypeError) as e: print(type(e).__name__, e)
print((-8) ** (1 / 3))
# stdout:
#| 1024 -8 1 0.5 0.25 1798465042647412146620280340569649349251249 959082 5 2 -2
#| ZeroDivisionError zero to a negative power
#| ValueError base is not invertible for the given modulus
#| ValueError pow() 3rd argument cannot be 0
#| TypeError pow() 3rd argument not allowed unless all arguments are integers
#| (1.0000000000000002+1.7320508075688772j)
