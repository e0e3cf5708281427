import traceback
def f():
    raise ValueError("x")
try:
    f()
except ValueError as e:
    print(traceback.format_exc(), end="")
    print(traceback.format_exception_only(e))
    print([(s.lineno, s.name, s.line) for s in traceback.extract_tb(e.__traceback__)])
# FIXME: what stands below is dx's answer of today, not CPython 3.14's (`cargo xtask oracle FILE` fills that in)
# stderr:
#| Traceback (most recent call last):
#|   File "print_exception_from_the_module.py", line 7, in <module>
#|   File "<frozen traceback>", line 214, in format_exc
#|   File "<frozen traceback>", line 158, in format_exception
#|   File "<frozen traceback>", line 1058, in TracebackException.__init__
#|   File "<frozen traceback>", line 481, in StackSummary._extract_from_extended_frame_gen
#|   File "<frozen traceback>", line 413, in _walk_tb_with_full_positions
#| RuntimeError: generator raised StopIteration
# exit: 1
