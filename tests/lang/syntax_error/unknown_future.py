from __future__ import braces
# stderr:
#|   File "unknown_future.py", line 1
#|     from __future__ import braces
#|                            ^^^^^^
#| SyntaxError: not a chance
# exit: 1
