import inspect
def f(a, b: int = 1, /, *c, d="x", **e) -> None: pass
print(inspect.signature(f))
class A:
    def __init__(self, x, y=2): pass
    def m(self, z): pass
    @classmethod
    def c(cls, q): pass
print(inspect.signature(A), inspect.signature(A.m), inspect.signature(A(1).m), inspect.signature(A.c))
print(inspect.signature(len), inspect.signature(sorted), inspect.signature(dict.get))
# FIXME: what stands below is dx's answer of today, not CPython 3.14's (`cargo xtask oracle FILE` fills that in)
# stdout:
#| (a, b: int = 1, /, *c, d='x', **e) -> None
#| (x, y=2) (self, z) (z) (q)
# stderr:
#| Traceback (most recent call last):
#|   File "inspect_signature_sees_everything.py", line 10, in <module>
#|   File "<frozen inspect>", line 3332, in signature
#|   File "<frozen inspect>", line 3047, in Signature.from_callable
#|   File "<frozen inspect>", line 2523, in _signature_from_callable
#|   File "<frozen inspect>", line 2309, in _signature_from_builtin
#|   File "<frozen inspect>", line 2155, in _signature_fromstr
#|   File "<frozen inspect>", line 2130, in _signature_strip_non_python_syntax
#|   File "<frozen tokenize>", line 498, in tokenize
#|   File "<frozen tokenize>", line 586, in _generate_tokens_from_c_tokenizer
#| NotImplementedError: tokenize is not available in this build of dx yet
# exit: 1
