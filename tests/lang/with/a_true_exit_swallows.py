class M:
    def __enter__(self): pass
    def __exit__(self, t, v, tb):
        print(t.__name__, v, tb is not None)
        return 1
with M():
    1 / 0
print("on")
def f():
    with M():
        raise KeyError("k")
    return "swallowed"
print(f())
# stdout:
#| ZeroDivisionError division by zero True
#| on
#| KeyError 'k' True
#| swallowed
