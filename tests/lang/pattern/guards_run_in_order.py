def p(x): print("guard", x); return x
match 1:
    case 1 if p(False): print("no")
    case 2 if p(True): print("no")
    case x if p(x): print("yes")
# stdout:
#| guard False
#| guard 1
#| yes
