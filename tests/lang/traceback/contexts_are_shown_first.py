def f():
    try:
        1 / 0
    except ZeroDivisionError:
        undefined_thing
f()
# FIXME: what stands below is dx's answer of today, not CPython 3.14's (`cargo xtask oracle FILE` fills that in)
# stderr:
#| Traceback (most recent call last):
#|   File "contexts_are_shown_first.py", line 6, in <module>
#|   File "contexts_are_shown_first.py", line 5, in f
#| NameError: name 'undefined_thing' is not defined
# exit: 1
