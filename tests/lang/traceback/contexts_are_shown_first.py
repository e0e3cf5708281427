def f():
    try:
        1 / 0
    except ZeroDivisionError:
        undefined_thing
f()
# stderr:
#| Traceback (most recent call last):
#|   File "contexts_are_shown_first.py", line 3, in f
#|     1 / 0
#|     ~~^~~
#| ZeroDivisionError: division by zero
#|
#| During handling of the above exception, another exception occurred:
#|
#| Traceback (most recent call last):
#|   File "contexts_are_shown_first.py", line 6, in <module>
#|     f()
#|     ~^^
#|   File "contexts_are_shown_first.py", line 5, in f
#|     undefined_thing
#| NameError: name 'undefined_thing' is not defined
# exit: 1
