import heapq, bisect
h = [5, 1, 4]
heapq.heapify(h); heapq.heappush(h, 0)
print([heapq.heappop(h) for _ in range(4)], heapq.nlargest(2, [1, 5, 3]), heapq.nsmallest(2, [4, 2, 9], key=lambda x: -x), list(heapq.merge([1, 4], [2, 3])))
a = [1, 2, 2, 3]
print(bisect.bisect(a, 2), bisect.bisect_left(a, 2), bisect.bisect_right([3, 2, 1], -2, key=lambda x: -x)); bisect.insort(a, 2.5); print(a)
# stdout:
#| [0, 1, 4, 5] [5, 3] [9, 4] [1, 2, 3, 4]
#| 3 1 2
#| [1, 2, 2, 2.5, 3]
