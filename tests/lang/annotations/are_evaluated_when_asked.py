def f(a: print("now") or int, b: undefined = 1) -> str: pass
print("defined")
try: f.__annotations__
except NameError as e: print(e)
undefined = 5
print(f.__annotations__)
# stdout:
#| defined
#| now
#| name 'undefined' is not defined
#| now
#| {'a': <class 'int'>, 'b': 5, 'return': <class 'str'>}
