from __future__ import annotations
def f(a: List[int], b: 1 + 1 = 2, *c: x.y[z]) -> lambda x: x: pass
class A: z: Q | None
print(f.__annotations__, A.__annotations__)
# stdout:
#| {'a': 'List[int]', 'b': '1 + 1', 'c': 'x.y[z]', 'return': 'lambda x: x'} {'z': 'Q | None'}
