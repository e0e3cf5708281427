class M:
    def __enter__(self): raise ValueError("enter")
    def __exit__(self, *a): print("never")
class O:
    def __enter__(self): print("outer")
    def __exit__(self, *a): print("outer exit", a[1])
try:
    with O(), M():
        print("never")
except ValueError as e:
    print(e)
# stdout:
#| outer
#| outer exit enter
#| enter
