def even(n):
    if n == 0: raise ValueError("zero")
    return odd(n - 1)
def odd(n):
    return even(n - 1)
even(6)
# FIXME: what stands below is dx's answer of today, not CPython 3.14's (`cargo xtask oracle FILE` fills that in)
# stderr:
#| Traceback (most recent call last):
#|   File "mutual_recursion_is_not_folded.py", line 6, in <module>
#|   File "mutual_recursion_is_not_folded.py", line 3, in even
#|   File "mutual_recursion_is_not_folded.py", line 5, in odd
#|   File "mutual_recursion_is_not_folded.py", line 3, in even
#|   File "mutual_recursion_is_not_folded.py", line 5, in odd
#|   File "mutual_recursion_is_not_folded.py", line 3, in even
#|   File "mutual_recursion_is_not_folded.py", line 5, in odd
#|   File "mutual_recursion_is_not_folded.py", line 2, in even
#| ValueError: zero
# exit: 1
