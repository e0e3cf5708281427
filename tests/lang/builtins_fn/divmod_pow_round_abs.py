print(divmod(7, -2), divmod(7.5, 2), pow(2, 10), pow(2, 10, 7), round(2.5), round(-2.567, 2), abs(-5), abs(-2.5), abs(3 - 4j), abs(True))
class N:
    def __abs__(self): return "abs"
    def __round__(self, n=None): return ("round", n)
    def __divmod__(self, o): return ("dm", o)
    def __pow__(self, o, m=None): return ("pow", o, m)
    def __pos__(self): return "pos"
    def __invert__(self): return "inv"
print(abs(N()), round(N()), round(N(), 2), divmod(N(), 1), pow(N(), 2), pow(N(), 2, 3), +N(), ~N())
try: -N()
except TypeError as e: print(e)
# stdout:
#| (-4, -1) (3.0, 1.5) 1024 2 2 -2.57 5 2.5 5.0 1
#| abs ('round', None) ('round', 2) ('dm', 1) ('pow', 2, None) ('pow', 2, 3) pos inv
#| bad operand type for unary -: 'N'
