def f():
    raise TypeError("inner")
def main():
    errors = [ValueError("one")]
    try:
        f()
    except TypeError as e:
        errors.append(e)
    raise ExceptionGroup("several", [ExceptionGroup("nested", errors), OSError(2, "No such file")])
main()
# FIXME: what stands below is dx's answer of today, not CPython 3.14's (`cargo xtask oracle FILE` fills that in)
# stderr:
#| Traceback (most recent call last):
#|   File "groups_are_drawn_as_trees.py", line 10, in <module>
#|   File "groups_are_drawn_as_trees.py", line 9, in main
#| ExceptionGroup: several (2 sub-exceptions)
# exit: 1
