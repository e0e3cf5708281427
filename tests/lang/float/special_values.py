inf, nan = float("inf"), float("-nan")
print(inf, -inf, nan, inf - inf, inf * 0, nan == nan, nan != nan, inf > 1e308, [nan] == [nan], nan in [nan], min(nan, 1), max(1, nan), sorted([3, nan, 1]) != 0)
for t in (" Infinity ", "+inf", "NaN", "1e400", "-1e400", "1_0.5_0", ".5", "5.", "1e5", "٣.٥"):
    print(float(t))
for t in ("", "1__0", "e5", "0x1p3", "1e", "in f", None, []):
    try: float(t)
    except (ValueError, TypeError) as e: print(type(e).__name__, e)
# stdout:
#| inf -inf nan nan nan False True True True True nan 1 True
#| inf
#| inf
#| nan
#| inf
#| -inf
#| 10.5
#| 0.5
#| 5.0
#| 100000.0
#| 3.5
#| ValueError could not convert string to float: ''
#| ValueError could not convert string to float: '1__0'
#| ValueError could not convert string to float: 'e5'
#| ValueError could not convert string to float: '0x1p3'
#| ValueError could not convert string to float: '1e'
#| ValueError could not convert string to float: 'in f'
#| TypeError float() argument must be a string or a real number, not 'NoneType'
#| TypeError float() argument must be a string or a real number, not 'list'
