def f():
    try:
        {}["k"]
    except KeyError as e:
        raise ValueError("bad") from e
f()
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
