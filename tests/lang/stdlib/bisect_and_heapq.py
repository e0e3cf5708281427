import bisect, heapq
a = [1, 2, 2, 3]
print(bisect.bisect_left(a, 2), bisect.bisect_right(a, 2), bisect.bisect(a, 2, 0, 2), bisect.bisect_left(a, -5, key=lambda x: -x))
bisect.insort(a, 2.5); bisect.insort_left(a, "bb", key=len) if False else None
print(a)
for wrong in (lambda: bisect.bisect(a, 1, -1), lambda: bisect.bisect(a, "x"), lambda: bisect.bisect(a, 1, hi="x"), lambda: bisect.bisect(1, 1)):
    try: wrong()
    except Exception as error: print(type(error).__name__, error)
heap = [5, 1, 4, 2, 3]; heapq.heapify(heap)
print(heap, heapq.heappop(heap), heapq.heappushpop(heap, 0), heapq.heapreplace(heap, 9), heap)
top = [5, 1, 4, 2, 3]; heapq.heapify_max(top); heapq.heappush_max(top, 7)
print(top, heapq.heappop_max(top), heapq.heappushpop_max(top, 0), heapq.heapreplace_max(top, 1), top)
for wrong in (lambda: heapq.heappop([]), lambda: heapq.heapreplace([], 1), lambda: heapq.heappush((), 1), lambda: heapq.heapify(["a", 1])):
    try: wrong()
    except Exception as error: print(type(error).__name__, error)
class Evil(int):
    def __lt__(self, other): heap.clear(); return True
heap = [Evil(n) for n in range(5)]
try: heapq.heapify(heap)
except RuntimeError as error: print(error)
# stdout:
#| 1 3 2 0
#| [1, 2, 2, 2.5, 3]
#| ValueError lo must be non-negative
#| TypeError '<' not supported between instances of 'str' and 'int'
#| TypeError argument should be integer or None, not 'str'
#| TypeError object of type 'int' has no len()
#| [3, 5, 4, 9] 1 0 2 [3, 5, 4, 9]
#| [3, 2, 0, 1, 1] 7 5 4 [3, 2, 0, 1, 1]
#| IndexError index out of range
#| IndexError index out of range
#| TypeError heappush() argument 1 must be list, not tuple
#| TypeError '<' not supported between instances of 'str' and 'int'
#| list changed size during iteration
