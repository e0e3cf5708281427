class M:
    def __enter__(self): pass
    def __exit__(self, *a): raise KeyError("exit")
try:
    with M():
        raise ValueError("body")
except KeyError as e:
    print(e, repr(e.__context__))
# stdout:
#| 'exit' ValueError('body')
