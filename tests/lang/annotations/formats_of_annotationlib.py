import annotationlib as al
def f(a: nope, b: list[nope2] = 0, *c: int): pass
print(al.get_annotations(f, format=al.Format.STRING))
fr = al.get_annotations(f, format=al.Format.FORWARDREF)
print(type(fr["a"]).__name__, fr["a"].__forward_arg__, fr["c"])
try: al.get_annotations(f)
except NameError as e: print(e)
# stdout:
#| {'a': 'nope', 'b': 'list[nope2]', 'c': 'int'}
#| ForwardRef nope <class 'int'>
#| name 'nope' is not defined
