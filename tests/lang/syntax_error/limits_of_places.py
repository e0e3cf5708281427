for t in ("yield 1", "await x", "async with a: pass", "continue", "nonlocal x", "class A:\n return 1", "class A:\n yield", "def f():\n  import *", "def f():\n from x import *", "x: int = yield", "[(yield) for x in y]", "def f(): [await x for x in y]", "from __future__ import nope", "def f(x, x): pass", "try: pass\nexcept: pass\nexcept A: pass", "try: pass\nfinally: pass\nelse: pass", "a: b: c", "(a, b): int", "def f(a, *, **k): pass", "def f(/): pass", "def f(a, /, b, /): pass", "lambda *: 1", "__debug__ = 1", "def f(__debug__): pass", "x.__debug__ = 1"):
    try: compile(t, "t", "exec"); print("fine", repr(t))
    except SyntaxError as e: print(repr(t), type(e).__name__, "|", e.msg, "|", e.lineno, e.offset, e.end_offset)
# stdout:
#| 'yield 1' SyntaxError | 'yield' outside function | 1 1 8
#| 'await x' SyntaxError | 'await' outside function | 1 1 8
#| 'async with a: pass' SyntaxError | 'async with' outside async function | 1 1 19
#| 'continue' SyntaxError | 'continue' not properly in loop | 1 1 9
#| 'nonlocal x' SyntaxError | nonlocal declaration not allowed at module level | 1 1 11
#| 'class A:\n return 1' SyntaxError | 'return' outside function | 2 2 10
#| 'class A:\n yield' SyntaxError | 'yield' outside function | 2 2 7
#| 'def f():\n  import *' SyntaxError | invalid syntax | 2 10 11
#| 'def f():\n from x import *' SyntaxError | import * only allowed at module level | 2 16 17
#| 'x: int = yield' SyntaxError | 'yield' outside function | 1 10 15
#| '[(yield) for x in y]' SyntaxError | 'yield' inside list comprehension | 1 3 8
#| 'def f(): [await x for x in y]' SyntaxError | asynchronous comprehension outside of an asynchronous function | 1 10 30
#| 'from __future__ import nope' SyntaxError | future feature nope is not defined | 1 24 28
#| 'def f(x, x): pass' SyntaxError | duplicate argument 'x' in function definition | 1 10 11
#| 'try: pass\nexcept: pass\nexcept A: pass' SyntaxError | default 'except:' must be last | 2 1 13
#| 'try: pass\nfinally: pass\nelse: pass' SyntaxError | invalid syntax | 3 1 5
#| 'a: b: c' SyntaxError | invalid syntax | 1 5 6
#| '(a, b): int' SyntaxError | only single target (not tuple) can be annotated | 1 1 7
#| 'def f(a, *, **k): pass' SyntaxError | named arguments must follow bare * | 1 10 11
#| 'def f(/): pass' SyntaxError | invalid syntax | 1 7 8
#| 'def f(a, /, b, /): pass' SyntaxError | / may appear only once | 1 16 17
#| 'lambda *: 1' SyntaxError | named arguments must follow bare * | 1 9 10
#| '__debug__ = 1' SyntaxError | cannot assign to __debug__ | 1 1 10
#| 'def f(__debug__): pass' SyntaxError | cannot assign to __debug__ | 1 7 16
#| 'x.__debug__ = 1' SyntaxError | cannot assign to __debug__ | 1 1 12
