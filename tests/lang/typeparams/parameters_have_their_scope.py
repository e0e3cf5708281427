def outer[T]():
    def inner(): return T
    return inner()
print(outer())
try: T
except NameError as e: print(e)
class A[T]:
    x = T
    def m(self): return T
print(A.x is A().m(), A.m.__type_params__, A.m.__qualname__)
# stdout:
#| T
#| name 'T' is not defined
#| True () A.m
