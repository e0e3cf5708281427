for t in ("\0", "\ud800", "\U0010ffff", "\u202e", "a" * 100000):
    s = t * 2
    print(len(s), s[::-1] == s, s.count(t), s.find(t, 1), len(repr(s)) > 2, hash(s) == hash(t + t), len(s.upper()), s.split(t))
for code in ("\ud800", "x = '\ud800'"):
    try: compile(code, "t", "exec"); print("fine")
    except (SyntaxError, UnicodeEncodeError) as e: print(type(e).__name__)
# stdout:
#| 2 True 2 1 True True 2 ['', '', '']
#| 2 True 2 1 True True 2 ['', '', '']
#| 2 True 2 1 True True 2 ['', '', '']
#| 2 True 2 1 True True 2 ['', '', '']
#| 200000 True 2 1 True True 200000 ['', '', '']
#| UnicodeEncodeError
#| UnicodeEncodeError
