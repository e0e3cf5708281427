def f():
    try:
        1 / 0
    except ZeroDivisionError:
        raise ValueError("alone") from None
f()
# stderr:
#| Traceback (most recent call last):
#|   File "from_none_hides_the_context.py", line 6, in <module>
#|     f()
#|     ~^^
#|   File "from_none_hides_the_context.py", line 5, in f
#|     raise ValueError("alone") from None
#| ValueError: alone
# exit: 1
