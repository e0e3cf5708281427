def f[T: undefined_bound = undefined_default](): pass
T = f.__type_params__[0]
for name in ("__bound__", "__default__"):
    try: getattr(T, name)
    except NameError as e: print(name, e)
undefined_bound = int
print(T.__bound__, T.__constraints__)
def g[T: (int, str)](): pass
print(g.__type_params__[0].__constraints__, g.__type_params__[0].__bound__)
# stdout:
#| __bound__ name 'undefined_bound' is not defined
#| __default__ name 'undefined_default' is not defined
#| <class 'int'> ()
#| (<class 'int'>, <class 'str'>) None
