c = compile("1 + 2", "f", "eval")
print(eval(c), compile("x = 5", "f", "exec").co_filename, exec(compile("print('s')", "f", "single")))
exec(compile("3 + 4\nNone", "f", "single") if 0 else compile("3 + 4", "f", "single"))
for a in (("1 +", "f", "eval"), ("x = 1", "f", "eval"), ("1", "f", "bad"), ("a\0b", "f", "exec"), (1, "f", "exec")):
    try: compile(*a)
    except (SyntaxError, ValueError, TypeError) as e: print(type(e).__name__, e)
# stdout:
#| s
#| 3 f None
#| 7
#| SyntaxError invalid syntax (f, line 1)
#| SyntaxError invalid syntax (f, line 1)
#| ValueError compile() mode must be 'exec', 'eval' or 'single'
#| SyntaxError source code string cannot contain null bytes
#| TypeError compile() arg 1 must be a string, bytes or AST object
