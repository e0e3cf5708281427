def check(a, b):
    assert a == b, f"{a} is not {b}"
check(1, 2)
# stderr:
#| Traceback (most recent call last):
#|   File "asserts_are_marked.py", line 3, in <module>
#|     check(1, 2)
#|     ~~~~~^^^^^^
#|   File "asserts_are_marked.py", line 2, in check
#|     assert a == b, f"{a} is not {b}"
#|            ^^^^^^
#| AssertionError: 1 is not 2
# exit: 1
