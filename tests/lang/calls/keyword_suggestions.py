def f(first, second): pass
for kw in ({"frist": 1}, {"zzz": 1}, {"secnd": 1}):
    try: f(**kw)
    except TypeError as e: print(e)
# stdout:
#| f() got an unexpected keyword argument 'frist'. Did you mean 'first'?
#| f() got an unexpected keyword argument 'zzz'
#| f() got an unexpected keyword argument 'secnd'. Did you mean 'second'?
