from functools import reduce, cmp_to_key
import operator
print(reduce(operator.add, [1, 2, 3]), reduce(operator.mul, [], 7), reduce(max, "hello", initial=""))
for wrong in (lambda: reduce(1, []), lambda: reduce(1, 2)):
    try: wrong()
    except TypeError as error: print(error)
key = cmp_to_key(lambda a, b: (a > b) - (a < b))
print(sorted([3, 1, 2], key=key), key(1) < key(2), key(obj=5).obj)
for wrong in (lambda: key(1) < 1, lambda: hash(key(1)), lambda: key(), lambda: key < key):
    try: print(wrong())
    except TypeError as error: print(error)
# stdout:
#| 6 7 o
#| reduce() of empty iterable with no initial value
#| reduce() arg 2 must support iteration
#| [1, 2, 3] True 5
#| other argument must be K instance
#| unhashable type: 'functools.KeyWrapper'
#| K() missing required argument 'obj' (pos 1)
# stderr:
#| Traceback (most recent call last):
#|   File "reduce_and_cmp_to_key.py", line 10, in <module>
#|     try: print(wrong())
#|                ~~~~~^^
#|   File "reduce_and_cmp_to_key.py", line 9, in <lambda>
#|     for wrong in (lambda: key(1) < 1, lambda: hash(key(1)), lambda: key(), lambda: key < key):
#|                                                                                    ^^^^^^^^^
#| AttributeError: object
# exit: 1
