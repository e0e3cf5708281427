def f():
    try:
        {}["k"]
    except KeyError as e:
        raise ValueError("bad") from e
f()
# FIXME: what stands below is dx's answer of today, not CPython 3.14's (`cargo xtask oracle FILE` fills that in)
# stderr:
#| Traceback (most recent call last):
#|   File "causes_are_shown_first.py", line 3, in f
#|     {}["k"]
#|     ~~^^^^^
#| KeyError: 'k'
#|
#| The above exception was the direct cause of the following exception:
#|
#| Traceback (most recent call last):
#|   File "causes_are_shown_first.py", line 6, in <module>
#|     f()
#|     ~^^
#|   File "causes_are_shown_first.py", line 5, in f
#|     raise ValueError("bad") from e
#| ValueError: bad
# exit: 1
