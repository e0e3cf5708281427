def f(): f()
n = 0
for _ in range(50):
    try: f()
    except RecursionError: n += 1
print(n)
def g():
    try: g()
    finally: pass
try: g()
except RecursionError: print("through finally")
def h():
    try: h()
    except RecursionError: return "handled deep"
    return "returned"
print(h())
# stdout:
#| 50
#| through finally
#| returned
