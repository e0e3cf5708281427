# args: -W always
a = 5
x = a is 1
assert (a, "text")
y = "\d"
z = [1] [0, 1] if 0 else 0
def f():
    for i in ():
        try: pass
        finally: break
# FIXME: what stands below is dx's answer of today, not CPython 3.14's (`cargo xtask oracle FILE` fills that in)
# stderr:
#| warnings_at_compile_time.py:5: SyntaxWarning: "\d" is an invalid escape sequence. Such sequences will not work in the future. Did you mean "\\d"? A raw string is also an option.
#|   y = "\d"
#| warnings_at_compile_time.py:3: SyntaxWarning: "is" with 'int' literal. Did you mean "=="?
#|   x = a is 1
#| warnings_at_compile_time.py:4: SyntaxWarning: assertion is always true, perhaps remove parentheses?
#|   assert (a, "text")
#| warnings_at_compile_time.py:6: SyntaxWarning: list indices must be integers or slices, not tuple; perhaps you missed a comma?
#|   z = [1] [0, 1] if 0 else 0
#| warnings_at_compile_time.py:10: SyntaxWarning: 'break' in a 'finally' block
#|   finally: break
