class A:
    x = 1
    class B:
        y = x_undefined
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
