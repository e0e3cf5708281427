for t in ("x = (", "a b", "def f(:", "'abc", "x = 1 +", "if 1:\npass", "   x", "for x in", "a = b = 1 = c", "{1: 2, 3}", "[x for]", "lambda x: = 1", "import", "from x import", "from x import (a, b", "del", "x++", "a ? b : c", "not", "async x", "yield = 1", "None = 1", "f(x for x in y, 1)", "def f(*): pass", "def f(**a, b): pass", "with x as 1: pass", "raise x from", "@", "class A(x", "global", "1 = x", "x + 1 = 2", "(a, 1) = 2", "a, b += 1", "assert", "elif x: pass", "x = yield = 1", "f(**k, *a)", "f(a.b=1)", "f(1=2)", "f(True=1)"):
    try: compile(t, "t", "exec"); print("fine", repr(t))
    except SyntaxError as e: print(repr(t), type(e).__name__, "|", e.msg, "|", e.lineno, e.offset, e.end_lineno, e.end_offset)
# FIXME: what stands below is dx's answer of today, not CPython 3.14's (`cargo xtask oracle FILE` fills that in)
# stdout:
#| 'x = (' SyntaxError | '(' was never closed | 1 5 1 0
#| 'a b' SyntaxError | invalid syntax | 1 3 1 4
#| 'def f(:' SyntaxError | invalid syntax | 1 7 1 8
#| "'abc" SyntaxError | unterminated string literal (detected at line 1) | 1 1 1 1
#| 'x = 1 +' SyntaxError | invalid syntax | 1 8 1 9
#| 'if 1:\npass' IndentationError | expected an indented block after 'if' statement on line 1 | 2 1 2 5
#| '   x' IndentationError | unexpected indent | 1 3 1 -1
#| 'for x in' SyntaxError | invalid syntax | 1 9 1 10
#| 'a = b = 1 = c' SyntaxError | cannot assign to literal | 1 9 1 10
#| '{1: 2, 3}' SyntaxError | ':' expected after dictionary key | 1 8 1 9
#| '[x for]' SyntaxError | invalid syntax | 1 7 1 8
#| 'lambda x: = 1' SyntaxError | invalid syntax | 1 11 1 12
#| 'import' SyntaxError | Expected one or more names after 'import' | 1 7 1 7
#| 'from x import' SyntaxError | Expected one or more names after 'import' | 1 14 1 14
#| 'from x import (a, b' SyntaxError | '(' was never closed | 1 15 1 0
#| 'del' SyntaxError | invalid syntax | 1 4 1 5
#| 'x++' SyntaxError | invalid syntax | 1 4 1 5
#| 'a ? b : c' SyntaxError | invalid syntax | 1 3 1 4
#| 'not' SyntaxError | invalid syntax | 1 4 1 5
#| 'async x' SyntaxError | invalid syntax | 1 7 1 8
#| 'yield = 1' SyntaxError | assignment to yield expression not possible | 1 1 1 6
#| 'None = 1' SyntaxError | cannot assign to None | 1 1 1 5
#| 'f(x for x in y, 1)' SyntaxError | Generator expression must be parenthesized | 1 3 1 15
#| 'def f(*): pass' SyntaxError | named arguments must follow bare * | 1 7 1 8
#| 'def f(**a, b): pass' SyntaxError | arguments cannot follow var-keyword argument | 1 12 1 13
#| 'with x as 1: pass' SyntaxError | cannot assign to literal | 1 11 1 12
#| 'raise x from' SyntaxError | invalid syntax | 1 13 1 14
#| '@' SyntaxError | invalid syntax | 1 2 1 3
#| 'class A(x' SyntaxError | '(' was never closed | 1 8 1 0
#| 'global' SyntaxError | invalid syntax | 1 7 1 8
#| '1 = x' SyntaxError | cannot assign to literal here. Maybe you meant '==' instead of '='? | 1 1 1 2
#| 'x + 1 = 2' SyntaxError | cannot assign to expression here. Maybe you meant '==' instead of '='? | 1 1 1 6
#| '(a, 1) = 2' SyntaxError | cannot assign to literal | 1 5 1 6
#| 'a, b += 1' SyntaxError | 'tuple' is an illegal expression for augmented assignment | 1 1 1 5
#| 'assert' SyntaxError | invalid syntax | 1 7 1 8
#| 'elif x: pass' SyntaxError | invalid syntax | 1 1 1 5
#| 'x = yield = 1' SyntaxError | assignment to yield expression not possible | 1 5 1 10
#| 'f(**k, *a)' SyntaxError | iterable argument unpacking follows keyword argument unpacking | 1 6 1 10
#| 'f(a.b=1)' SyntaxError | expression cannot contain assignment, perhaps you meant "=="? | 1 3 1 7
#| 'f(1=2)' SyntaxError | expression cannot contain assignment, perhaps you meant "=="? | 1 3 1 5
#| 'f(True=1)' SyntaxError | cannot assign to True | 1 3 1 8
