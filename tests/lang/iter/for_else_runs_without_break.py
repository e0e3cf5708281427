for x in []: pass
else: print("empty else")
for x in (1, 2):
    if x == 2: break
else: print("never")
while False: pass
else: print("while else")
n = 3
while n:
    n -= 1
    if n == 1: continue
else: print("counted", n)
# stdout:
#| empty else
#| while else
#| counted 0
