def f(a):
    a += "x"
try: f(1)
except TypeError:
    import traceback; traceback.print_exc()
def g(a): return a < 1 < "b"
g(0)
# FIXME: what stands below is dx's answer of today, not CPython 3.14's (`cargo xtask oracle FILE` fills that in)
# stderr:
#| Traceback (most recent call last):
#| Traceback (most recent call last):
#|   File "augmented_assignment_and_comparison.py", line 5, in <module>
#|   File "<frozen traceback>", line 210, in print_exc
#|   File "<frozen traceback>", line 134, in print_exception
#|   File "<frozen traceback>", line 1573, in TracebackException.print
#|   File "<frozen traceback>", line 1509, in TracebackException.format
#|   File "<frozen traceback>", line 763, in StackSummary.format
#|   File "<frozen traceback>", line 597, in StackSummary.format_frame_summary
#|   File "<frozen traceback>", line 714, in StackSummary._should_show_carets
#|   File "<frozen ast>", line 46, in parse
#| NotImplementedError: ast nodes are not available in this build yet
# exit: 1
