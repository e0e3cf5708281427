def nest(n):
    try:
        if n: nest(n - 1)
        else: raise ValueError(0)
    except Exception:
        raise ValueError(n + 1)
try: nest(3)
except ValueError as e:
    while e:
        print(e)
        e = e.__context__
# stdout:
#| 4
#| 3
#| 2
#| 1
#| 0
