from collections import namedtuple
P = namedtuple("P", "x y", defaults=[5])
p = P(1)
print(p, p.x, p[1], p._asdict(), p._replace(x=9), P._fields, P._make([7, 8]), *p, p == (1, 5), P.__doc__)
for f in (lambda: P(), lambda: P(1, 2, 3), lambda: namedtuple("Q", "a a"), lambda: namedtuple("Q", "class"), lambda: p._replace(z=1)):
    try: f()
    except (TypeError, ValueError) as e: print(type(e).__name__, e)
from typing import NamedTuple
class N(NamedTuple):
    a: int
    b: str = "d"
print(N(1), N.__annotations__)
# stdout:
#| P(x=1, y=5) 1 5 {'x': 1, 'y': 5} P(x=9, y=5) ('x', 'y') P(x=7, y=8) 1 5 True P(x, y)
#| TypeError P.__new__() missing 1 required positional argument: 'x'
#| TypeError P.__new__() takes from 2 to 3 positional arguments but 4 were given
#| ValueError Encountered duplicate field name: 'a'
#| ValueError Type names and field names cannot be a keyword: 'class'
#| TypeError Got unexpected field names: ['z']
#| N(a=1, b='d') {'a': <class 'int'>, 'b': <class 'str'>}
