class M:
    def __enter__(self): pass
    def __exit__(self, *a): print("exit", a)
def f():
    with M():
        return 1
print(f())
for i in range(3):
    with M():
        if i == 0: continue
        break
# stdout:
#| exit (None, None, None)
#| 1
#| exit (None, None, None)
#| exit (None, None, None)
