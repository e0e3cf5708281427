def f(way):
    for i in range(3):
        try:
            if way == "return": return "r"
            if way == "break": break
            if way == "continue": continue
            if way == "raise": raise ValueError
        finally:
            print(way, i)
    return "end"
for way in ("return", "break", "continue"):
    print(f(way))
try: f("raise")
except ValueError: print("raised")
# stdout:
#| return 0
#| r
#| break 0
#| end
#| continue 0
#| continue 1
#| continue 2
#| end
#| raise 0
#| raised
