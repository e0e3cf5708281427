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
# stderr:
#|   + Exception Group Traceback (most recent call last):
#|   |   File "groups_are_drawn_as_trees.py", line 10, in <module>
#|   |     main()
#|   |     ~~~~^^
#|   |   File "groups_are_drawn_as_trees.py", line 9, in main
#|   |     raise ExceptionGroup("several", [ExceptionGroup("nested", errors), OSError(2, "No such file")])
#|   | ExceptionGroup: several (2 sub-exceptions)
#|   +-+---------------- 1 ----------------
#|     | ExceptionGroup: nested (2 sub-exceptions)
#|     +-+---------------- 1 ----------------
#|       | ValueError: one
#|       +---------------- 2 ----------------
#|       | Traceback (most recent call last):
#|       |   File "groups_are_drawn_as_trees.py", line 6, in main
#|       |     f()
#|       |     ~^^
#|       |   File "groups_are_drawn_as_trees.py", line 2, in f
#|       |     raise TypeError("inner")
#|       | TypeError: inner
#|       +------------------------------------
#|     +---------------- 2 ----------------
#|     | FileNotFoundError: [Errno 2] No such file
#|     +------------------------------------
# exit: 1
