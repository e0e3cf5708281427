def p(x): print(x); return x
print(f"{p(1)}{p('a'):>{p(3)}}{p(2)}")
# stdout:
#| 1
#| a
#| 3
#| 2
#| 1  a2
