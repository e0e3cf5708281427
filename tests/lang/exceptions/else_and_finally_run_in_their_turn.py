def f(n):
    try:
        if n: raise ValueError
    except ValueError:
        print("except")
    else:
        print("else")
    finally:
        print("finally")
f(0); f(1)
# stdout:
#| else
#| finally
#| except
#| finally
