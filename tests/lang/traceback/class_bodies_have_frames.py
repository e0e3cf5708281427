class A:
    x = 1
    class B:
        y = x_undefined
# FIXME: what stands below is dx's answer of today, not CPython 3.14's (`cargo xtask oracle FILE` fills that in)
# stderr:
#| Traceback (most recent call last):
#|   File "class_bodies_have_frames.py", line 1, in <module>
#|     class A:
#|     ...<2 lines>...
#|             y = x_undefined
#|   File "class_bodies_have_frames.py", line 3, in A
#|     class B:
#|         y = x_undefined
#|   File "class_bodies_have_frames.py", line 4, in B
#|     y = x_undefined
#|         ^^^^^^^^^^^
#| NameError: name 'x_undefined' is not defined
# exit: 1
