for text in ("try: pass\nexcept* ValueError: pass\nexcept KeyError: pass", "try: pass\nexcept*: pass", "def f():\n for x in y:\n  try: pass\n  except* E: return", "for x in y:\n try: pass\n except* E: break"):
    try:
        compile(text, "t", "exec")
    except SyntaxError as e:
        print(e.msg, e.lineno, e.offset)
try:
    try: raise ValueError
    except* ExceptionGroup: pass
except TypeError as e:
    print(e)
# stdout:
#| cannot have both 'except' and 'except*' on the same 'try' 3 1
#| expected one or more exception types 2 8
#| 'break', 'continue' and 'return' cannot appear in an except* block 4 14
#| 'break', 'continue' and 'return' cannot appear in an except* block 3 13
#| catching ExceptionGroup with except* is not allowed. Use except instead.
