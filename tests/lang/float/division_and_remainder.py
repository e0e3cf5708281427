for a, b in ((7.5, 2.0), (-7.5, 2.0), (7.5, -2.0), (0.0, -3.0), (1.0, 0.1), (-1e-20, 1.0), (5.0, float("inf")), (-5.0, float("inf"))):
    print(a // b, a % b, divmod(a, b))
for f in (lambda: 1.0 / 0, lambda: 1.0 // 0, lambda: 1.0 % 0, lambda: divmod(1.0, 0.0), lambda: 0.0 ** -1, lambda: 1e300 ** 2, lambda: 2.0 ** 10000):
    try: print(f())
    except (ZeroDivisionError, OverflowError) as e: print(type(e).__name__, e)
# stdout:
#| 3.0 1.5 (3.0, 1.5)
#| -4.0 0.5 (-4.0, 0.5)
#| -4.0 -0.5 (-4.0, -0.5)
#| -0.0 -0.0 (-0.0, -0.0)
#| 9.0 0.09999999999999995 (9.0, 0.09999999999999995)
#| -1.0 1.0 (-1.0, 1.0)
#| 0.0 5.0 (0.0, 5.0)
#| -1.0 inf (-1.0, inf)
#| ZeroDivisionError division by zero
#| ZeroDivisionError division by zero
#| ZeroDivisionError division by zero
#| ZeroDivisionError division by zero
#| ZeroDivisionError zero to a negative power
#| OverflowError (34, 'Numerical result out of range')
#| OverflowError (34, 'Numerical result out of range')
