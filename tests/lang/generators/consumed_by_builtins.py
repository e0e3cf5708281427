# any, all, tuple, list and set of a generator expression: results, early ends, replaced names, errors and their places.
import traceback, sys
def f(items): return any(x for x in items), all(x for x in items), tuple(x for x in items), list(x for x in items), sorted(set(x for x in items))
print(f([]), f([0, 1]), f([1, 2]), f((x for x in [3])))
log = []
def noisy(n):
    try:
        for i in range(n): log.append(i); yield i
    finally: log.append("end")
print(any(i == 2 for i in noisy(5)), log)
log.clear()
print(all(i != 1 for i in noisy(5)), log)
x = any(i for i in noisy(1)); print(x, not all(i for i in noisy(2)), [any(j > i for j in range(3)) for i in range(4)])
def early(items):
    if any(i > 1 for i in items): return "yes"
    return "no" if all(i for i in items) else "some"
print(early([1, 2]), early([1]), early([0]))
def shadow(any, tuple=lambda g: ("mine", *g)): return any(x for x in "ab"), tuple(x for x in "ab")
print(shadow(list))
list_ = list
def other():
    global list
    list = sum
    try: return list(x for x in (1, 2))
    finally: list = list_
print(other(), list(x for x in "ab"))
class Bad:
    def __bool__(self): raise ValueError("no truth")
    __hash__ = None
def gen():
    yield 1
    raise StopIteration
for call in (lambda: any(x for x in [Bad()]), lambda: all(x for x in [0, Bad()]), lambda: set(x for x in [Bad()]), lambda: any(1 / 0 for x in [1]),
             lambda: tuple(x for x in gen()), lambda: list(x for x in 5), lambda: tuple(
                 x.y for x in [1]), lambda: any((x for x in [Bad()]))):
    try: print(call())
    except Exception: traceback.print_exc(file=sys.stdout)
def nested(n): return tuple(tuple(i * j for i in range(n)) for j in range(n))
print(nested(3), max(len(list(c for c in w)) for w in ("a", "bcd")))
class Scope:
    names = tuple(n for n in "ab"); flag = any(n == "b" for n in names)
print(Scope.names, Scope.flag, eval("all(x for x in (1, 2))"), type(tuple(x for x in ())), type(list(x for x in ())))
async def asynchronous():
    async def agen():
        yield 1
    try: return any(x async for x in agen())
    except TypeError as error: return str(error)
try: asynchronous().send(None)
except StopIteration as stop: print(stop.value)
del list
def deep(n): return any(deep(n - 1) for _ in (1,)) if n else True
print(deep(100))
try: deep(10 ** 6)
except RecursionError as error: print(error)
# stdout:
#| (False, True, (), [], []) (True, False, (0, 1), [0, 1], [0, 1]) (True, True, (1, 2), [1, 2], [1, 2]) (True, True, (), [], [])
#| True [0, 1, 2, 'end']
#| False [0, 1, 'end']
#| False True [True, True, False, False]
#| yes no some
#| (['a', 'b'], ('mine', 'a', 'b'))
#| 3 ['a', 'b']
#| Traceback (most recent call last):
#|   File "consumed_by_builtins.py", line 36, in <module>
#|     try: print(call())
#|                ~~~~^^
#|   File "consumed_by_builtins.py", line 33, in <lambda>
#|     for call in (lambda: any(x for x in [Bad()]), lambda: all(x for x in [0, Bad()]), lambda: set(x for x in [Bad()]), lambda: any(1 / 0 for x in [1]),
#|                          ^^^
#|   File "consumed_by_builtins.py", line 28, in __bool__
#|     def __bool__(self): raise ValueError("no truth")
#|                         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
#| ValueError: no truth
#| False
#| Traceback (most recent call last):
#|   File "consumed_by_builtins.py", line 36, in <module>
#|     try: print(call())
#|                ~~~~^^
#|   File "consumed_by_builtins.py", line 33, in <lambda>
#|     for call in (lambda: any(x for x in [Bad()]), lambda: all(x for x in [0, Bad()]), lambda: set(x for x in [Bad()]), lambda: any(1 / 0 for x in [1]),
#|                                                                                               ~~~^^^^^^^^^^^^^^^^^^^^
#| TypeError: cannot use 'Bad' as a set element (unhashable type: 'Bad')
#| Traceback (most recent call last):
#|   File "consumed_by_builtins.py", line 36, in <module>
#|     try: print(call())
#|                ~~~~^^
#|   File "consumed_by_builtins.py", line 33, in <lambda>
#|     for call in (lambda: any(x for x in [Bad()]), lambda: all(x for x in [0, Bad()]), lambda: set(x for x in [Bad()]), lambda: any(1 / 0 for x in [1]),
#|                                                                                                                                ^^^
#|   File "consumed_by_builtins.py", line 33, in <genexpr>
#|     for call in (lambda: any(x for x in [Bad()]), lambda: all(x for x in [0, Bad()]), lambda: set(x for x in [Bad()]), lambda: any(1 / 0 for x in [1]),
#|                                                                                                                                    ~~^~~
#| ZeroDivisionError: division by zero
#| Traceback (most recent call last):
#|   File "consumed_by_builtins.py", line 32, in gen
#|     raise StopIteration
#| StopIteration
#|
#| The above exception was the direct cause of the following exception:
#|
#| Traceback (most recent call last):
#|   File "consumed_by_builtins.py", line 36, in <module>
#|     try: print(call())
#|                ~~~~^^
#|   File "consumed_by_builtins.py", line 34, in <lambda>
#|     lambda: tuple(x for x in gen()), lambda: list(x for x in 5), lambda: tuple(
#|             ^^^^^
#|   File "consumed_by_builtins.py", line 34, in <genexpr>
#|     lambda: tuple(x for x in gen()), lambda: list(x for x in 5), lambda: tuple(
#|                              ~~~^^
#| RuntimeError: generator raised StopIteration
#| Traceback (most recent call last):
#|   File "consumed_by_builtins.py", line 36, in <module>
#|     try: print(call())
#|                ~~~~^^
#|   File "consumed_by_builtins.py", line 34, in <lambda>
#|     lambda: tuple(x for x in gen()), lambda: list(x for x in 5), lambda: tuple(
#|                                                              ^
#| TypeError: 'int' object is not iterable
#| Traceback (most recent call last):
#|   File "consumed_by_builtins.py", line 36, in <module>
#|     try: print(call())
#|                ~~~~^^
#|   File "consumed_by_builtins.py", line 34, in <lambda>
#|     lambda: tuple(x for x in gen()), lambda: list(x for x in 5), lambda: tuple(
#|                                                                          ^^^^^
#|   File "consumed_by_builtins.py", line 35, in <genexpr>
#|     x.y for x in [1]), lambda: any((x for x in [Bad()]))):
#|     ^^^
#| AttributeError: 'int' object has no attribute 'y'
#| Traceback (most recent call last):
#|   File "consumed_by_builtins.py", line 36, in <module>
#|     try: print(call())
#|                ~~~~^^
#|   File "consumed_by_builtins.py", line 35, in <lambda>
#|     x.y for x in [1]), lambda: any((x for x in [Bad()]))):
#|                                ^^^
#|   File "consumed_by_builtins.py", line 28, in __bool__
#|     def __bool__(self): raise ValueError("no truth")
#|                         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
#| ValueError: no truth
#| ((0, 0, 0), (0, 1, 2), (0, 2, 4)) 3
#| ('a', 'b') True True <class 'tuple'> <class 'list'>
#| 'async_generator' object is not iterable
#| True
#| maximum recursion depth exceeded
