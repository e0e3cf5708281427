def f(x):
    for a, b in x:
        print(a, b)
f([(1, 2), (3,)])
# stdout:
#| 1 2
# stderr:
#| Traceback (most recent call last):
#|   File "unpack_and_for_mark_the_iterable.py", line 4, in <module>
#|     f([(1, 2), (3,)])
#|     ~^^^^^^^^^^^^^^^^
#|   File "unpack_and_for_mark_the_iterable.py", line 2, in f
#|     for a, b in x:
#|         ^^^^
#| ValueError: not enough values to unpack (expected 2, got 1)
# exit: 1
