import functools
import weakref

calls = []


@functools.lru_cache(maxsize=2)
def cached(*args, **names):
    calls.append(args)
    return len(calls)


class Plain:
    pass


class Changing:
    value = 1

    def __hash__(self):
        print("hash", self.value)
        return self.value

    def __eq__(self, other):
        return isinstance(other, Changing)


a, b = Plain(), Plain()
ref = weakref.ref(a)
print(cached(a, b), cached(a, b), cached(b, a), cached(ref), cached(ref), cached(a, b), cached.cache_info())
print(cached("x", 1), cached("x", 1), cached("x", 1.0), cached("x", True), cached(None), cached(), cached())
print(cached.cache_info())
cached.cache_clear()
print(cached(), cached(None), cached(None), cached.cache_info())
thing = Changing()
print(cached(thing, 1), cached(thing, 1))
thing.value = 2
print(cached(thing, 1))
Plain.__hash__ = lambda self: 7
Plain.__eq__ = lambda self, other: True
print(cached(a, a), cached(b, b), cached(a, b), cached.cache_info())
Plain.__hash__ = None
try:
    cached(a, a)
except TypeError as error:
    print(error)
print(cached(1, 2, key=3), cached(1, 2, key=3), cached(1, 2))
# stdout:
#| 1 1 2 3 3 4 CacheInfo(hits=2, misses=4, maxsize=2, currsize=2)
#| 5 5 5 5 6 7 7
#| CacheInfo(hits=6, misses=7, maxsize=2, currsize=2)
#| 8 9 9 CacheInfo(hits=1, misses=2, maxsize=2, currsize=2)
#| hash 1
#| hash 1
#| 10 10
#| hash 2
#| 11
#| 12 12 12 CacheInfo(hits=4, misses=5, maxsize=2, currsize=2)
#| unhashable type: 'Plain'
#| 13 13 14
