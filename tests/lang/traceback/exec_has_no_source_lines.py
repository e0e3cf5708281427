exec("def f():\n    1 / 0\nf()")
# stderr:
#| Traceback (most recent call last):
#|   File "exec_has_no_source_lines.py", line 1, in <module>
#|     exec("def f():\n    1 / 0\nf()")
#|     ~~~~^^^^^^^^^^^^^^^^^^^^^^^^^^^^
#|   File "<string>", line 3, in <module>
#|   File "<string>", line 2, in f
#| ZeroDivisionError: division by zero
# exit: 1
