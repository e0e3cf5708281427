import sys
sys.setrecursionlimit(100)
def f(n):
    return f(n + 1)
f(0)
# stderr:
#| Traceback (most recent call last):
#|   File "repeated_lines_are_folded.py", line 5, in <module>
#|     f(0)
#|     ~^^^
#|   File "repeated_lines_are_folded.py", line 4, in f
#|     return f(n + 1)
#|   File "repeated_lines_are_folded.py", line 4, in f
#|     return f(n + 1)
#|   File "repeated_lines_are_folded.py", line 4, in f
#|     return f(n + 1)
#|   [Previous line repeated 96 more times]
#| RecursionError: maximum recursion depth exceeded
# exit: 1
