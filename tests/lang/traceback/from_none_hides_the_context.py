def f():
    try:
        1 / 0
    except ZeroDivisionError:
        raise ValueError("alone") from None
f()
# FIXME: what stands below is dx's answer of today, not CPython 3.14's (`cargo xtask oracle FILE` fills that in)
# stderr:
#| Traceback (most recent call last):
#|   File "from_none_hides_the_context.py", line 6, in <module>
#|     f()
#|     ~^^
#|   File "from_none_hides_the_context.py", line 5, in f
#|     raise ValueError("alone") from None
#| ValueError: alone
# exit: 1
