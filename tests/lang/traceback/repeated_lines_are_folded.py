import sys
sys.setrecursionlimit(100)
def f(n):
    return f(n + 1)
f(0)
# FIXME: what stands below is dx's answer of today, not CPython 3.14's (`cargo xtask oracle FILE` fills that in)
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
