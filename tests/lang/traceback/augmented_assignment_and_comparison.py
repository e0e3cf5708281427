def f(a):
    a += "x"
try: f(1)
except TypeError:
    import traceback; traceback.print_exc()
def g(a): return a < 1 < "b"
g(0)
# stderr:
#| Traceback (most recent call last):
#|   File "augmented_assignment_and_comparison.py", line 3, in <module>
#|     try: f(1)
#|          ~^^^
#|   File "augmented_assignment_and_comparison.py", line 2, in f
#|     a += "x"
#| TypeError: unsupported operand type(s) for +=: 'int' and 'str'
#| Traceback (most recent call last):
#|   File "augmented_assignment_and_comparison.py", line 7, in <module>
#|     g(0)
#|     ~^^^
#|   File "augmented_assignment_and_comparison.py", line 6, in g
#|     def g(a): return a < 1 < "b"
#|                      ^^^^^^^^^^^
#| TypeError: '<' not supported between instances of 'int' and 'str'
# exit: 1
