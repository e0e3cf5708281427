print((0.5).as_integer_ratio(), (-2.75).as_integer_ratio(), (1.0).is_integer(), (1.5).is_integer(), (3.7).__trunc__(), (-3.7).__floor__(), (3.2).__ceil__(), (1.5).conjugate(), (1.5).imag, float.from_number(3))
for f in (lambda: float("inf").as_integer_ratio(), lambda: float("nan").as_integer_ratio(), lambda: float.from_number("1")):
    try: f()
    except (OverflowError, ValueError, TypeError) as e: print(type(e).__name__, e)
# stdout:
#| (1, 2) (-11, 4) True False 3 -4 4 1.5 0.0 3.0
#| OverflowError cannot convert Infinity to integer ratio
#| ValueError cannot convert NaN to integer ratio
#| TypeError must be real number, not str
