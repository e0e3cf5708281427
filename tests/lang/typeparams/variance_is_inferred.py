class A[T]: pass
T, = A.__type_params__
print(T.__infer_variance__, T.__covariant__, T.__contravariant__, repr(T), T.has_default())
import typing
print(typing.TypeVar("X", covariant=True), typing.ParamSpec("P"), typing.TypeVarTuple("Ts"))
# stdout:
#| True False False T False
#| +X ~P Ts
