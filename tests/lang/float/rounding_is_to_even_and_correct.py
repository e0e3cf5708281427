print(round(0.5), round(1.5), round(2.5), round(-0.5), round(2.675, 2), round(1.005, 2), round(1234.5678, -2), round(1e300, 5), round(0.1 + 0.2, 15), round(5.0), round(5.5, 0), round(-1.5), round(1.0, None))
for x in (float("inf"), float("nan")):
    try: round(x)
    except (OverflowError, ValueError) as e: print(type(e).__name__, e)
    print(round(x, 2))
# stdout:
#| 0 2 2 0 2.67 1.0 1200.0 1e+300 0.3 5 6.0 -2 1
#| OverflowError cannot convert float infinity to integer
#| inf
#| ValueError cannot convert float NaN to integer
#| nan
