match = {"case": 1}
case = match["case"]
type = 2
_ = 3
print(match, case, type, _)
match[0] = 1
match (case):
    case 1: print("matched")
def type(x): return x
print(type(1))
# stdout:
#| {'case': 1} 1 2 3
#| matched
#| 1
