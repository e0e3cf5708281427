class S(str): pass
s = S("abc")
print(type(s.upper()).__name__, type(s[:]).__name__, type(s + "").__name__, type(str(s)).__name__, type(s.strip()).__name__, s == "abc", {s: 1}["abc"], f"{s:>5}")
# stdout:
#| str str str str str True 1   abc
