r = range(1, 20, 3)
print(r, len(r), r[2], r[-1], r[1:4], r[::-1], 7 in r, 8 in r, r.index(7), r.count(7), list(reversed(r)), r.start, r.stop, r.step)
print(range(5) == range(0, 5, 1), range(0) == range(2, 1), hash(range(3)) == hash(range(0, 3, 1)), range(0, 3, 2) == range(0, 4, 2), bool(range(0)))
# stdout:
#| range(1, 20, 3) 7 7 19 range(4, 13, 3) range(19, -2, -3) True False 2 1 [19, 16, 13, 10, 7, 4, 1] 1 20 3
#| True True True True False
