for n in (50, 150, 250):
    try: compile("(" * n + "1" + ")" * n, "t", "eval"); print(n, "fine")
    except (SyntaxError, MemoryError, RecursionError) as e: print(n, e)
try: compile("".join(" " * i + "if 1:\n" for i in range(101)) + " " * 101 + "pass", "t", "exec"); print("fine")
except IndentationError as e: print(e.msg)
def f(n): return "".join(" " * i + "for x in y:\n" for i in range(n)) + " " * n + "pass"
for n in (19, 21):
    try: compile(f(n), "t", "exec"); print(n, "fine")
    except SyntaxError as e: print(n, e.msg)
# FIXME: what stands below is dx's answer of today, not CPython 3.14's (`cargo xtask oracle FILE` fills that in)
# stdout:
#| 50 fine
#| 150 fine
#| 250 too many nested parentheses (t, line 1)
#| fine
#| 19 fine
#| 21 fine
