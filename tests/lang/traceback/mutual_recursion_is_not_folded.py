def even(n):
    if n == 0: raise ValueError("zero")
    return odd(n - 1)
def odd(n):
    return even(n - 1)
even(6)
# stderr:
#| Traceback (most recent call last):
#|   File "mutual_recursion_is_not_folded.py", line 6, in <module>
#|     even(6)
#|     ~~~~^^^
#|   File "mutual_recursion_is_not_folded.py", line 3, in even
#|     return odd(n - 1)
#|   File "mutual_recursion_is_not_folded.py", line 5, in odd
#|     return even(n - 1)
#|   File "mutual_recursion_is_not_folded.py", line 3, in even
#|     return odd(n - 1)
#|   File "mutual_recursion_is_not_folded.py", line 5, in odd
#|     return even(n - 1)
#|   File "mutual_recursion_is_not_folded.py", line 3, in even
#|     return odd(n - 1)
#|   File "mutual_recursion_is_not_folded.py", line 5, in odd
#|     return even(n - 1)
#|   File "mutual_recursion_is_not_folded.py", line 2, in even
#|     if n == 0: raise ValueError("zero")
#|                ^^^^^^^^^^^^^^^^^^^^^^^^
#| ValueError: zero
# exit: 1
