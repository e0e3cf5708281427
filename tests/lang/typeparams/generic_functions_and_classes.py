def f[T, *Ts, **P](x: T) -> T: return x
class A[T: int, U = str]: pass
print(f.__type_params__, f(1))
print(A.__type_params__, A.__orig_bases__, A[bool, int], A.__parameters__)
# stdout:
#| (T, Ts, P) 1
#| (T, U) (typing.Generic[T, U],) __main__.A[bool, int] (T, U)
