def d(f):
    print("f" in globals())
    return f
@d
def f(): pass
print("f" in globals())
# stdout:
#| False
#| True
