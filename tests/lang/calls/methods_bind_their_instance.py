class A:
    def m(self, x=0): return x
a = A()
m = a.m
print(m(5), m.__self__ is a, m.__func__ is A.m, A.m(a, 3), a.m == a.m, a.m is a.m)
try: A.m()
except TypeError as e: print(e)
try: a.m(1, 2)
except TypeError as e: print(e)
# stdout:
#| 5 True True 3 True False
#| A.m() missing 1 required positional argument: 'self'
#| A.m() takes from 1 to 2 positional arguments but 3 were given
