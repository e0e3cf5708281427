from functools import cached_property, lru_cache, cache
class A:
    @cached_property
    def x(self):
        print("computed")
        return 1
a = A()
print(a.x, a.x, a.__dict__)
@lru_cache(maxsize=2)
def f(n): print("f", n); return n
f(1); f(2); f(1); f(3); f(2)
print(f.cache_info())
# stdout:
#| computed
#| 1 1 {'x': 1}
#| f 1
#| f 2
#| f 3
#| f 2
#| CacheInfo(hits=1, misses=4, maxsize=2, currsize=2)
