a, d = [1, 2], {"k": 1}
print([*a, 3, *"xy"], (*a,), {*a, *a}, {**d, "k": 2, **{"z": 3}}, [*{}, *()])
try: {**1}
except TypeError as e: print(e)
try: [*1]
except TypeError as e: print(e)
def f(): return *a, 3
print(f())
for x in *a, 9: print(x)
# stdout:
#| [1, 2, 3, 'x', 'y'] (1, 2) {1, 2} {'k': 2, 'z': 3} []
#| 'int' object is not a mapping
#| Value after * must be an iterable, not int
#| (1, 2, 3)
#| 1
#| 2
#| 9
