import builtins
def f(): return len("abc")
print(f())
len = lambda x: "mine"
print(f())
del len
print(f())
builtins.brand_new = 5
print(brand_new)
try: never_heard
except NameError as e: print(e)
# stdout:
#| 3
#| mine
#| 3
#| 5
#| name 'never_heard' is not defined
