from functools import lru_cache, cache
@lru_cache(maxsize=2)
def f(*args, **keys): print("called", args, keys); return args
f(1); f(2); f(1); f(3); f(1); f(2)
print(f.cache_info(), f.cache_parameters())
f.cache_clear(); print(f.cache_info())
@lru_cache(typed=True)
def g(x): return type(x)
print(g(1), g(1.0), g(True), g.cache_info().currsize)
try: f([])
except TypeError as error: print(error)
@cache
def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
print(fib(100), fib.cache_info())
@lru_cache(maxsize=3)
def again(n): return again(n - 1) + 1 if n else 0
print(again(10), again.cache_info())
class Key:
    def __hash__(self): return 1
    def __eq__(self, other): again.cache_clear(); return self is other
@lru_cache(maxsize=2)
def h(key): return 1
for key in [Key() for _ in range(5)]: h(key)
print(h.cache_info().misses, f.__wrapped__.__name__, lru_cache(maxsize=0)(len)("ab"))
# stdout:
#| called (1,) {}
#| called (2,) {}
#| called (3,) {}
#| called (2,) {}
#| CacheInfo(hits=2, misses=4, maxsize=2, currsize=2) {'maxsize': 2, 'typed': False}
#| CacheInfo(hits=0, misses=0, maxsize=2, currsize=0)
#| <class 'int'> <class 'float'> <class 'bool'> 3
#| unhashable type: 'list'
#| 354224848179261915075 CacheInfo(hits=98, misses=101, maxsize=None, currsize=101)
#| 10 CacheInfo(hits=0, misses=11, maxsize=3, currsize=3)
#| 5 f 2
